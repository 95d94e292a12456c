"""The rate of news of a source, and the polling interval that follows from it.

The rate (new items per hour) is an exponentially weighted mean: an item counts with exp(-age / MEMORY), and the items that one poll
found count as spread evenly over the time since the previous poll. So the mean is unbiased in the long run, and a manual poll a
second after another hardly changes it. A memory of a day averages over night and day; `benchmarks/simulate_polling.py` shows what
shorter and longer ones cost.

The interval is proportional to the inverse square root of the rate. This minimises the mean delay of items for a given total number
of requests: a source with rate r that is polled every T costs 1/T requests and r·T/2 of delay per unit of time, and c/T + r·T/2 is
least at T = sqrt(2c/r). (Cho and Garcia-Molina 2003 treat freshness of pages; Sia, Cho and Cho 2007 feeds.) The configured `every`
takes the place of c: it is the interval of a source with REFERENCE_RATE new items an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, sqrt
from statistics import median_low

from msgspec import Struct

from aggregator.model.item import NormalFeed
from aggregator.model.settings import FIRST_INTERVAL, Defaults, Source
from aggregator.model.source import HORIZON

MEMORY = timedelta(hours=24)
REFERENCE_RATE = 1.0  # new items an hour
A_DAY = 10_000
"""Maximum number of new items a day: ten times what the busiest agencies publish. A feed with more is broken and would fill the disk."""
A_FEW = 20  # so many new items are always taken: a first document whose items all have one date looks like such a feed
FEWEST_DAYS = 4
"""Minimum number of days with items from which a rhythm is computed."""
_LONGEST_GAP = timedelta(hours=6)
_WINDOW = timedelta(days=1)
_HOUR = timedelta(hours=1)


class Bounds(Struct, frozen=True):
    """`every` is the first interval, and the scale of the following ones (`interval`); `explicit`: the editor chose it.
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
    usual = Bounds()
    return Bounds(every, chosen, min(usual.shortest, every), max(usual.longest, every), max(usual.silent, every))


def updated(rate: float | None, new: int, since: timedelta, planned: timedelta) -> float:
    """The rate after a poll that found `new` items, at the time `since` after the last successful poll. `planned` is the interval that was
    planned. If `since` is much longer, the machine slept or the clock was set: it is then limited, so that the source does not look
    dead."""
    gap = max(timedelta(seconds=1), min(since, max(2 * planned, _LONGEST_GAP)))
    kept = exp(-(gap / MEMORY))
    before = REFERENCE_RATE if rate is None else rate
    return kept * before + (1 - kept) * new / (gap / _HOUR)


def first_guess(feed: NormalFeed, now: datetime) -> float | None:
    """The rate from the dates of a first document: of the last day, or of the whole period if it covers less than a day. None if fewer
    than two items are dated."""
    ages = sorted(now - item.published for item in feed.items if item.published is not None)
    if len(ages) < 2:
        return None
    covered = _WINDOW if ages[-1] >= _WINDOW else max(ages[-1], _HOUR)
    return sum(age <= covered for age in ages) / (covered / _HOUR)


def rhythm(feed: NormalFeed) -> timedelta | None:
    """The usual distance between the days on which a source publishes: the median over the days of which a document lists items. None if
    it lists fewer than four days."""
    days = sorted({item.published.date() for item in feed.items if item.published is not None})
    if len(days) < FEWEST_DAYS:
        return None
    return timedelta(days=median_low([(after - day).days for day, after in pairwise(days)]))


def rhythm_of_news(before: timedelta | None, last_new: datetime, now: datetime) -> timedelta | None:
    """The rhythm of a source whose document lists fewer days, from the two days on which it last brought news. If they are closer
    together than the previous rhythm (`before`), the mean of both, since one issue may come in parts."""
    days = (now.date() - last_new.date()).days
    if days < 1:
        return before
    return timedelta(days=max(days, ((before.days if before else 0) + days) // 2))


def new_item_limit(rate: float | None) -> int:
    """How many new items may be taken from a source now, so that it does not exceed A_DAY items a day for long. (The rate times 24
    hours is the number of recent items, weighted by age.)"""
    return A_DAY if rate is None else max(A_FEW, A_DAY - round(rate * (MEMORY / _HOUR)))


def interval(rate: float, every: timedelta, shortest: timedelta, longest: timedelta) -> timedelta:
    """The polling interval for this rate, between `shortest` and `longest`; `every` is that for REFERENCE_RATE."""
    stretch = sqrt(REFERENCE_RATE / max(rate, 1e-6))
    return min(max(every * stretch, shortest), longest)
