"""How much news a source brings, and the interval that follows from it.

The rate is a sum of new items weighted by age, exp(-age / MEMORY): what one poll found counts as spread evenly over
the time since the poll before. In the long run it is unbiased, and a manual poll a second later does not shake it.
A memory of a day covers night and day alike: `benchmarks/simulate_polling.py` shows what shorter and longer ones cost.

The interval goes with the inverse square root of the rate. For a given number of requests over all sources, that
makes the mean delay of an item least: a source with rate r polled every T costs 1/T requests and r·T/2 of delay, and
the sum of c/T + r·T/2 is least at T = sqrt(2c/r) (Cho and Garcia-Molina 2003 have the case of freshness; Sia, Cho and
Cho 2007 that of feeds). `every` of the configuration stands for c: it is the interval of a source with
REFERENCE_RATE new items an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, sqrt
from statistics import median_low

from aggregator.model.item import NormalFeed

MEMORY = timedelta(hours=24)
REFERENCE_RATE = 1.0  # new items an hour
A_DAY = 10_000
"""New items; ten times what the busiest wires bring. More is a machine that makes them up, and would fill the disk."""
A_FEW = 20  # new items that are taken at any poll: a first document all of one date may look like such a machine
FEWEST_DAYS = 4
"""Days with items that show a rhythm."""
_LONGEST_GAP = timedelta(hours=6)
_WINDOW = timedelta(days=1)
_HOUR = timedelta(hours=1)


def updated(rate: float | None, new: int, since: timedelta, planned: timedelta) -> float:
    """The rate after a poll that found `new` items, `since` after the last successful one.

    `planned` is the interval that had been meant. A gap much longer than that comes from a suspended machine or a
    clock that was set, and may not make the source look dead.
    """
    gap = max(timedelta(seconds=1), min(since, max(2 * planned, _LONGEST_GAP)))
    kept = exp(-(gap / MEMORY))
    before = REFERENCE_RATE if rate is None else rate
    return kept * before + (1 - kept) * new / (gap / _HOUR)


def first_guess(feed: NormalFeed, now: datetime) -> float | None:
    """The rate that a first document's dates tell: of its last day, or of the time that it covers where it holds no
    whole day. None where fewer than two items are dated."""
    ages = sorted(now - item.published for item in feed.items if item.published is not None)
    if len(ages) < 2:
        return None
    covered = _WINDOW if ages[-1] >= _WINDOW else max(ages[-1], _HOUR)
    return sum(age <= covered for age in ages) / (covered / _HOUR)


def rhythm(feed: NormalFeed) -> timedelta | None:
    """How far apart the days are of which a document lists items: the median. None where it lists fewer than four days."""
    days = sorted({item.published.date() for item in feed.items if item.published is not None})
    if len(days) < FEWEST_DAYS:
        return None
    return timedelta(days=median_low([(after - day).days for day, after in pairwise(days)]))


def rhythm_of_news(before: timedelta | None, last_new: datetime, now: datetime) -> timedelta | None:
    """The same of a document that lists fewer days, from the days on which it brought news: as far apart as the last two, or half of
    the way there from what was known `before`, since an issue may come in parts."""
    days = (now.date() - last_new.date()).days
    if days < 1:
        return before
    return timedelta(days=max(days, ((before.days if before else 0) + days) // 2))


def new_item_limit(rate: float | None) -> int:
    """How many new items may be taken from a source now, so that it does not exceed A_DAY items a day for long. The rate times a
    day is the number of items of the last day, weighted by age."""
    return A_DAY if rate is None else max(A_FEW, A_DAY - round(rate * (MEMORY / _HOUR)))


def interval(rate: float, every: timedelta, shortest: timedelta, longest: timedelta) -> timedelta:
    """From the rate, between the bounds."""
    stretch = sqrt(REFERENCE_RATE / max(rate, 1e-6))
    return min(max(every * stretch, shortest), longest)
