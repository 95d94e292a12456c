"""The archive as the web sees it: never written, never created. A hot standby is enough."""

from __future__ import annotations

from functools import lru_cache

from aggregator.errors import NotAStore
from aggregator.store.postgres.connection import Connection
from aggregator.store.postgres.past import Past
from aggregator.store.postgres.reading import Reading
from aggregator.store.postgres.schema import version
from aggregator.store.postgres.server import Server
from aggregator.store.postgres.sources import Sources
from aggregator.store.postgres.upkeep import Upkeep

PATIENCE = 5
"""Seconds. A request for a page waits no longer than this for the server."""


@lru_cache(maxsize=4)
def _server(url: str) -> Server:
    """One for all threads: what one has learned of its silence holds for the others."""
    return Server(url)


class ReadOnlyArchive:
    """The parts of an archive that readers use, over a read-only connection. One thread at a time.

    Raises:
        StoreError: there is none, or the server does not answer.
    """

    def __init__(self, url: str, owner: str = "") -> None:
        self._connection = Connection(_server(url), f"readers of {owner}", read_only=True, patience=PATIENCE)
        with self._connection.translate():
            made = version(self._connection.raw)
        if not made:
            self._connection.close()
            raise NotAStore(f"{self._connection.server.name}: contains no archive yet; `aggregator worker` creates it")
        self.past = Past(self._connection)
        self.reading = Reading(self._connection)
        self.sources = Sources(self._connection)
        self.upkeep = Upkeep(self._connection)

    def close(self) -> None:
        self._connection.close()
