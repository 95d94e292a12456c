"""Where the configuration and the data of a service are, how its archive is opened (a SQLite file, or a database on a PostgreSQL server),
and the clock that it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from aggregator.errors import StoreError, StoreReadOnly, UsageError
from aggregator.worker.identity import identity

if TYPE_CHECKING:
    from aggregator.store.postgres.archive import PostgresArchive
    from aggregator.store.postgres.archive import ReadOnlyArchive as PostgresReadOnly
    from aggregator.store.sqlite.archive import ReadOnlyArchive, SqliteArchive

    Store = SqliteArchive | PostgresArchive
    ReadOnlyStore = ReadOnlyArchive | PostgresReadOnly

FILE = "aggregator.db"
SERVERS = ("postgresql://", "postgres://")
"""Prefixes of PostgreSQL addresses."""


class Installation(Struct, frozen=True):
    """`config`: path of feeds.yaml; `instance`: folder of the data; `database`: --database, if given; `address`: the address at which
    the service listens, used in links if `site.url` is not set.

    Raises:
        UsageError: the path of the configuration is not in UTF-8. Messages and the stored configuration contain it.
    """

    config: Path
    instance: Path
    database: str | None = None
    address: str = "http://127.0.0.1:8000"

    def __post_init__(self) -> None:
        try:
            str(self.config).encode()
        except UnicodeEncodeError:
            raise UsageError(f"the path is not in UTF-8, rename the folder or file: {str(self.config)!a}") from None

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Installation:
        return cls(
            Path(environ.get("AGGREGATOR_CONFIG", "feeds.yaml")),
            Path(environ.get("AGGREGATOR_INSTANCE", "instance")),
            environ.get("AGGREGATOR_DATABASE_URL") or None,
            environ.get("AGGREGATOR_ADDRESS", "http://127.0.0.1:8000"),
        )

    def environment(self) -> dict[str, str]:
        """Environment variables for a child process of the same installation."""
        return {
            "AGGREGATOR_CONFIG": str(self.config),
            "AGGREGATOR_INSTANCE": str(self.instance),
            "AGGREGATOR_DATABASE_URL": self.database or "",
            "AGGREGATOR_ADDRESS": self.address,
        }


def is_there(path: Path) -> bool:
    """Whether there is anything at this path. Unlike `Path.exists`, which from Python 3.14 on returns False if the folder may not be
    read.

    Raises:
        OSError: the folder may not be read.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def driver() -> Iterator[None]:
    """Turn the error that the PostgreSQL driver (an optional extra) is missing into a clear message."""
    try:
        yield
    except ImportError as error:
        # "aggregator[postgres]" would be another project's package where an index is asked for it.
        raise UsageError(
            "--database: PostgreSQL needs the extra `postgres`, which `make install` sets up "
            f"(with pip, in the checkout: `pip install '.[postgres]'`): {error}"
        ) from error


class Database:
    """The archive of an installation. Each call that opens it returns a new connection."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    @property
    def shared(self) -> bool:
        """Whether the archive is on a server, where any number of machines use it."""
        return (self._installation.database or "").startswith(SERVERS)

    @property
    def file(self) -> Path:
        """The file of a SQLite archive. Raises UsageError if the address in --database is not understood."""
        url = self._installation.database
        if url is None:
            return self._installation.instance / FILE
        path = url.removeprefix("sqlite:///")
        # Not in memory: each connection would have an archive of its own.
        if path not in (url, ":memory:") and Path(path).name:
            return Path(path)
        raise UsageError(
            "--database: expected sqlite:///PATH or postgresql://USER@HOST/DATABASE; leave it out for the database in "
            "the instance folder"
        )

    @property
    def exists(self) -> bool:
        """Whether there is an archive. On a server always: it is created on first use.

        Raises:
            StoreError: the folder may not be read.
        """
        try:
            return self.shared or is_there(self.file)
        except OSError as error:
            raise StoreError(f"{self.file}: cannot be opened: {error.strerror}") from error

    def open(self) -> Store:
        """Open for reading and writing; the archive is created or migrated if necessary."""
        return self.server() if self.shared else self.sqlite()

    def notice_if_new(self) -> str | None:
        """What to tell before `open` creates an archive, since its location may be mistyped; None if there is one."""
        if self.exists:
            return None
        return (
            f"{self.file}: there is no archive here, so an empty one is made, which `run`, `worker` or `poll` fills; if there should be "
            "one, give its location with --instance or --database"
        )

    def open_existing(self) -> Store:
        """As `open`, but never creates an archive. For commands that need its contents: a new, empty archive would hide that its location
        was mistyped.

        Raises:
            StoreError: there is no archive.
        """
        if missing := self.missing():
            raise StoreError(missing)
        return self.open()

    def missing(self) -> str | None:
        """What to tell where no archive is to be made, since its location may be mistyped; None if there is one."""
        if self.exists:
            return None
        return f"{self.file}: there is no archive here; give its location with --instance or --database (`run` and `poll` make one)"

    def open_to_read(self) -> Store | ReadOnlyArchive:
        """As `open_existing`, but also a file that may only be read, as on a disk that fails. (Of a server only an archive of an earlier
        version cannot be opened so, and that cannot be read.)"""
        try:
            return self.open_existing()
        except StoreReadOnly:
            if self.shared:
                raise
            return self._file_read_only()

    def sqlite(self) -> SqliteArchive:
        from aggregator.store.sqlite.archive import SqliteArchive

        return SqliteArchive(self.file)

    def server(self) -> PostgresArchive:
        """Open the PostgreSQL archive, which has methods that SQLite does not have."""
        with driver():
            from aggregator.store.postgres.archive import PostgresArchive

        return PostgresArchive(self._installation.database or "", identity())

    def read_only(self) -> ReadOnlyStore:
        return self._server_read_only() if self.shared else self._file_read_only()

    def _file_read_only(self) -> ReadOnlyArchive:
        from aggregator.store.sqlite.archive import ReadOnlyArchive

        return ReadOnlyArchive(self.file)

    def troubles(self) -> tuple[str, ...]:
        """The problems that workers report (with SQLite in the instance folder, since the store may be the problem)."""
        from aggregator.worker.lock import troubles

        if self.shared:
            return self._status_archive.upkeep.troubles()
        return troubles(self._installation.instance) or (() if self.exists else (f"store: {self.file} is gone",))

    @cached_property
    def _status_archive(self) -> PostgresReadOnly:
        """A connection for `troubles`, shared by threads."""
        return self._server_read_only()

    def _server_read_only(self) -> PostgresReadOnly:
        with driver():
            from aggregator.store.postgres.archive import ReadOnlyArchive

        return ReadOnlyArchive(self._installation.database or "", identity())
