"""What feeds and their hosts ask of those who poll them. A feed asks by ttl, skipHours and skipDays (RSS 2.0), sy:updatePeriod and
sy:updateFrequency (syndication module of RSS 1.0). This is kept as one line of text in `SourceState.asks`, because a 304 does not repeat
it. The line also has the max-age of the last response, which is needed if an editor changes `every` between two polls. A host asks for a
pause by 429 or 503 with Retry-After."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from aggregator.addresses import host_of
from aggregator.model.item import Channel
from aggregator.model.settings import Defaults, Source
from aggregator.model.source import SourceState
from aggregator.schedule import permanent_redirects

_DAY = 86_400  # seconds


class PollHints(Struct, frozen=True):
    """`ttl`, `update` and `fresh` (max-age) are minimum intervals, at most a day each. Hours and days are in UTC. If a feed names all
    hours or all days, they are ignored, since it would never be polled."""

    ttl: timedelta | None = None
    update: timedelta | None = None
    fresh: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()  # 0 to 23
    skip_days: frozenset[int] = frozenset()  # Monday is 0

    @classmethod
    def of(cls, channel: Channel, fresh: timedelta | None = None) -> PollHints:
        return cls(
            ttl=_interval((channel.ttl or 0) * 60),
            update=_interval(channel.update_seconds or 0),
            fresh=fresh,
            skip_hours=_some(channel.skip_hours, 24),
            skip_days=_some(channel.skip_days, 7),
        )

    @classmethod
    def read(cls, text: str | None) -> PollHints:
        """Parse the line that `write` made; anything unreadable is ignored."""
        parts = dict(part.partition("=")[::2] for part in (text or "").split())
        return cls(
            ttl=_interval(_number(parts.get("ttl"))),
            update=_interval(_number(parts.get("update"))),
            fresh=_interval(_number(parts.get("fresh"))),
            skip_hours=_some(_numbers(parts.get("hours")), 24),
            skip_days=_some(_numbers(parts.get("days")), 7),
        )

    def after(self, max_age: int | None) -> PollHints:
        """The same hints after a response with this max-age (seconds)."""
        return replace(self, fresh=_interval(max_age or 0))

    def write(self) -> str | None:
        """One line such as `ttl=3600 fresh=900 hours=1,2`; None if nothing is asked."""
        intervals = {"ttl": self.ttl, "update": self.update, "fresh": self.fresh}
        skipped = {"hours": self.skip_hours, "days": self.skip_days}
        parts = [f"{name}={int(time.total_seconds())}" for name, time in intervals.items() if time]
        parts += [f"{name}={','.join(map(str, sorted(numbers)))}" for name, numbers in skipped.items() if numbers]
        return " ".join(parts) or None

    def skips(self, moment: datetime) -> bool:
        utc = moment.astimezone(UTC)
        return utc.hour in self.skip_hours or utc.weekday() in self.skip_days

    def after_skips(self, moment: datetime) -> datetime:
        """The first time from `moment` on that is not skipped: `moment` itself, or the beginning of an hour within 7 days."""
        if not self.skips(moment):
            return moment
        hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        later = (hour + timedelta(hours=ahead) for ahead in range(1, 7 * 24))
        return next(candidate for candidate in later if not self.skips(candidate))


def _interval(seconds: int) -> timedelta | None:
    return timedelta(seconds=min(seconds, _DAY)) if seconds > 0 else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _numbers(text: str | None) -> Iterator[int]:
    return (_number(part) for part in (text or "").split(",") if part)


def _some(named: Iterable[int], of: int) -> frozenset[int]:
    found = frozenset(number for number in named if 0 <= number < of)
    return found if len(found) < of else frozenset()


def pause_of(source: Source, defaults: Defaults) -> str:
    """What a Retry-After in response to this source applies to: `host` (all sources of its host) or `source` (this one)."""
    return source.retry_after or defaults.retry_after


def pausing(states: Iterable[SourceState], now: datetime, alone: Collection[str] = ()) -> dict[str, float]:
    """Host → remaining seconds of its pause, from the states in the store, for a process that has just started or that polls beside
    others. A pause of a source in `alone` applies to that source only, not to its host. So does that of a source whose address redirects
    to another host: it is not stored which of the two has asked for it, and whoever redirects to a host could silence all sources there.
    But a host with and without `www.` is one."""
    found: dict[str, float] = {}
    for state in states:
        if not state.held_until or state.held_until <= now or state.id in alone:
            continue
        asked = permanent_redirects.address(state, state.url)
        hosts = [host for url in (asked, state.validator_url or asked) if (host := host_of(url))]
        if len({host.removeprefix("www.") for host in hosts}) == 1:
            left = (state.held_until - now).total_seconds()
            found |= {host: max(found.get(host, 0.0), left) for host in hosts}
    return found
