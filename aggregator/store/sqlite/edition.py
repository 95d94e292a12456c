"""The edition's side of the SQLite file: who makes the edition, and applying what it decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from time import monotonic
from typing import Any

import orjson

from aggregator.errors import StoreBusy
from aggregator.model.story import Batch
from aggregator.model.stream import STORING
from aggregator.store import edition, upserts
from aggregator.store.edition import apply_splits, confirm, entries_before, merge_stories, moment, put_off
from aggregator.store.rows import corroboration_rows, entry_rows, placement_row, story_row, to_json
from aggregator.store.shifts import KEPT, Row, shifts
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.memory import save_memory


class EditionStore(edition.EditionStore[Connection]):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._holding: str | None = None  # the owner for whom this object took the edition

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition for `seconds`; False while another process holds it."""
        with self._db.transaction() as raw:
            row = raw.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()
            if row:
                holder, until = orjson.loads(row[0])
                if holder != owner and now < until <= now + 2 * seconds:
                    return False
            _put(raw, "edition", [owner, now + seconds])
        self._holding = owner
        return True

    def release(self, owner: str) -> None:
        self._holding = None
        with self._db.transaction():
            if self.holder() == owner:
                self._db.write("DELETE FROM meta WHERE key = 'edition'")

    def apply(self, batch: Batch) -> None:
        """One step of the edition, as a whole or not at all.

        Raises:
            StoreBusy: it was decided under a lease that expired meanwhile (because the machine slept, for example), and
                another process has made the edition since: the step would undo that.
        """
        began = monotonic()
        with self._db.transaction() as raw:
            if self._holding is not None and self.holder() != self._holding:
                raise StoreBusy(f"{self._db.path}: another process took over the edition; this one stopped")
            confirm(self._db, batch)
            if not batch.shows:
                return
            before = entries_before(self._db, batch)
            now = moment(self._db, batch.now)
            changed = now + STORING
            merge_stories(self._db, batch, changed)
            raw.executemany(_SAVE_PLACEMENT, [placement_row(placed, changed) for placed in batch.placed])
            apply_splits(self._db, batch)
            if not batch.anew:
                placed = [(placed.item, placed.hash) for placed in batch.placed]
                raw.executemany("DELETE FROM pending WHERE item = ? AND hash = ?", placed)
            raw.executemany(_SAVE_STORY, [story_row(story, batch, changed) for story in batch.stories])
            touched = _save_entries(raw, batch, before)
            save_memory(raw, batch.memory)
            stamp(raw, touched, put_off(self._db, now, began))


_SAVE_PLACEMENT = f"INSERT INTO placements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {upserts.PLACEMENT}"
_SAVE_ENTRY = f"INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?) {upserts.ENTRY}"
_SAVE_SHIFT = "INSERT INTO shifts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)"
_SAVE_STORY = "INSERT OR REPLACE INTO stories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _save_entries(raw: sqlite3.Connection, batch: Batch, before: list[Row]) -> set[str]:
    stories = batch.stories
    names = {placing.stream for story in stories for placing in story.placings}
    streams = stream_numbers(raw, names)
    raw.executemany("DELETE FROM corroborations WHERE story = ?", [(story.n,) for story in stories])
    raw.executemany(
        "INSERT INTO corroborations VALUES (?, ?, ?, ?, ?)",
        corroboration_rows(stories),
    )
    rows = entry_rows(stories, streams)
    raw.executemany(_SAVE_ENTRY, rows)
    updated = {story.n: story.entry.updated for story in stories}
    if moved := shifts(before, rows, updated, batch.now):
        raw.execute("DELETE FROM shifts WHERE published < ?", (batch.now - KEPT,))
        raw.executemany(_SAVE_SHIFT, moved)
    return names


def stream_numbers(raw: sqlite3.Connection, names: Iterable[str]) -> dict[str, int]:
    """Numbers of streams by name; new ones are created."""
    raw.executemany(
        "INSERT OR IGNORE INTO streams (name, version, changed) VALUES (?, 0, 0)", [(name,) for name in sorted(names)]
    )
    return dict(raw.execute("SELECT name, n FROM streams"))


def stamp(raw: sqlite3.Connection, names: set[str], now: int) -> None:
    """These streams changed, and "latest" with them, at `now`, a `moment`."""
    version = int((raw.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() or ("0",))[0]) + 1
    names = names | {"latest"}
    stream_numbers(raw, names)
    raw.executemany(
        "UPDATE streams SET version = ?, changed = ? WHERE name = ?", [(version, now, name) for name in names]
    )
    _put(raw, "version", version)


def _put(raw: sqlite3.Connection, key: str, value: Any) -> None:
    raw.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, to_json(value)))
