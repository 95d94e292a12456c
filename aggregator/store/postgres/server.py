"""The address of the database server, and the settings of sessions on it."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from aggregator.errors import UsageError
from aggregator.store.postgres.outages import Silence

BUSY_SECONDS = 60
"""Seconds that a statement may take, or wait for a lock, before it fails."""
CONNECT_SECONDS = 10
READERS_WAIT = 1
"""Seconds that a reader waits for a lock. Only who changes tables holds it, for milliseconds, or else for longer than anybody reads."""
VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}  # fmt: skip
"""Variables by which the driver completes an address: what we name, or replace with settings of our own, must be complete, too."""


class Server:
    """The address of the database. `name` is for messages, and has no password."""

    def __init__(self, url: str) -> None:
        """Raises UsageError if it is not the address of a database. It is not repeated, since it may contain a password."""
        try:
            variables = {key: os.environ[name] for key, name in VARIABLES.items() if name in os.environ}
            self.parts = {**variables, **conninfo_to_dict(url)}
            login, _, database = url.partition("?")[0].partition("://")[2].partition("/")
            if login.count("@") > 1 or "@" in database:
                raise ValueError("a part of the password counts as the name of the host or database")
        except (psycopg.Error, ValueError) as error:
            raise UsageError(
                "--database: cannot be read; expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE with reserved characters "
                "of a password written as %XX"
            ) from error
        self.url = url
        self.silence = Silence()
        self.locked = 0.0  # until when (monotonic clock) readers hardly wait for locks
        hosts = str(self.parts.get("host") or "the local socket").split(",")
        ports = str(self.parts.get("port") or "").split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports
        at = " or ".join(f"{host}{port and f':{port}'}" for host, port in zip(hosts, ports, strict=False))
        self.name = f"PostgreSQL at {at}, database {self.parts.get('dbname') or '(default)'}"

    def address(self, name: str, patience: int = BUSY_SECONDS, *, read_only: bool = False) -> str:
        """The address (with the password and all settings) for a session of this name. `patience`: seconds that a statement may take, or,
        unless it only reads, wait for a lock."""
        settings = {
            # Longer than a lock is awaited: else a query that waits for others would count as one that takes too long.
            "statement_timeout": f"{patience * 1100}ms",
            "lock_timeout": f"{READERS_WAIT if read_only else patience}s",
            # Of a process that stands still in a transaction, or was cut off behind a proxy: sooner than who waits for its locks gives up.
            "idle_in_transaction_session_timeout": f"{patience * 500}ms",
            # The locks of a machine that disappears are freed after 15 seconds. Keepalives notice it while the server waits for it; the
            # last setting (milliseconds) while an answer is being sent to it.
            "tcp_keepalives_idle": "5",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "2",
            "tcp_user_timeout": "15000",
            **({"default_transaction_read_only": "on"} if read_only else {}),
            # A process that holds the edition is silent while it groups items, and one that waits for jobs may wait long.
            "idle_session_timeout": "0",
            # A process that has waited for a lock must see the changes of its holder, whatever the database's default is.
            "default_transaction_isolation": r"read\ committed",
            # Otherwise the driver's escaping of binary ids would be stored as part of them.
            "standard_conforming_strings": "on",
            # For many short queries on an SSD: an index is nearly always best. JIT compilation and parallel workers never help, since
            # they take longer to start than most queries take.
            "random_page_cost": "1.1",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
        }
        own = " ".join(f"-c {key}={value}" for key, value in settings.items())
        options = f"{self.parts.get('options') or ''} {own}".strip()
        more: dict[str, Any] = {
            "application_name": name, "options": options, "connect_timeout": min(CONNECT_SECONDS, patience), "client_encoding": "utf8",
            "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2, "tcp_user_timeout": 20_000,
        }  # fmt: skip
        if read_only and self.parts.get("target_session_attrs") == "read-write":
            # `read-write` would never be fulfilled, since we make the session read-only ourselves; the primary is meant.
            more["target_session_attrs"] = "primary"
        return make_conninfo(self.url, **more)


def session_name(owner: str) -> str:
    """The `application_name` of a process's sessions, by which other processes see that it is alive."""
    return f"aggregator {blake2b(owner.encode(), digest_size=12).hexdigest()}"
