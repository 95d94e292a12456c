"""What the grouping remembers: the index of words, document frequencies, features of recent items."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

import orjson

from aggregator.model.story import Remembered
from aggregator.store import past
from aggregator.store.rows import to_json


def save_memory(raw: sqlite3.Connection, memory: Remembered) -> None:
    """Inside the caller's transaction. An item that is grouped again counts again."""
    if not memory.items:
        return
    raw.executemany(
        "INSERT OR REPLACE INTO memories VALUES (?, ?, ?, ?, ?)",
        [(item.item, item.at, item.publisher, item.headline, item.features) for item in memory.items],
    )
    times = {item.item: item.at for item in memory.items}
    # In the order of the tables' keys, so that neighbours are written together.
    rows = sorted([(word, times[item], item) for word, item in memory.postings])
    raw.executemany("INSERT OR IGNORE INTO postings VALUES (?, ?, ?)", rows)
    raw.executemany(
        "INSERT INTO frequencies VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
        sorted(memory.frequencies),
    )
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
