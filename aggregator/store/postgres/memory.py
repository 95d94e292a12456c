"""What the grouping remembers: the index of words, document frequencies, features of recent items."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.story import Remembered
from aggregator.store import past, upserts
from aggregator.store.postgres.connection import Raw, put
from aggregator.store.rows import memory_rows, posting_rows


def save_memory(raw: Raw, memory: Remembered) -> None:
    """Inside the caller's transaction. An item that is grouped again counts again."""
    if not memory.items:
        return
    put(
        raw,
        "memories",
        "bigint bigint text bigint bytea",
        memory_rows(memory),
        "ON CONFLICT (item) DO UPDATE SET at = excluded.at, publisher = excluded.publisher, headline = excluded.headline, "
        "features = excluded.features",
    )
    put(raw, "postings", "bigint bigint bigint", posting_rows(memory))
    put(raw, "frequencies", "bigint bigint", sorted(memory.frequencies), upserts.FREQUENCY)
    raw.execute(
        "INSERT INTO meta VALUES ('documents', %s) "
        "ON CONFLICT (key) DO UPDATE SET value = (meta.value::bigint + excluded.value::bigint)::text",
        (str(memory.documents),),
    )


class Past(past.Past):
    def postings(self, words: Collection[int], since: int, until: int, most: int) -> dict[int, list[int]]:
        rows = self._db.read(
            "SELECT w.word, array_agg(p.item ORDER BY p.at, p.item) FROM unnest(?::bigint[]) AS w (word) CROSS JOIN LATERAL "
            "(SELECT item, at FROM postings WHERE word = w.word AND at BETWEEN ? AND ? ORDER BY at, item LIMIT ?) p GROUP BY 1",
            (list(words), since, until, most),
        )
        return dict(rows)
