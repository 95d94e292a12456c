"""The archive in a PostgreSQL database, as writers and as readers open it: narrow interfaces, one for each kind of caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import time as this_clock

from aggregator.errors import ClockApart, NotAStore, StoreBusy, StoreError
from aggregator.store.articles import Articles
from aggregator.store.dialect import Lock
from aggregator.store.postgres.connection import Connection, QueueConnection, Raw
from aggregator.store.postgres.edition import EditionStore
from aggregator.store.postgres.intake import Intake
from aggregator.store.postgres.schema import migrate, version
from aggregator.store.postgres.server import Server, session_name
from aggregator.store.postgres.upkeep import Upkeep
from aggregator.store.readable import Readable

APART = 30.0
"""Seconds that a machine's clock may differ from the server's. Two machines may then differ by a minute, which `schedule.clock.SLACK` and
the intake still ignore; if they differ by more, each corrects the times that the other stores, and sources are polled too early."""

FILLED = ("sources", "items", "stories", "configurations")
"""Tables that have rows as soon as an archive is used."""

PATIENCE = 5
"""A request for a page waits at most so many seconds for the database."""


class PostgresArchive(Readable[Connection, Upkeep]):
    """Connects to the database at `url`; creates or migrates its tables if necessary. `owner` identifies this process to others.

    Raises:
        UsageError: the address cannot be read.
        StoreError: see `aggregator.errors`; the message never contains the password.
    """

    of_queue = QueueConnection

    def __init__(self, url: str, owner: str = "") -> None:
        connection = Connection(Server(url), owner)
        migrate(connection)
        super().__init__(connection, Upkeep(connection))
        self.intake = Intake(connection, self.sources)
        self.edition = EditionStore(connection)
        self.articles = Articles(connection)

    def absent(self, owner: str) -> bool:
        """Whether no process of this name is connected now."""
        return not self.connected(session_name(owner))

    def connected(self, name: str) -> bool:
        """Whether there is a session of this name now."""
        query = "SELECT 1 FROM pg_stat_activity WHERE application_name = ? AND datname = current_database() LIMIT 1"
        return bool(self._connection.read(query, (name,)))

    def time(self) -> float:
        """The clock of the server, in seconds since 1970."""
        return float(self._connection.read("SELECT extract(epoch FROM clock_timestamp())")[0][0])

    def agree(self, clock: Callable[[], float] = this_clock) -> None:
        """Check that this process may share the archive with others. `clock` gives seconds since 1970.

        Raises:
            StoreTooNew: a newer version migrated it to a schema that this one does not know.
            ClockApart: a source that was just polled would here seem to be polled long ago, or in the future, and be polled again.
        """
        with self._connection.transaction():
            pass  # it checks the schema
        asked = clock()
        server = self.time()
        behind, ahead = server - clock(), asked - server
        if (off := max(behind, ahead)) > APART:
            told = f"{off:.0f} seconds" if off < 120 else f"{off / 60:.0f} minutes"
            raise ClockApart(
                f"{self._connection.server.name}: its clock and that of this machine are {told} apart, this one is "
                f"{'behind' if behind > 0 else 'ahead'}; until they are set right (NTP), nothing is stored from here"
            )

    def address(self, name: str) -> str:
        """The address (with the password) for sessions of the queue with this name."""
        return self._connection.server.address(name)

    @contextmanager
    def loading(self) -> Iterator[Raw]:
        """A transaction in which the empty database is filled with a whole archive; an exception in it undoes everything.

        Raises:
            StoreError: the database has an archive already, or is being filled by another process.
        """
        name = self._connection.server.name
        with self._connection.transaction(unhurried=True) as raw:
            raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            if not self._connection.free(Lock.LOADING):
                raise StoreBusy(f"{name}: another `copy` is filling it")
            # Processes that start now wait until the transaction ends.
            raw.execute("LOCK TABLE meta, sources, configurations IN SHARE ROW EXCLUSIVE MODE")
            for table in FILLED:
                if raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                    raise StoreError(f"{name}: holds an archive already ({table} is not empty); name an empty database")
            raw.execute("DELETE FROM meta WHERE key != 'schema'")
            yield raw
            # New rows get numbers after the last one.
            for table in ("configurations", "sources", "items", "streams"):
                last = f"SELECT coalesce(max(n), 0) + 1 FROM {table}"
                raw.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'n'), ({last}), FALSE)".encode())
            # Without statistics of a table that a VACUUM holds, rather than without the copy; autovacuum makes them later.
            raw.execute("ANALYZE (SKIP_LOCKED)")


@lru_cache(maxsize=4)
def _server(url: str) -> Server:
    """One `Server` for all threads, so that they share the knowledge whether it is silent."""
    return Server(url)


class ReadOnlyArchive(Readable[Connection, Upkeep]):
    """Connects as the web does: the archive is never written, never created. The server may be a hot standby.

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
