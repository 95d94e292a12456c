"""What the grouping remembers: the index of words, document frequencies, features of recent items."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

import orjson

from aggregator.model.story import Remembered
from aggregator.store import past, upserts
from aggregator.store.rows import memory_rows, posting_rows, to_json


def save_memory(raw: sqlite3.Connection, memory: Remembered) -> None:
    """Inside the caller's transaction. An item that is grouped again counts again."""
    if not memory.items:
        return
    raw.executemany("INSERT OR REPLACE INTO memories VALUES (?, ?, ?, ?, ?)", memory_rows(memory))
    raw.executemany("INSERT OR IGNORE INTO postings VALUES (?, ?, ?)", posting_rows(memory))
    raw.executemany(f"INSERT INTO frequencies VALUES (?, ?) {upserts.FREQUENCY}", sorted(memory.frequencies))
    raw.execute(
        "INSERT INTO meta VALUES ('documents', ?) ON CONFLICT DO UPDATE SET value = CAST(value + excluded.value AS TEXT)",
        (str(memory.documents),),
    )


class Past(past.Past):
    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.value, (SELECT json_group_array(item) FROM "
            "(SELECT item FROM postings WHERE word = w.value AND at BETWEEN ? AND ? LIMIT ?)) FROM json_each(?) w",
            (since, until, most, to_json(list(words))),
        )
        return {word: orjson.loads(items) for word, items in rows if items != "[]"}
