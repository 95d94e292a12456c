"""What the store knows of the items that a document brings, shared by all backends."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.store.dialect import Reads
from aggregator.store.item_addresses import newest_at
from aggregator.store.rows import to_blob, to_id


class Intake:
    """What is read before a poll is stored."""

    def __init__(self, connection: Reads) -> None:
        self._db = connection

    def known(self, ids: Collection[str]) -> dict[str, tuple[int, str]]:
        """Item id → (number, hash of its content), for those of `ids` that were ever stored."""
        rows = self._db.select(
            "SELECT i.id, i.n, coalesce(t.hash, '') FROM items i LEFT JOIN texts t ON t.item = i.n WHERE i.id IN",
            [to_blob(id) for id in ids],
        )
        return {to_id(blob): (n, digest) for blob, n, digest in rows}

    def known_addresses(self, source: str, canonicals: Collection[str]) -> dict[str, str]:
        """Canonical address → id of this source's newest item there."""
        return newest_at(self._db, source, canonicals)

    def known_titles(self, source: str, limit: int = 1000) -> set[str]:
        """Titles of the source's newest items."""
        rows = self._db.read(
            "SELECT t.title FROM items i JOIN sources s ON s.n = i.source JOIN texts t ON t.item = i.n "
            "WHERE s.id = ? ORDER BY i.entered DESC, i.n DESC LIMIT ?",
            (source, limit),
        )
        return {row[0] for row in rows}
