"""The edition's side of the archive: what waits, what is known of the stories it touches, applying what it decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import orjson

from aggregator.errors import StoreBusy
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, Member, PendingItem, Placing, StoryState
from aggregator.store.addressed import homes
from aggregator.store.postgres.connection import OUR_LOCKS, Connection, Raw, put
from aggregator.store.postgres.memory import save_memory
from aggregator.store.rows import (
    ITEM,
    ITEM_TABLES,
    decode_entry,
    decode_scores,
    entry_rows,
    pending_item,
    placement_row,
    story_row,
    to_blob,
    to_id,
)
from aggregator.store.shifts import KEPT, Row, shifts
from aggregator.store.streams import match

EDITION = 5  # number of the advisory lock


class Desk:
    """The edition is held by an advisory lock of the session that also writes it: it ends with its holder at once, and
    whoever lost it can write nothing more."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._owner: str | None = None
        self._opened = 0  # which connection holds it

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition; False while another holds it. A holder that lives, but neither works nor renews for longer
        than `seconds`, is cut off. The clock is the server's."""
        with self._db.transaction() as raw:
            if self._held:
                if self._owner != owner:
                    return False
            elif not (_take(raw) or _cut_off(raw)):
                return False
            self._owner, self._opened = owner, self._db.opened
            raw.execute(
                "INSERT INTO meta SELECT 'edition', json_build_array(%s::text, until, pg_backend_pid())::text "
                "FROM (SELECT extract(epoch FROM clock_timestamp())::bigint + %s AS until) clock "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (owner, seconds),
            )
        return True

    @property
    def _held(self) -> bool:
        return self._owner is not None and self._opened == self._db.opened and not self._db.lost

    def holder(self) -> str | None:
        """Who holds the edition, as far as the store knows."""
        rows = self._db.read("SELECT value FROM meta WHERE key = 'edition'")
        return str(orjson.loads(rows[0][0])[0]) if rows else None

    def release(self, owner: str) -> None:
        """Of another's process that is dead, nothing is left but its name: the lock went with it."""
        mine = self._owner == owner
        with self._db.transaction() as raw:
            raw.execute("DELETE FROM meta WHERE key = 'edition' AND value::json ->> 0 = %s", (owner,))
            if mine and self._held:
                raw.execute("SELECT pg_advisory_unlock(%s, %s)", (OUR_LOCKS, EDITION))
        if mine:
            self._owner = None

    def pending(self) -> list[int]:
        """Numbers of the items that wait, in order of publication."""
        rows = self._db.read("SELECT i.n FROM pending p JOIN items i ON i.n = p.item ORDER BY i.at, i.n")
        return [row[0] for row in rows]

    def items(self, numbers: Collection[int]) -> list[PendingItem]:
        found = self._db.select(f"SELECT {ITEM} FROM {ITEM_TABLES} WHERE i.n IN", numbers)
        return sorted((pending_item(row) for row in found), key=lambda item: (item.at, item.n))

    def addressed(self, canonicals: Collection[str]) -> dict[str, dict[int, int]]:
        """Canonical address → its placed items, each with its story."""
        return homes(self._db, canonicals)

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        """Story → its items with their judgements, in the order in which they entered."""
        found: dict[int, list[Member]] = {}
        for row in self._db.select(
            f"SELECT {ITEM}, p.section, p.scores, p.topics, p.places, p.publisher FROM placements p JOIN items i ON i.n = p.item "
            "JOIN sources s ON s.n = i.source LEFT JOIN texts t ON t.item = i.n WHERE p.story IN",
            stories,
        ):
            *item, section, scores, topics, places, publisher = row
            judgement = Judgement(
                section, decode_scores(scores), tuple(orjson.loads(topics)), tuple(orjson.loads(places))
            )
            member = Member(pending_item(item), judgement, publisher)
            found.setdefault(member.item.story or 0, []).append(member)
        for members in found.values():
            members.sort(key=lambda member: member.order)
        return found

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]:
        joined: dict[int, list[tuple[str, int]]] = {}
        for story, publisher, entered in self._db.select(
            "SELECT story, publisher, entered FROM corroborations WHERE story IN", numbers, "ORDER BY story, k"
        ):
            joined.setdefault(story, []).append((publisher, entered))
        placings: dict[int, list[Placing]] = {}
        for story, name, entered, since, active in self._db.select(
            "SELECT e.story, m.name, e.entered, e.primary_since, e.active FROM entries e JOIN streams m ON m.n = e.stream "
            "WHERE e.story IN",
            numbers,
            "ORDER BY e.story, e.stream",
        ):
            placings.setdefault(story, []).append(Placing(name, entered, since, active))
        found = {}
        for n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch in self._db.select(
            "SELECT n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch FROM stories WHERE n IN",
            numbers,
            "ORDER BY n",
        ):
            found[n] = StoryState(
                n, to_id(id), lead, published, entered, section, decode_scores(scores), tuple(orjson.loads(topics)),
                tuple(joined.get(n, ())), decode_entry(entry), tuple(placings.get(n, ())), hidden,
                epoch,
            )  # fmt: skip
        return found

    def outdated(self, epoch: str, limit: int) -> list[int]:
        """Stories last placed under another configuration, newest first."""
        rows: list[tuple[int, int]] = []
        for other in self._other_epochs(epoch):
            rows += self._db.read(
                "SELECT entered, n FROM stories WHERE epoch = ? ORDER BY entered DESC, n DESC LIMIT ?", (other, limit)
            )
        return [n for _, n in sorted(rows, reverse=True)[:limit]]

    def count_outdated(self, epoch: str) -> int:
        others = self._other_epochs(epoch)
        return int(self._db.read("SELECT count(*) FROM stories WHERE epoch = ANY(?)", (others,))[0][0]) if others else 0

    def _other_epochs(self, epoch: str) -> list[str]:
        rows = self._db.read(
            "WITH RECURSIVE found (epoch) AS (SELECT min(epoch) FROM stories UNION ALL "
            "SELECT (SELECT min(s.epoch) FROM stories s WHERE s.epoch > found.epoch) FROM found WHERE found.epoch IS NOT NULL) "
            "SELECT epoch FROM found WHERE epoch IS NOT NULL AND epoch != ?",
            (epoch,),
        )
        return [row[0] for row in rows]

    def unnamed(self, topics: Collection[str]) -> list[int]:
        """Stories that stand in a topic which is none of these ids."""
        streams = self._db.read("SELECT n, name FROM streams WHERE name LIKE 'topic:%' AND total > 0")
        gone = [n for n, name in streams if name.partition(":")[2] not in topics]
        return sorted(
            {story for (story,) in self._db.select("SELECT story FROM entries WHERE active AND stream IN", gone)}
        )

    def page(self, before: tuple[int, int] | None, limit: int, since: int = 0) -> list[tuple[int, int, str]]:
        """(entered, number, epoch under which it was placed) of the stories that readers see, newest first: those
        that entered before (entered, number), and not before `since`."""
        entered, n = before or (1 << 62, 0)
        return self._db.read(
            "SELECT entered, n, epoch FROM stories WHERE NOT hidden AND (entered, n) < (?, ?) AND entered >= ? "
            "ORDER BY entered DESC, n DESC LIMIT ?",
            (entered, n, since, limit),
        )

    def count(self, since: int = 0) -> int:
        """How many stories `page` goes through."""
        return int(self._db.read("SELECT count(*) FROM stories WHERE NOT hidden AND entered >= ?", (since,))[0][0])

    def holding(self, phrase: str, limit: int) -> list[tuple[int, int, str]]:
        """As `page`, of stories with an item in whose headline or summary the words of `phrase` stand in this order."""
        return self._db.read(
            "SELECT DISTINCT st.entered, st.n, st.epoch FROM search JOIN placements p ON p.item = search.item "
            "JOIN stories st ON st.n = p.story WHERE search.words @@ ?::tsquery AND NOT st.hidden "
            "ORDER BY st.entered DESC, st.n DESC LIMIT ?",
            (match(self._db.dialect, (phrase,)), limit),
        )

    def apply(self, batch: Batch) -> None:
        """One step of the edition, whole or not at all.

        Raises:
            StoreBusy: the edition was held and was lost with its connection.
        """
        with self._db.transaction() as raw:
            if self._owner is not None and not self._held:  # also where it was this transaction that found out
                self._owner = None
                raise StoreBusy(
                    f"{self._db.server.name}: the edition was lost with the connection; the next one goes on"
                )
            version = next_version(raw)
            before = _standing(raw, batch)
            touched = _merge(raw, batch)
            put(raw, "placements", "bigint bigint text text text text text text text boolean", map(placement_row, batch.placed),
                _REPLACED_PLACEMENT)  # fmt: skip
            if batch.forgotten:
                _set_apart(raw, batch)
            if not batch.anew:
                placed = [placed.item for placed in batch.placed]
                raw.execute("DELETE FROM pending WHERE item = ANY(%s::bigint[])", (placed,))
            put(raw, "stories", _STORY, [story_row(story, batch) for story in batch.stories], _REPLACED_STORY)
            touched |= _save_entries(raw, batch, before)
            touched |= _sources_of(raw, batch)
            save_memory(raw, batch.memory)
            stamp(raw, version, touched, batch.now)


