"""Reads what the grouping needs of recent items. The same for all backends."""

from __future__ import annotations

from collections.abc import Collection

import orjson

from aggregator.model.story import KnownItem
from aggregator.store.dialect import Reads
from aggregator.store.item_addresses import placed_at
from aggregator.store.rows import grouped


class Past:
    """Implements `ports.Past`."""

    def __init__(self, connection: Reads) -> None:
        self._db = connection

    def documents(self) -> int:
        rows = self._db.read("SELECT value FROM meta WHERE key = 'documents'")
        return int(rows[0][0]) if rows else 0

    def frequencies(self, words: Collection[int]) -> dict[int, int]:
        return dict(self._db.select("SELECT word, count FROM frequencies WHERE word IN", words))

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        dialect = self._db.dialect
        rows = self._db.read(dialect.postings, (since, until, most, dialect.listed(words)))
        found = {word: orjson.loads(items) if isinstance(items, str) else items for word, items in rows}
        return {word: items for word, items in found.items() if items}

    def known(self, items: Collection[int]) -> dict[int, KnownItem]:
        rows = self._db.select(
            "SELECT m.item, m.features, p.story, m.at, p.publisher FROM memories m JOIN placements p ON p.item = m.item "
            "WHERE m.item IN",
            items,
        )
        return {item: KnownItem(features, story, at, publisher) for item, features, story, at, publisher in rows}

    def members(self, stories: Collection[int]) -> dict[int, list[int]]:
        query = "SELECT p.story, p.item FROM placements p JOIN items i ON i.n = p.item WHERE p.story IN"
        return grouped(self._db.select(query, stories, "ORDER BY i.at, i.n"))

    def same_address(self, canonicals: Collection[str]) -> dict[str, int]:
        return {address: next(iter(found.values())) for address, found in placed_at(self._db, canonicals).items()}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> dict[int, list[int]]:
        query = "SELECT headline, item FROM memories WHERE at BETWEEN ? AND ? AND headline IN"
        return grouped(self._db.select(query, keys, "ORDER BY at, item", since, until))
