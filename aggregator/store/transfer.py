"""Copies an archive from a SQLite file into a PostgreSQL database, and verifies the copy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from aggregator.errors import StoreError
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.store.postgres.connection import Raw, copy, storable
from aggregator.store.postgres.intake import index_texts
from aggregator.store.sqlite.archive import SqliteArchive

log = logging.getLogger(__name__)


class Sum(Struct):
    """The number of rows and their checksum: the sum of a 64-bit hash of each, so that the order of rows does not matter."""

    rows: int = 0
    digest: int = 0

    def add(self, row: tuple[Any, ...]) -> None:
        said = repr([int(value) if isinstance(value, bool) else value for value in row])
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big")) % (1 << 64)

    def along(self, rows: Iterable[tuple[Any, ...]], seen: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self.add(row)
            if self.rows % 5000 == 0:
                seen(5000)
            yield row
        seen(self.rows % 5000)


def transfer(
    source: SqliteArchive, target: PostgresArchive, progress: Callable[[int, int], None] = lambda done, of: None
) -> dict[str, Sum]:
    """Copies all rows, reads them back, and compares. Returns table → its sum.

    Raises:
        StoreError: the target is not empty, what was read back differs, or the source was written to meanwhile, so that
            news would be missing; the target is then left as it was.
    """
    sums: dict[str, Sum] = {}
    with target.loading() as raw:
        with source.export() as export:
            copied = source.reading.data_version()
            held = export.tables()
            ours = {
                name for (name,) in raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            }
            if strange := held.keys() - ours:  # as `lost_and_found`, which SQLite's `.recover` leaves
                log.warning("%s: not copied, since they are none of ours: %s", source.path, ", ".join(sorted(strange)))
            tables = {table: columns for table, columns in held.items() if table in ours}
            total = 2 * sum(map(export.count, tables)) + export.count("texts")
            done = 0

            def seen(count: int) -> None:
                nonlocal done
                done += count
                progress(done, total)

            # Streams after entries: so the trigger that counts new entries in `streams` finds no row, and does not count twice.
            for table in sorted(tables, key=lambda name: (name == "streams", name)):
                sums[table] = Sum()
                rows = (tuple(map(storable, row)) for row in export.rows(table, tables[table]))
                copy(raw, f"{table} ({', '.join(tables[table])})", sums[table].along(rows, seen))
        index_texts(raw, "search", seen)
        for table, columns in tables.items():
            back = Sum()
            for _ in back.along(_read_back(raw, table, columns), seen):
                pass
            if back != sums[table]:
                raise StoreError(f"{table}: {back.rows} rows with sum {back.digest:016x} came back, {sums[table].rows} with "
                                 f"{sums[table].digest:016x} were written; nothing was kept")  # fmt: skip
        if source.reading.data_version() != copied:
            raise StoreError(f"{source.path}: was written to while it was copied, and what came would be missing; "
                             "nothing was kept. Stop what polls into it, `poll` too, and copy again")  # fmt: skip
    return sums


def _read_back(raw: Raw, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    kept = " WHERE key != 'schema'" if table == "meta" else ""
    with raw.cursor(name="reading_back") as cursor:
        cursor.itersize = 5000
        yield from cursor.execute(f"SELECT {', '.join(columns)} FROM {table}{kept}".encode())
