"""Writes items and their texts into the SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from aggregator.model.item import Item
from aggregator.store import intake
from aggregator.store.rows import TEXT, item_row, pack, text_row
from aggregator.store.sqlite.connection import Connection


class Intake(intake.Intake[Connection]):
    def _add(
        self, raw: sqlite3.Connection, arrivals: Sequence[intake.Arrival], numbers: Mapping[str, int], now: int
    ) -> list[str]:
        base = raw.execute("SELECT coalesce(max(n), 0) + 1 FROM items").fetchone()[0]
        items: list[tuple[Any, ...]] = []
        texts: dict[int, tuple[Any, ...]] = {}
        for n, (result, item, at) in enumerate(arrivals, base):
            items.append(item_row(n, item, numbers[result.state.root], at, now, live=result.live))
            texts[n] = _text_row(n, item, now)
        raw.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", items)
        stored = [row[0] for row in raw.execute("SELECT n FROM items WHERE n >= ?", (base,))]
        raw.executemany(_INSERT_TEXT, [texts[n] for n in stored])
        raw.execute(f"{_INDEX} WHERE item >= ?", (base,))
        raw.execute(_WAIT, (base,))
        return [arrivals[n - base][0].state.root for n in stored]

    def _replace_texts(self, raw: sqlite3.Connection, changed: Mapping[int, Item], now: int) -> None:
        for n, item in changed.items():
            forget_words(raw, n)
            raw.execute(_REPLACE_TEXT, _text_row(n, item, now))
            raw.execute(f"{_INDEX} WHERE item = ?", (n,))


def _text_row(n: int, item: Item, now: int) -> tuple[Any, ...]:
    row = text_row(n, item, now)
    return (*row[:_CONTENT], pack(row[_CONTENT]), *row[_CONTENT + 1 :])


def forget_words(raw: sqlite3.Connection, n: int) -> None:
    """Removes an item from the full-text index. FTS5 needs the same words again that were inserted (a contentless table)."""
    raw.execute(
        "INSERT INTO search (search, rowid, title, summary) "
        "SELECT 'delete', item, indexed(title), indexed(summary) FROM texts WHERE item = ?",
        (n,),
    )


_CONTENT = TEXT.split(", ").index("content")
_INSERT_TEXT = f"INSERT INTO texts ({TEXT}) VALUES ({', '.join('?' * len(TEXT.split(', ')))})"
_WAIT = "INSERT INTO pending SELECT item, hash FROM texts WHERE item >= ?"
_REPLACE_TEXT = _INSERT_TEXT.replace("INSERT", "INSERT OR REPLACE")
_INDEX = "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), indexed(summary) FROM texts"
