"""Opens the file, runs transactions, and translates SQLite's errors to ours."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aggregator.errors import (
    OUT_OF_FILES,
    NotAStore,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    TooManyFiles,
)
from aggregator.store.dialect import Dialect, Lock
from aggregator.store.migrations import OTHER_COLUMNS, migrated_meanwhile
from aggregator.store.rows import to_json
from aggregator.text.search import begun, indexed

if TYPE_CHECKING:
    import sqlite_utils

T = TypeVar("T")

OLDEST = 3, 34
"""The oldest version of SQLite that supports our statements. A new Python may use an old library of the system: Red Hat Enterprise
Linux 9 has exactly this version, and 8 an older one."""
BUSY_SECONDS = 60.0
"""Seconds that a write waits for another process before it fails (F7: a lock of 30 s must not cost a poll)."""
SLICE = 0.5
"""SQLite waits at most so many seconds at a time: Python handles signals only in between, and could otherwise not be interrupted."""
PAUSE = 0.01
"""Seconds between two attempts, since SQLite does not wait for some locks, such as for a change of the journal mode."""
BOUND = 900  # at most so many values in one statement
ALONE = b"\1\1"
"""The version bytes in the header of a database without WAL (https://www.sqlite.org/fileformat.html#file_format_version_numbers)."""


def _words(wanted: Sequence[Sequence[str]], every: bool) -> str:
    """An FTS5 expression of quoted phrases."""
    return (" AND " if every else " OR ").join(f"({' OR '.join(map(_phrase, forms))})" for forms in wanted)


def _phrase(phrase: str) -> str:
    return f'"{indexed(phrase).replace(chr(34), " ")}"{"*" if begun(phrase) else ""}'


DIALECT = Dialect(
    greatest="max",
    everything=-1,
    found="search.rowid",
    matches="search MATCH ?",
    item_matches="+{0} IN (SELECT search.rowid FROM search WHERE search MATCH ?{1})",  # found once; the sign has it looked up in that
    words=_words,
    expected=None,
    folded="lower({})",
    one_by_one="({} || '')",
    one_of="{} IN (SELECT value FROM json_each(?))",
    listed=lambda values: to_json(list(values)),
    locking="",  # there is only one writer
    skip_locked="",
)


class Connection:
    """One connection to the archive.

    Threads may share it: each waits until the transaction, statement or closing of another has ended. A thread that must not wait opens
    its own connection.
    """

    dialect = DIALECT

    def __init__(self, path: Path, *, read_only: bool = False, patience: float = BUSY_SECONDS) -> None:
        self.path = path
        self.read_only = read_only
        self.patience = patience
        self.schema: int | None = None  # the version of the schema that this program writes; set by `migrate`
        self._turn = threading.RLock()
        if sqlite3.sqlite_version_info < OLDEST:
            raise StoreError(
                f"{path}: SQLite {'.'.join(map(str, OLDEST))} or later is needed, and this Python has {sqlite3.sqlite_version}; "
                "use a Python that brings a newer one, or a PostgreSQL database"
            )
        _refuse_foreign_log(path)
        with self.translate():
            self.raw = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=min(SLICE, patience),
            )
            # Threads of the web server end without notice; so a connection is closed with the last reference to it.
            self._closing = weakref.finalize(self, self.raw.close)
            self._execute("PRAGMA schema_version")  # reads the header, and so fails if the file is no database
            if not read_only:
                # Only for writers. Closing a connection that has a Python function runs Python code again; if that happens while
                # a thread ends that Python did not start (as all threads of the web server), CPython frees the thread's state
                # twice and crashes.
                self.raw.create_function("indexed", 1, indexed, deterministic=True)
            self._file = identity(path)  # the file exists by now
            _opened.add(self._file)
            # A commit must survive a power cut, which costs 2 or 3 ms each: an item that its feed no longer lists would be lost for good.
            self.raw.execute("PRAGMA synchronous = FULL")
            # A batch of the edition changes pages all over the file. With the default of 1,000 pages, all of them would be copied back
            # after each batch. The log (WAL) has about 32 MiB, and is cut to that size after a long read made it grow.
            self.raw.execute("PRAGMA wal_autocheckpoint = 8000")
            self.raw.execute(f"PRAGMA journal_size_limit = {32 << 20}")
            self.raw.execute("PRAGMA cache_size = -24576")
            self.raw.execute("PRAGMA temp_store = MEMORY")
            if read_only:  # it does not make writers faster
                self.raw.execute("PRAGMA mmap_size = 67108864")

    def keep_log(self) -> None:
        """Switches to write-ahead logging (WAL). This changes the file, so it must be known to be ours."""
        with self.translate():
            self._execute("PRAGMA journal_mode = WAL")

    @cached_property
    def tables(self) -> sqlite_utils.Database:
        """sqlite-utils over the same connection. Created at first use: it imports numpy, which slows down commands that only read."""
        import sqlite_utils

        return sqlite_utils.Database(self.raw)

    def _execute(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Executes a statement, and repeats it while another process holds the file, up to `patience` seconds."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return self.raw.execute(query, values)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
                time.sleep(PAUSE)

    def close(self) -> None:
        with self._turn:  # closing a connection that another thread uses would crash the process
            self._closing()

    def _check_file(self) -> None:
        """Raises StoreError if the file was moved or deleted: what is written into it would be lost when this process ends.

        Called right before a commit, so that a move during the transaction is noticed too.
        """
        if identity(self.path) != self._file:
            raise StoreError(
                f"{self.path}: was moved, replaced or deleted while in use, so nothing more is written; "
                "put it back, or restart to go on with what is there now"
            )

    def _check_schema(self) -> None:
        """Raises StoreTooNew if a later version has migrated the file since it was opened: it would misread what this one writes."""
        found = self.raw.execute("PRAGMA user_version").fetchone()[0]
        if self.schema is not None and found != self.schema:
            raise migrated_meanwhile(str(self.path), found, self.schema)

    @contextmanager
    def translate(self) -> Iterator[None]:
        """Converts SQLite's exceptions to StoreError, with the cause attached."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._ours(error) from error

    def _ours(self, error: sqlite3.DatabaseError) -> StoreError:
        full_code = getattr(error, "sqlite_errorcode", None) or 0
        code, path, said = full_code & 0xFF, self.path, str(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(f"{path}: another process holds the database; tried for {self.patience:g} seconds")
        no_file = code == sqlite3.SQLITE_CANTOPEN and _inodes_left(path.parent) == 0
        if no_file or code == sqlite3.SQLITE_FULL or full_code == sqlite3.SQLITE_IOERR_SHMSIZE:
            # SHMSIZE: the first process to open the archive could not create the shared index of the log (the -shm file).
            reads = "reading still works" if code == sqlite3.SQLITE_FULL else "even reading needs some room on it"
            full = "takes no further file, however much room it has (see df -i)" if no_file else "is full"
            return StoreFull(f"{path}: the disk {full}; nothing was changed, {reads}")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            if code != sqlite3.SQLITE_CANTOPEN or _files_left():
                return StoreReadOnly(
                    f"{path}: cannot be opened for writing; check that the file and its folder are yours"
                )
            said = f"cannot be opened: {TooManyFiles()}"
        if code == sqlite3.SQLITE_CORRUPT:
            return damaged(path)
        if code == sqlite3.SQLITE_NOTADB:
            return NotAStore(f"{path}: is not a database of this program; it was left untouched")
        return StoreTooNew(f"{path}: {OTHER_COLUMNS}") if "no such column" in said else StoreError(f"{path}: {said}")

    @contextmanager
    def transaction(self, alone: Lock | None = None, *, unhurried: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction, or a part of the one that this thread is in. It begins with BEGIN IMMEDIATE, since a deferred one that begins to
        write may fail at once.

        So there is only one writer, and `alone` is not needed; nor is `unhurried`, since statements have no time limit.
        """
        with self._turn, self.translate():
            begun = self.raw.in_transaction
            if begun:
                yield self.raw
                return
            self._execute("BEGIN IMMEDIATE")
            try:
                self._check_schema()
                yield self.raw
                self._check_file()
                self.raw.execute("COMMIT")
            except BaseException:
                if self.raw.in_transaction:
                    self.raw.execute("ROLLBACK")
                raise

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._turn, self.translate():
            return self._execute(query, values).fetchall()

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        with self._turn, self.translate():
            self._execute(query, values)

    def modify(self, query: str, keys: Collection[Any], *bounds: Any) -> None:
        with self._turn, self.translate():
            for part in parts(keys):
                self._execute(f"{query} {marks(len(part))}", (*bounds, *part))

    def insert(
        self, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
    ) -> None:
        with self._turn, self.translate():
            # FAIL, since the whole transaction is rolled back anyway. With the default (ABORT) SQLite would copy each page that a row
            # with triggers changes, to be able to undo only that row.
            self.raw.executemany(f"INSERT OR FAIL INTO {into} VALUES {marks(len(types.split()))} {then}", rows)

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        rows: list[Any] = []
        with self._turn, self.translate():
            for part in parts(keys):
                rows += self._execute(f"{query} {marks(len(part))} {order}", (*bounds, *part))
        return rows


def _files_left() -> bool:
    """Whether this process can open the three files of an archive: the database, its log (-wal) and the index of the log (-shm)."""
    with ExitStack() as opened:
        try:
            for _ in range(3):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            return error.errno not in OUT_OF_FILES
    return True


def _inodes_left(folder: Path) -> int | None:
    """The number of files that can still be created on the disk; None if it has no limit, or is unknown."""
    with suppress(OSError):
        disk = os.statvfs(folder)
        return disk.f_favail if disk.f_files else None
    return None


def damaged(path: Path, found: str = "") -> StoreCorrupt:
    return StoreCorrupt(
        f"{path}: the database is damaged{found and f' ({found})'} and is left as it is. Stop the service, move the file away, with "
        f"{path.name}-wal and {path.name}-shm, which belong to it, and put back a copy made by `aggregator backup` (cp BACKUP {path})"
    )


_opened: set[tuple[int, int] | None] = set()
"""The files that this process has opened, by `identity`."""
_looking = threading.Lock()


def _refuse_foreign_log(path: Path) -> None:
    """Refuses to open a file next to the log (-wal) of another archive.

    SQLite would write that log into a file that was restored from a backup, and so destroy it. Next to a new file it would delete the
    log, which may have the newest data of an archive that was moved away. A log is foreign if the header of the file says that it has no
    log: this is so in a copy made by `backup`, until it is opened.

    A file is examined only before this process opens it for the first time: when any handle of a file is closed, the system releases all
    locks that the process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        StoreError: the log is that of the archive that was there before.
    """
    log = path.with_name(path.name + "-wal")
    with _looking:
        if (file := identity(path)) in _opened:
            return
        if _is_foreign(log, path):
            raise StoreError(
                f"{path}: {log.name} beside it is the log of another archive, which was there before; it would destroy this one, or be "
                f"deleted. Move {log.name} and {path.name}-shm to where that was moved"
            )
        _opened.add(file)


def _is_foreign(log: Path, path: Path) -> bool:
    with suppress(OSError):  # SQLite will raise the error
        if log.stat().st_size:
            with path.open("rb") as file:
                return file.read(20)[18:] in (ALONE, b"")
    return False


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file with this name, or None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def parts(values: Collection[T]) -> Iterator[list[T]]:
    """The values in pieces of at most `BOUND`, because SQLite limits the values of a statement."""
    listed = list(values)
    return (listed[start : start + BOUND] for start in range(0, len(listed), BOUND))


def marks(count: int) -> str:
    return f"({','.join('?' * count)})"
