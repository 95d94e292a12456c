"""How a long-running command starts: its signals until it has handlers, the port that it listens on, whose child it is."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from contextlib import suppress

from aggregator.errors import CannotListen

PARENT = "AGGREGATOR_PARENT"  # variable: the process that a child belongs to


def end_on_signals() -> None:
    """SIGINT and SIGTERM end this process at once, with 0, until they have handlers of their own: for a service that starts,
    while all that it does is a transaction of the archive. No exception, which in the middle of an import may be taken for a
    failure of that import. SIGHUP, which would end it too, asks for what is being done."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))


def check_port(host: str, port: int) -> str:
    """The address to listen on: of a name such as localhost one that it stands for, IPv4 if it has one.

    Raises:
        CannotListen: the host is not this machine, or the port is taken or not ours to use.
    """
    try:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except UnicodeError as error:  # a label that is too long or empty
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return str(address[0])
    except OSError as error:
        wrong = "host" if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL else "port"
        raise CannotListen(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --{wrong} "
            f"(or AGGREGATOR_{wrong.upper()})"
        ) from error


def wait_until_listened(address: str, port: int) -> None:
    """Until somebody listens there: where this process cannot be told."""
    while True:
        with suppress(OSError), socket.create_connection((address, port)):
            return
        time.sleep(0.02)
