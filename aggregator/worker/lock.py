"""Ensures that a SQLite archive has only one worker. The lock file also tells other processes about the worker's problems."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from pathlib import Path

from aggregator.errors import AlreadyRunning, StoreFull, StoreReadOnly
from aggregator.store.sqlite.files import make_folder
from aggregator.worker.identity import identity, is_dead

LOCK = "worker.lock"
MODE = 0o640
"""Permissions of the lock file, as of the archive. Whoever may read the file may lock it, and so keep workers from starting."""
_LOCK_SIZE = 2048  # bytes


class WorkerLock:
    """Held by the only `run` or `worker` of a SQLite archive (see `locks`). The kernel releases it when the process ends. The lines of the
    file: process id, identity, and one for each problem. Its size is fixed, so that it can be written on a full disk. `killed` is the
    identity of the worker that held the lock before, if that was killed. (Its leases can then be released even if its machine had another
    name, as with containers.)"""

    def __init__(self, instance: Path, name: str = LOCK) -> None:
        self._path = instance / name
        self.killed: str | None = None

    def __enter__(self) -> WorkerLock:
        make_folder(self._path.parent)
        try:
            made = os.open(self._path, os.O_RDWR | os.O_CREAT, MODE)
            self._file = os.fdopen(made, "r+b", buffering=0)
        except OSError as error:
            room = "; see df -h and df -i" if error.errno == errno.ENOSPC else ""
            raise StoreReadOnly(f"{self._path}: cannot be written: {error.strerror}{room}") from error
        try:
            self._take()
        except BlockingIOError as error:
            holder = self._file.readline().decode(errors="replace").strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(
                f"process {holder} polls into {self._path.parent} already; stop it first, or use another --instance. "
                "`serve`, `poll` and the other commands run beside it"
            ) from error
        except OSError as error:  # such as that of a network that knows no locks
            self._file.close()
            raise StoreReadOnly(
                f"{self._path}: cannot be locked: {error.strerror}; use an --instance on another file system"
            ) from error
        self.killed = next(iter(self._file.read(_LOCK_SIZE).decode(errors="replace").splitlines()[1:2]), None)
        try:
            self.report("")
        except OSError as error:
            self._file.close()
            raise StoreFull(f"{self._path}: cannot be written: {error.strerror}") from error
        return self

    def _take(self) -> None:
        """Take the lock. Tries several times, because `held` in another process locks the file for a moment. Raises OSError."""
        for _ in range(10):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(0.02)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def report(self, troubles: str) -> None:
        """Write the problems (one a line) for readers of `troubles`. Raises OSError."""
        text = f"{os.getpid()}\n{identity()}\n{troubles}".encode()[: _LOCK_SIZE - 1]
        self._file.seek(0)
        self._file.write(text.ljust(_LOCK_SIZE - 1) + b"\n")

    def held(self) -> bool:
        """Whether a `run` or `worker` holds the lock."""
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
    """The two locks of a worker: on the instance folder, in which it reports problems, and on the archive, which a process with another
    --instance may use too."""
    file = Path(os.path.realpath(archive))  # not `resolve`: see `look_before_opening`
    return WorkerLock(instance), WorkerLock(file.parent, f"{file.name}.lock")


def troubles(instance: Path) -> tuple[str, ...]:
    """The problems that the worker of an instance folder reports; empty if none is running. Does not touch the lock."""
    try:
        lines = (instance / LOCK).read_text(errors="replace").splitlines()
    except OSError:
        return ()
    if len(lines) < 3 or is_dead(lines[1]):
        return ()
    return tuple(line.strip() for line in lines[2:] if line.strip())
