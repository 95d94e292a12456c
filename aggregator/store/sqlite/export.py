"""Reads all rows of the file, to copy them to another backend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aggregator.store.rows import unpack
from aggregator.store.sqlite.connection import Connection

_DERIVED = "search"
"""The name (prefix) of the tables of the full-text index. They are not copied, but rebuilt from the texts."""
_FREE = {"lease_owner": "NULL", "lease_until": "0"}
"""Values for the columns of leases, which are not copied."""


class Export:
    """A context manager that reads one snapshot: the state committed when it began, whatever is written in the meantime."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def __enter__(self) -> Export:
        with self._db.translate():
            self._db.raw.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        with self._db.translate():
            self._db.raw.execute("ROLLBACK")

    def tables(self) -> dict[str, list[str]]:
        """Table → its columns."""
        import sqlite_utils  # brings numpy, which slows down commands that only read

        with self._db.translate():
            tables = sqlite_utils.Database(self._db.raw)
            names = [name for name in tables.table_names() if not name.startswith(("sqlite", _DERIVED))]
            return {name: [column.name for column in tables.table(name).columns] for name in names}

    def count(self, table: str) -> int:
        return int(self._db.read(f"SELECT count(*) FROM {table}{_kept(table)}")[0][0])

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(_FREE.get(column, column) for column in columns)
        content = columns.index("content") if table == "texts" else None
        with self._db.translate():
            for row in self._db.raw.execute(f"SELECT {names} FROM {table}{_kept(table)}"):
                yield row if content is None else (*row[:content], unpack(row[content]), *row[content + 1 :])


def _kept(table: str) -> str:
    return " WHERE key != 'edition'" if table == "meta" else ""
