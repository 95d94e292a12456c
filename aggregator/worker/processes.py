"""Processes: who holds a lease, one worker per archive, a free port, signals at the start."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import time
from pathlib import Path

from aggregator.errors import AlreadyRunning, CannotListen, StoreFull, StoreReadOnly

LOCK = "worker.lock"
MODE = 0o640
"""Of the lock, as of the archive: whoever may read a file may lock it, and a worker that finds it locked does not start."""
_LOCK_SIZE = 2048  # bytes
PARENT = "AGGREGATOR_PARENT"  # variable: the process that a child belongs to


def end_on_signals() -> None:
    """SIGINT and SIGTERM end this process at once, with 0, until they have handlers of their own: for a service that starts,
    while all that it does is a transaction of the archive. No exception, which in the middle of an import may be taken for a
    failure of that import. SIGHUP, which would end it too, asks for what is being done."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))


def identity() -> str:
    """Who holds a lease: this machine, this process, and when it started (process ids are reused)."""
    return f"{_machine()}:{os.getpid()}:{_started(os.getpid())}"


def _machine() -> str:
    """Its name, and on Linux what tells apart the containers that share it: each may count processes by itself."""
    try:
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return socket.gethostname()


def is_dead(owner: str) -> bool:
    """Whether the holder of a lease is a process of this machine that has ended; nothing is known of other machines."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    started = owner.rpartition(":")[2]
    if host != _machine() or not rest.isdigit():
        return False
    return _started(int(rest)) != started


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot; "" if there is no such process, "0" if the system does not
    say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self").exists():
            return ""
        try:
            with contextlib.suppress(PermissionError):  # somebody else's
                os.kill(pid, 0)
        except ProcessLookupError:
            return ""
        return "0"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


class WorkerLock:
    """Held by the one `run` or `worker` of a SQLite archive (see `locks`); the kernel releases it when the process
    ends.

    The file says who holds it and what is wrong: lines with process id, identity, and one per problem. It has a fixed
    size, so that writing it needs no space on a full disk. `killed`: the identity of the worker that held it before, if that did
    not come to its end, whatever its machine was called (each container has a name of its own).
    """

    def __init__(self, instance: Path, name: str = LOCK) -> None:
        self._path = instance / name
        self.killed: str | None = None

    def __enter__(self) -> WorkerLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made = os.open(self._path, os.O_RDWR | os.O_CREAT, MODE)
            self._file = os.fdopen(made, "r+b", buffering=0)
        except OSError as error:
            raise StoreReadOnly(f"{self._path}: cannot be written: {error.strerror}") from error
        try:
            self._take()
        except OSError as error:
            holder = self._file.readline().decode(errors="replace").strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(
                f"process {holder} polls into {self._path.parent} already; stop it first, or use another --instance. "
                "`serve`, `poll` and the other commands run beside it"
            ) from error
        self.killed = next(iter(self._file.read(_LOCK_SIZE).decode(errors="replace").splitlines()[1:2]), None)
        try:
            self.report("")
        except OSError as error:
            self._file.close()
            raise StoreFull(f"{self._path}: cannot be written: {error.strerror}") from error
        return self

    def _take(self) -> None:
        """`held` of another process takes it too, for a moment; a worker keeps it. Raises OSError."""
        for _ in range(10):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(0.02)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def report(self, troubles: str) -> None:
        """Show what is wrong to readers of `troubles`. Raises OSError."""
        text = f"{os.getpid()}\n{identity()}\n{troubles}".encode()[: _LOCK_SIZE - 1]
        self._file.seek(0)
        self._file.write(text.ljust(_LOCK_SIZE - 1) + b"\n")

    def held(self) -> bool:
        """Whether a `run` or `worker` holds it."""
        try:
            with self._path.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._file.truncate(0)
        self._file.close()


def locks(instance: Path, archive: Path) -> tuple[WorkerLock, WorkerLock]:
    """What a worker locks: the instance folder, where it reports problems, and the archive, which a process with
    another --instance may use as well."""
    file = archive.resolve()
    return WorkerLock(instance), WorkerLock(file.parent, f"{file.name}.lock")


def troubles(instance: Path) -> tuple[str, ...]:
    """The problems reported by the worker of an instance folder; empty if none is running. The lock is not touched."""
    try:
        lines = (instance / LOCK).read_text(errors="replace").splitlines()
    except OSError:
        return ()
    if len(lines) < 3 or is_dead(lines[1]):
        return ()
    return tuple(line.strip() for line in lines[2:] if line.strip())


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
