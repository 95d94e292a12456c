"""Other workers on the same archive: how a worker is connected to them, and how it learns that one is dead."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

GRACE = 30.0
"""Seconds that a process must be gone before its leases are released: a server that restarts loses all sessions for a
moment."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The connections of a worker to others. `url` is the address for the queue, `connection` the class of its connections;
    `due` gives sources that are due, each with the host to protect; `absent` says whether no process of that identity is
    connected; `agree` raises StoreTooNew or ClockApart if this process has to leave the work to others."""

    url: str
    connection: type[Any]
    due: Callable[[], Sequence[tuple[str, str]]]
    absent: Callable[[str], bool]
    agree: Callable[[], None]


class Absences:
    """Whether the holder of a lease has been gone long enough to count as dead."""

    def __init__(self, absent: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._absent = absent
        self._clock = clock
        self._seen: dict[str, tuple[float, float]] = {}  # when it was first found to be gone, and when last

    def __call__(self, owner: str) -> bool:
        now = self._clock()
        if not self._absent(owner):
            self._seen.pop(owner, None)
            return False
        since, last = self._seen.get(owner, (now, now))
        if now - last > GRACE:  # nobody looked meanwhile, since it held no lease: it may have been there
            since = now
        self._seen[owner] = (since, now)
        return now - since >= GRACE
