"""Opens the file, and runs transactions."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import orjson

from aggregator.errors import StoreChanged, StoreError
from aggregator.store.dialect import Dialect, Lock
from aggregator.store.migrations import migrated_meanwhile
from aggregator.store.rows import to_json
from aggregator.store.sqlite.failures import translated
from aggregator.store.sqlite.files import identity, look_before_opening, opened, unchanging
from aggregator.text.search import begun, indexed

log = logging.getLogger(__name__)

T = TypeVar("T")

OLDEST = 3, 34
"""The oldest version of SQLite that supports our statements. A new Python may use an old library of the system: Red Hat Enterprise
Linux 9 has exactly this version, and 8 an older one."""
BUSY_SECONDS = 60.0
"""Seconds that a write waits for another process before it fails (F7: a lock of 30 s must not cost a poll)."""
SLICE = 0.5
"""SQLite waits at most so many seconds at a time: Python handles signals only in between, and could otherwise not be interrupted."""
LONG = 2.0
"""Seconds after which a wait is logged. (Requests for pages give up by then.)"""
PAUSE = 0.01
"""Seconds between two attempts, since SQLite does not wait for some locks, such as for a change of the journal mode."""
BOUND = 900  # at most so many values in one statement
TOGETHER = 300
"""So many values are inserted by one statement if the rows have only `NUMBERS`: such rows take half or two thirds of the time that each
takes by itself. With texts they would take twice as long."""
NUMBERS = frozenset(["bigint", "boolean"])


def _words(wanted: Sequence[Sequence[str]], every: bool) -> str:
    """An FTS5 expression of quoted phrases."""
    return (" AND " if every else " OR ").join(f"({' OR '.join(map(_phrase, forms))})" for forms in wanted)


def _phrase(phrase: str) -> str:
    return f'"{indexed(phrase).replace(chr(34), " ")}"{"*" if begun(phrase) else ""}'


DIALECT = Dialect(
    greatest="max",
    found="search.rowid",
    matches="search MATCH ?",
    item_matches="+{0} IN (SELECT search.rowid FROM search WHERE search MATCH ?{1})",  # found once; the sign has it looked up in that
    words=_words,
    but_not="({0}) NOT ({1})",
    expected=None,
    folded="lower({})",
    one_by_one="({} || '')",
    one_of="{} IN (SELECT value FROM json_each(?))",
    listed=lambda values: to_json(list(values)),
    array="SELECT json_group_array({0}) FROM (SELECT {0} FROM {1})",
    locking="",  # there is only one writer
    skip_locked="",
    data_version="PRAGMA data_version",
)


class Connection:
    """One connection to the archive. Threads may share it: each waits until the transaction, statement or closing of another has ended. A
    thread that must not wait opens its own connection."""

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
        look_before_opening(path)
        self._written = unchanging(path) if read_only else None
        mode = "rwc" if not read_only else "ro" if self._written is None else f"ro&{self._written[0]}"
        with self.translate():
            self.raw = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=min(SLICE, patience),
            )
            # Threads of the web server end without notice; so a connection is closed with the last reference to it.
            self._closing = weakref.finalize(self, self.raw.close)
            if self._written:
                self._execute("PRAGMA locking_mode = EXCLUSIVE")  # no index of the log is shared
            self._execute("PRAGMA schema_version")  # reads the header, and so fails if the file is no database
            if not read_only:
                # Only for writers. Closing a connection that has a Python function runs Python code again; if that happens while
                # a thread ends that Python did not start (as all threads of the web server), CPython frees the thread's state
                # twice and crashes.
                self.raw.create_function("indexed", 1, indexed, deterministic=True)
            self._file = identity(path)  # the file exists by now
            opened.add(self._file)
            # A commit must survive a power cut, which costs 2 or 3 ms each: an item that its feed no longer lists would be lost for good.
            self.raw.execute("PRAGMA synchronous = FULL")
            # A batch of the edition changes pages all over the file. With the default of 1,000 pages, all of them would be copied back
            # after each batch. The log (WAL) has about 32 MiB, and is cut to that size after a long read made it grow.
            self.raw.execute("PRAGMA wal_autocheckpoint = 8000")
            self.raw.execute(f"PRAGMA journal_size_limit = {32 << 20}")
            # Each thread of the web server has a cache of its own. What it does not hold is in the system's, which they share.
            self.raw.execute(f"PRAGMA cache_size = -{4096 if read_only else 24576}")
            self.raw.execute("PRAGMA temp_store = MEMORY")
            if read_only:  # it does not make writers faster
                self.raw.execute("PRAGMA mmap_size = 67108864")

    def keep_log(self) -> None:
        """Switches to write-ahead logging (WAL). This changes the file, so it must be known to be ours."""
        with self.translate():
            self._execute("PRAGMA journal_mode = WAL")

    def _execute(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Executes a statement, and repeats it while another process holds the file, up to `patience` seconds; a long wait is logged."""
        began, told = time.monotonic(), False
        while True:
            try:
                return self.raw.execute(query, values)
            except sqlite3.OperationalError as error:
                waited = time.monotonic() - began
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited >= self.patience:
                    raise
                if waited >= LONG and not told:
                    log.warning("%s: another process holds the database; trying for %g s", self.path, self.patience)
                    told = True
                time.sleep(PAUSE)

    def close(self) -> None:
        with self._turn:  # closing a connection that another thread uses would crash the process
            self._closing()

    def _check_file(self) -> None:
        """Raises StoreError if the file was moved or deleted: what is written into it would be lost when this process ends. Called right
        before a commit, so that a move during the transaction is noticed too."""
        if identity(self.path) != self._file:
            raise StoreError(
                f"{self.path}: was moved, replaced or deleted while in use, so nothing more is written; "
                "put it back, or restart to go on with what is there now"
            )

    def check_unchanged(self) -> None:
        """Raises StoreChanged if a file on a read-only disk, which is read without locks, was written all the same, as another container
        may do: what was read is of no one moment, and may seem damaged, or sound though it never was so."""
        if self._written is not None and unchanging(self.path) != self._written:
            raise StoreChanged(f"{self.path}: another process wrote it meanwhile; try again")

    def _check_schema(self) -> None:
        """Raises StoreTooNew if a later version has migrated the file since it was opened: it would misread what this one writes."""
        found = self.raw.execute("PRAGMA user_version").fetchone()[0]
        if self.schema is not None and found != self.schema:
            raise migrated_meanwhile(str(self.path), found, self.schema)

    @contextmanager
    def translate(self) -> Iterator[None]:
        """Converts SQLite's exceptions to StoreError, with the cause attached; and see `check_unchanged`."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            self.check_unchanged()
            raise translated(error, self.path, self.patience) from error
        self.check_unchanged()

    @contextmanager
    def transaction(self, alone: Lock | None = None, *, unhurried: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction, or a part of the one that this thread is in; if a part fails, the whole must be left with its exception, since
        what the part wrote is undone only with the whole. A transaction begins with BEGIN IMMEDIATE, since a deferred one that begins to
        write may fail at once. So there is only one writer, and `alone` is not needed; nor is `unhurried`, since statements have no time
        limit."""
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

    def read(self, query: str, values: Sequence[Any] = (), *, afresh: bool = False) -> list[Any]:
        with self._turn, self.translate():
            return self._execute(query, values).fetchall()

    def free(self, lock: Lock) -> bool:
        return True

    def unread(self) -> AbstractContextManager[None]:
        return nullcontext()

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        with self._turn, self.translate():
            self._execute(query, values)

    def write_each(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._turn, self.translate():
            self.raw.executemany(query, rows)

    def modify(self, query: str, keys: Collection[Any], *bounds: Any) -> None:
        with self._turn, self.translate():
            for part in parts(keys):
                self._execute(f"{query} {marks(len(part))}", (*bounds, *part))

    def insert(
        self, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
    ) -> None:
        columns, rows = types.split(), list(rows)
        many = TOGETHER // len(columns) if NUMBERS.issuperset(columns) else 1
        alone = len(rows) % many if many > 1 else len(rows)
        with self._turn, self.translate():
            for count, some in ((1, rows[:alone]), (many, [[*chain(*part)] for part in parts(rows[alone:], many)])):
                # FAIL, since the whole transaction is rolled back anyway. With the default (ABORT) SQLite would copy each page that a row
                # with triggers changes, to be able to undo only that row.
                row = ", ".join([marks(len(columns))] * count)
                self.raw.executemany(f"INSERT OR FAIL INTO {into} VALUES {row} {then}", some)

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        rows: list[Any] = []
        with self._turn, self.translate():
            for part in parts(keys):
                rows += self._execute(f"{query} {marks(len(part))} {order}", (*bounds, *part))
        return rows

    def each(self, query: str, keys: Collection[int], *bounds: Any) -> dict[int, Any]:
        # One text in JSON, since SQLite and Python take locks for each row of a result: half of the time of a small row. It has the keys,
        # too, by their places, since SQLite promises no order. Where nothing is found, nothing is added.
        asked = list(keys)
        found = f"SELECT group_concat(k.key || ',' || ({query.format('k.value')})) FROM json_each(?) k"
        ((listed,),) = self.read(found, (*bounds, self.dialect.listed(asked)))
        pairs = iter(orjson.loads(f"[{listed or ''}]"))
        return {asked[place]: one for place, one in zip(pairs, pairs, strict=True) if one}


def parts(values: Collection[T], most: int = BOUND) -> Iterator[list[T]]:
    """The values in pieces of at most `most`, because SQLite limits the values of a statement."""
    listed = list(values)
    return (listed[start : start + most] for start in range(0, len(listed), most))


def marks(count: int) -> str:
    return f"({','.join('?' * count)})"
