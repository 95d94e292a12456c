"""Times and numbers of the schedule in words."""

from __future__ import annotations

from datetime import timedelta

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def span(time: timedelta) -> str:
    """`45 s`, `12 min`, `1 h 30 min`, `2 d 3 h`: at most two units, the smaller one rounded."""
    seconds = max(0, round(time.total_seconds()))
    for place, (size, unit) in enumerate(_UNITS[:-1]):
        below, below_unit = _UNITS[place + 1]
        if seconds >= size:
            large, small = divmod(round(seconds / below), size // below)
            rest = f" {small} {below_unit}" if small and unit != "min" else ""
            return f"{large} {unit}{rest}"
    return f"{seconds} s"


def times(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def pace(rate: float) -> str:
    """New items an hour, or a day where they are few."""
    return f"{rate:.2g} new items an hour" if rate >= 0.95 else f"{rate * 24:.2g} new items a day"
