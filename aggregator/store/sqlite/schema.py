"""The schema and its migrations: numbered SQL files, each applied once; all that are due in one transaction. `user_version` of the file is
the number of the last migration that was applied, and `application_id` marks the file as ours."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from aggregator.errors import NotAStore, StoreCorrupt, StoreError, StoreTooNew
from aggregator.normalise.address import canonical
from aggregator.store.migrations import Migration, read_migrations
from aggregator.store.rows import address_hash
from aggregator.store.sources import FREE
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.copying import save_copy

log = logging.getLogger(__name__)

APPLICATION_ID = 0x57495245  # "WIRE"


migrations = partial(read_migrations, "aggregator.store.sqlite")


def version(connection: Connection) -> int:
    return int(connection.read("PRAGMA user_version")[0][0])


def migrate(connection: Connection) -> None:
    """Migrates the file to the newest schema. Before an existing archive is changed, a copy is saved next to it.

    Raises:
        StoreTooNew: a newer version wrote it.
        NotAStore: a database of another program.
    """
    known = migrations()
    newest = known[-1][0]
    current = version(connection)
    if current > newest:
        raise StoreTooNew(
            f"{connection.path}: written by a later version of this program (schema {current}, this one knows {newest}); "
            "install that version again, or restore the copy made before the upgrade"
        )
    _refuse_strangers(connection)
    connection.keep_log()
    if current < newest:
        _apply(connection, known)
    connection.schema = newest


def _apply(connection: Connection, known: Sequence[Migration]) -> None:
    newest = known[-1][0]
    connection.raw.create_function("canonical", 1, canonical, deterministic=True)
    connection.raw.create_function("address_hash", 1, address_hash, deterministic=True)
    saved: Path | None = None
    try:
        with connection.transaction() as raw:
            current = version(connection)
            if current < newest:  # else another process has migrated it
                # These writes first, so that a read-only file raises its error before it is copied.
                raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                raw.execute(f"PRAGMA user_version = {newest}")
                if current:
                    log.warning(
                        "%s: migrating from schema %d to %d, after saving a copy", connection.path, current, newest
                    )
                    saved = _copy(connection, connection.path.with_suffix(f".before-{current + 1:04}.db"))
                for number, _, text in known:
                    if number > current:
                        for statement in _statements(text):
                            raw.execute(statement)
                # processes that hold leases are of an earlier version, and cannot store anything any more
                raw.execute(FREE)
    except StoreError:
        # On a full disk the old version, and the next attempt, need the space of the copy. If another process that waited has migrated the
        # archive by now, the copy is its own.
        if saved:
            with suppress(StoreError, OSError), connection.transaction():
                if version(connection) == current:
                    saved.unlink(missing_ok=True)
        raise


def _refuse_strangers(connection: Connection) -> None:
    with connection.translate():
        application = connection.raw.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise NotAStore(f"{connection.path}: is a database of another program; it was left untouched")


def _copy(connection: Connection, target: Path) -> Path:
    """Saves a copy of the archive, and returns its path. An earlier copy is replaced: the old version may have been used again since. It
    uses its own connection, since SQLite does not copy over a connection that is in a transaction."""
    try:
        with closing(Connection(connection.path, read_only=True)) as before:
            save_copy(before, target)
        return target
    except StoreCorrupt:
        raise
    except StoreError as error:
        raise StoreError(
            f"{connection.path}: written by an earlier version of this program, and not migrated, because no copy of it "
            f"could be saved first; nothing was changed. {error}"
        ) from error


def _statements(text: str) -> Iterator[str]:
    """The single statements of a script, to be run in our transaction (`executescript` would commit it first)."""
    pending = ""
    for line in text.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    yield pending  # comments at the end, or a statement without its semicolon
