"""Which texts are old enough to be deleted. The same for every backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aggregator.store.dialect import Reads

LISTED_EVERY = 86_400
"""How exactly we note when an item was last listed; finer would rewrite every row at every poll."""


def limits(db: Reads, now: int, keep: int, per_source: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """(number of a source, time): texts last listed before that time are deleted. A source that answers "not modified"
    lists what its last document did, although nothing was read again."""
    for n, id, answered in db.read("SELECT n, id, last_success FROM sources ORDER BY n"):
        limit = now - per_source.get(id, keep)
        if answered is not None and answered >= limit:
            limit = min(limit, _last_document(db, n) - LISTED_EVERY)
        yield n, limit


def _last_document(db: Reads, source: int) -> int:
    """When items of a source were last read from one of its documents; 0: it has none."""
    query = "SELECT max(t.listed) FROM items i JOIN texts t ON t.item = i.n WHERE i.source = ?"
    return int(db.read(query, (source,))[0][0] or 0)
