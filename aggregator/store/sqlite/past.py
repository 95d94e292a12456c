"""Reads from the SQLite file what the grouping needs of recent items."""

from __future__ import annotations

from collections.abc import Collection

import orjson

from aggregator.store import past
from aggregator.store.rows import to_json


class Past(past.Past):
    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.value, (SELECT json_group_array(item) FROM "
            "(SELECT item FROM postings WHERE word = w.value AND at BETWEEN ? AND ? LIMIT ?)) FROM json_each(?) w",
            (since, until, most, to_json(list(words))),
        )
        return {word: orjson.loads(items) for word, items in rows if items != "[]"}
