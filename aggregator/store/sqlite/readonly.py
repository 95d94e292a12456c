"""The archive for the web server: never written, never created."""

from __future__ import annotations

from pathlib import Path

from aggregator.store.past import Past
from aggregator.store.reading import Reading
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.sources import Sources
from aggregator.store.sqlite.upkeep import Upkeep

PATIENCE = 2.0
"""A request for a page waits at most so many seconds for another process to release the file."""


class Readable:
    """The parts of an archive that readers use, over one connection. For one thread at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.past = Past(connection)
        self.reading = Reading(connection)
        self.sources = Sources(connection)
        self.upkeep = Upkeep(connection)

    def close(self) -> None:
        self._connection.close()


class ReadOnlyArchive(Readable):
    """An archive over a read-only connection.

    Raises:
        StoreError: the file does not exist, cannot be read, or another process holds it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(Connection(path, read_only=True, patience=PATIENCE))
