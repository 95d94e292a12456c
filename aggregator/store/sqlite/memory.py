"""What the grouping remembers: word postings, document frequencies, features of recent items."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

import orjson

from aggregator.model.story import Recalled, Remembered
from aggregator.store.addressed import homes
from aggregator.store.rows import to_json
from aggregator.store.sqlite.connection import Connection


def save_memory(raw: sqlite3.Connection, memory: Remembered) -> None:
    """Inside the caller's transaction. An item that is remembered already counts no second time."""
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


class Past:
    """The narrow view of the recent past, batch-wise calls only."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def documents(self) -> int:
        with self._db.translate():
            row = self._db.raw.execute("SELECT value FROM meta WHERE key = 'documents'").fetchone()
            return int(row[0]) if row else 0

    def frequencies(self, words: Collection[int]) -> dict[int, int]:
        return dict(self._db.select("SELECT word, count FROM frequencies WHERE word IN", words))

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.value, (SELECT json_group_array(item) FROM "
            "(SELECT item FROM postings WHERE word = w.value AND at BETWEEN ? AND ? LIMIT ?)) FROM json_each(?) w",
            (since, until, most, to_json(list(words))),
        )
        return {word: orjson.loads(items) for word, items in rows if items != "[]"}

    def recall(self, items: Collection[int]) -> dict[int, Recalled]:
        rows = self._db.select(
            "SELECT m.item, m.features, p.story, m.at, p.publisher FROM memories m JOIN placements p ON p.item = m.item "
            "WHERE m.item IN",
            items,
        )
        return {item: Recalled(features, story, at, publisher) for item, features, story, at, publisher in rows}

    def members(self, stories: Collection[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for story, item in self._db.select(
            "SELECT p.story, p.item FROM placements p JOIN items i ON i.n = p.item WHERE p.story IN",
            stories,
            "ORDER BY i.at, i.n",
        ):
            found.setdefault(story, []).append(item)
        return found

    def same_address(self, canonicals: Collection[str]) -> dict[str, int]:
        return {address: found[min(found)] for address, found in homes(self._db, canonicals).items()}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for headline, item in self._db.select(
            "SELECT headline, item FROM memories WHERE at BETWEEN ? AND ? AND headline IN",
            keys,
            "ORDER BY at, item",
            since,
            until,
        ):
            found.setdefault(headline, []).append(item)
        return found
