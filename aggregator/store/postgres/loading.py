"""Loads a whole archive into an empty database, in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.dialect import Lock
from aggregator.store.postgres.connection import Connection, Raw

FILLED = ("sources", "items", "stories", "configurations")
"""Tables that have rows as soon as an archive is used."""


@contextmanager
def loading(connection: Connection) -> Iterator[Raw]:
    """A transaction in which the database is filled; an exception in it undoes everything.

    Raises:
        StoreError: the database has an archive already, or is being filled by another process.
    """
    with connection.transaction(unhurried=True) as raw:
        raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        lock = raw.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (connection.locks, Lock.LOADING))
        if lock.fetchone() != (True,):
            raise StoreBusy(f"{connection.server.name}: another `copy` is filling it")
        # Processes that start now wait until the transaction ends.
        raw.execute("LOCK TABLE meta, sources, configurations IN SHARE ROW EXCLUSIVE MODE")
        for table in FILLED:
            if raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                raise StoreError(
                    f"{connection.server.name}: holds an archive already ({table} is not empty); name an empty database"
                )
        raw.execute("DELETE FROM meta WHERE key != 'schema'")
        yield raw
        _number(raw)
        # Without statistics of a table that a VACUUM holds, rather than without the copy; autovacuum makes them later.
        raw.execute("ANALYZE (SKIP_LOCKED)")


def read_back(raw: Raw, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table as they are now, to compare them with what was written."""
    kept = " WHERE key != 'schema'" if table == "meta" else ""
    with raw.cursor(name="reading_back") as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(f"SELECT {', '.join(columns)} FROM {table}{kept}".encode())


def _number(raw: Raw) -> None:
    """Sets the sequences, so that new rows get numbers after the last one."""
    for table in ("configurations", "sources", "items", "streams"):
        raw.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'n'), coalesce(max(n), 0) + 1, FALSE) FROM {table}".encode()
        )
