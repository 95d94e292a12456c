"""Times and months in the site's time zone, and how pages write them. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from aggregator.render.fit import zone_name

RECENT = timedelta(hours=12)
"""Times within this distance, past or future, are shown without the day. At a greater one, a time of yesterday such as 21:10 would be
taken for one that is yet to come."""

_TOLD = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")  # as `schedule.formatting.minute` writes it


class Times(Struct, frozen=True):
    """`now` is in the site's time zone."""

    now: datetime

    def local(self, moment: datetime) -> str:
        """A short form: `14:05`, `24 Nov, 14:05`, `24 Nov 2025`."""
        here = moment.astimezone(self.now.tzinfo)
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        if here.date() == self.now.date() or abs(hour - here) < RECENT:
            return here.strftime("%H:%M")
        day = here.strftime("%-d\N{NO-BREAK SPACE}%b")  # in a narrow column the line breaks after the day
        return f"{day}, {here:%H:%M}" if here.year == self.now.year else f"{day} {here:%Y}"

    def after(self, moment: datetime, said: datetime) -> str:
        """The short form where the day of `said` has just been told: `14:05` on that day, else `24 Nov, 14:05`. In a list that is read from
        one time to the next, a time without a day would be taken to be of the day before it in the list."""
        here, day = (one.astimezone(self.now.tzinfo) for one in (moment, said))
        if here.date() == day.date():
            return here.strftime("%H:%M")
        year = "" if here.year == self.now.year else f" {here:%Y}"
        return f"{here:%-d\N{NO-BREAK SPACE}%b}{year}, {here:%H:%M}"

    def full(self, moment: datetime) -> str:
        here = moment.astimezone(self.now.tzinfo)
        return f"{here:%-d %B %Y, %H:%M} {zone_name(here)}"

    def day(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.now.tzinfo):%A, %-d %B %Y}"

    def lately(self, moment: datetime) -> bool:
        """Whether that is of today, yesterday, or later."""
        return self.now.date() - moment.astimezone(self.now.tzinfo).date() < timedelta(days=2)

    def month(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.now.tzinfo):%B %Y}"

    def here(self, text: str) -> str:
        """A text about a source, with its times in the site's zone, as pages write them."""

        def zoned(found: re.Match[str]) -> str:
            return self.full(datetime.fromisoformat(f"{found[1]}Z"))

        return _TOLD.sub(zoned, text)

    @property
    def zone(self) -> str:
        return zone_name(self.now, told=True)


def month_bounds(year: int, month: int, zone: ZoneInfo) -> tuple[int, int]:
    """(first second of a month, first second of the next), as epoch seconds, by the site's time zone."""
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return int(start.timestamp()), int(end.timestamp())


def month_of(seconds: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m")
