"""Computes the state of a source after a poll: what is now known of it, when to poll it next, and why then. The interval follows from the
rate of news, within the bounds of the source. What the server and the document ask for can make it longer, never shorter. The next poll is
counted from now, not from when this one was due: so a machine that has slept for hours polls each source only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from aggregator.model.item import TRUNCATED, Drop, NormalFeed
from aggregator.model.source import HORIZON, LONGEST_HOLD, Failed, Fetched, Freshness, NotModified, Outcome, SourceState
from aggregator.schedule import permanent_redirects
from aggregator.schedule import rate as rates
from aggregator.schedule.formatting import pace, span
from aggregator.schedule.health import SILENT_AFTER, flaws, health, quiet, silent_after
from aggregator.schedule.hints import PollHints
from aggregator.schedule.rate import Bounds
from aggregator.text.plurals import counted

JITTER: Final = 0.1  # at most this share of the interval is added at random, to spread out the polls of many sources
SPREAD: Final = 0.5  # the same after a first poll: sources that were polled together at start are spread out more
GROWTH: Final = 2  # from one poll to the next the interval becomes at most so many times as long
UNCONDITIONAL_AFTER: Final = 3  # failures in a row
UNCONDITIONAL: Final = timedelta(hours=1)  # minimum interval without ETag or Last-Modified, unless the editor chose one
CEILING: Final = timedelta(hours=24)  # longest wait after failures …
CEILING_OF_OURS: Final = timedelta(hours=1)
"""… and after those that may be our own fault, and then are those of all sources, which recover at once."""
_OURS: Final = {"dns", "crashed"}
"""Kinds of failures of our own network (a failed DNS look-up bothers no server), or of this program."""
_REFUSED: Final = 429
"""The status of a server that is asked too much. Unless it says when to come again, it is asked no sooner than after a success, so not
before what server and feed ask for. After other failures, 503 too, it may be: what went wrong is often over soon, and a short feed loses
entries in a day."""
_OF_SERVERS: Final = ("http", "challenge", "empty", "reset")
"""Kinds of failures that show that a server was reached."""
_SECOND: Final = timedelta(seconds=1)
_A_DAY: Final = timedelta(days=1)
_SKIP_SPREAD: Final = timedelta(minutes=10)


def validators(state: SourceState) -> tuple[str | None, str | None]:
    """(ETag, Last-Modified) to send with the next request. Both None after repeated failures of a server: some answer with errors, with
    nothing or not at all to conditional requests only, and would never be read again. But to ask for more is no reply to 429."""
    of_server = state.error_kind in _OF_SERVERS and state.last_status != _REFUSED
    if of_server and state.failures >= UNCONDITIONAL_AFTER:
        return None, None
    return state.etag, state.last_modified


class _Visit(Struct, frozen=True):
    """The circumstances of one poll: the state before it, the time, the bounds, and a random number in [0, 1)."""

    before: SourceState
    now: datetime
    bounds: Bounds
    jitter: float

    @property
    def first(self) -> bool:
        return self.before.last_success is None

    @property
    def longest(self) -> timedelta:
        """The longest interval by which the next poll may follow."""
        return max(self.bounds.every, GROWTH * (self.before.interval or self.bounds.every))


def after_poll(
    state: SourceState,
    outcome: Outcome,
    *,
    feed: NormalFeed | None,
    new_items: int,
    now: datetime,
    bounds: Bounds,
    jitter: float,
    held_back: Sequence[Drop] = (),
) -> SourceState:
    """The complete state after a poll, with the time of the next one and the reason in words. `outcome` must be `Failed` also if a response
    arrived but could not be parsed: its validators must not be stored without its items. `feed` is None if there was nothing to parse (304,
    a failure, or the same body as before). `new_items` is the number of items that were not stored before; `held_back` are those that were
    recognised as repeats. `jitter`: a random number in [0, 1)."""
    visit = _Visit(state, now, bounds, jitter)
    if isinstance(outcome, Failed) and outcome.kind == "waiting":
        known = _with_its_host(state, outcome.freshness, visit)
    elif isinstance(outcome, Failed):
        known = _after_failure(_failure(state, outcome, now), outcome.freshness, visit)
    else:
        known = _success(state, outcome, now)
        known = known if feed is None else _read(known, state, feed, held_back, new_items)
        known = _with_rate(known, visit, feed, new_items)
        known = _after_success(replace(known, interval=_by_rate(known, visit)), visit)
        known = _doubting(known, visit) if isinstance(outcome, NotModified) else known
    return replace(known, state=health(known)[0])


def sooner(state: SourceState, now: datetime, bounds: Bounds, jitter: float) -> SourceState:
    """The state of a source after the editor made its `every` shorter: the next poll comes within that time, but no sooner than the
    server and the document allow. Unchanged after failures, and for a source that was not polled yet."""
    if state.next_poll is None or state.last_success is None or state.failures:
        return state
    hints = PollHints.read(state.asks)
    allowed = state.last_success + max(floor for floor, _ in _floors(state, bounds))
    moment = hints.after_skips(max(now + bounds.every * (1 - SPREAD * jitter), allowed)).replace(microsecond=0)
    if moment >= state.next_poll:
        return state
    within = moment <= now + bounds.every
    when = f"within {span(bounds.every)}" if within else "as soon as its server and its feed allow"
    return replace(state, next_poll=moment, why=f"{when}, since `every` became shorter")


def _success(state: SourceState, outcome: Fetched | NotModified, now: datetime) -> SourceState:
    """The state after a 200 or 304. A 200 replaces the validators, even if it has none; `fetch` returns the old ones with a 304."""
    known = replace(
        permanent_redirects.sighted(state, outcome.permanent, now),
        polls=state.polls + 1,
        last_attempt=now,
        last_success=now,
        first_success=state.first_success or now,
        failures=0,
        error=None,
        error_kind=None,
        held_until=None,
        etag=outcome.etag,
        last_modified=outcome.last_modified,
        validator_url=outcome.url,
        asks=_asks(state, outcome),
    )
    if isinstance(outcome, NotModified):
        saved = state.bytes_saved + state.last_size
        return replace(known, last_status=304, not_modified=state.not_modified + 1, bytes_saved=saved)
    size = outcome.wire_bytes or len(outcome.body)
    return replace(known, last_status=outcome.status, last_size=size, bytes_received=state.bytes_received + size)


def _asks(state: SourceState, outcome: Fetched | NotModified) -> str | None:
    """A 304 that does not say how long it stays fresh leaves what the last response said (RFC 9111, 4.3.4)."""
    if isinstance(outcome, NotModified) and outcome.freshness.max_age is None:
        return state.asks
    return PollHints.read(state.asks).after(outcome.freshness.max_age).write()


def _failure(state: SourceState, outcome: Failed, now: datetime) -> SourceState:
    asked = outcome.freshness.retry_after
    known = replace(
        state,
        polls=state.polls + 1,
        last_attempt=now,
        last_status=outcome.status,
        failures=state.failures + 1,
        error_kind=outcome.kind,
        error=outcome.message,
        held_until=None if asked is None else now + timedelta(seconds=min(asked, LONGEST_HOLD)),
    )
    given_up = permanent_redirects.failed(known, now)
    # A 410 from an adopted address says nothing about the configured address, which is requested next.
    return given_up if given_up is known else replace(given_up, last_status=None)


def _read(
    known: SourceState, before: SourceState, feed: NormalFeed, held_back: Sequence[Drop], new: int
) -> SourceState:
    """The state after a document was read. The validators of a document that breaks off are not stored, because they belong to the
    complete document: a 304 would then hide the missing entries. If the next response is the same (`feed` is None then), the document
    always ends there, and its validators are stored. An icon is taken over with news, which gives the feeds that show it another date."""
    if TRUNCATED in feed.flaws:
        known = replace(known, etag=before.etag, last_modified=before.last_modified, validator_url=before.validator_url)
    return replace(
        known,
        asks=PollHints.of(feed.channel, PollHints.read(known.asks).fresh).write(),
        feed_title=feed.channel.title or known.feed_title,
        feed_link=feed.channel.link or known.feed_link,
        icon=(feed.channel.icon if new else None) or known.icon,
        flaws=", ".join(flaws(feed, held_back, 0 if before.body_hash is None else new)) or None,
    )


def _with_rate(known: SourceState, visit: _Visit, feed: NormalFeed | None, new: int) -> SourceState:
    """Update rate, rhythm and `last_new`. After a first poll rate and `last_new` come from the dates of the items, since a
    back-catalogue is not current news. The rhythm changes only with new items: otherwise old items that drop out of a document would
    change when its source counts as silent."""
    before, now = visit.before, visit.now
    if feed is not None and (new or before.rhythm is None):
        known = replace(known, rhythm=rates.rhythm(feed) or _rhythm_of_news(visit, new))
    if before.last_success is None:
        dates = [item.published for item in feed.items if item.published] if feed else []
        newest = max(dates, default=now if new else None)
        return replace(known, rate=rates.first_guess(feed, now) if feed else None, last_new=newest)
    planned = before.interval or visit.bounds.every
    rate = rates.updated(before.rate, new, now - before.last_success, planned)
    return replace(known, rate=rate, last_new=now if new else before.last_new)


def _rhythm_of_news(visit: _Visit, new: int) -> timedelta | None:
    """The rhythm of a source that lists too few days to show one, such as a newsletter that lists only its last issue. After a pause or
    failures it stays as it is, because the new items may have been published long before."""
    before, now = visit.before, visit.now
    if not new or before.last_new is None or before.last_success is None:
        return None
    if now - before.last_success > max(_A_DAY, 2 * (before.interval or _A_DAY)):
        return before.rhythm
    return rates.rhythm_of_news(before.rhythm, before.last_new, now)


def _by_rate(known: SourceState, visit: _Visit) -> timedelta:
    bounds = visit.bounds
    if visit.first:
        return bounds.every
    longest = bounds.silent if quiet(known, visit.now) >= SILENT_AFTER else bounds.longest
    wanted = rates.interval(known.rate or 0.0, bounds.every, bounds.shortest, longest)
    # A first document of old items may be about to change: the interval grows as evidence does.
    return min(wanted, visit.longest)


def _floors(known: SourceState, bounds: Bounds) -> list[tuple[timedelta, str]]:
    """Minimum intervals, each with the reason in words."""
    hints = PollHints.read(known.asks)
    floors = [
        (hints.fresh or timedelta(), "the server says that its answer stays fresh that long (max-age)"),
        (hints.ttl or timedelta(), "the feed asks for that (ttl)"),
        (hints.update or timedelta(), "the feed asks for that (sy:updatePeriod)"),
    ]
    if not (known.etag or known.last_modified or bounds.explicit):
        broke_off = TRUNCATED in (known.flaws or "")  # those of such a document are not kept
        why = "its last document breaks off" if broke_off else "it sends no ETag or Last-Modified"
        floors.append((UNCONDITIONAL, f"{why}, so every poll downloads the whole feed"))
    return floors


def _doubting(known: SourceState, visit: _Visit) -> SourceState:
    """The state after a 304, without validators if the source has just fallen silent, or has now been silent for twice as long as the
    last time: some servers answer 304 for ever although there is news. The next response is then a full one, and brings validators
    again."""
    long, before = silent_after(known), visit.before.last_success or visit.now
    now_and_before = [max(0, quiet(known, at) // long).bit_length() for at in (visit.now, before)]
    return known if now_and_before[0] <= now_and_before[1] else replace(known, etag=None, last_modified=None)


def _after_success(known: SourceState, visit: _Visit) -> SourceState:
    own = known.interval or visit.bounds.every
    floor, asker = max(_floors(known, visit.bounds), key=lambda asked: asked[0])
    reason = "the first interval" if visit.first else pace(known.rate or 0.0)
    if own == visit.longest > visit.bounds.every:
        reason += ", and at most twice as long as the last interval"
    if floor > own:
        return _at(floor, f"every {span(floor)}: {asker}; else {span(own)} ({reason})", known, visit)
    return _at(own, f"every {span(own)}: {reason}", known, visit)


def _after_failure(known: SourceState, fresh: Freshness, visit: _Visit) -> SourceState:
    usual = known.interval or visit.bounds.every
    if health(known)[0] == "gone":
        why = "410 Gone: not polled again until its url changes"
        return replace(known, next_poll=visit.now + HORIZON, why=why)
    asked = timedelta(seconds=fresh.retry_after or 0)
    if asked >= usual:  # a shorter Retry-After is ignored: the backoff below is then longer
        wait, what = asked, f"the server asked for {span(asked)} (Retry-After)"
    elif permanent_redirects.adopted(visit.before) and not permanent_redirects.adopted(known):
        wait, what = usual, "at its url in feeds.yaml, since the address to which it had moved is dead"
    else:
        # The first other failure after one of ours counts as one too: a network comes back step by step.
        ours = not _OURS.isdisjoint((known.error_kind, visit.before.error_kind))
        refused = known.last_status == _REFUSED and not asked
        if (refused or known.error_kind == "crashed") and known.last_success:
            usual = max(usual, *(floor for floor, _ in _floors(known, visit.bounds)))
        ceiling = CEILING_OF_OURS if ours else CEILING
        wait = max(usual, min(usual * 2 ** min(known.failures - 1, 20), ceiling))
        what = f"{counted(known.failures, 'failure')} in a row"
    return _at(wait, f"again in {span(wait)}: {what}; {known.error}", known, visit)


def _with_its_host(state: SourceState, fresh: Freshness, visit: _Visit) -> SourceState:
    """The state if no request was made, because the host has asked for a pause."""
    wait = timedelta(seconds=fresh.retry_after or 0)
    why = f"again in {span(wait)}: another feed of its host was told to wait that long (Retry-After)"
    return _at(wait, why, state, visit)


def _at(interval: timedelta, why: str, known: SourceState, visit: _Visit) -> SourceState:
    """The state with the next poll after this interval: add the jitter (within the longest wait after failures), step over the hours and
    days that the feed asks to skip, round up to seconds."""
    hints = PollHints.read(known.asks)
    now, jitter = visit.now, visit.jitter
    first = visit.first and known.last_success is not None
    spread = SPREAD if first else JITTER
    why += " (plus up to half of that, to spread out the polls)" if first else ""
    wanted = now + interval * (1 + spread * jitter)
    if known.error:
        wanted = min(wanted, now + max(interval, CEILING))
    moment = hints.after_skips(wanted)
    if moment != wanted:
        moment = moment + jitter * _SKIP_SPREAD
        why += "; later, because the feed asks not to be read at that hour (skipHours, skipDays)"
    moment = min(moment, now + HORIZON - _SECOND)
    if moment.microsecond:  # the store keeps whole seconds; rounding down would make the interval too short
        moment = moment.replace(microsecond=0) + _SECOND
    return replace(known, next_poll=moment, why=why)
