"""What holds of the schedule whatever happens: floors, bounds, backoff, clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from aggregator.model.item import Channel, NormalFeed
from aggregator.model.source import HORIZON, Failed, Fetched, Freshness, NotModified, Outcome, SourceState
from aggregator.schedule.clock import corrected, due_at
from aggregator.schedule.decide import CEILING, SPREAD, after_poll
from aggregator.schedule.hints import PollHints
from aggregator.schedule.rate import Bounds

DAY = timedelta(days=1)
URL = "https://harbour.example/feed"

times = st.integers(0, 20 * 366).map(
    lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=days % 24)
)
jitters = st.floats(0, 1, exclude_max=True)
seconds = st.none() | st.integers(0, 10**9)
freshness = st.builds(Freshness, max_age=seconds, retry_after=st.none() | st.integers(0, 86_400))
fetched = st.builds(
    Fetched, url=st.just(URL), status=st.just(200), body=st.just(b"x"), content_type=st.none(),
    etag=st.sampled_from([None, '"a"']), last_modified=st.none(), freshness=freshness,
    permanent=st.sampled_from([None, "https://b.example/", "http://b.example/", "https://10.0.0.1/"]),
)  # fmt: skip
unchanged = st.builds(NotModified, url=st.just(URL), etag=st.just('"a"'), last_modified=st.none(), freshness=freshness)
failed = st.builds(
    Failed, kind=st.sampled_from(["dns", "http", "timeout"]), message=st.just("no"),
    status=st.sampled_from([None, 404, 429, 500, 503]), freshness=freshness,
)  # fmt: skip
outcomes: st.SearchStrategy[Outcome] = fetched | unchanged | failed
channels = st.builds(
    Channel, ttl=st.none() | st.integers(-10, 10**7),
    skip_hours=st.lists(st.integers(-1, 30), max_size=24).map(tuple),
    skip_days=st.lists(st.integers(-1, 7), max_size=7).map(tuple),
    update_seconds=st.none() | st.integers(-5, 10**9),
)  # fmt: skip
feeds = st.none() | st.builds(
    NormalFeed, format=st.just("rss"), items=st.just(()), channel=channels,
)  # fmt: skip
policies = st.builds(
    lambda every, explicit: Bounds(
        timedelta(seconds=every), explicit, shortest=min(timedelta(minutes=5), timedelta(seconds=every))
    ),
    st.integers(30, 6 * 3600),
    st.booleans(),
)
visits = st.tuples(outcomes, feeds, st.integers(0, 5000), st.floats(0, 10 * 86_400), jitters)


def live(visits_made: list[tuple[Outcome, NormalFeed | None, int, float, float]], bounds: Bounds) -> SourceState:
    """A source after some polls, each made a while after the one before."""
    state, now = SourceState("s", "s", URL), datetime(2026, 1, 1, tzinfo=UTC)
    for outcome, feed, new, later, jitter in visits_made:
        now += timedelta(seconds=later)
        parsed = feed if isinstance(outcome, Fetched) else None
        state = after_poll(state, outcome, feed=parsed, new_items=new, now=now, bounds=bounds, jitter=jitter)
    return state


def longest(interval: timedelta) -> timedelta:
    """The interval with all that is added to spread out the polls, rounded up to seconds."""
    return interval * (1 + SPREAD) + timedelta(seconds=1)


@given(st.lists(visits, max_size=6), visits, policies)
def test_never_before_a_floor_and_never_beyond_the_bounds(
    past: list[tuple[Outcome, NormalFeed | None, int, float, float]],
    last: tuple[Outcome, NormalFeed | None, int, float, float],
    bounds: Bounds,
) -> None:
    outcome, feed, new, later, jitter = last
    before = live(past, bounds)
    now = (before.last_attempt or datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(seconds=later)
    parsed = feed if isinstance(outcome, Fetched) else None
    state = after_poll(before, outcome, feed=parsed, new_items=new, now=now, bounds=bounds, jitter=jitter)

    assert state.next_poll
    wait = state.next_poll - now
    assert timedelta() < wait <= HORIZON
    hints = PollHints.read(state.asks)
    skips = bool(hints.skip_hours or hints.skip_days)
    assert state.next_poll.microsecond == 0
    assert not hints.skips(state.next_poll) or wait >= HORIZON - timedelta(seconds=1)
    if isinstance(outcome, Failed):
        if outcome.freshness.retry_after is not None:
            assert wait >= timedelta(seconds=outcome.freshness.retry_after)
        asked = timedelta(seconds=outcome.freshness.retry_after or 0)
        assert skips or wait <= longest(max(CEILING, before.interval or bounds.every, asked))
        return
    assert wait >= bounds.shortest
    assert wait >= min(timedelta(seconds=outcome.freshness.max_age or 0), DAY)
    assert wait >= max(hints.ttl or timedelta(), hints.update or timedelta())
    doubted = isinstance(outcome, NotModified) and outcome.etag  # after a long silence they are left out once
    if not state.etag and not doubted and not bounds.explicit:
        assert wait >= timedelta(hours=1)
    assert skips or wait <= longest(max(bounds.silent, DAY))


of_servers = failed.filter(lambda failure: failure.kind != "dns")
refusals = of_servers.map(lambda failure: replace(failure, status=429))
others = of_servers.map(lambda failure: replace(failure, status=500 if failure.status == 429 else failure.status))
# One or the other, since a source waits longer after a refusal than after another failure.
in_a_row = st.lists(refusals, min_size=2, max_size=30) | st.lists(others, min_size=2, max_size=30)


@given(st.lists(visits, max_size=4), in_a_row, policies)
def test_backoff_never_shortens_while_nothing_is_asked(
    past: list[tuple[Outcome, NormalFeed | None, int, float, float]], failures: list[Failed], bounds: Bounds
) -> None:
    state = structs.replace(live(past, bounds), asks=None)  # no hours to skip
    now = (state.last_attempt or datetime(2026, 1, 1, tzinfo=UTC)).replace(microsecond=0)
    waits = []
    for failure in failures:
        mute = replace(failure, freshness=Freshness())
        state = after_poll(state, mute, feed=None, new_items=0, now=now, bounds=bounds, jitter=0.0)
        assert state.next_poll
        waits.append(state.next_poll - now)
        now = state.next_poll
    assert waits == sorted(waits)


@given(st.lists(st.tuples(st.lists(visits, min_size=1, max_size=4), policies), min_size=1, max_size=8), times)
def test_a_clock_that_is_set_silences_nothing_and_starts_no_storm(
    sources: list[tuple[list[tuple[Outcome, NormalFeed | None, int, float, float]], Bounds]], now: datetime
) -> None:
    """Wherever the clock is set: no source waits longer than it was meant to, and after being put right none that
    was polled in the clock's future is due sooner than it was meant to be."""
    states = [
        structs.replace(live(visits_made, bounds), id=str(number))
        for number, (visits_made, bounds) in enumerate(sources)
    ]
    for state in states:
        assert state.next_poll is not None
        assert state.last_attempt is not None
        meant = state.next_poll - state.last_attempt
        assert due_at(state, now) <= max(now, min(state.next_poll, now + HORIZON)) or state.last_attempt > now
        assert due_at(state, now) - now <= meant or state.last_attempt <= now
        if state.last_attempt > now:
            assert due_at(state, now) == now + meant
    right = {state.id: state for state in states} | {state.id: state for state in corrected(states, now)}
    assert corrected(right.values(), now) == []
    assert all(
        (state.last_attempt is not None and state.last_attempt < now) or state.next_poll == now
        for state in right.values()
        if due_at(state, now) <= now
    )


@given(st.lists(visits, min_size=1, max_size=4), policies, st.integers(1, 1000))
def test_a_long_sleep_owes_one_poll(
    past: list[tuple[Outcome, NormalFeed | None, int, float, float]], bounds: Bounds, days: int
) -> None:
    state = live(past, bounds)
    assert state.next_poll is not None
    now = state.next_poll + timedelta(days=days)
    assert due_at(state, now) <= now
    after = after_poll(
        state, NotModified(URL, '"a"', None, Freshness()), feed=None, new_items=0, now=now, bounds=bounds, jitter=0.0
    )
    assert due_at(after, now) > now


@given(channels)
def test_what_a_document_asks_survives_being_written_down(channel: Channel) -> None:
    hints = PollHints.of(channel)
    assert PollHints.read(hints.write()) == hints


@given(st.text())
def test_any_text_can_be_read_as_asks(text: str) -> None:
    PollHints.read(text)
