"""The order in which rows are locked that several processes write, so that no deadlock occurs:

1. the version of the streams (`versions.next_version`);
2. sources, by number; the lock of a source also covers everything that is stored about its items;
3. the items that wait for the edition, by number.

SQLite has one writer at a time, and needs no locks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from aggregator.store.dialect import Reads


def lock_sources(db: Reads, column: str, values: Collection[Any]) -> None:
    """Locks the sources with one of these values in `column`. Needed before several sources, or rows about their items, are written."""
    if db.dialect.locking:
        db.select(f"SELECT n FROM sources WHERE {column} IN", values, f"ORDER BY n{db.dialect.locking}")
