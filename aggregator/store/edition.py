"""The archive for the edition (the process that groups and places items): reads waiting items and the stories that they may change, and
applies the result. The part that all backends share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter, gt
from typing import Generic

import orjson

from aggregator.errors import RenamedMeanwhile
from aggregator.model import notes
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, EditionItem, Entry, InStream, Member, Remembered, StoryState
from aggregator.model.stream import StreamName
from aggregator.ports import StoryRow
from aggregator.store.conditions import NEVER, match
from aggregator.store.dialect import Reads, Writer, Writes
from aggregator.store.item_addresses import placed_at, strangers_at
from aggregator.store.rows import (
    ITEM,
    ITEM_TABLES,
    corroboration_rows,
    decode_entry,
    decode_names,
    decode_scores,
    edition_item,
    entry_rows,
    grouped,
    placement_row,
    story_row,
    to_blob,
    to_id,
)
from aggregator.store.shifts import KEPT as SHIFTS_SECONDS
from aggregator.store.shifts import QUARTER, Row, shifts
from aggregator.store.versions import COUNTED, Change, keep_version, stream_numbers
from aggregator.text.headline import is_leisure, tells

PAGE = 500
"""So many stories are in memory at a time when all are gone through."""


class EditionStore(ABC, Generic[Writer]):
    """Implements `ports.EditionStore`. A backend adds how a process takes and holds the edition."""

    def __init__(self, connection: Writer) -> None:
        self._db = connection
        self._ids: str | None = None  # the note of renamed ids, as it was when the edition was taken

    def holder(self) -> str | None:
        rows = self._db.read("SELECT value FROM meta WHERE key = 'edition'")
        return str(orjson.loads(rows[0][0])[0]) if rows else None

    def pending(self) -> list[int]:
        # SQLite keeps the order of a CROSS JOIN; otherwise it would scan all items.
        rows = self._db.read("SELECT i.n FROM pending p CROSS JOIN items i WHERE i.n = p.item ORDER BY i.at, i.n")
        return [row[0] for row in rows]

    def items(self, numbers: Collection[int]) -> list[EditionItem]:
        found = self._db.select(f"SELECT {ITEM} FROM {ITEM_TABLES} WHERE i.n IN", numbers)
        return sorted((edition_item(row) for row in found), key=lambda item: (item.at, item.n))

    def placed_at(self, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> dict[str, dict[int, int]]:
        return placed_at(self._db, canonicals, arriving)

    def strangers_at(self, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> frozenset[int]:
        return strangers_at(self._db, canonicals, arriving)

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        found = []
        for *columns, section, scores, topics, places in self._db.select(
            f"SELECT {ITEM}, p.section, p.scores, p.topics, p.places FROM placements p JOIN items i ON i.n = p.item "
            "JOIN sources s ON s.n = i.source JOIN texts t ON t.item = i.n WHERE p.story IN",
            stories,
        ):
            judgement = Judgement(section, decode_scores(scores), decode_names(topics), decode_names(places))
            item = edition_item(columns)
            found.append(Member(item, judgement, item.counted_as))
        of_stories = grouped((member.item.story, member) for member in found)
        return {story: sorted(members, key=lambda member: member.order) for story, members in of_stories.items()}

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]:
        query = "SELECT story, k, publisher, entered, reached FROM corroborations WHERE story IN"
        rows = self._db.select(query, numbers, "ORDER BY story, abs(k)")
        joined = grouped((story, (publisher, entered)) for story, k, publisher, entered, _ in rows if k > 0)
        reached = grouped((story, since) for story, *_, since in rows)
        query = (
            "SELECT e.story, m.name, e.entered, e.primary_since, e.active FROM entries e JOIN streams m ON m.n = e.stream "
            "WHERE e.story IN"
        )
        streams = grouped(
            (story, InStream(StreamName.read(name), entered, since, bool(active)))
            for story, name, entered, since, active in self._db.select(query, numbers)
        )
        columns = "n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch"
        rows = self._db.select(f"SELECT {columns} FROM stories WHERE n IN", numbers, "ORDER BY n")
        return {
            n: StoryState(
                n, to_id(id), lead, published, entered, section, decode_scores(scores), decode_names(topics),
                tuple(joined.get(n, ())), tuple(reached.get(n, ())), decode_entry(entry),
                tuple(sorted(streams.get(n, ()), key=attrgetter("stream"))), bool(hidden), epoch,
            )
            for n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch in rows
        }  # fmt: skip

    def outdated(self, epoch: str, limit: int) -> list[int]:
        query = "SELECT entered, n FROM stories WHERE epoch = ? ORDER BY entered DESC, n DESC LIMIT ?"
        rows = [row for other in self._other_epochs(epoch) for row in self._db.read(query, (other, limit))]
        return [n for _, n in sorted(rows, reverse=True)[:limit]]

    def count_outdated(self, epoch: str) -> int:
        counts = self._db.select("SELECT count(*) FROM stories WHERE epoch IN", self._other_epochs(epoch))
        return sum(count for (count,) in counts)

    def _other_epochs(self, epoch: str) -> list[str]:
        """The other epochs of stories. A recursive query jumps from one index entry to the next: few steps, however many stories."""
        rows = self._db.read(
            "WITH RECURSIVE found (epoch) AS (SELECT min(epoch) FROM stories UNION ALL "
            "SELECT (SELECT min(s.epoch) FROM stories s WHERE s.epoch > found.epoch) FROM found WHERE found.epoch IS NOT NULL) "
            "SELECT epoch FROM found WHERE epoch IS NOT NULL AND epoch != ?",
            (epoch,),
        )
        return [row[0] for row in rows]

    def in_other_topics(self, topics: Collection[str]) -> list[int]:
        streams = self._db.read("SELECT n, name FROM streams WHERE name LIKE 'topic:%' AND total > 0")
        gone = [n for n, name in streams if StreamName.read(name).id not in topics]
        rows = self._db.select("SELECT story FROM entries WHERE active AND stream IN", gone)
        return sorted({story for (story,) in rows})

    def pages(self, since: int = 0, limit: int | None = None) -> Iterator[Sequence[StoryRow]]:
        page = (
            "SELECT entered, n, epoch FROM stories WHERE NOT hidden AND (entered, n) < (?, ?) AND entered >= ? "
            "ORDER BY entered DESC, n DESC LIMIT ?"
        )
        at, left = (NEVER, 0), NEVER if limit is None else limit
        while left > 0 and (rows := self._db.read(page, (*at, since, min(PAGE, left)))):
            yield rows
            at, left = rows[-1][:2], left - len(rows)

    def count(self, since: int = 0) -> int:
        return int(self._db.read("SELECT count(*) FROM stories WHERE NOT hidden AND entered >= ?", (since,))[0][0])

    def containing(self, phrase: str, limit: int) -> Sequence[StoryRow]:
        dialect = self._db.dialect
        return self._db.read(
            f"SELECT DISTINCT st.entered, st.n, st.epoch FROM search JOIN placements p ON p.item = {dialect.found} "
            f"JOIN stories st ON st.n = p.story WHERE {dialect.matches} AND NOT st.hidden "
            "ORDER BY st.entered DESC, st.n DESC LIMIT ?",
            (match(dialect, (f'"{phrase}"',)), limit),
        )

    def apply(self, batch: Batch) -> None:
        db, change = self._db, Change(self._db, batch.now)
        with db.transaction():
            self._check_held()
            if batch.shows:
                changed = change.begin()
            else:
                keep_version(db)
            self._check_ids()
            # Stories that stay as they are do not count as changed.
            db.modify("UPDATE stories SET epoch = ? WHERE n IN", batch.unmoved, batch.epoch)
            if not batch.shows:
                return
            before = entries_before(db, batch)
            lessened = lessened_by(db, batch, before)
            merge_stories(db, batch, changed)
            placements = [placement_row(placed, changed) for placed in batch.placed]
            db.insert("placements", _PLACEMENT, placements, _PLACED_AGAIN)
            save_item_entries(db, batch)
            apply_splits(db, batch)
            if not batch.anew:
                end_waiting(db, batch)
            db.insert("stories", _STORY, [story_row(story, batch, changed) for story in batch.stories], _STORY_AGAIN)
            # If the clock was set back, `changed` alone is later than all before. But one that was far ahead dates no later news.
            back = QUARTER <= changed - batch.now < SHIFTS_SECONDS
            streams = save_entries(db, batch, before, lessened, changed if back else batch.now)
            save_memory(db, batch.memory)
            change.end(streams)

    def _renamings(self) -> str:
        rows = self._db.read("SELECT value FROM meta WHERE key = ?", (f"note:{notes.RENAMED.key}",))
        return str(rows[0][0]) if rows else ""

    def _check_ids(self) -> None:
        if self._ids not in (None, self._renamings()):
            raise RenamedMeanwhile("a section or topic was renamed while this edition was made; the next one continues")

    @abstractmethod
    def _check_held(self) -> None:
        """Raises StoreBusy if this process held the edition, and lost it."""


def _replace(key: str, columns: str) -> str:
    return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in columns.split())}"


# The types of the columns of a table, and what becomes of a row that is there already.
_PLACEMENT = "bigint bigint text text text text text text text boolean bigint"
_PLACED_AGAIN = f"""
    {_replace("item", "story publisher section scores topics places hidden changed")},
        why = CASE excluded.why WHEN '' THEN placements.why ELSE excluded.why END,
        joining = CASE excluded.why WHEN '' THEN placements.joining ELSE excluded.joining END
