"""Processes: one worker per archive, children that end with their parent, a port that is free."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import sys
from pathlib import Path

from aggregator.errors import AlreadyRunning, CannotListen, StoreReadOnly

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """A parent that is killed takes this process along (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def identity() -> str:
    """Who holds a lease: this machine, this process, and when it started (process ids are used again)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the holder of a lease is a process of this machine that has ended; of other machines nothing is known."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    started = owner.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return False
    return _started(int(rest)) != started


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot; "" if it is not there, "0" where the system does not say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self").exists():
            return ""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return ""
        except PermissionError:
            return "0"
        return "0"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


class WorkerLock:
    """Held by the one `run` or `worker` of a SQLite archive; the kernel gives it back when the process ends."""

    def __init__(self, instance: Path) -> None:
        self._path = instance / "worker.lock"

    def __enter__(self) -> WorkerLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a+")
        except OSError as error:
            raise StoreReadOnly(f"{self._path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(
                f"process {holder} polls into {self._path.parent} already; stop it first, or use another --instance. "
                "`serve`, `poll` and the other commands run beside it"
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        return self

    @staticmethod
    def held(instance: Path) -> bool:
        """Whether a `run` or `worker` is at it."""
        try:
            with (instance / "worker.lock").open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def __exit__(self, *_: object) -> None:
        self._file.truncate(0)
        self._file.close()


def check_port(host: str, port: int) -> None:
    """Raises:
    CannotListen: the port is taken, or not ours to use.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --port (or AGGREGATOR_PORT)"
        ) from error
