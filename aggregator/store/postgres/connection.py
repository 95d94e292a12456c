"""A connection to the server, its transactions, and rows written over it."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, TypeVar
from zlib import crc32

import psycopg
from psycopg import errors
from psycopg.abc import PQGen

from aggregator.errors import StoreError
from aggregator.store.dialect import Dialect, Lock, Reads
from aggregator.store.migrations import migrated_meanwhile
from aggregator.store.postgres.failures import POOLED, SILENT, translated
from aggregator.store.postgres.full_text import query as words_query
from aggregator.store.postgres.refusals import Refusals
from aggregator.store.postgres.server import BUSY_SECONDS, Server, session_name

T = TypeVar("T")

OUR_LOCKS = 0x57495245
"""The class of our advisory locks in the schema `public`; their numbers are those of `dialect.Lock`."""

_AS_LONG_AS_IT_TAKES = b"""SELECT set_config('transaction_timeout', '0', FALSE)
    WHERE current_setting('transaction_timeout', TRUE) != '0'"""
"""Before PostgreSQL 17 there is no such setting, so that it cannot be among those that a session begins with (`Server.address`)."""


def expected(db: Reads, query: str, values: Sequence[Any]) -> int:
    ((plan,),) = db.read(f"EXPLAIN (FORMAT JSON) {query}", values)
    return int(plan[0]["Plan"]["Plan Rows"])


DIALECT = Dialect(
    greatest="greatest",
    everything=None,
    found="search.item",
    matches="search.words @@ ?::tsquery",
    item_matches="EXISTS (SELECT 1 FROM search WHERE search.item = {0} AND search.words @@ ?::tsquery{1})",
    words=words_query,
    expected=expected,
    folded='lower({} COLLATE "C")',
    one_by_one="{}",
    one_of="{} = ANY(?)",
    listed=list,
    locking=" FOR NO KEY UPDATE",
    skip_locked=" FOR UPDATE SKIP LOCKED",
)


@lru_cache(maxsize=1024)
def sql(query: str) -> str:
    """SQL with `?` for values, as our backends share it, in the form that psycopg needs."""
    return query.replace("%", "%%").replace("?", "%s")


LATE = 1.2
"""How long an answer is waited for, as a multiple of the time after which the server gives a statement up. Nothing else notices a
server that hangs, or one that is gone behind a proxy which keeps our connection open."""


@contextmanager
def _hanging_up(raw: psycopg.BaseConnection[Any], patience: float | None) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except psycopg.OperationalError:
        if patience and time.monotonic() - began > patience:
            raw.pgconn.finish()  # the answer may come yet: not to the next question
        raise


class Raw(psycopg.Connection[tuple[Any, ...]]):
    patience: float | None = BUSY_SECONDS  # None: whatever is asked may take as long as it needs

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        with _hanging_up(self, self.patience):
            return super().wait(gen, interval, timeout or (self.patience and self.patience * LATE))


class QueueConnection(psycopg.AsyncConnection[Any]):
    patience = BUSY_SECONDS

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        with _hanging_up(self, self.patience):
            return await super().wait(gen, interval, timeout or self.patience * LATE)


class Connection:
    """One connection to the archive. Threads may share it: one transaction waits for the other. A lost connection is
    reopened; `opened` counts how often.

    A loss is usually noticed by the first query after the server restarted, or after a quiet night: a query that had
    not begun yet is repeated, and nobody notices. A server that is not back yet is asked at growing intervals.
    """

    dialect = DIALECT

    def __init__(self, server: Server, owner: str, *, read_only: bool = False, patience: int = BUSY_SECONDS) -> None:
        self.server = server
        self.opened = 0
        self.schema: int | None = None  # that this program writes, once `migrate` has seen to it
        self._raw: Raw
        self._name = session_name(owner)
        self._read_only = read_only
        self._patience = patience
        self._refusals = Refusals(longest=patience / 2)
        self._turn = threading.RLock()
        self._begun = False  # a transaction is under way: what it did is lost with the connection
        with self.translate(), self._noting_silence():
            self._open()
            settled = "SELECT current_setting('lock_timeout')::interval = %s::interval, current_schema()"
            ((passed_on, schema),) = self._raw.execute(settled, (f"{patience}s",)).fetchall()
            if not passed_on:
                self.close()
                raise StoreError(f"{server.name}: {POOLED}")  # it does not pass our settings on
        self.locks = lock_class(schema)

    def _open(self) -> None:
        address = self.server.address(self._name, self._patience, read_only=self._read_only)
        with self._refusals.noting():
            self._raw = Raw.connect(address, autocommit=True)
        self._raw.execute(_AS_LONG_AS_IT_TAKES)
        self._raw.patience = self._patience
        # Threads of the web end silently; what they had open is closed with its last reference.
        self._closing = weakref.finalize(self, self._raw.close)
        self.opened += 1

    @property
    def raw(self) -> Raw:
        if self._raw.closed:
            self._open()
        return self._raw

    @property
    def lost(self) -> bool:
        return self._raw.closed

    def close(self) -> None:
        with self._turn:  # not under a thread that uses it
            self._closing()

    @contextmanager
    def translate(self) -> Iterator[None]:
        """Convert psycopg's exceptions, with the cause attached."""
        try:
            yield
        except psycopg.Error as error:
            if isinstance(error, errors.ReadOnlySqlTransaction):
                # That may hold for this session alone, or for a server that is the primary no more: what comes next is
                # asked over a new connection.
                self._closing()
            raise translated(error, self.server.name, self._patience) from error

    @contextmanager
    def transaction(self, alone: Lock | None = None, *, unhurried: bool = False) -> Iterator[Raw]:
        """All or nothing. `alone`: the lock that is held to its end; `unhurried`: it may take as long as it needs."""
        with self._turn, self.translate(), ExitStack() as stack:

            def begin(raw: Raw) -> Raw:
                stack.enter_context(raw.transaction())
                return raw

            raw = self._once_more(begin)
            outer, self._begun = self._begun, True
            try:
                if not outer and self.schema is not None:
                    self._check_schema(raw, self.schema)
                if alone is not None:
                    raw.execute("SELECT pg_advisory_xact_lock(%s, %s)", (self.locks, alone))
                if unhurried:
                    raw.execute("SET LOCAL statement_timeout = 0")
                    stack.callback(setattr, raw, "patience", raw.patience)
                    raw.patience = None
                yield raw
            finally:
                self._begun = outer

    def _check_schema(self, raw: Raw, known: int) -> None:
        """A later version reads otherwise what is written here. Its migration waits for transactions that are under way, and those that
        begin meanwhile wait for it."""
        # In one go, and yet the second is answered as things are after the wait.
        cursor = raw.execute(
            f"SELECT pg_advisory_xact_lock_shared({self.locks}, {Lock.MIGRATING:d}); "
            "SELECT value FROM meta WHERE key = 'schema'".encode()
        )
        cursor.nextset()
        found = int(cursor.fetchall()[0][0])
        if found != known:
            raise migrated_meanwhile(self.server.name, found, known)

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._turn, self.translate():
            return self._once_more(lambda raw: raw.execute(sql(query), values).fetchall())

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        with self._turn, self.translate():
            # Not `raw`: the transaction on a lost connection is over.
            self._raw.execute(sql(query), list(map(storable, values)))

    def modify(self, query: str, keys: Collection[Any], *bounds: Any) -> None:
        if keys:
            self.write(_any(query), (*bounds, list(keys)))

    def insert(
        self, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
    ) -> None:
        with self._turn, self.translate():
            put(self._raw, into, types, rows, then)

    def _once_more(self, ask: Callable[[Raw], T]) -> T:
        with self._noting_silence():
            began = time.monotonic()
            raw = self.raw
            try:
                return ask(raw)
            except psycopg.OperationalError:
                if self._begun or not raw.closed or time.monotonic() - began >= self._patience:
                    raise
            return ask(self.raw)

    @contextmanager
    def _noting_silence(self) -> Iterator[None]:
        """Ask the server, unless it refused just now or is known to be silent; and whether it is, is known afterwards."""
        self._refusals.heed()
        silence, began = self.server.silence, time.monotonic()
        if not silence.admits(self._patience):
            raise StoreError(f"{self.server.name}: {SILENT}")
        try:
            yield
        except psycopg.Error as error:
            silence.note(error.sqlstate is None and time.monotonic() - began >= self._patience)
            raise
        silence.note(False)

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        if not keys:
            return []
        return self.read(f"{_any(query)} {order}", (*bounds, list(keys)))


def lock_class(schema: str | None) -> int:
    """Advisory locks are those of a database, which may hold an archive in each of several schemas."""
    return OUR_LOCKS if schema in (None, "public") else crc32(schema.encode()) >> 1


def _any(query: str) -> str:
    return f"{query.rstrip().removesuffix('IN')} = ANY(?)"


def put(
    raw: Raw, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
) -> list[tuple[Any, ...]]:
    """Insert rows in one statement. `types` are those of the columns, `then` the rest of the statement; returns what it
    returns."""
    columns = [list(map(storable, column)) for column in zip(*rows, strict=True)]
    if not columns:
        return []
    arrays = ", ".join(f"%s::{type}[]" for type in types.split())
    cursor = raw.execute(f"INSERT INTO {into} SELECT * FROM unnest({arrays}) {then}", columns)
    return cursor.fetchall() if cursor.description else []


def copy(raw: Raw, into: str, rows: Iterable[Sequence[Any]]) -> None:
    """Many rows that are known to be new."""
    with raw.cursor().copy(f"COPY {into} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(tuple(map(storable, row)))


def storable(value: Any) -> Any:
    """PostgreSQL stores any character except NUL."""
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value
