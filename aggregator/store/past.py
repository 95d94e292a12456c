"""Reads what the grouping needs of recent items. The same for all backends."""

from __future__ import annotations

from collections.abc import Collection

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
        return self._db.each("SELECT count FROM frequencies WHERE word = {}", words)

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        listed = "postings WHERE word = {} AND at BETWEEN ? AND ? ORDER BY at, item LIMIT ?"
        return self._db.each(self._db.dialect.array.format("item", listed), words, since, until, most)

    def known(self, items: Collection[int]) -> dict[int, KnownItem]:
        rows = self._db.select(
            "SELECT m.item, m.features, p.story, m.at, p.publisher FROM memories m JOIN placements p ON p.item = m.item "
            "WHERE m.item IN",
            items,
        )
        return {item: KnownItem(features, story, at, publisher) for item, features, story, at, publisher in rows}

    def members(self, stories: Collection[int]) -> dict[int, list[int]]:
        found = self._db.each(self._db.dialect.array.format("item", "placements WHERE story = {}"), stories)
        several = [story for story, items in found.items() if len(items) > 1]  # only these have an order
        query = "SELECT p.story, p.item FROM placements p JOIN items i ON i.n = p.item WHERE p.story IN"
        return found | grouped(self._db.select(query, several, "ORDER BY i.at, i.n"))

    def same_address(self, canonicals: Collection[str]) -> dict[str, int]:
        return {address: next(iter(found.values())) for address, found in placed_at(self._db, canonicals).items()}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> dict[int, list[int]]:
        query = "SELECT headline, item FROM memories WHERE at BETWEEN ? AND ? AND headline IN"
        return grouped(self._db.select(query, keys, "ORDER BY at, item", since, until))
