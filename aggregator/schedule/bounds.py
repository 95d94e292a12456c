"""The limits between which a source is polled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aggregator.model.settings import FIRST_INTERVAL, Defaults, Source
from aggregator.model.source import HORIZON


@dataclass(frozen=True, slots=True)
class Bounds:
    """`every` is the first interval and the measure of those that follow; `explicit` whether the editor chose it.
    `shortest` and `longest` bound what the rate of news suggests; `silent` is the interval of a source that has
    brought nothing for long, `ceiling` the longest wait after failures, `unresolved` the same if no name server knew the
    host: nobody was bothered, and the fault may be on our side, where it ends for all sources at once."""

    every: timedelta = FIRST_INTERVAL
    explicit: bool = False
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=6)
    silent: timedelta = timedelta(hours=24)
    ceiling: timedelta = timedelta(hours=24)
    unresolved: timedelta = timedelta(hours=1)
    unconditional: timedelta = timedelta(hours=1)  # least interval without validators, unless `explicit`


def bounds_for(source: Source, defaults: Defaults) -> Bounds:
    """The bounds of one configured source: 5 minutes (or `every`, where that is less) to 6 hours (or `every`),
    and a week at most."""
    every = min(source.every or defaults.every, HORIZON)
    chosen = source.every is not None or defaults.every != FIRST_INTERVAL  # the built-in default is nobody's choice
    return Bounds(
        every=every,
        explicit=chosen,
        shortest=min(timedelta(minutes=5), every),
        longest=max(timedelta(hours=6), every),
        silent=max(timedelta(hours=24), every),
    )
