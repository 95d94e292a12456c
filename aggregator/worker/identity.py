"""Who a process is, among those that hold leases, and whether one of them has ended."""

from __future__ import annotations

import contextlib
import os
from functools import cache
from pathlib import Path


def identity() -> str:
    """Who holds a lease: this machine, this process, and when it started (process ids are reused). A process stays the same also where
    its machine gets another name."""
    return _identity(os.getpid())


@cache
def _identity(pid: int) -> str:
    return f"{_machine()}:{pid}:{_started(pid)}"


def _machine() -> str:
    """Its name, and on Linux what tells apart the containers that share it: each may count processes by itself."""
    name = os.uname().nodename
    try:
        return f"{name}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return name


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