"""
_ENTRY = "bigint bigint bigint bigint bigint boolean"
_ENTRY_AGAIN = _replace("stream, story", "entered primary_since published active")
"""An UPDATE, not a replacement: else the triggers that count the stories of a stream would not see that the old row is deleted."""
_STORY = "bigint bytea bigint bigint bigint bigint bigint text text text bigint text text boolean"
_STORY_AGAIN = _replace(
    "n", "id lead published entered updated changed section scores topics publishers entry epoch hidden"
)
_MEMORY_AGAIN = _replace("item", "at publisher headline features")
_MORE_FREQUENT = "ON CONFLICT (word) DO UPDATE SET count = frequencies.count + excluded.count"


def entries_before(db: Reads, batch: Batch) -> list[Row]:
    """The rows of the batch's stories in streams, as they are before the batch is applied."""
    numbers = [story.n for story in batch.stories] + [merge.younger for merge in batch.merges]
    query = "SELECT e.stream, e.story, e.published, e.active, s.updated FROM entries e JOIN stories s ON s.n = e.story WHERE s.n IN"
    return db.select(query, numbers)


def end_waiting(db: Writes, batch: Batch) -> None:
    """Removes the items of a batch from those waiting, except items whose text has changed since."""
    judged = {placed.item: placed.hash for placed in batch.placed}
    waiting = db.select("SELECT item, hash FROM pending WHERE item IN", judged, f"ORDER BY item{db.dialect.locking}")
    db.modify("DELETE FROM pending WHERE item IN", [item for item, hash in waiting if hash == judged[item]])


