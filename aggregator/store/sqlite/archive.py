"""The archive in a SQLite file, as writers and as readers open it: narrow interfaces, one for each kind of caller, over one connection."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from aggregator.errors import NotAStore
from aggregator.store.articles import Articles
from aggregator.store.readable import Readable
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.edition import EditionStore
from aggregator.store.sqlite.export import Export
from aggregator.store.sqlite.files import make_folder
from aggregator.store.sqlite.intake import Intake
from aggregator.store.sqlite.schema import migrate, version
from aggregator.store.sqlite.upkeep import Upkeep

MODE = 0o640
"""Permissions of a new archive. It contains the text of feeds.yaml, which may contain passwords, so other users may not read it."""

PATIENCE = 2.0
"""A request for a page waits at most so many seconds for another process to release the file."""


class SqliteArchive(Readable[Connection, Upkeep]):
    """Opens the file; creates or migrates it if necessary. For one thread at a time.

    Raises:
        StoreError: see `aggregator.errors`; the file is never overwritten.
    """

    def __init__(self, path: Path) -> None:
        make_folder(path.parent)
        with suppress(OSError):  # the file exists, or SQLite will raise the error
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, MODE))
        self.path = path
        connection = Connection(path)
        migrate(connection)
        super().__init__(connection, Upkeep(connection))
        self.intake = Intake(connection, self.sources)
        self.edition = EditionStore(connection)
        self.articles = Articles(connection)

    def absent(self, owner: str) -> bool:
        """Always true: a file does not know which processes use it."""
        return True

    def time(self) -> float:
        """The clock of all who use the file, in seconds since 1970: that of this machine."""
        return time.time()

    def agree(self) -> None:
        """Nothing is checked: there is no other clock, and each transaction checks the schema."""

    def export(self) -> Export:
        """All rows of the archive, to copy them to another backend."""
        return Export(self._connection)


class ReadOnlyArchive(Readable[Connection, Upkeep]):
    """Opens the file as the web does: it is never written, never created.

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
