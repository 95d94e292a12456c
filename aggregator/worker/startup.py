"""What a long-running command does first: handle signals until it has its own handlers, check its port, know its parent process."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from contextlib import suppress

from aggregator.errors import CannotListen

PARENT = "AGGREGATOR_PARENT"  # environment variable with the process id of the parent


def _ends_with(stream: int) -> bool:
    """Whether a stream is a terminal that ends what was started in its foreground. Not what outlives it: the shell's `&`, `setsid`, or
    hangups ignored, as `nohup` does."""
    try:
        foreground = os.tcgetpgrp(stream) == os.getpgrp()
    except OSError:
        return False
    return foreground and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN


_TERMINALS = tuple(filter(_ends_with, (0, 1, 2)))
_hangups: list[None] = []


def terminal_closed() -> bool:
    """Whether the terminal that this process was started on is closed. A SIGHUP then says so, and does not ask for a reload."""
    return not all(map(os.isatty, _TERMINALS))


def end_on_signals() -> None:
    """Until other handlers are set, SIGINT and SIGTERM end this process at once with exit code 0, and so does the end of its terminal.
    For a service that is starting: all that it changes is in a transaction. The handler does not raise an exception, because within an
    import that may look like a failed import. Another SIGHUP asks to reload the configuration."""
    signal.signal(signal.SIGHUP, lambda *_: os._exit(0) if terminal_closed() else ask_to_reload())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))


def ask_to_reload() -> None:
    """A SIGHUP asks this process to read its configuration again."""
    _hangups.append(None)


def hangups() -> int:
    """How often that was asked so far, also while this process was starting, which may be after it had read its configuration."""
    return len(_hangups)


def check_port(host: str, port: int) -> str:
    """The IP address to listen on. For a name such as localhost, an address that it stands for, preferably IPv4.

    Raises:
        CannotListen: the host is not this machine, or the port is in use or not permitted.
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
        wrong = "port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "host"
        raise CannotListen(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --{wrong} "
            f"(or AGGREGATOR_{wrong.upper()})"
        ) from error


def wait_until_listened(address: str, port: int) -> None:
    """Wait until a process listens there. For servers that do not report it."""
    while True:
        with suppress(OSError), socket.create_connection((address, port)):
            return
        time.sleep(0.02)
