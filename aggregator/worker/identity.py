"""The identity under which a process holds leases, and whether the process with an identity has ended."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

GRACE = 30.0
"""Seconds that a process must be gone before its leases are released. When a database server restarts, all sessions are gone for a
moment."""


def identity() -> str:
    """The identity of this process: machine, process id, and start time (since process ids are reused). It stays the same even if the
    machine gets another name."""
    return _identity(os.getpid())


@cache
def _identity(pid: int) -> str:
    return f"{_machine()}:{pid}:{_started(pid)}"


def _machine() -> str:
    """The name of the machine. On Linux with the number of the process-id namespace, because containers may share a name, and each
    counts its processes from 1."""
    name = os.uname().nodename
    try:
        return f"{name}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return name


def is_dead(owner: str) -> bool:
    """Whether the holder of a lease was a process of this machine and has ended. False for processes about which nothing is known: those
    of other machines, and those of other users where the system hides them (systemd's ProtectProc)."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    started = owner.rpartition(":")[2]
    if host != _machine() or not rest.isdigit():
        return False
    return _started(int(rest)) not in (started, "0")


def _started(pid: int) -> str:
    """The start time of a process in clock ticks since boot; "" if there is no such process, "0" if the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")  # its name may be any bytes
    except OSError:
        try:
            with contextlib.suppress(PermissionError):  # it exists, but belongs to another user
                os.kill(pid, 0)
        except ProcessLookupError:
            return ""
        return "0"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


class Absences:
    """Says whether the holder of a lease has been gone long enough to count as dead."""

    def __init__(self, absent: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._absent = absent
        self._clock = clock
        self._seen: dict[str, tuple[float, float]] = {}  # identity → when it was first and last found to be gone

    def __call__(self, owner: str) -> bool:
        now = self._clock()
        if not self._absent(owner):
            self._seen.pop(owner, None)
            return False
        since, last = self._seen.get(owner, (now, now))
        if now - last > GRACE:  # not asked for a while, since it held no lease: it may have been back meanwhile
            since = now
        self._seen[owner] = (since, now)
        return now - since >= GRACE