def merge_stories(db: Writes, batch: Batch, changed: int) -> None:
    """Moves the items of younger stories to the older ones, at the time `changed`, and makes the ids of the younger redirect. The older
    stories are among the batch's stories, and keep a place in each stream that the younger were in."""
    for merge in batch.merges:
        pair = (merge.older, merge.younger)
        db.write("UPDATE placements SET story = ?, changed = ? WHERE story = ?", (merge.older, changed, merge.younger))
        db.write("UPDATE merged SET story = ? WHERE story = ?", pair)
        led = "INSERT INTO merged SELECT id, ? FROM stories WHERE n = ?"
        db.write(f"{led} ON CONFLICT (id) DO UPDATE SET story = excluded.story", pair)
        for table in ("stories WHERE n", "corroborations WHERE story", "entries WHERE story"):
            db.write(f"DELETE FROM {table} = ?", (merge.younger,))


def lessened_by(db: Reads, batch: Batch, before: list[Row]) -> set[int]:
    """Those of the batch's stories whose stored headline reports news while the new one does not, or whose address has become one of
    leisure: by either they weigh less. `before`: as of `entries_before`; what was in no stream stood before none."""
    stood = {row[1] for row in before}
    now = {story.n: marks for story in batch.stories if story.n in stood and not all(marks := _marks(story.entry))}
    stored = db.select("SELECT n, entry FROM stories WHERE n IN", now)
    return {n for n, entry in stored if any(map(gt, _marks(decode_entry(entry)), now[n]))}