def _take(raw: Raw) -> bool:
    row = raw.execute("SELECT pg_try_advisory_lock(%s, %s)", (OUR_LOCKS, EDITION)).fetchone()
    return bool(row and row[0])


def _cut_off(raw: Raw) -> bool:
    """End the session of a holder that hangs. The lock is free when the server has ended it: at the next try."""
    raw.execute(
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, meta m WHERE m.key = 'edition' "
        "AND a.pid = (m.value::json ->> 2)::int AND a.state != 'active' AND a.pid != pg_backend_pid() "
        "AND (m.value::json ->> 1)::bigint < extract(epoch FROM clock_timestamp()) "
        "AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = a.pid AND l.granted "
        "AND l.classid = %s AND l.objid = %s)",
        (OUR_LOCKS, EDITION),
    )
    return False


def _merge(raw: Raw, batch: Batch) -> set[str]:
    touched: set[str] = set()
    for merge in batch.merges:
        pair = (merge.older, merge.younger)
        touched |= {name for (name,) in raw.execute(
            "SELECT m.name FROM entries e JOIN streams m ON m.n = e.stream WHERE e.story = %s", (merge.younger,)
        )}  # fmt: skip
        raw.execute("UPDATE placements SET story = %s WHERE story = %s", pair)
        raw.execute("UPDATE merged SET story = %s WHERE story = %s", pair)
        raw.execute(
            "INSERT INTO merged SELECT id, %s FROM stories WHERE n = %s "
            "ON CONFLICT (id) DO UPDATE SET story = excluded.story",
            pair,
        )
        for table in ("stories WHERE n", "corroborations WHERE story", "entries WHERE story"):
            raw.execute(f"DELETE FROM {table} = %s", (merge.younger,))
    return touched


