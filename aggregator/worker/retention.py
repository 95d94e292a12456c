"""When texts may be pruned: once a day, and not while the clock may be wrong or nobody has looked at the feeds for long.

Retention counts days since a source last listed an item. A clock that jumps ahead by years, or a machine that was off for
months, would make everything look old, and what is pruned is gone. So for a day after such a leap nothing is pruned.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERY = 86_400  # seconds
LEAP = 86_400
"""Seconds that the clock is ahead of what is known to have passed, from which on it is not trusted."""


@dataclass(slots=True)
class Retention:
    """`seen`: when the archive was last worked on as its notes say, epoch seconds; None if never. `running` counts the
    seconds of this process, on a clock that nobody sets. `rests_until`: epoch seconds; to be kept over a restart, after which
    nothing else tells of a leap."""

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
        if now < self.rests_until <= now + EVERY or 0 <= now - self.pruned < EVERY:
            return False
        self.pruned = now
        return True
