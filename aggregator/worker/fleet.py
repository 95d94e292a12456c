"""Several workers on one archive: how a worker is connected to the others, and how it learns that one has died."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

GRACE = 30.0
"""Seconds that a process must be gone before its leases are released. When a database server restarts, all sessions are gone for a
moment."""


class Fleet(Struct, frozen=True):
    """How a worker is connected to others. `url`: the database address for the queue; `connection`: the class of its connections;
    `due()`: (source id, host) of sources that are due; `absent(identity)`: whether no such process is connected; `agree()`: raises
    StoreTooNew or ClockApart if this process must leave the work to others."""

    url: str
    connection: type[Any]
    due: Callable[[], Sequence[tuple[str, str]]]
    absent: Callable[[str], bool]
    agree: Callable[[], None]


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
