"""The edition's side of the archive: what waits, what is known of the stories it touches, applying what it decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Any

import orjson

from aggregator.errors import StoreBusy
from aggregator.model.judgement import Judgement
from aggregator.model.story import Batch, Member, PendingItem, Placing, StoryState
from aggregator.store.addressed import homes
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
from aggregator.store.sqlite.connection import Connection, marks, parts
from aggregator.store.sqlite.memory import save_memory
from aggregator.store.streams import match


def _holder(raw: sqlite3.Connection) -> str | None:
    row = raw.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()
    return str(orjson.loads(row[0])[0]) if row else None


class Desk:
    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._holding: str | None = None  # as whom this desk took the edition

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition for `seconds`; False while another holds it."""
        with self._db.transaction() as raw:
            row = raw.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()
            if row:
                holder, until = orjson.loads(row[0])
                if holder != owner and now < until <= now + 2 * seconds:
                    return False
            _put(raw, "edition", [owner, now + seconds])
        self._holding = owner
        return True

    def holder(self) -> str | None:
        """Who holds the edition, as far as the store knows."""
        with self._db.translate():
            return _holder(self._db.raw)

    def release(self, owner: str) -> None:
        self._holding = None
        with self._db.transaction() as raw:
            row = raw.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()
            if row and orjson.loads(row[0])[0] == owner:
                raw.execute("DELETE FROM meta WHERE key = 'edition'")

    def pending(self) -> list[int]:
        """Numbers of the items that wait, in order of publication."""
        with self._db.translate():
            rows = self._db.raw.execute("SELECT i.n FROM pending p JOIN items i ON i.n = p.item ORDER BY i.at, i.n")
            return [row[0] for row in rows]

    def items(self, numbers: Collection[int]) -> list[PendingItem]:
        found = self._db.select(f"SELECT {ITEM} FROM {ITEM_TABLES} WHERE i.n IN", numbers)
        return sorted((pending_item(row) for row in found), key=lambda item: (item.at, item.n))

    def addressed(self, canonicals: Collection[str]) -> dict[str, dict[int, int]]:
        """Canonical address → its placed items, each with its story."""
        return homes(self._db, canonicals)

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        """Story → its items with their judgements, in the order in which they entered."""
        columns = f"SELECT {ITEM}, p.section, p.scores, p.topics, p.places, p.publisher FROM placements p JOIN items i ON i.n = p.item"
        joins = "JOIN sources s ON s.n = i.source LEFT JOIN texts t ON t.item = i.n"
        found: dict[int, list[Member]] = {}
        for row in self._db.select(f"{columns} {joins} WHERE p.story IN", stories):
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
        ):
            placings.setdefault(story, []).append(Placing(name, entered, since, bool(active)))
        found = {}
        for n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch in self._db.select(
            "SELECT n, id, lead, published, entered, section, scores, topics, entry, hidden, epoch FROM stories WHERE n IN",
            numbers,
        ):
            found[n] = StoryState(
                n, to_id(id), lead, published, entered, section, decode_scores(scores), tuple(orjson.loads(topics)),
                tuple(joined.get(n, ())), decode_entry(entry), tuple(placings.get(n, ())), bool(hidden),
                epoch,
            )  # fmt: skip
        return found

    def outdated(self, epoch: str, limit: int) -> list[int]:
        """Stories last placed under another configuration, newest first."""
        query = "SELECT entered, n FROM stories WHERE epoch = ? ORDER BY entered DESC, n DESC LIMIT ?"
        rows: list[tuple[int, int]] = []
        with self._db.translate():
            for other in self._other_epochs(epoch):
                rows += self._db.raw.execute(query, (other, limit))
        return [n for _, n in sorted(rows, reverse=True)[:limit]]

    def count_outdated(self, epoch: str) -> int:
        with self._db.translate():
            counts = [
                int(self._db.raw.execute("SELECT count(*) FROM stories WHERE epoch = ?", (other,)).fetchone()[0])
                for other in self._other_epochs(epoch)
            ]
        return sum(counts)

    def _other_epochs(self, epoch: str) -> list[str]:
        rows = self._db.raw.execute(
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
        with self._db.translate():
            return self._db.raw.execute(
                "SELECT entered, n, epoch FROM stories WHERE NOT hidden AND (entered, n) < (?, ?) AND entered >= ? "
                "ORDER BY entered DESC, n DESC LIMIT ?",
                (entered, n, since, limit),
            ).fetchall()

    def count(self, since: int = 0) -> int:
        """How many stories `page` goes through."""
        with self._db.translate():
            row = self._db.raw.execute("SELECT count(*) FROM stories WHERE NOT hidden AND entered >= ?", (since,))
            return int(row.fetchone()[0])

    def holding(self, phrase: str, limit: int) -> list[tuple[int, int, str]]:
        """As `page`, of stories with an item in whose headline or summary the words of `phrase` stand in this order."""
        with self._db.translate():
            return self._db.raw.execute(
                "SELECT DISTINCT st.entered, st.n, st.epoch FROM search JOIN placements p ON p.item = search.rowid "
                "JOIN stories st ON st.n = p.story WHERE search MATCH ? AND NOT st.hidden "
                "ORDER BY st.entered DESC, st.n DESC LIMIT ?",
                (match(self._db.dialect, (phrase,)), limit),
            ).fetchall()

    def apply(self, batch: Batch) -> None:
        """One step of the edition, whole or not at all.

        Raises:
            StoreBusy: it was decided under a lease that ran out meanwhile (the machine slept, say), and another process
                made the edition since: the step knows nothing of that, and would undo it.
        """
        with self._db.transaction() as raw:
            if self._holding is not None and _holder(raw) != self._holding:
                raise StoreBusy(f"{self._db.path}: another process took the edition over; this one left it to that")
            before = _standing(raw, batch)
            touched = self._merge(raw, batch)
            raw.executemany(_SAVE_PLACEMENT, map(placement_row, batch.placed))
            if batch.forgotten:
                _set_apart(raw, batch)
            if not batch.anew:
                raw.executemany("DELETE FROM pending WHERE item = ?", [(placed.item,) for placed in batch.placed])
            raw.executemany(_SAVE_STORY, [story_row(story, batch) for story in batch.stories])
            touched |= self._save_entries(raw, batch, before)
            touched |= self._sources_of(raw, batch)
            save_memory(raw, batch.memory)
            stamp(raw, touched, batch.now)

    def _merge(self, raw: sqlite3.Connection, batch: Batch) -> set[str]:
        touched: set[str] = set()
        for merge in batch.merges:
            pair = (merge.older, merge.younger)
            touched |= {name for (name,) in raw.execute(
                "SELECT m.name FROM entries e JOIN streams m ON m.n = e.stream WHERE e.story = ?", (merge.younger,)
            )}  # fmt: skip
            raw.execute("UPDATE placements SET story = ? WHERE story = ?", pair)
            raw.execute("UPDATE merged SET story = ? WHERE story = ?", pair)
            raw.execute("INSERT OR REPLACE INTO merged SELECT id, ? FROM stories WHERE n = ?", pair)
            for table in ("stories WHERE n", "corroborations WHERE story", "entries WHERE story"):
                raw.execute(f"DELETE FROM {table} = ?", (merge.younger,))
        return touched

    def _save_entries(self, raw: sqlite3.Connection, batch: Batch, before: list[Row]) -> set[str]:
        stories = batch.stories
        names = {placing.stream for story in stories for placing in story.placings}
        streams = stream_numbers(raw, names)
        raw.executemany("DELETE FROM corroborations WHERE story = ?", [(story.n,) for story in stories])
        raw.executemany(
            "INSERT INTO corroborations VALUES (?, ?, ?, ?)",
            [(story.n, k, name, entered) for story in stories for k, (name, entered) in enumerate(story.publishers, 1)],
        )
        rows = entry_rows(stories, streams)
        raw.executemany(_SAVE_ENTRY, rows)
        after = [(stream, story, published, active) for stream, story, _, _, published, active in rows]
        if moved := shifts(before, after, batch.now):
            raw.execute("DELETE FROM shifts WHERE published < ?", (batch.now - KEPT,))
            raw.executemany(_SAVE_SHIFT, moved)
        return names

    def _sources_of(self, raw: sqlite3.Connection, batch: Batch) -> set[str]:
        names: set[str] = set()
        for part in parts([placed.item for placed in batch.placed]):
            rows = raw.execute(
                f"SELECT DISTINCT s.id FROM items i JOIN sources s ON s.n = i.source WHERE i.n IN {marks(len(part))}",
                part,
            )
            names |= {f"source:{id}" for (id,) in rows}
        return names


_SAVE_PLACEMENT = """
    INSERT INTO placements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        story = excluded.story, publisher = excluded.publisher, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, places = excluded.places, why = CASE excluded.why WHEN '' THEN why ELSE excluded.why END,
        joining = CASE excluded.why WHEN '' THEN joining ELSE excluded.joining END,
        hidden = excluded.hidden
"""
# An upsert, since a row that is replaced would tell no trigger that it went.
_SAVE_ENTRY = """
    INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET entered = excluded.entered,
        primary_since = excluded.primary_since, published = excluded.published, active = excluded.active
"""
_SAVE_SHIFT = "INSERT INTO shifts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)"
_FOLLOW_FOUNDERS = """
    UPDATE merged SET story = (SELECT p.story FROM items i JOIN placements p ON p.item = i.n WHERE i.id = merged.id)
    WHERE story = ?
"""
_SAVE_STORY = "INSERT OR REPLACE INTO stories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _standing(raw: sqlite3.Connection, batch: Batch) -> list[Row]:
    """Where the stories of a step stand before it."""
    found: list[Row] = []
    for part in parts([story.n for story in batch.stories] + [merge.younger for merge in batch.merges]):
        query = f"SELECT stream, story, published, active FROM entries WHERE story IN {marks(len(part))}"
        found += [(stream, story, at, bool(active)) for stream, story, at, active in raw.execute(query, part)]
    return found


def stream_numbers(raw: sqlite3.Connection, names: Iterable[str]) -> dict[str, int]:
    """Numbers of streams by name, made where they are new."""
    raw.executemany(
        "INSERT OR IGNORE INTO streams (name, version, changed) VALUES (?, 0, 0)", [(name,) for name in sorted(names)]
    )
    return dict(raw.execute("SELECT name, n FROM streams"))


def stamp(raw: sqlite3.Connection, names: set[str], now: int) -> None:
    """These streams changed, and "latest" with them. The time moves on with every change, within a second too and
    whatever the clock does: it is the date by which clients ask whether anything changed."""
    version = int((raw.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() or ("0",))[0]) + 1
    names = names | {"latest"}
    stream_numbers(raw, names)
    raw.executemany(
        "UPDATE streams SET version = ?, changed = max(?, changed + 1) WHERE name = ?",
        [(version, now, name) for name in names],
    )
    _put(raw, "version", version)


def _set_apart(raw: sqlite3.Connection, batch: Batch) -> None:
    """What leaves a story is not found by the grouping, and what had been merged and leaves again redirects no more. What
    was merged with that leads to where its founding item went."""
    raw.executemany("DELETE FROM memories WHERE item = ?", [(item,) for item in batch.forgotten])
    raw.executemany("DELETE FROM merged WHERE id = ?", [(to_blob(story.id),) for story in batch.stories])
    raw.executemany(_FOLLOW_FOUNDERS, [(story.n,) for story in batch.stories])


def _put(raw: sqlite3.Connection, key: str, value: Any) -> None:
    raw.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, orjson.dumps(value).decode()))