def _set_apart(raw: Raw, batch: Batch) -> None:
    """What leaves a story is not found by the grouping, and what had been merged and leaves again redirects no more. What
    was merged with that leads to where its founding item went."""
    raw.execute("DELETE FROM memories WHERE item = ANY(%s::bigint[])", (list(batch.forgotten),))
    raw.execute("DELETE FROM merged WHERE id = ANY(%s::bytea[])", ([to_blob(story.id) for story in batch.stories],))
    raw.execute(
        "UPDATE merged SET story = p.story FROM items i JOIN placements p ON p.item = i.n "
        "WHERE i.id = merged.id AND merged.story = ANY(%s::bigint[])",
        ([story.n for story in batch.stories],),
    )


def _standing(raw: Raw, batch: Batch) -> list[Row]:
    """Where the stories of a step stand before it."""
    numbers = [story.n for story in batch.stories] + [merge.younger for merge in batch.merges]
    query = "SELECT stream, story, published, active FROM entries WHERE story = ANY(%s::bigint[])"
    return raw.execute(query, (numbers,)).fetchall()


def _save_entries(raw: Raw, batch: Batch, before: list[Row]) -> set[str]:
    stories = batch.stories
    names = {placing.stream for story in stories for placing in story.placings}
    streams = stream_numbers(raw, names)
    raw.execute("DELETE FROM corroborations WHERE story = ANY(%s::bigint[])", ([story.n for story in stories],))
    put(
        raw,
        "corroborations",
        "bigint bigint text bigint",
        [(story.n, k, name, entered) for story in stories for k, (name, entered) in enumerate(story.publishers, 1)],
        "",
    )
    rows = entry_rows(stories, streams)
    put(
        raw,
        "entries",
        "bigint bigint bigint bigint bigint boolean",
        rows,
        "ON CONFLICT (stream, story) DO UPDATE SET entered = excluded.entered, primary_since = excluded.primary_since, "
        "published = excluded.published, active = excluded.active",
    )
    after = [(stream, story, published, active) for stream, story, _, _, published, active in rows]
    if moved := shifts(before, after, batch.now):
        raw.execute("DELETE FROM shifts WHERE published < %s", (batch.now - KEPT,))
        put(raw, "shifts", "bigint bigint bigint", moved,
            "ON CONFLICT (stream, published) DO UPDATE SET at = greatest(shifts.at, excluded.at)")  # fmt: skip
    return names


