"""In which order rows are locked that several processes write at once, so that no two ever wait for each other: first the version of the
streams (`versions.next_version`), then sources by number, each of which stands for all that is stored of its items, then what waits for
the edition, by item. A SQLite file has one writer at a time, and locks nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from aggregator.store.dialect import Reads


def lock_sources(db: Reads, column: str, values: Collection[Any]) -> None:
    """Those with one of these values, before more than one of them is written, or anything of their items."""
    _lock(db, "sources", "n", column, values)


def lock_waiting(db: Reads, items: Collection[int]) -> None:
    """What waits of these items, before it is written."""
    _lock(db, "pending", "item", "item", items)


def _lock(db: Reads, table: str, key: str, column: str, values: Collection[Any]) -> None:
    if db.dialect.locking:
        db.select(f"SELECT {key} FROM {table} WHERE {column} IN", values, f"ORDER BY {key}{db.dialect.locking}")
