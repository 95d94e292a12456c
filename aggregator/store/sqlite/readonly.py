"""The archive for the web server: never written, never created."""

from __future__ import annotations

from pathlib import Path

from aggregator.errors import NotAStore
from aggregator.store.readable import Readable
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.edition import EditionStore
from aggregator.store.sqlite.schema import version
from aggregator.store.sqlite.upkeep import Upkeep

PATIENCE = 2.0
"""A request for a page waits at most so many seconds for another process to release the file."""


class ReadOnlyArchive(Readable[Connection, Upkeep]):
    """An archive over a read-only connection.

    Raises:
        StoreError: the file does not exist, cannot be read, or another process holds it.
    """

    def __init__(self, path: Path) -> None:
        connection = Connection(path, read_only=True, patience=PATIENCE)
        if not version(connection):  # the file of a process that was killed as it made it
            connection.close()
            raise NotAStore(f"{path}: contains no archive yet; `run`, `worker` or `poll` creates it")
        super().__init__(connection, Upkeep(connection))
        self.edition = EditionStore(connection)  # what `plan` and `explain` ask it