def _sources_of(raw: Raw, batch: Batch) -> set[str]:
    rows = raw.execute(
        "SELECT DISTINCT s.id FROM items i JOIN sources s ON s.n = i.source WHERE i.n = ANY(%s::bigint[])",
        ([placed.item for placed in batch.placed],),
    )
    return {f"source:{id}" for (id,) in rows}


def stream_numbers(raw: Raw, names: Iterable[str]) -> dict[str, int]:
    """Numbers of streams by name, made where they are new."""
    wanted = sorted(names)
    known: dict[str, int] = dict(raw.execute("SELECT name, n FROM streams WHERE name = ANY(%s)", (wanted,)).fetchall())
    new = [(name, 0, 0) for name in wanted if name not in known]
    made = put(
        raw, "streams (name, version, changed)", "text bigint bigint", new, "ON CONFLICT DO NOTHING RETURNING name, n"
    )
    return {**known, **dict(made)}


def next_version(raw: Raw) -> int:
    """Taken before anything else is written: whoever stamps streams waits here, and not for each other's rows."""
    rows = raw.execute(
        "UPDATE meta SET value = (value::bigint + 1)::text WHERE key = 'version' RETURNING value::bigint"
    )
    return int(rows.fetchall()[0][0])


def stamp(raw: Raw, version: int, names: set[str], now: int) -> None:
    """These streams changed, and "latest" with them. The time moves on with every change, within a second too and
    whatever the clock does: it is the date by which clients ask whether anything changed."""
    names = names | {"latest"}
    stream_numbers(raw, names)
    raw.execute(
        "UPDATE streams SET version = %s, changed = greatest(%s, changed + 1) WHERE name = ANY(%s)",
        (version, now, sorted(names)),
    )


_REPLACED_PLACEMENT = """
    ON CONFLICT (item) DO UPDATE SET
        story = excluded.story, publisher = excluded.publisher, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, places = excluded.places,
        why = CASE excluded.why WHEN '' THEN placements.why ELSE excluded.why END,
        joining = CASE excluded.why WHEN '' THEN placements.joining ELSE excluded.joining END,
        hidden = excluded.hidden
"""
_STORY = "bigint bytea bigint bigint bigint bigint bigint text text text bigint text text boolean"
_REPLACED_STORY = """
    ON CONFLICT (n) DO UPDATE SET
        id = excluded.id, lead = excluded.lead, published = excluded.published, entered = excluded.entered,
        updated = excluded.updated, changed = excluded.changed, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, publishers = excluded.publishers, entry = excluded.entry, epoch = excluded.epoch,
        hidden = excluded.hidden
"""
