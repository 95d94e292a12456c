"""Connects to the server, runs transactions, and writes rows."""

from __future__ import annotations

import logging
import select
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, Self, TypeVar
from zlib import crc32

import psycopg
from psycopg import errors
from psycopg.abc import PQGen

from aggregator.errors import StoreError
from aggregator.store.dialect import Dialect, Lock, Reads
from aggregator.store.migrations import migrated_meanwhile
from aggregator.store.postgres.failures import POOLED, SILENT, UNDONE, translated
from aggregator.store.postgres.full_text import query as words_query
from aggregator.store.postgres.outages import Refusals
from aggregator.store.postgres.server import BUSY_SECONDS, READERS_WAIT, Server, session_name

T = TypeVar("T")

# We report a lost connection ourselves. Commands have no log of their own, so what the driver logs would be shown as it is.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

OUR_LOCKS = 0x57495245
"""The first key of our advisory locks in the schema `public`; the second is a number of `dialect.Lock`."""

_AS_LONG_AS_IT_TAKES = b"""SELECT set_config('transaction_timeout', '0', FALSE)
    WHERE current_setting('transaction_timeout', TRUE) != '0'"""
"""Switches `transaction_timeout` off, if it exists. It is not among the settings of `Server.address`, since servers before PostgreSQL 17
would refuse it."""

_UNHURRIED = b"SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '300s'"
"""In a migration we compute between statements: words of thousands of texts, which takes a while on a slow machine."""


def expected(db: Reads, query: str, values: Sequence[Any]) -> int:
    ((plan,),) = db.read(f"EXPLAIN (FORMAT JSON) {query}", values)
    return int(plan[0]["Plan"]["Plan Rows"])


DIALECT = Dialect(
    greatest="greatest",
    found="search.item",
    matches="search.words @@ ?::tsquery",
    item_matches="EXISTS (SELECT 1 FROM search WHERE search.item = {0} AND search.words @@ ?::tsquery{1})",
    words=words_query,
    but_not="({0}) & !({1})",
    expected=expected,
    folded='lower({} COLLATE "C")',
    one_by_one="{}",
    one_of="{} = ANY(?)",
    listed=list,
    array="SELECT ARRAY(SELECT {0} FROM {1})",
    locking=" FOR NO KEY UPDATE",
    skip_locked=" FOR UPDATE SKIP LOCKED",
    data_version="SELECT hashtextextended(pg_current_snapshot()::text, 0)",  # of the snapshot: needs no table
)


@lru_cache(maxsize=1024)
def sql(query: str) -> str:
    """Converts shared SQL, with `?` for values, to the form that psycopg needs (`%s`)."""
    return query.replace("%", "%%").replace("?", "%s")


HURRIED, LOCKED = 0.05, 10.0
"""Seconds that readers wait for a lock, and how long they do so, after one of them has waited for one in vain. There are few threads: if
each waited as long for a table that stays locked, none would be left for what needs neither it nor the store."""

LATE = 1.2
"""The client waits for an answer for so many times its patience, and so longer than a statement may take on the server. Nothing else
notices a server that hangs, or one that is gone behind a proxy which keeps our connection open."""


@contextmanager
def _hanging_up(raw: psycopg.BaseConnection[Any], patience: float | None) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except psycopg.OperationalError:
        if patience and time.monotonic() - began > patience:
            raw.pgconn.finish()  # else a late answer could be taken for the answer to the next query
        raise


class Raw(psycopg.Connection[tuple[Any, ...]]):
    patience: float | None = BUSY_SECONDS  # None: no time limit

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        with _hanging_up(self, self.patience):
            return super().wait(gen, interval, timeout or (self.patience and self.patience * LATE))


class QueueConnection(psycopg.AsyncConnection[Any]):
    """In autocommit mode: each call of the queue is a single statement. Otherwise, if the connection were lost before the commit while a
    proxy keeps its server side open, the open transaction would block all later calls."""

    patience = BUSY_SECONDS

    @classmethod
    async def connect(cls, conninfo: str = "", **settings: Any) -> Self:
        raw = await super().connect(conninfo, **{**settings, "autocommit": True})
        try:
            await raw.execute(_AS_LONG_AS_IT_TAKES)
        except BaseException:
            await raw.close()  # the worker may stop meanwhile; nobody else knows of it yet, and so would close it
            raise
        return raw

    async def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        with _hanging_up(self, self.patience):
            return await super().wait(gen, interval, timeout or self.patience * LATE)

    @classmethod
    def pool(cls, **settings: Any) -> Any:
        from psycopg_pool import AsyncConnectionPool

        return AsyncConnectionPool(**{**settings, "connection_class": cls, "check": cls._look})

    async def _look(self) -> None:
        """Before each use: raises OperationalError if the server has ended this session. It is asked only if it has sent something
        unasked, as it does then: a question each time would double the round trips of the queue."""
        arrived = select.poll()
        arrived.register(self.fileno(), select.POLLIN)
        if arrived.poll(0):
            await self.execute(b"")


