"""The minimum and maximum intervals between polls of a source."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from aggregator.model.settings import FIRST_INTERVAL, Defaults, Source
from aggregator.model.source import HORIZON


class Bounds(Struct, frozen=True):
    """`every` is the first interval, and the scale of the following ones (`rate.interval`); `explicit`: the editor chose it.
    `shortest` and `longest` limit the interval that follows from the rate of news; `silent` is the longest interval of a source that
    has been silent for long."""

    every: timedelta = FIRST_INTERVAL
    explicit: bool = False
    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=6)
    silent: timedelta = timedelta(hours=24)


def bounds_for(source: Source, defaults: Defaults) -> Bounds:
    """The bounds of one configured source: from 5 minutes (or `every`, if that is less) to 6 hours (or `every`, if that is more, but at
    most a week)."""
    every = min(source.every or defaults.every, HORIZON)
    chosen = source.every is not None or defaults.every != FIRST_INTERVAL  # the built-in default is not a choice
    return Bounds(
        every=every,
        explicit=chosen,
        shortest=min(timedelta(minutes=5), every),
        longest=max(timedelta(hours=6), every),
        silent=max(timedelta(hours=24), every),
    )
