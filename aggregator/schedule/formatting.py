"""Intervals, times and rates in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_LONG = 14 * 86_400  # seconds; longer times are given in whole days
_FEWEST = 0.1  # new items a day; the rate of a source with fewer is not told as a number
_STEPS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"))


def span(time: timedelta) -> str:
    """`45 s`, `12 min`, `1 h 30 min`, `2 d 3 h`, `30 d`: at most two units, the last one rounded."""
    seconds = max(0, round(time.total_seconds()))
    if seconds >= _LONG:
        return f"{round(seconds / 86_400)} d"
    for size, unit, below, below_unit in _STEPS:
        if seconds >= size:
            large, small = divmod(round(seconds / below), size // below)
            return f"{large} {unit} {small} {below_unit}" if small else f"{large} {unit}"
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{seconds} s"


def minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def pace(rate: float) -> str:
    """The rate of news (items per hour) in words, always per day: `72 new items a day` can be compared with that of other sources. After
    a long silence it is a very small number, which would say nothing to readers."""
    daily = rate * 24
    if daily < _FEWEST:
        return "less than one new item in ten days"
    number = f"{daily:,.0f}" if daily >= 10 else f"{daily:.2g}"
    return f"{number} new {'item' if number == '1' else 'items'} a day"
