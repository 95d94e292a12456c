"""Counters of the workers. They are kept in the store, so that the web can show them at /metrics and a restart does not reset them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

BOUNDS = (60, 300, 900, 1800, 3600, 14_400, 86_400)
"""Upper bounds of the buckets of the histogram of delays: seconds from an item's publication to its appearance in our feeds."""
_BUCKETS = (*BOUNDS, None)


class Measures(Struct):
    """`delays` is a histogram: (upper bound in seconds, number of items in this bucket); the last bucket has the bound None."""

    errors: dict[str, int] = field(default_factory=dict)
    delays: list[tuple[int | None, int]] = field(default_factory=lambda: [(bound, 0) for bound in _BUCKETS])
    delay_seconds: int = 0
    editions: int = 0
    edition_seconds: float = 0.0
    last_edition_seconds: float = 0.0

    def __post_init__(self) -> None:
        if [bound for bound, _ in self.delays] != [*_BUCKETS]:
            raise ValueError("counted by other bounds")

    def onto(self, noted: Measures | None, since: Measures) -> Measures:
        """The sum of `noted`, the counters in the store, and what this process counted since it made the copy `since`. The figures
        about the last edition come from the process that made it."""
        total = noted or Measures()
        made_one = self.editions != since.editions
        errors = Counter(total.errors)
        errors.update(self.errors)
        errors.subtract(since.errors)
        counts = zip(total.delays, self.delays, since.delays, strict=True)
        return Measures(
            errors=dict(errors),
            delays=[(bound, held + count - counted) for (bound, held), (_, count), (_, counted) in counts],
            delay_seconds=total.delay_seconds + self.delay_seconds - since.delay_seconds,
            editions=total.editions + self.editions - since.editions,
            edition_seconds=round(total.edition_seconds + self.edition_seconds - since.edition_seconds, 3),
            last_edition_seconds=self.last_edition_seconds if made_one else total.last_edition_seconds,
        )

    def copy(self) -> Measures:
        return replace(self, errors=dict(self.errors), delays=list(self.delays))

    def failed(self, kinds: Iterable[str]) -> None:
        self.errors = dict(Counter(self.errors) + Counter(kinds))

    def edition(self, seconds: float, delays: Iterable[int]) -> None:
        self.editions += 1
        self.last_edition_seconds = round(seconds, 3)
        self.edition_seconds += self.last_edition_seconds
        for delay in delays:
            self.delay_seconds += delay
            n = bisect_left(BOUNDS, delay)
            bound, count = self.delays[n]
            self.delays[n] = bound, count + 1
