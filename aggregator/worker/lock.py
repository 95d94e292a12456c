"""One worker per archive, where that is a file. The file that it locks also tells others what is wrong with it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from pathlib import Path

from aggregator.errors import AlreadyRunning, StoreFull, StoreReadOnly
from aggregator.worker.identity import identity, is_dead

LOCK = "worker.lock"
MODE = 0o640
"""Of the lock, as of the archive: whoever may read a file may lock it, and a worker that finds it locked does not start."""
_LOCK_SIZE = 2048  # bytes


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
            room = "; see df -h and df -i" if error.errno == errno.ENOSPC else ""
            raise StoreReadOnly(f"{self._path}: cannot be written: {error.strerror}{room}") from error
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
