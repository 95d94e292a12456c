"""What the grouping remembers: word postings, document frequencies, features of recent items."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.story import Recalled, Remembered
from aggregator.store.addressed import homes
from aggregator.store.postgres.connection import Connection, Raw, put


def save_memory(raw: Raw, memory: Remembered) -> None:
    """Inside the caller's transaction. An item that is remembered already counts no second time."""
    if not memory.items:
        return
    put(
        raw,
        "memories",
        "bigint bigint text bigint bytea",
        [(item.item, item.at, item.publisher, item.headline, item.features) for item in memory.items],
        "ON CONFLICT (item) DO UPDATE SET at = excluded.at, publisher = excluded.publisher, headline = excluded.headline, "
        "features = excluded.features",
    )
    times = {item.item: item.at for item in memory.items}
    rows = sorted([(word, times[item], item) for word, item in memory.postings])
    put(raw, "postings", "bigint bigint bigint", rows)
    put(
        raw,
        "frequencies",
        "bigint bigint",
        sorted(memory.frequencies),
        "ON CONFLICT (word) DO UPDATE SET count = frequencies.count + excluded.count",
    )
    raw.execute(
        "INSERT INTO meta VALUES ('documents', %s) "
        "ON CONFLICT (key) DO UPDATE SET value = (meta.value::bigint + excluded.value::bigint)::text",
        (str(memory.documents),),
    )


class Past:
    """The narrow view of the recent past, batch-wise calls only."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def documents(self) -> int:
        rows = self._db.read("SELECT value FROM meta WHERE key = 'documents'")
        return int(rows[0][0]) if rows else 0

    def frequencies(self, words: Collection[int]) -> dict[int, int]:
        return dict(self._db.select("SELECT word, count FROM frequencies WHERE word IN", words))

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.word, array_agg(p.item ORDER BY p.at, p.item) FROM unnest(?::bigint[]) AS w (word) CROSS JOIN LATERAL "
            "(SELECT item, at FROM postings WHERE word = w.word AND at BETWEEN ? AND ? ORDER BY at, item LIMIT ?) p GROUP BY 1",
            (list(words), since, until, most),
        )
        return dict(rows)

    def recall(self, items: Collection[int]) -> dict[int, Recalled]:
        rows = self._db.select(
            "SELECT m.item, m.features, p.story, m.at, p.publisher FROM memories m JOIN placements p ON p.item = m.item "
            "WHERE m.item IN",
            items,
        )
        return {item: Recalled(features, story, at, publisher) for item, features, story, at, publisher in rows}

    def members(self, stories: Collection[int]) -> dict[int, list[int]]:
        return self._grouped(
            "SELECT p.story, p.item FROM placements p JOIN items i ON i.n = p.item WHERE p.story IN",
            stories,
            "ORDER BY i.at, i.n",
        )

    def same_address(self, canonicals: Collection[str]) -> dict[str, int]:
        return {address: found[min(found)] for address, found in homes(self._db, canonicals).items()}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> dict[int, list[int]]:
        return self._grouped(
            "SELECT headline, item FROM memories WHERE at BETWEEN ? AND ? AND headline IN",
            keys,
            "ORDER BY headline, at, item",
            since,
            until,
        )

    def _grouped(self, query: str, keys: Collection[int], order: str, *bounds: int) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for key, item in self._db.select(query, keys, order, *bounds):
            found.setdefault(key, []).append(item)
        return found