def _marks(entry: Entry) -> tuple[bool, bool]:
    return tells(entry.title, entry.link), not (entry.link and is_leisure(entry.link))


def save_entries(db: Writes, batch: Batch, before: list[Row], lessened: set[int], now: int) -> set[StreamName]:
    """Writes the streams that the batch's stories are in, and the publishers that corroborate them. Returns these streams. `lessened`: see
    `lessened_by`; `now`: the time of what the days of a stream do not show of a change."""
    stories = batch.stories
    streams = {one.stream for story in stories for one in story.streams}
    rows = sorted(entry_rows(stories, stream_numbers(db, streams)))  # in the order of the table's key
    db.modify("DELETE FROM corroborations WHERE story IN", [story.n for story in stories])
    db.insert("corroborations", "bigint bigint text bigint bigint", corroboration_rows(stories))
    known = {row[:2] for row in before}
    # Known rows apart: SQLite takes twice as long to insert rows that may exist.
    db.insert("entries", _ENTRY, [row for row in rows if row[:2] not in known])
    db.insert("entries", _ENTRY, [row for row in rows if row[:2] in known], _ENTRY_AGAIN)
    updated = {story.n: story.entry.updated for story in stories}
    if moved := shifts(before, rows, updated, now, lessened):
        newest = f"ON CONFLICT (stream, published) DO UPDATE SET at = {db.dialect.greatest}(shifts.at, excluded.at)"
        db.insert("shifts", "bigint bigint bigint", moved, newest)
    return streams


def save_item_entries(db: Writes, batch: Batch) -> None:
    """Writes when rewritten items entered sections and topics. A time once set is kept."""
    if batch.rewritten:
        numbers = stream_numbers(db, {one.stream for one in batch.rewritten})
        rows = sorted((numbers[one.stream], one.as_primary, one.item, one.entered) for one in batch.rewritten)
        db.insert("item_entries", "bigint boolean bigint bigint", rows)


def save_memory(db: Writes, memory: Remembered) -> None:
    """Writes the memory of the grouping: features of items, the index of words, document frequencies. An item that is grouped again counts
    again in the frequencies."""
    if not memory.items:
        return
    items = [(one.item, one.at, one.publisher, one.headline, one.features) for one in memory.items]
    db.insert("memories", "bigint bigint text bigint bytea", items, _MEMORY_AGAIN)
    db.insert("postings", "bigint bigint bigint", memory.postings)
    db.insert("frequencies", "bigint bigint", memory.frequencies, _MORE_FREQUENT)
    db.write(f"INSERT INTO meta VALUES ('documents', ?) {COUNTED}", (str(memory.documents),))


def apply_splits(db: Writes, batch: Batch) -> None:
    """Applies that items leave their stories. The grouping no longer finds these items. A story that was merged and is separate again no
    longer redirects. Ids that were merged into it redirect to the story that now has their founding item (of a damaged archive: if there is
    one)."""
    if not batch.forgotten:
        return
    db.modify("DELETE FROM memories WHERE item IN", batch.forgotten)
    db.modify("DELETE FROM merged WHERE id IN", [to_blob(story.id) for story in batch.stories])
    db.modify(
        "UPDATE merged SET story = coalesce("
        "(SELECT p.story FROM items i JOIN placements p ON p.item = i.n WHERE i.id = merged.id), story) WHERE story IN",
        [story.n for story in batch.stories],
    )
