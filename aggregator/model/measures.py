"""What workers count, kept in the store for the web's /metrics; it continues after a restart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

BOUNDS = (60, 300, 900, 1800, 3600, 14_400, 86_400)
"""Seconds from publication to our feed, as the buckets of a histogram."""


@dataclass(slots=True)
class Measures:
    """`delays` counts items per bound (not cumulative; the last is for everything longer)."""

    errors: Counter[str] = field(default_factory=Counter)
    delays: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    delay_seconds: int = 0
    editions: int = 0
    edition_seconds: float = 0.0
    last_edition_seconds: float = 0.0
    set_aside: int = 0  # items that the edition failed on and left out

    @classmethod
    def read(cls, noted: object) -> Measures:
        """What an earlier process wrote; anything unreadable counts from zero."""
        found = cls()
        if isinstance(noted, dict):
            errors = noted.get("errors")
            if isinstance(errors, dict):
                found.errors.update({str(kind): _whole(count) for kind, count in errors.items()})
            delays = noted.get("delays")
            if isinstance(delays, list) and len(delays) == len(found.delays):
                found.delays = [_whole(pair[1]) if isinstance(pair, list) and len(pair) == 2 else 0 for pair in delays]
            found.delay_seconds = _whole(noted.get("delay_seconds"))
            found.editions = _whole(noted.get("editions"))
            seconds = noted.get("edition_seconds")
            found.edition_seconds = float(seconds) if isinstance(seconds, int | float) else 0.0
            seconds = noted.get("last_edition_seconds")
            found.last_edition_seconds = float(seconds) if isinstance(seconds, int | float) else 0.0
            found.set_aside = _whole(noted.get("set_aside"))
        return found

    def onto(self, noted: object, since: Measures) -> dict[str, Any]:
        """What any process noted, plus what was counted here since the copy `since` was made. The figures of the last edition are
        those of the process that made it."""
        total = Measures.read(noted)
        total.errors.update({kind: count - since.errors[kind] for kind, count in self.errors.items()})
        total.delays = [a + b - c for a, b, c in zip(total.delays, self.delays, since.delays, strict=True)]
        total.delay_seconds += self.delay_seconds - since.delay_seconds
        total.editions += self.editions - since.editions
        total.edition_seconds += self.edition_seconds - since.edition_seconds
        if self.editions != since.editions or self.set_aside != since.set_aside:
            total.last_edition_seconds, total.set_aside = self.last_edition_seconds, self.set_aside
        return total.write()

    def copy(self) -> Measures:
        return replace(self, errors=Counter(self.errors), delays=list(self.delays))

    def failed(self, kinds: Iterable[str]) -> None:
        self.errors.update(kinds)

    def edition(self, seconds: float, delays: Iterable[int]) -> None:
        self.editions += 1
        self.edition_seconds += seconds
        self.last_edition_seconds = seconds
        for delay in delays:
            self.delay_seconds += delay
            self.delays[next((n for n, bound in enumerate(BOUNDS) if delay <= bound), len(BOUNDS))] += 1

    def write(self) -> dict[str, Any]:
        return {
            "errors": dict(self.errors),
            "delays": [[bound, count] for bound, count in zip((*BOUNDS, None), self.delays, strict=True)],
            "delay_seconds": self.delay_seconds,
            "editions": self.editions,
            "edition_seconds": round(self.edition_seconds, 3),
            "last_edition_seconds": round(self.last_edition_seconds, 3),
            "set_aside": self.set_aside,
        }


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
