"""Reads from the PostgreSQL database what the grouping needs of recent items."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.store import past


class Past(past.Past):
    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.word, array_agg(p.item ORDER BY p.at, p.item) FROM unnest(?::bigint[]) AS w (word) CROSS JOIN LATERAL "
            "(SELECT item, at FROM postings WHERE word = w.word AND at BETWEEN ? AND ? ORDER BY at, item LIMIT ?) p GROUP BY 1",
            (list(words), since, until, most),
        )
        return dict(rows)
