"""What a poll brought: items and the source's new state, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aggregator.model.item import Item
from aggregator.model.poll import PollResult
from aggregator.store import intake, upserts
from aggregator.store.compression import pack
from aggregator.store.retention import LISTED_EVERY, leave
from aggregator.store.rows import TEXT, address_hash, item_row, text_row
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.sources import save_states


class Intake(intake.Intake[Connection]):
    def apply(self, results: Sequence[PollResult], now: datetime, owner: str | None = None) -> int:
        """Store what polls brought, and release the leases that `owner` (None: anybody) holds for them. Returns the number of
        items that were new. Applying twice changes nothing."""
        moment = int(now.timestamp())
        with self._db.transaction() as raw:
            numbers: dict[str, int] = dict(raw.execute("SELECT root, n FROM sources"))
            base = raw.execute("SELECT coalesce(max(n), 0) + 1 FROM items").fetchone()[0]
            read = intake.documents(results, numbers)
            leave(self._db, read, self._read)
            added = self._add(raw, results, numbers, base, moment)
            for result in results:
                self._update(raw, result, moment)
                raw.executemany(
                    "UPDATE texts SET listed = ? WHERE item = ? AND listed < ?",
                    [(moment, n, moment - LISTED_EVERY) for n in result.seen],
                )
                raw.executemany(
                    f"INSERT INTO drops VALUES (?, ?, ?, ?) {upserts.DROPS}",
                    [(numbers[result.state.root], drop.reason, drop.count, moment) for drop in result.drops],
                )
            save_states(raw, [result.state for result in results], owner)
        self._read.update(read)
        return added

    def _add(
        self, raw: sqlite3.Connection, results: Sequence[PollResult], numbers: dict[str, int], base: int, now: int
    ) -> int:
        items: list[tuple[Any, ...]] = []
        texts: dict[int, tuple[Any, ...]] = {}
        for n, (result, item, at) in enumerate(intake.arrivals(results, now), base):
            items.append(item_row(n, item, numbers[result.state.root], at, now, live=result.live))
            texts[n] = _text_row(n, item, now)
        if not items:
            return 0
        raw.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", items)
        stored = [row[0] for row in raw.execute("SELECT n FROM items WHERE n >= ?", (base,))]
        raw.executemany(_INSERT_TEXT, [texts[n] for n in stored])
        raw.execute(f"{_INDEX} WHERE item >= ?", (base,))
        raw.execute(_WAIT, (base,))
        return len(stored)

    def _update(self, raw: sqlite3.Connection, result: PollResult, now: int) -> None:
        for n, item in result.changed:
            forget_words(raw, n)
            raw.execute(_REPLACE_TEXT, _text_row(n, item, now))
            raw.execute(f"{_INDEX} WHERE item = ?", (n,))
            raw.execute(_WAIT_WITH, (n, item.hash))
            moved = "INSERT OR IGNORE INTO addresses SELECT ?, n FROM items WHERE n = ? AND ? != coalesce(address, 0)"
            if (address := address_hash(item.canonical)) is not None:
                raw.execute(moved, (address, n, address))


def _text_row(n: int, item: Item, now: int) -> tuple[Any, ...]:
    row = text_row(n, item, now)
    return (*row[:_CONTENT], pack(row[_CONTENT]), *row[_CONTENT + 1 :])


def forget_words(raw: sqlite3.Connection, n: int) -> None:
    """Remove an item from the full-text index, which needs to be given what it was given before."""
    raw.execute(
        "INSERT INTO search (search, rowid, title, summary) "
        "SELECT 'delete', item, indexed(title), indexed(summary) FROM texts WHERE item = ?",
        (n,),
    )


_CONTENT = 6  # its place in a row of texts
_INSERT_TEXT = f"INSERT INTO texts ({TEXT}) VALUES ({', '.join('?' * len(TEXT.split(', ')))})"
_WAIT = "INSERT INTO pending SELECT item, hash FROM texts WHERE item >= ?"
_WAIT_WITH = f"INSERT INTO pending VALUES (?, ?) {upserts.PENDING}"
_REPLACE_TEXT = _INSERT_TEXT.replace("INSERT", "INSERT OR REPLACE")
_INDEX = "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), indexed(summary) FROM texts"