class Connection:
    """One connection to the archive. Threads may share it: their transactions wait for each other. A lost connection is opened again;
    `opened` counts how often. The loss is usually noticed by the first query after a restart of the server: if that query is not in a
    transaction, or begins one, it is repeated, and callers do not notice. A server that is not back yet is asked at increasing
    intervals."""

    dialect = DIALECT

    def __init__(self, server: Server, owner: str, *, read_only: bool = False, patience: int = BUSY_SECONDS) -> None:
        self.server = server
        self.opened = 0
        self.schema: int | None = None  # the version of the schema that this program writes; set by `migrate`
        self._raw: Raw
        self._name = session_name(owner)
        self._read_only = read_only
        self._patience = patience
        self._calm = READERS_WAIT if read_only else patience
        self._awaited: float = self._calm  # seconds that a lock is waited for now; usually `_calm`
        self._refusals = Refusals(longest=patience / 2)
        self._turn = threading.RLock()
        self._begun = False  # in a transaction: then a query cannot be repeated over a new connection
        with self.translate(), self._noting_silence():
            self._open()
            settled = "SELECT current_setting('lock_timeout')::interval = %s::interval, current_schema()"
            ((passed_on, schema),) = self._raw.execute(settled, (f"{self._calm}s",)).fetchall()
            if not passed_on:
                self.close()
                raise StoreError(f"{server.name}: {POOLED}")  # a pooler that does not pass on our settings
        self.locks = lock_class(schema)

    def _open(self) -> None:
        address = self.server.address(self._name, self._patience, read_only=self._read_only)
        with self._refusals.noting():
            self._raw = Raw.connect(address, autocommit=True)
        self._raw.execute(_AS_LONG_AS_IT_TAKES)
        self._raw.patience, self._awaited = self._patience, self._calm
        # Threads of the web server end without notice; so a connection is closed with the last reference to it.
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
        with self._turn:  # waits until no thread uses it
            self._closing()

    @contextmanager
    def translate(self) -> Iterator[None]:
        """Converts psycopg's exceptions to StoreError, with the cause attached."""
        try:
            yield
        except psycopg.Error as error:
            if isinstance(error, errors.ReadOnlySqlTransaction):
                # Only this session may be read-only, or the server is no longer the primary: the next query opens a new connection.
                self._closing()
            tried = self._awaited if isinstance(error, errors.LockNotAvailable) else self._patience
            raise translated(error, self.server.name, tried) from error

    @contextmanager
    def transaction(
        self, alone: Lock | None = None, *, unhurried: bool = False, any_schema: bool = False
    ) -> Iterator[Raw]:
        """A transaction. `alone`: a lock that is held until its end; `unhurried`: it has no time limit; `any_schema`: it may also write
        into what a later version has migrated."""
        with self._turn, self.translate(), ExitStack() as stack:
            if outermost := not self._begun:
                known = None if any_schema else self.schema
                raw = self._once_more(lambda raw: self._begin(raw, alone, known))
                self._begun = True
            else:
                raw = self._raw
                stack.enter_context(raw.transaction())  # a part of it, which can be undone alone
                if alone is not None:
                    raw.execute("SELECT pg_advisory_xact_lock(%s, %s)", (self.locks, alone))
            try:
                if unhurried:
                    raw.execute(_UNHURRIED)
                    stack.callback(setattr, raw, "patience", raw.patience)
                    raw.patience = None
                yield raw
                if outermost and raw.execute(b"COMMIT").statusmessage != "COMMIT":
                    # A statement failed, and somebody caught its error: the server has undone all, and says so in this way alone.
                    raise StoreError(f"{self.server.name}: {UNDONE}")
            except BaseException:
                if outermost:
                    _roll_back(raw)
                raise
            finally:
                self._begun = not outermost

    def _begin(self, raw: Raw, alone: Lock | None, known: int | None) -> Raw:
        """Begins a transaction, in one round trip. `alone`: a lock to be held; `known`: the version of the schema. Raises StoreTooNew if a
        later version has migrated the schema: it would misread what this one writes. By the shared lock, a migration waits for transactions
        in progress, and later transactions wait for the migration."""
        statements = ["BEGIN"]
        if known is not None:
            statements.append(f"SELECT pg_advisory_xact_lock_shared({self.locks}, {Lock.MIGRATING:d})")
        if alone is not None:
            statements.append(f"SELECT pg_advisory_xact_lock({self.locks}, {alone:d})")
        if known is not None:
            # Each statement has its own snapshot, and so this one sees the state after waiting for the lock.
            statements.append("SELECT value FROM meta WHERE key = 'schema'")
        try:
            cursor = raw.execute("; ".join(statements).encode())
            while cursor.nextset():
                pass
            if known is not None and (found := int(cursor.fetchall()[0][0])) != known:
                raise migrated_meanwhile(self.server.name, found, known)
        except BaseException:
            _roll_back(raw)
            raise
        return raw

    def free(self, lock: Lock) -> bool:
        ((taken,),) = self.read("SELECT pg_try_advisory_xact_lock(?, ?)", (self.locks, lock))
        return bool(taken)

    @contextmanager
    def unread(self) -> Iterator[None]:
        with self._turn, self.translate():
            try:
                with self._raw.pipeline():
                    yield
            finally:
                self._leave_pipeline()

    def _leave_pipeline(self) -> None:
        """If the session ends after the last statement of a pipeline, the driver does not notice, and would wait for answers for ever."""
        if self._raw.pgconn.pipeline_status:
            self._raw.pgconn.finish()

    def read(self, query: str, values: Sequence[Any] = (), *, afresh: bool = False) -> list[Any]:
        # A query that is asked for the sixth time is prepared; after five more the server no longer looks at the values.
        prepare = False if afresh else None
        with self._turn, self.translate():
            return self._once_more(lambda raw: raw.execute(sql(query), values, prepare=prepare).fetchall())

    def write(self, query: str, values: Sequence[Any] = ()) -> None:
        with self._turn, self.translate():
            # Not `self.raw`, which would open a lost connection again, outside the transaction.
            self._raw.execute(sql(query), list(map(storable, values)))

    def write_each(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._turn, self.translate():
            outermost = not self._raw.pgconn.pipeline_status
            try:
                self._raw.cursor().executemany(sql(query), [list(map(storable, row)) for row in rows])
            finally:
                if outermost:
                    self._leave_pipeline()

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
                if self._read_only:
                    self._hurry(raw)
                return ask(raw)
            except psycopg.OperationalError as error:
                again = raw.closed or isinstance(error, errors.SerializationFailure)  # of a standby
                if self._begun or not again or time.monotonic() - began >= self._patience:
                    raise
            return ask(self.raw)

    def _hurry(self, raw: Raw) -> None:
        awaited = HURRIED if time.monotonic() < self.server.locked else self._calm
        if awaited != self._awaited:
            raw.execute(f"SET lock_timeout = '{awaited}s'".encode())
            self._awaited = awaited

    @contextmanager
    def _noting_silence(self) -> Iterator[None]:
        """Wraps a query: raises at once if the server refused a session just now, or is known to be silent; then notes whether it is."""
        self._refusals.heed()
        silence, began = self.server.silence, time.monotonic()
        if not silence.admits(self._patience):
            raise StoreError(f"{self.server.name}: {SILENT}")
        try:
            yield
        except psycopg.Error as error:
            silence.note(error.sqlstate is None and time.monotonic() - began >= self._patience)
            if isinstance(error, errors.LockNotAvailable):
                self.server.locked = time.monotonic() + LOCKED
            raise
        silence.note(False)

    def select(self, query: str, keys: Collection[Any], order: str = "", *bounds: Any) -> list[Any]:
        if not keys:
            return []
        return self.read(f"{_any(query)} {order}", (*bounds, list(keys)))

    def each(self, query: str, keys: Collection[int], *bounds: Any) -> dict[int, Any]:
        found = f"SELECT k.key, ({query.format('k.key')}) FROM unnest(?::bigint[]) AS k (key)"
        return {key: one for key, one in self.read(found, (*bounds, list(keys))) if one}


def _roll_back(raw: Raw) -> None:
    """Undoes a transaction; if that fails, the connection is closed, which does it, too."""
    try:
        if not raw.closed:
            raw.execute(b"ROLLBACK")
    except psycopg.Error:
        raw.pgconn.finish()


def lock_class(schema: str | None) -> int:
    """The first key of our advisory locks: different for each schema, since a database may have an archive in each of several schemas."""
    return OUR_LOCKS if schema in (None, "public") else crc32(schema.encode()) >> 1


def _any(query: str) -> str:
    return f"{query.rstrip().removesuffix('IN')} = ANY(?)"


def put(
    raw: Raw, into: str, types: str, rows: Iterable[Sequence[Any]], then: str = "ON CONFLICT DO NOTHING"
) -> list[tuple[Any, ...]]:
    """Inserts rows in one statement. `types` are those of the columns, `then` is the end of the statement. Returns its result."""
    columns = [list(map(storable, column)) for column in zip(*rows, strict=True)]
    if not columns:
        return []
    arrays = ", ".join(f"%s::{type}[]" for type in types.split())
    cursor = raw.execute(f"INSERT INTO {into} SELECT * FROM unnest({arrays}) {then}", columns)
    return cursor.fetchall() if cursor.description else []


def copy(raw: Raw, into: str, rows: Iterable[Sequence[Any]]) -> None:
    """Inserts many rows with COPY, which is fast, but fails if one exists."""
    with raw.cursor().copy(f"COPY {into} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(tuple(map(storable, row)))


def storable(value: Any) -> Any:
    """The value without NUL, the only character that PostgreSQL cannot store in text."""
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value
