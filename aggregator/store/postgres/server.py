"""Where the database is, and how sessions on it are set."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from aggregator.errors import UsageError
from aggregator.store.postgres.silence import Silence

BUSY_SECONDS = 60
"""How long a statement may take, or wait for others, before it is given up."""
CONNECT_SECONDS = 10


class Server:
    """Where the database is. Messages name it without the password."""

    def __init__(self, url: str) -> None:
        """Raises:
        UsageError: not the address of a database; it is not repeated, since it may contain a password.
        """
        try:
            self.parts = conninfo_to_dict(url)
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
        hosts = str(self.parts.get("host") or "the local socket").split(",")
        ports = str(self.parts.get("port") or "").split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports
        at = " or ".join(f"{host}{port and f':{port}'}" for host, port in zip(hosts, ports, strict=False))
        self.name = f"PostgreSQL at {at}, database {self.parts.get('dbname') or '(default)'}"

    def address(
        self, name: str, patience: int = BUSY_SECONDS, *, read_only: bool = False, idle: int = 5 * BUSY_SECONDS
    ) -> str:
        """What a driver connects by, for a session of this name: with the password. `idle`: how many seconds it may leave a transaction
        open without a word."""
        settings = {
            "statement_timeout": f"{patience}s",
            "lock_timeout": f"{patience}s",
            "idle_in_transaction_session_timeout": f"{idle}s",
            # A machine that disappears silently holds nothing for longer than this: keepalives find it where the server
            # waits for it, the last one (milliseconds) where an answer is on its way to it.
            "tcp_keepalives_idle": "5",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "2",
            "tcp_user_timeout": "15000",
            **({"default_transaction_read_only": "on"} if read_only else {}),
            # A holder of the edition that is busy grouping says nothing meanwhile, and who waits for jobs may wait long.
            "idle_session_timeout": "0",
            # A process that waited for a lock must see what its holder did, whatever the database is set to.
            "default_transaction_isolation": r"read\ committed",
            # Otherwise the driver would store ids with the marks of its own notation.
            "standard_conforming_strings": "on",
            # Many short queries to an SSD: an index is nearly always right, JIT compilation never. Nor are several processes for one of
            # them: to start them takes longer than most, and the server has others to answer meanwhile.
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
            # As it is meant: the driver would take our own setting for the server's.
            more["target_session_attrs"] = "primary"
        return make_conninfo(self.url, **more)


def session_name(owner: str) -> str:
    """The name of a process's sessions on the server, by which others see that it is alive."""
    return f"aggregator {blake2b(owner.encode(), digest_size=12).hexdigest()}"
