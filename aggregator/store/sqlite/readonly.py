"""The archive as the web sees it: never written, never created."""

from __future__ import annotations

from pathlib import Path

from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.past import Past
from aggregator.store.sqlite.reading import Reading
from aggregator.store.sqlite.sources import Sources
from aggregator.store.sqlite.upkeep import Upkeep

PATIENCE = 2.0
"""Seconds. A request for a page waits no longer than this for another process to release the file."""


class ReadOnlyArchive:
    """The parts of an archive that readers use, over a read-only connection. One thread at a time.

    Raises:
        StoreError: there is none, it cannot be read, or another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._connection = Connection(path, read_only=True, patience=PATIENCE)
        self.past = Past(self._connection)
        self.reading = Reading(self._connection)
        self.sources = Sources(self._connection)
        self.upkeep = Upkeep(self._connection)

    def close(self) -> None:
        self._connection.close()
