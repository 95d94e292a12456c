"""Times in words, as pages write them in the site's time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RECENT = timedelta(hours=18)
"""Within this time, past or to come, only the hour is shown."""


@dataclass(frozen=True, slots=True)
class Times:
    """`now` is in the site's time zone."""

    now: datetime

    def local(self, moment: datetime) -> str:
        """In few letters."""
        here = moment.astimezone(self.now.tzinfo)
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        if here.date() == self.now.date() or abs(hour - here) < RECENT:
            return here.strftime("%H:%M")
        day = here.strftime("%-d\N{NO-BREAK SPACE}%b")  # a narrow column breaks the line after it
        return f"{day}, {here:%H:%M}" if here.year == self.now.year else f"{day} {here:%Y}"

    def full(self, moment: datetime) -> str:
        here = moment.astimezone(self.now.tzinfo)
        return f"{here:%-d %B %Y, %H:%M} {_zone(here)}"

    def month(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.now.tzinfo):%B %Y}"

    @property
    def zone(self) -> str:
        return _zone(self.now, told=True)


def _zone(moment: datetime, *, told: bool = False) -> str:
    """The name of its time zone; if `told`, with its distance from UTC, since many names stand for several zones. Where the
    name is a number, as in Dubai, that alone."""
    name, distance = moment.strftime("%Z"), moment.strftime("UTC%z").removesuffix("00")
    if len(distance) > len("UTC+08"):
        distance = f"{distance[:-2]}:{distance[-2:]}"
    if name[:1] in "+-":
        return distance
    return f"{name} ({distance})" if told and name not in ("UTC", "GMT") else name
