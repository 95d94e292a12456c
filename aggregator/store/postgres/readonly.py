"""The archive for the web server: never written, never created. The server may be a hot standby."""

from __future__ import annotations

from functools import lru_cache

from aggregator.errors import NotAStore
from aggregator.store.postgres.connection import Connection
from aggregator.store.postgres.schema import version
from aggregator.store.postgres.server import Server
from aggregator.store.postgres.upkeep import Upkeep
from aggregator.store.readable import Readable

PATIENCE = 5
"""A request for a page waits at most so many seconds for the database."""


@lru_cache(maxsize=4)
def _server(url: str) -> Server:
    """One `Server` for all threads, so that they share the knowledge whether it is silent."""
    return Server(url)


class ReadOnlyArchive(Readable[Connection, Upkeep]):
    """An archive over a read-only connection.

    Raises:
        StoreError: there is no archive, or the server does not answer.
    """

    def __init__(self, url: str, owner: str = "") -> None:
        connection = Connection(_server(url), f"readers of {owner}", read_only=True, patience=PATIENCE)
        with connection.translate():
            made = version(connection.raw)
        if not made:
            connection.close()
            raise NotAStore(f"{connection.server.name}: contains no archive yet; `aggregator worker` creates it")
        super().__init__(connection, Upkeep(connection))
