"""Translates PostgreSQL's errors to errors of the store, with messages that say what to do."""

from __future__ import annotations

from types import UnionType

import psycopg
from psycopg import errors

from aggregator.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreSlow,
    StoreTooNew,
    Unstorable,
)
from aggregator.store.migrations import OTHER_COLUMNS

SILENT = "does not answer; check host, port and firewall"
FULL = "takes no more connections; raise max_connections (or the limit of the user or database) or run fewer processes"
LOCKED = "other processes hold the lock; tried for {patience:g} s"
DEADLOCK = "this and another process waited for each other's locks; the transaction was undone, and can be repeated"
BROKEN_OFF = "this standby broke the query off to follow its primary; set hot_standby_feedback = on there"
READ_ONLY = (
    "cannot be written: this user does not own the database or its schema, or the server is a standby or read-only"
)
DAMAGED = "the database is damaged and is left as it is. Stop the service and restore a dump or a base backup"
NO_SCHEMA = "the search_path of this user names no schema that exists; set it, or create the schema"
STOPPING = "the server is stopping or starting; what was interrupted is undone, and can be repeated"
STOOD_STILL = "this process stood still for too long; its transaction was undone, and can be repeated"
UNDONE = "the transaction was undone, since one of its statements had failed"
STANDBYS = "no server there can be written now: each is a standby or read-only"
POOLED = "is reached through a pooler (PgBouncer), which does not pass on how our sessions are set; give the address of the server itself"


def translated(error: psycopg.Error, where: str, patience: float) -> StoreError:
    """The error of the store. `where`: the name of the server; `patience`: the seconds after which an attempt was given up."""
    said = " ".join(str(error).split())
    for kinds, made, text in _ERRORS:
        if isinstance(error, kinds):
            return made(f"{where}: {text.format(patience=patience, said=said)}")
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return _unreachable(where, said)
    return StoreError(f"{where}: {said}")


_ERRORS: tuple[tuple[type[psycopg.Error] | UnionType, type[StoreError], str], ...] = (
    (errors.LockNotAvailable, StoreLocked, LOCKED),
    (errors.DeadlockDetected, StoreLocked, DEADLOCK),
    (errors.SerializationFailure, StoreBusy, BROKEN_OFF),
    (errors.QueryCanceled, StoreSlow, "the query took too long; tried for {patience:g} s"),
    (errors.TooManyConnections, StoreBusy, FULL),
    (errors.DiskFull, StoreFull, "the disk of the server is full; nothing was changed, reading still works"),
    (errors.ReadOnlySqlTransaction | errors.InsufficientPrivilege, StoreReadOnly, READ_ONLY),
    (errors.DataCorrupted | errors.IndexCorrupted, StoreCorrupt, DAMAGED),
    (errors.InvalidSchemaName, StoreError, NO_SCHEMA),
    (psycopg.DataError | psycopg.IntegrityError | errors.ProgramLimitExceeded, Unstorable, "{said}"),
    (errors.UndefinedColumn, StoreTooNew, OTHER_COLUMNS),
    (errors.UndefinedTable, StoreError, "contains no archive any more; was it replaced by an empty database?"),
    (errors.InvalidPassword | errors.InvalidAuthorizationSpecification, StoreError, "user or password is wrong"),
    (errors.InvalidCatalogName, StoreError, "there is no such database; create it with `createdb`"),
    (errors.IdleInTransactionSessionTimeout, StoreBusy, STOOD_STILL),
    (errors.AdminShutdown | errors.CrashShutdown | errors.CannotConnectNow, StoreBusy, STOPPING),
)


def _unreachable(where: str, said: str) -> StoreError:
    """The error for a failed connection. libpq reports it only as text (`said`), since no server has sent an error code."""
    for sign, text in (
        ("password authentication failed", "user or password is wrong"),
        ("no password supplied", "requires a password; put it into the URL or PGPASSWORD"),
        ("unsupported startup parameter", POOLED),
        ("root certificate file", "sslmode asks for the certificate of an authority; name its file with sslrootcert"),
        ("does not exist", "there is no such database or user"),
        ("resolve host", "the host name cannot be resolved; check it"),
        ("translate host name", "the host name cannot be resolved; check it"),
        ("too many clients", FULL),
        ("too many connections", FULL),
        ("remaining connection slots", FULL),
        ("the database system is", "the server is stopping or starting"),
        ("No space left", "the disk of the server is full"),
        ('parameter "idle_session_timeout"', "PostgreSQL 14 or later is needed"),
        ("session is read-only", STANDBYS),
        ("server is in hot standby mode", STANDBYS),
        ("refused", "nothing listens there; is the server running, on this port?"),
        ("No such file", "nothing listens there; is the server running?"),
        ("timeout expired", SILENT),
        ("timed out", SILENT),
    ):
        if sign in said:
            return StoreError(f"{where}: {text}")
    said = said.rpartition("failed: ")[2].partition(" This probably means")[0]
    return StoreError(f"{where}: the connection was lost or refused ({said[:200]})")
