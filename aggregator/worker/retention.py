"""Decides when texts are pruned: once a day, but not while the clock may be wrong or the feeds were not polled for long.

Retention counts the days since a source last listed an item. If the clock jumps ahead by years, or the machine was off for months,
everything looks old, and what is pruned is lost. So nothing is pruned for a day after such a leap.
"""

from __future__ import annotations

from msgspec import Struct

EVERY = 86_400  # seconds
RETRY_EVERY = 3600
"""Seconds until it is tried again after an error. Not with the next edition: where a query takes longer than it may, each would."""
LEAP = 86_400
"""If the clock has advanced by so many seconds more than the monotonic clock shows, it is not trusted."""


class Retention(Struct):
    """`seen`: when the archive was last worked on (epoch seconds, by the note TICK); None if never. `running`: seconds on the monotonic
    clock. `pruned`: when it was last pruned. `rests_until`: nothing is pruned before this time (epoch seconds); it must be kept over
    a restart, since a new process cannot see an earlier leap."""

    seen: int | None
    running: float
    pruned: int = 0
    rests_until: int = 0

    def look(self, now: int, running: float) -> None:
        """Notice whether the clock has leapt since the last look."""
        passed = 0.0 if self.seen is None else now - self.seen - (running - self.running)
        if passed > LEAP:
            self.rests_until = now + EVERY
        self.seen, self.running = now, running

    def due(self, now: int, running: float) -> bool:
        self.look(now, running)
        return not (now < self.rests_until <= now + EVERY or 0 <= now - self.pruned < EVERY)

    def failed(self, now: int) -> None:
        self.pruned = now - EVERY + RETRY_EVERY
