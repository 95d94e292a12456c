"""The state after a poll: how long to the next one, and the reason in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from builders import source
from msgspec.structs import replace

from aggregator.errors import FailureKind
from aggregator.model.item import Channel, Item, NormalFeed
from aggregator.model.settings import FIRST_INTERVAL, Defaults
from aggregator.model.source import HORIZON, Failed, Fetched, Freshness, NotModified, Outcome, SourceState
from aggregator.schedule import permanent_redirects
from aggregator.schedule.clock import corrected, due_at
from aggregator.schedule.decide import after_poll, sooner, validators
from aggregator.schedule.formatting import span
from aggregator.schedule.health import health, in_words
from aggregator.schedule.hints import PollHints, pausing
from aggregator.schedule.rate import Bounds, bounds_for

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
MIN = timedelta(minutes=1)
HOUR = timedelta(hours=1)
URL = "https://harbour.example/feed"
EXPLICIT = Bounds(every=15 * MIN, explicit=True)


def item(published: datetime | None, number: int = 0) -> Item:
    return Item(
        id=f"i{number}", source="s", key=str(number), url=None, canonical=None, title="t", summary="", content="",
        author=None, publisher="p", published=published, lang=None, categories=(), image=None, enclosures=(), hash="h",
    )  # fmt: skip


def feed(
    *,
    items: tuple[Item, ...] = (),
    ttl: int | None = None,
    skip_hours: tuple[int, ...] = (),
    skip_days: tuple[int, ...] = (),
    update_seconds: int | None = None,
    flaws: tuple[str, ...] = (),
    title: str | None = "Harbour",
    link: str | None = None,
    icon: str | None = None,
) -> NormalFeed:
    return NormalFeed(
        "rss",
        items,
        Channel(
            title, link, icon=icon, ttl=ttl, skip_hours=skip_hours, skip_days=skip_days, update_seconds=update_seconds
        ),
        flaws,
    )


def fetched(
    *,
    etag: str | None = '"1"',
    modified: str | None = None,
    max_age: int | None = None,
    permanent: str | None = None,
    url: str = URL,
) -> Fetched:
    return Fetched(url, 200, b"unpacked body", None, etag, modified, Freshness(max_age), permanent, wire_bytes=4)


def failed(status: int | None = None, retry_after: int | None = None, kind: FailureKind = "http") -> Failed:
    return Failed(kind, f"{status}", status, Freshness(None, retry_after))


class Decision(NamedTuple):
    """What a state says of the next poll: when, how long after this one, and why then."""

    at: datetime
    interval: timedelta
    why: str


def poll(
    state: SourceState,
    outcome: Outcome,
    *,
    parsed: NormalFeed | None = None,
    new: int = 0,
    now: datetime = NOW,
    bounds: Bounds = EXPLICIT,
    jitter: float = 0.0,
) -> tuple[SourceState, Decision]:
    after = after_poll(state, outcome, feed=parsed, new_items=new, now=now, bounds=bounds, jitter=jitter)
    assert after.next_poll
    return after, Decision(after.next_poll, after.next_poll - now, after.why or "")


def fresh_state() -> SourceState:
    return SourceState("harbour", "harbour", URL)


def known_state(rate: float = 1.0) -> SourceState:
    """A source that was polled a quarter of an hour ago and brings `rate` items an hour."""
    before = NOW - 15 * MIN
    return replace(
        fresh_state(), etag='"1"', first_success=before, last_success=before, last_attempt=before, last_new=before,
        interval=15 * MIN, rate=rate, polls=1, last_size=1000, state="ok",
    )  # fmt: skip


def test_a_lively_source_is_polled_more_often_and_a_quiet_one_less() -> None:
    _, lively = poll(known_state(rate=6.0), fetched(), new=3)
    slow = replace(known_state(rate=0.05), interval=HOUR)
    _, quiet = poll(slow, NotModified(URL, '"1"', None, Freshness()))
    assert timedelta(minutes=5) <= lively.interval < 8 * MIN
    assert HOUR < quiet.interval <= 6 * HOUR
    assert "new items a day" in lively.why
    assert "new items a day" in quiet.why


def test_the_interval_follows_the_news() -> None:
    state, now, waits = known_state(), NOW, []
    while now < NOW + timedelta(days=3):
        state, decision = poll(state, NotModified(URL, '"1"', None, Freshness()), now=now)
        waits.append(decision.interval)
        now = decision.at
    assert waits == sorted(waits)
    assert waits[0] < 20 * MIN < HOUR < waits[-1]
    for _ in range(20):
        state, decision = poll(state, fetched(), new=60, now=now)
        now = decision.at
    assert decision.interval < 10 * MIN


def test_the_interval_doubles_at_most() -> None:
    """Of a first document with nothing but old items, `every: 2s` became half an hour at the second poll, `15m` a day."""
    state, waits = replace(known_state(rate=0.0), last_new=NOW - timedelta(days=900)), []
    for _ in range(9):
        state, decision = poll(state, NotModified(URL, '"1"', None, Freshness()))
        waits.append(decision.interval)
    assert waits == [30 * MIN, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR]
    assert "at most" not in decision.why, "what kept it short was another bound"
    _, second = poll(known_state(rate=0.0), NotModified(URL, '"1"', None, Freshness()))
    assert second.why.startswith("every 30 min: less than one new item in ten days, and at most twice as long")


def test_bounds_hold_whatever_the_rate() -> None:
    _, lively = poll(known_state(rate=1e6), fetched(), new=10_000)
    slow = replace(known_state(rate=0.0), interval=4 * HOUR)
    _, dead = poll(slow, NotModified(URL, '"1"', None, Freshness()))
    assert lively.interval == 5 * MIN
    assert dead.interval == 6 * HOUR


def test_a_source_silent_for_a_week_is_asked_once_a_day() -> None:
    silent = replace(known_state(rate=0.0), last_new=NOW - timedelta(days=8), interval=20 * HOUR)
    for before in (silent, replace(silent, last_new=None, first_success=silent.last_new)):
        state, decision = poll(before, NotModified(URL, '"1"', None, Freshness()))
        assert decision.interval == 24 * HOUR
        assert state.state == "silent"


@pytest.mark.parametrize(
    ("ages", "rhythm"),
    [
        ((0, 7, 14, 21, 28), 7),
        ((0, 0, 0, 7, 7, 7, 14, 14, 15, 21), 6),  # several items an issue, one of them late
        ((0, 1, 1, 2, 3, 40, 41), 1),
        ((0, 30, 60), None),
        ((), None),
    ],
)
def test_a_document_shows_how_often_its_source_reports(ages: tuple[int, ...], rhythm: int | None) -> None:
    items = tuple(item(NOW - timedelta(days=age), number) for number, age in enumerate(ages))
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=items), new=len(items))
    assert state.rhythm == (timedelta(days=rhythm) if rhythm else None)
    again, _ = poll(state, NotModified(URL, '"1"', None, Freshness()), now=NOW + HOUR)
    assert again.rhythm == state.rhythm


def test_the_first_items_of_a_source_that_had_none_show_no_rhythm() -> None:
    empty = replace(known_state(), last_new=None, rate=None)
    state, _ = poll(empty, fetched(), parsed=feed(items=(item(NOW),)), new=1)
    assert (state.rhythm, state.last_new) == (None, NOW)


def test_a_document_from_which_items_drop_out_changes_no_rhythm() -> None:
    """A weekly newsletter that lists its last month lists fewer and fewer issues while it pauses."""
    issues = [item(NOW - timedelta(days=age), number) for number, age in enumerate((0, 7, 14, 21))]
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=tuple(issues)), new=4)
    for left in (3, 0):
        state, _ = poll(state, fetched(), parsed=feed(items=tuple(issues[:left])), now=NOW + timedelta(days=14))
        assert state.rhythm == timedelta(days=7)
        assert state.state != "silent"


def test_a_newsletter_that_lists_its_last_issue_alone_shows_how_often_it_comes_by_its_news() -> None:
    """It was called silent a week after each issue."""
    state = fresh_state()
    for hour in range(0, 24 * 70, 12):  # every fourteen days an issue of two items
        now = NOW + hour * HOUR
        new = hour % (24 * 14) in (0, 12)
        issue = feed(items=(item(now, hour),) if new else ())
        state, _ = poll(state, fetched(), parsed=issue, new=int(new), now=now)
        if hour > 24 * 14:
            assert state.state != "silent", hour
    assert state.rhythm is not None and 7 <= state.rhythm.days <= 14
    for day in range(70, 80):  # it comes daily now
        state, _ = poll(state, fetched(), parsed=feed(items=(item(NOW, day),)), new=1, now=NOW + timedelta(days=day))
    assert state.rhythm is not None and state.rhythm.days <= 1


def test_news_after_failures_tells_nothing_of_how_often_it_comes() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(NOW),)), new=1)
    state, _ = poll(state, fetched(), parsed=feed(items=(item(NOW),)), new=1, now=NOW + timedelta(days=40))
    assert state.rhythm is None
    weekly = replace(state, rhythm=timedelta(days=7))
    state, _ = poll(weekly, fetched(), parsed=feed(items=(item(NOW),)), new=1, now=NOW + timedelta(days=80))
    assert state.rhythm == timedelta(days=7)


def test_a_document_that_changed_without_news_tells_nothing_of_how_often_it_comes() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(NOW),)), new=1)
    for days in range(1, 6):
        state, _ = poll(state, fetched(), parsed=feed(items=(item(NOW),)), now=NOW + timedelta(days=days))
    assert state.rhythm is None


def test_a_source_asked_once_a_week_shows_how_often_it_comes_although_days_lie_between_two_polls() -> None:
    bounds, now = Bounds(every=timedelta(days=7), explicit=True), NOW
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(now),)), new=1, bounds=bounds)
    for number in range(1, 4):
        now += timedelta(days=7)
        state, _ = poll(state, fetched(), parsed=feed(items=(item(now, number),)), new=1, now=now, bounds=bounds)
    assert state.rhythm == timedelta(days=7)


def test_news_ends_the_silence_and_polls_without_any_keep_count_of_it() -> None:
    silent = replace(known_state(), last_new=NOW - timedelta(days=8))
    state, _ = poll(silent, fetched(), new=1)
    assert (state.last_new, state.state) == (NOW, "ok")
    state, _ = poll(state, NotModified(URL, '"1"', None, Freshness()), now=NOW + HOUR)
    assert state.last_new == NOW


def test_a_source_that_never_brought_anything_is_silent_since_it_first_answered() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed())
    assert state.last_new is None
    for day in range(1, 8):
        assert state.state == "ok"
        state, _ = poll(state, fetched(), parsed=feed(), now=NOW + timedelta(days=day))
    assert state.state == "silent"


@pytest.mark.parametrize(
    ("every", "default", "shortest", "longest", "silent", "explicit"),
    [
        (None, FIRST_INTERVAL, 5 * MIN, 6 * HOUR, 24 * HOUR, False),
        (FIRST_INTERVAL, FIRST_INTERVAL, 5 * MIN, 6 * HOUR, 24 * HOUR, True),
        (None, 30 * MIN, 5 * MIN, 6 * HOUR, 24 * HOUR, True),
        (MIN, FIRST_INTERVAL, MIN, 6 * HOUR, 24 * HOUR, True),
        (48 * HOUR, FIRST_INTERVAL, 5 * MIN, 48 * HOUR, 48 * HOUR, True),
        (HORIZON * 4, FIRST_INTERVAL, 5 * MIN, HORIZON, HORIZON, True),
    ],
)
def test_the_bounds_of_a_source_follow_from_every(
    every: timedelta | None,
    default: timedelta,
    shortest: timedelta,
    longest: timedelta,
    silent: timedelta,
    explicit: bool,
) -> None:
    found = bounds_for(source("harbour", every=every), Defaults(default, timedelta(days=90)))
    assert found == Bounds(min(every or default, HORIZON), explicit, shortest, longest, silent)


def test_the_rate_of_a_source_asked_once_a_day_counts_the_whole_day() -> None:
    day = timedelta(days=1)
    before = replace(known_state(rate=1 / 24), interval=day, last_success=NOW - day, last_attempt=NOW - day)
    state, _ = poll(before, fetched(), new=1)
    assert state.rate == pytest.approx(1 / 24)


def test_the_rate_of_a_back_catalogue_comes_from_its_dates() -> None:
    items = tuple(item(NOW - number * HOUR, number) for number in range(40))
    for listed in (items, items[::-1]):  # the oldest first, too
        state, _ = poll(fresh_state(), fetched(), parsed=feed(items=listed), new=40)
        assert state.rate == pytest.approx(25 / 24)
        assert state.last_new == NOW


def test_a_back_catalogue_of_less_than_a_day_tells_the_rate_of_its_hours() -> None:
    items = tuple(item(NOW - number * HOUR, number) for number in range(7))
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=items), new=7)
    assert state.rate == pytest.approx(7 / 6)
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(NOW), item(NOW, 1))), new=2)
    assert state.rate == pytest.approx(2), "those of one moment are those of an hour"


def test_hours_asleep_count_as_they_were_and_weeks_make_no_source_look_dead() -> None:
    asleep = replace(known_state(), last_success=NOW - 4 * HOUR, last_attempt=NOW - 4 * HOUR)
    state, _ = poll(asleep, fetched(), new=4)
    assert state.rate == pytest.approx(1)
    asleep = replace(known_state(), last_success=NOW - timedelta(days=20), last_attempt=NOW - timedelta(days=20))
    _, decision = poll(asleep, NotModified(URL, '"1"', None, Freshness()))
    assert decision.interval < 20 * MIN


def test_a_back_catalogue_without_dates_tells_no_rate_and_counts_as_come_now() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(None), item(None, 1))), new=2)
    assert (state.rate, state.last_new) == (None, NOW)
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(None), item(NOW - HOUR, 1))), new=2)
    assert state.last_new == NOW - HOUR


def test_an_old_back_catalogue_makes_no_fresh_source() -> None:
    old = NOW - timedelta(days=200)
    state, _ = poll(fresh_state(), fetched(), parsed=feed(items=(item(old), item(old, 1))), new=2)
    assert state.last_new == old
    assert state.state == "stale"


@pytest.mark.parametrize(
    ("outcome", "document", "expected", "word"),
    [
        (fetched(max_age=1800), feed(), 30 * MIN, "max-age"),
        (fetched(max_age=3 * 86400), feed(), 24 * HOUR, "max-age"),
        (fetched(max_age=60), feed(), 15 * MIN, "first interval"),
        (fetched(), feed(ttl=30), 30 * MIN, "ttl"),
        (fetched(), feed(ttl=10**9), 24 * HOUR, "ttl"),
        (fetched(), feed(ttl=-5), 15 * MIN, "first interval"),
        (fetched(), feed(update_seconds=7200), 2 * HOUR, "sy:updatePeriod"),
        (fetched(max_age=1200), feed(ttl=30, update_seconds=900), 30 * MIN, "ttl"),
    ],
)
def test_what_server_and_feed_ask_for_is_a_floor(
    outcome: Fetched, document: NormalFeed, expected: timedelta, word: str
) -> None:
    _, decision = poll(fresh_state(), outcome, parsed=document)
    assert decision.interval == expected
    assert decision.why.startswith(f"every {span(expected)}: ")
    assert word in decision.why


def test_what_the_document_asks_is_remembered_over_a_304() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(ttl=45, skip_hours=(13,)))
    _, decision = poll(state, NotModified(URL, '"1"', None, Freshness()), now=NOW + HOUR)
    assert decision.why.startswith("every 45 min: ")
    assert decision.at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 13:45 is in a skipped hour


@pytest.mark.parametrize(("said", "minutes"), [(None, 90), (1800, 30)])
def test_how_long_an_answer_is_fresh_is_remembered_over_a_304_that_does_not_say_it(
    said: int | None, minutes: int
) -> None:
    """As in a cache (RFC 9111, 4.3.4). Apache leaves out of a 304 what `Header set` adds."""
    state, _ = poll(known_state(), fetched(max_age=5400), parsed=feed())
    for number in (1, 2):
        state, decision = poll(state, NotModified(URL, '"1"', None, Freshness(said)), now=NOW + number * 2 * HOUR)
        assert decision.interval == minutes * MIN


def test_a_document_that_stops_asking_is_forgotten() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(ttl=45))
    state, _ = poll(state, fetched(), parsed=feed(), now=NOW + HOUR)
    assert state.asks is None


def test_skipped_hours_and_days_are_stepped_over() -> None:
    _, decision = poll(fresh_state(), fetched(), parsed=feed(skip_hours=(12, 13), skip_days=(1, 2)))
    assert decision.at == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
    assert "skipHours" in decision.why


def test_sources_that_skip_the_same_hour_are_not_all_polled_at_its_end() -> None:
    at = [poll(known_state(), fetched(), parsed=feed(skip_hours=(12,)), jitter=one)[1].at for one in (0.0, 0.5, 0.999)]
    assert at[0] == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert [moment - at[0] for moment in at[1:]] == [5 * MIN, timedelta(seconds=600)]


def test_the_last_hour_of_a_day_and_the_last_day_of_a_week_are_stepped_over() -> None:
    saturday = datetime(2026, 11, 28, 22, 50, tzinfo=UTC)
    _, decision = poll(fresh_state(), fetched(), parsed=feed(skip_hours=(23,), skip_days=(6,)), now=saturday)
    assert decision.at == datetime(2026, 11, 30, 0, 0, tzinfo=UTC)


def test_a_feed_that_skips_everything_is_not_believed() -> None:
    _, decision = poll(fresh_state(), fetched(), parsed=feed(skip_hours=tuple(range(24)), skip_days=tuple(range(7))))
    assert decision.at == NOW + 15 * MIN


def test_a_feed_that_is_read_in_one_hour_of_a_week_alone_is_polled_then() -> None:
    asks = feed(skip_hours=tuple(range(1, 24)), skip_days=(0, 2, 3, 4, 5, 6))
    _, decision = poll(fresh_state(), fetched(), parsed=asks)
    assert decision.at == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)


def test_what_cannot_be_read_of_what_a_feed_asked_for_is_ignored() -> None:
    assert PollHints.read("ttl=soon update=² fresh= hours=5,x days nonsense") == PollHints(skip_hours=frozenset({0, 5}))
    assert PollHints.read("ttl=60 fresh=-1") == PollHints(ttl=MIN)
    assert PollHints.read(f"ttl=60 update={'9' * 5000}") == PollHints(ttl=MIN)


def test_without_validators_an_hour_unless_the_editor_chose() -> None:
    _, decision = poll(fresh_state(), fetched(etag=None), parsed=feed(), bounds=Bounds())
    assert decision.interval == HOUR
    assert "no ETag or Last-Modified" in decision.why
    _, decision = poll(fresh_state(), fetched(etag=None), parsed=feed(), bounds=EXPLICIT)
    assert decision.interval == 15 * MIN
    for one in (fetched(etag='"1"'), fetched(etag=None, modified="Tue, 24 Nov 2026 11:00:00 GMT")):
        _, decision = poll(fresh_state(), one, parsed=feed(), bounds=Bounds())
        assert decision.interval == 15 * MIN, "either is enough"


def test_the_validators_of_a_document_that_breaks_off_are_not_said_to_be_missing() -> None:
    _, decision = poll(fresh_state(), fetched(), parsed=feed(flaws=("truncated",)), bounds=Bounds())
    assert decision.interval == HOUR
    assert decision.why.startswith("every 1 h: its last document breaks off, so every poll downloads the whole feed")


def test_failures_back_off_to_a_day_and_success_returns_at_once() -> None:
    state, waits = known_state(), []
    for number in range(12):
        state, decision = poll(state, failed(500), now=NOW + number * timedelta(days=1))
        waits.append(decision.interval)
    assert waits[:4] == [15 * MIN, 30 * MIN, HOUR, 2 * HOUR]
    assert waits == sorted(waits)
    assert waits[-1] == 24 * HOUR
    assert state.why == "again in 1 d: 12 failures in a row; 500"
    assert state.state == "failing"
    state, decision = poll(state, fetched(), now=NOW + timedelta(days=13), new=1)
    assert decision.interval < HOUR
    assert (state.failures, state.error, state.error_kind) == (0, None, None)
    _, decision = poll(replace(known_state(), interval=6 * HOUR), failed(500))
    assert decision.interval == 6 * HOUR, "no sooner than if all were well"
    _, decision = poll(replace(known_state(), interval=72 * HOUR), failed(500))
    assert decision.interval == 72 * HOUR, "nor where that is longer than any wait after failures"
    _, decision = poll(replace(known_state(), failures=10_000), failed(500))
    assert decision.interval == 24 * HOUR, "also of a source that has been dead for years"


def test_after_a_night_without_name_servers_a_source_is_polled_within_the_hour() -> None:
    """The fault was ours, and no server was asked anything."""
    state, now = known_state(), NOW
    while now < NOW + 8 * HOUR:
        state, decision = poll(state, failed(kind="dns"), now=now)
        now = decision.at
    assert now <= NOW + 9.5 * HOUR
    state, decision = poll(state, failed(kind="timeout"), now=now)
    assert decision.interval == HOUR, "the network comes back step by step"
    state, decision = poll(state, failed(kind="timeout"), now=decision.at)
    assert decision.interval > 4 * HOUR, "failures of both"
    _, decision = poll(replace(known_state(), failures=9, error_kind="http"), failed(kind="dns"))
    assert decision.interval == HOUR, "no matter what failed before"


def test_a_source_that_our_own_error_kept_from_us_is_polled_within_the_hour_once_it_is_mended() -> None:
    """An error in what stores news may strike all sources, and the entries that they drop within a day would be lost."""
    _, decision = poll(replace(known_state(), failures=9, error_kind="crashed"), failed(kind="crashed"))
    assert decision.interval == HOUR
    state, _ = poll(known_state(), fetched(), parsed=feed(ttl=360))
    assert poll(state, failed(kind="crashed"))[1].interval == 6 * HOUR, "its server is well, and no less to be spared"


def test_a_source_that_is_polled_once_a_week_is_not_taken_for_one_of_a_wrong_clock() -> None:
    weekly = bounds_for(source("harbour", every=HORIZON), Defaults(FIRST_INTERVAL, timedelta(days=90)))
    for state in (fresh_state(), replace(known_state(), rate=0.001)):
        after, decision = poll(state, fetched(), parsed=feed(), bounds=weekly, jitter=0.99)
        assert decision.interval > HORIZON - MIN
        assert corrected([after], NOW) == []
        assert due_at(after, NOW) == decision.at


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(status: int) -> None:
    _, decision = poll(known_state(), failed(status, retry_after=7200))
    assert decision.at >= NOW + 2 * HOUR
    assert "Retry-After" in decision.why
    _, decision = poll(known_state(), failed(status, retry_after=0))
    assert decision.interval == 15 * MIN  # asked to wait for nothing, we still come no sooner than usual
    _, decision = poll(replace(known_state(), failures=3), failed(status))
    assert decision.interval == 2 * HOUR


@pytest.mark.parametrize("asked", [None, 0, 60])
def test_a_server_that_asks_for_no_longer_than_the_usual_interval_again_and_again_is_backed_off_from(
    asked: int | None,
) -> None:
    state, waits = known_state(), []
    for number in range(8):
        state, decision = poll(state, failed(429, retry_after=asked), now=NOW + number * timedelta(days=1))
        waits.append(decision.interval)
    assert waits == [15 * MIN, 30 * MIN, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR]
    assert state.why == "again in 1 d: 8 failures in a row; 429"


@pytest.mark.parametrize(
    ("outcome", "document"),
    [
        (fetched(), feed(ttl=360)),
        (fetched(), feed(update_seconds=6 * 3600)),
        (fetched(max_age=6 * 3600), feed()),
    ],
)
def test_a_server_that_is_asked_too_much_is_asked_no_sooner_than_after_a_success(
    outcome: Fetched, document: NormalFeed
) -> None:
    """A refusal made us come after a quarter of an hour where we had come every six hours."""
    state, waits = known_state(), []
    state, decision = poll(state, outcome, parsed=document)
    assert decision.interval == 6 * HOUR
    for _ in range(4):
        state, decision = poll(state, failed(429), now=decision.at)
        waits.append(decision.interval)
    assert waits == [6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR]
    for accident in (500, 503):
        assert poll(state, failed(accident), now=decision.at)[1].interval < 5 * HOUR, "it may be over sooner"
    assert poll(state, failed(429, retry_after=7200), now=decision.at)[1].interval == 2 * HOUR, "as it says"
    state, decision = poll(known_state(), outcome, parsed=document)
    assert poll(state, failed(429, retry_after=60), now=decision.at)[1].interval < HOUR, "it says that it will be soon"


def test_a_refused_request_without_validators_is_made_again_after_an_hour_at_the_earliest() -> None:
    state, _ = poll(known_state(), fetched(etag=None), parsed=feed(), bounds=Bounds())
    assert poll(state, failed(429), bounds=Bounds())[1].interval == HOUR
    assert poll(state, failed(429))[1].interval < 20 * MIN, "the editor chose it"
    assert poll(fresh_state(), failed(429), bounds=Bounds())[1].interval == 15 * MIN, "what it sends is not known yet"


def test_a_server_that_says_when_to_come_again_is_believed_each_time() -> None:
    """During a maintenance of a day, too."""
    state = known_state()
    for number in range(8):
        state, decision = poll(state, failed(503, retry_after=1800), now=NOW + number * HOUR)
        assert decision.interval == timedelta(minutes=30)


def test_a_failure_keeps_validators_and_what_was_known() -> None:
    before = known_state()
    after, _ = poll(before, failed(kind="not-a-feed"))
    assert (after.etag, after.rate, after.interval) == (before.etag, before.rate, before.interval)
    assert after.last_success == before.last_success
    assert (after.error_kind, after.failures, after.polls) == ("not-a-feed", 1, before.polls + 1)


def test_validators_are_replaced_on_every_200_and_kept_by_a_304() -> None:
    state, _ = poll(known_state(), fetched(etag='W/"2"'), parsed=feed())
    assert (state.etag, state.validator_url) == ('W/"2"', URL)
    state, _ = poll(state, NotModified(URL, 'W/"2"', None, Freshness()), now=NOW + HOUR)
    assert (state.etag, state.not_modified, state.last_status) == ('W/"2"', 1, 304)
    state, _ = poll(state, fetched(etag=None), now=NOW + 2 * HOUR)
    assert state.etag is None


def test_validators_are_left_out_after_three_errors_of_the_server_alone() -> None:
    failures: list[tuple[FailureKind, int | None, list[bool]]] = [
        ("http", 403, [True, True, False, False]),
        ("challenge", 403, [True, True, False, False]),
        ("empty", 200, [True, True, False, False]),
        ("reset", None, [True, True, False, False]),
        ("http", 429, [True] * 4),
        ("timeout", None, [True] * 4),
        ("dns", None, [True] * 4),
    ]
    for kind, status, expected in failures:
        state, sent = known_state(), []
        for _ in range(4):
            state, _ = poll(state, failed(status, kind=kind))
            sent.append(validators(state) == ('"1"', None))
            assert validators(state) in (('"1"', None), (None, None))
        assert sent == expected
        state, _ = poll(state, fetched(etag='"2"'))
        assert validators(state) == ('"2"', None)


def silence(rhythm: timedelta | None, days: int, news: int = 0) -> list[int]:
    """The days on which a server that always answers 304 to validators is asked without any. On the day `news` something new came."""
    state = replace(known_state(), last_success=NOW, last_new=NOW, rhythm=rhythm)
    asked = []
    for day in range(1, days + 1):
        now = NOW + day * 24 * HOUR
        etag, _ = validators(state)
        if etag is None:
            asked.append(day)
            state, _ = poll(state, fetched(), new=int(day == news), now=now)
        else:
            state, _ = poll(state, NotModified(URL, etag, None, Freshness()), now=now)
    return asked


def test_a_server_whose_304_may_be_wrong_is_asked_without_validators_each_time_that_a_silence_has_doubled() -> None:
    assert silence(None, 70) == [8, 15, 29, 57]
    assert silence(timedelta(days=10), 125) == [31, 61, 121], "a source that seldom has news is not silent soon"
    assert silence(None, 20, news=8) == [8, 16], "what came is news, from which on silence is counted anew"


def test_a_304_in_doubt_plans_the_next_poll_like_any_other() -> None:
    week_ago = NOW - timedelta(days=7)
    before = replace(known_state(), last_new=week_ago, last_success=NOW - HOUR, last_modified="yesterday")
    sure = poll(replace(before, last_new=week_ago + HOUR), NotModified(URL, '"1"', "yesterday", Freshness()))
    doubted = poll(before, NotModified(URL, '"1"', "yesterday", Freshness()), bounds=Bounds())
    assert validators(sure[0]) == ('"1"', "yesterday")
    assert validators(doubted[0]) == (None, None)
    assert validators(poll(before, fetched())[0]) == ('"1"', None), "a full answer says it itself"
    assert "Last-Modified" not in doubted[1].why


def test_validators_of_a_document_that_breaks_off_are_kept_only_if_it_always_does() -> None:
    """Else a 304 would stand for entries that never arrived."""
    before = replace(known_state(), last_modified="yesterday", validator_url="https://harbour.example/before")
    state, _ = poll(before, fetched(etag='"2"', modified="today"), parsed=feed(flaws=("truncated",)))
    assert (state.etag, state.last_modified, state.validator_url) == ('"1"', "yesterday", before.validator_url)
    assert state.state == "truncated"
    state, _ = poll(state, fetched(etag='"2"'))  # the same document again, which is not parsed
    assert (state.etag, state.validator_url) == ('"2"', URL)


def test_bytes_are_counted_as_they_were_sent_and_those_saved_by_the_last_full_answer() -> None:
    state, _ = poll(known_state(), NotModified(URL, '"1"', None, Freshness()))
    assert (state.polls, state.bytes_saved, state.bytes_received) == (2, 1000, 0)
    for _ in range(2):
        state, _ = poll(state, fetched())
    state, _ = poll(state, NotModified(URL, '"1"', None, Freshness()))
    assert (state.polls, state.bytes_saved, state.bytes_received) == (5, 1004, 8)
    plain, _ = poll(known_state(), replace(fetched(), wire_bytes=0))
    assert plain.bytes_received == len(b"unpacked body"), "where the transport does not tell"


def test_a_source_is_called_what_its_last_document_says_that_says_it() -> None:
    state, _ = poll(fresh_state(), fetched(), parsed=feed(title="Old", link="https://a.example/"))
    state, _ = poll(state, fetched(), parsed=feed(title="New", link="https://b.example/"))
    state, _ = poll(state, fetched(), parsed=feed(title=None))
    assert (state.feed_title, state.feed_link) == ("New", "https://b.example/")


def test_another_icon_is_shown_from_the_next_news_on() -> None:
    """Without news the feeds that show it would have other bytes of the same date."""
    shown, state = [], fresh_state()
    for icon, new in (("/a", 3), ("/b", 0), ("/b", 1), (None, 1)):
        state, _ = poll(state, fetched(), parsed=feed(icon=icon), new=new)
        shown.append(state.icon)
    assert shown == ["/a", "/a", "/b", "/b"]


def test_a_document_of_news_alone_is_told_since_more_may_have_come_and_gone() -> None:
    three = feed(items=tuple(item(NOW, number) for number in range(3)))
    live = replace(known_state(), body_hash="before")
    state, _ = poll(live, fetched(), parsed=three, new=3)
    assert state.flaws == "thin, all-new"
    assert "may have come and gone" in in_words("all-new")
    assert (state.state, poll(live, fetched(), parsed=three, new=2)[0].flaws) == ("thin", "thin")
    assert poll(fresh_state(), fetched(), parsed=three, new=3)[0].flaws == "thin", "a back-catalogue"
    two = feed(items=three.items[:2])
    assert poll(live, fetched(), parsed=two, new=2)[0].flaws is None, "a list of the last issue alone"


def test_404_backs_off_and_410_stops() -> None:
    state, decision = poll(known_state(), failed(404))
    assert (state.state, decision.interval) == ("failing", 15 * MIN)
    state, decision = poll(state, failed(410))
    assert (state.state, decision.at) == ("gone", NOW + HORIZON)
    assert decision.why == "410 Gone: not polled again until its url changes"


def test_a_source_that_was_gone_and_answers_is_there_again() -> None:
    """It is asked where an editor names it to `poll`."""
    gone, _ = poll(known_state(), failed(410), now=NOW + 24 * HOUR)
    assert "410 Gone on 2026-11-25" in health(gone)[1]
    for answer in (fetched(), NotModified(URL, '"1"', None, Freshness())):
        assert poll(gone, answer, new=1)[0].state == "ok"


def test_jitter_only_lengthens() -> None:
    _, none = poll(known_state(), fetched(), parsed=feed(), jitter=0.0)
    _, most = poll(known_state(), fetched(), parsed=feed(), jitter=0.999)
    assert none.at < most.at <= none.at + 0.1 * none.interval + timedelta(seconds=1)


def test_jitter_does_not_lengthen_the_longest_wait_after_failures() -> None:
    asked = failed(429, retry_after=86_400)
    for state, outcome in ((known_state(), asked), (replace(known_state(), failures=9), failed(500))):
        for jitter in (0.0, 0.999):
            assert poll(state, outcome, jitter=jitter)[1].at == NOW + 24 * HOUR
    assert poll(known_state(), failed(429, retry_after=3600), jitter=0.999)[1].at > NOW + HOUR, "shorter ones vary"


def test_after_a_first_poll_sources_drift_apart_by_up_to_half_an_interval() -> None:
    _, none = poll(fresh_state(), fetched(), parsed=feed(), jitter=0.0)
    _, most = poll(fresh_state(), fetched(), parsed=feed(), jitter=0.999)
    assert none.at + 7 * MIN < most.at <= none.at + 7.5 * MIN + timedelta(seconds=1)
    assert "to spread out the polls" in most.why
    _, failure = poll(fresh_state(), failed(500), jitter=0.999)
    assert failure.at <= NOW + 16.5 * MIN + timedelta(seconds=1)


def test_who_waits_with_its_host_is_not_asked_and_nothing_else_is_said_of_it() -> None:
    before = known_state()
    state, decision = poll(before, failed(None, 90, kind="waiting"))
    assert timedelta(seconds=90) <= decision.at - NOW <= timedelta(seconds=100)
    assert "another feed of its host" in decision.why
    assert replace(state, next_poll=before.next_poll, why=before.why) == before


def test_a_process_that_starts_anew_knows_who_asked_for_a_pause() -> None:
    asked, _ = poll(known_state(), failed(429, 1800))
    other, _ = poll(replace(known_state(), url="https://other.example/feed", validator_url=None), failed(503))
    assert pausing([asked, other], NOW + 10 * MIN) == {"harbour.example": pytest.approx(1200, abs=1)}
    assert pausing([asked, other], NOW + HOUR) == {}
    sooner, _ = poll(replace(known_state(), id="sooner"), failed(503, 60))
    for states in ([asked, sooner], [sooner, asked]):
        assert pausing(states, NOW) == {"harbour.example": pytest.approx(1800, abs=1)}, "the longer of two"
    assert pausing([asked, other], NOW, {asked.id}) == {}, "what it was told is its own"
    waiting, _ = poll(asked, failed(None, 1200, kind="waiting"))
    assert pausing([waiting], NOW + 10 * MIN) == {"harbour.example": pytest.approx(1200, abs=1)}, "it was not asked"
    answered, _ = poll(asked, fetched(), parsed=feed())
    assert pausing([answered], NOW) == {}


def test_a_source_that_leads_to_another_host_silences_none_there() -> None:
    """Whether its own host asked for the pause or the other one is not stored; an adopted address is asked for itself."""
    there = "https://burner.example/harbour"
    led, _ = poll(known_state(), fetched(url=there), parsed=feed())
    asked, _ = poll(led, failed(503, 1800))
    assert pausing([asked], NOW) == {}
    with_www, _ = poll(known_state(), fetched(url="https://www.harbour.example/feed"), parsed=feed())
    asked, _ = poll(with_www, failed(429, 1800))
    assert pausing([asked], NOW).keys() == {"harbour.example", "www.harbour.example"}, "two names of one host"
    moved = replace(led, moved_to=there, moved_count=5)
    asked, _ = poll(moved, failed(429, 1800))
    assert pausing([asked], NOW) == {"burner.example": pytest.approx(1800, abs=1)}


@pytest.mark.parametrize(("seconds", "least", "most"), [(5, 5, 5), (60, 60, 90), (89, 89, 119), (601, 601, 640)])
def test_others_of_a_host_wait_no_longer_than_it_asked_for(seconds: int, least: int, most: int) -> None:
    """The next poll of the source that was told so may be hours later."""
    asked, _ = poll(replace(known_state(), interval=2 * HOUR), failed(429, seconds))
    assert least <= pausing([asked], NOW)["harbour.example"] <= most
    assert pausing([asked], NOW + timedelta(seconds=most)) == {}


def test_others_of_a_host_wait_an_hour_at_the_most_also_after_a_restart() -> None:
    asked, _ = poll(known_state(), failed(503, 86_400))
    assert pausing([asked], NOW + 10 * MIN) == {"harbour.example": pytest.approx(3000, abs=1)}
    assert pausing([asked], NOW + HOUR) == {}


MOVED = "https://new.harbour.example/feed"


def sightings(count: int, apart: timedelta, target: str = MOVED, url: str = URL) -> SourceState:
    state = replace(fresh_state(), url=url)
    for number in range(count):
        state, _ = poll(state, fetched(permanent=target, url=target), now=NOW + number * apart)
    return state


def test_a_move_is_adopted_after_five_sightings_over_a_day() -> None:
    assert permanent_redirects.address(sightings(4, 8 * HOUR), URL) == URL
    state = sightings(5, 6 * HOUR)
    assert permanent_redirects.address(state, URL) == MOVED
    assert state.state == "moved"


def test_an_adopted_address_that_answers_itself_stays() -> None:
    state, _ = poll(sightings(5, 12 * HOUR), fetched(url=MOVED), now=NOW + 60 * HOUR)
    assert permanent_redirects.address(state, URL) == MOVED
    assert state.state == "moved"


def test_many_sightings_within_a_day_prove_nothing() -> None:
    assert permanent_redirects.address(sightings(90, 15 * MIN), URL) == URL
    assert permanent_redirects.address(sightings(98, 15 * MIN), URL) == MOVED


@pytest.mark.parametrize(("every", "other"), [(4, None), (2, f"{MOVED}/other")])
def test_a_redirect_that_flaps_is_never_adopted(every: int, other: str | None) -> None:
    state = fresh_state()
    for number in range(30):
        target = MOVED if number % every else other
        state, _ = poll(state, fetched(permanent=target), now=NOW + number * 12 * HOUR)
    assert permanent_redirects.address(state, URL) == URL


def test_what_was_not_seen_while_the_machine_slept_proves_nothing() -> None:
    awake = sightings(20, 15 * MIN)
    state, _ = poll(awake, fetched(permanent=MOVED, url=MOVED), now=NOW + 72 * HOUR)
    assert permanent_redirects.address(state, URL) == URL
    for number in range(1, 9):
        state, _ = poll(state, fetched(permanent=MOVED, url=MOVED), now=NOW + (72 + 3 * number) * HOUR)
    assert permanent_redirects.address(state, URL) == MOVED


def test_a_source_polled_once_a_week_may_move() -> None:
    state, now, weekly = fresh_state(), NOW, Bounds(every=HORIZON, explicit=True, longest=HORIZON, silent=HORIZON)
    for _ in range(5):
        state, decision = poll(state, fetched(permanent=MOVED, url=MOVED), now=now, bounds=weekly)
        now = decision.at
    assert permanent_redirects.address(state, URL) == MOVED


@pytest.mark.parametrize(
    "target", ["http://new.harbour.example/feed", "https://127.0.0.1/feed", "https://[fd00::1]/", "https://0x7f.1/"]
)
def test_a_move_to_plain_http_or_to_a_private_address_is_never_adopted(target: str) -> None:
    for url in (URL, URL.replace("https", "HTTPS")):
        assert permanent_redirects.address(sightings(10, 12 * HOUR, target, url), url) == url


def test_a_private_source_may_move_to_a_private_address() -> None:
    url, target = "http://127.0.0.1:8080/old", "http://127.0.0.1:8080/new"
    assert permanent_redirects.address(sightings(5, 12 * HOUR, target, url), url) == target


def test_an_adopted_address_that_dies_gives_way_to_the_configured_one() -> None:
    state = sightings(5, 12 * HOUR)
    start = NOW + 60 * HOUR
    for number in range(4):
        state, _ = poll(state, failed(404), now=start + number * 12 * HOUR)
        assert permanent_redirects.address(state, URL) == MOVED
    state, decision = poll(state, failed(404), now=start + 48 * HOUR)
    assert permanent_redirects.address(state, URL) == URL
    assert state.interval
    usual = f"again in {span(state.interval)}: at its url in feeds.yaml"  # against which nothing speaks yet
    assert decision.why.startswith(usual)
    state, decision = poll(state, failed(404), now=start + 49 * HOUR)
    assert decision.interval > 4 * HOUR, "failures of both"


def test_an_adopted_address_that_fails_for_an_hour_stays() -> None:
    state = sightings(5, 12 * HOUR)
    for number in range(8):
        state, decision = poll(state, failed(503), now=NOW + 48 * HOUR + number * 8 * MIN)
    assert permanent_redirects.address(state, URL) == MOVED
    assert decision.interval == 24 * HOUR, "it is spared as any"


def test_410_of_an_adopted_address_asks_the_configured_one_again() -> None:
    state, _ = poll(sightings(5, 12 * HOUR), failed(410), now=NOW + 60 * HOUR)
    assert permanent_redirects.address(state, URL) == URL
    assert state.state == "failing"


SIX_HOURS = Bounds(every=6 * HOUR, explicit=True)
FIVE_MINUTES = Bounds(every=5 * MIN, explicit=True)


def planned(outcome: Outcome | None = None, parsed: NormalFeed | None = None, **kept: object) -> SourceState:
    """A source that was polled at NOW, every six hours."""
    answer = outcome or fetched()
    state, _ = poll(known_state(), answer, parsed=parsed or feed(), bounds=SIX_HOURS)
    return replace(state, **kept)


@pytest.mark.parametrize(("jitter", "within"), [(0.0, 300), (0.99, 151)])
def test_a_shorter_every_brings_the_next_poll_within_it(jitter: float, within: int) -> None:
    later = NOW + 10 * MIN
    state = sooner(planned(), later, FIVE_MINUTES, jitter)
    assert state.next_poll == later + timedelta(seconds=within), "sources are not all polled at once"
    assert state.why == "within 5 min, since `every` became shorter"


@pytest.mark.parametrize(
    ("outcome", "parsed", "expected"),
    [
        (fetched(max_age=1800), feed(), NOW + 30 * MIN),
        (NotModified(URL, '"1"', None, Freshness(1800)), None, NOW + 30 * MIN),
        (fetched(), feed(ttl=45), NOW + 45 * MIN),
        (fetched(), feed(update_seconds=3600), NOW + HOUR),
        (fetched(), feed(skip_hours=(12, 13)), NOW + 2 * HOUR),
    ],
    ids=["max-age", "max-age of a 304", "ttl", "sy:update", "skipHours"],
)
def test_but_not_before_the_server_and_the_document_allow(
    outcome: Outcome, parsed: NormalFeed | None, expected: datetime
) -> None:
    state = sooner(planned(outcome, parsed), NOW + MIN, FIVE_MINUTES, 0.0)
    assert state.next_poll == expected
    assert state.why == "as soon as its server and its feed allow, since `every` became shorter"


def test_the_freshness_of_an_earlier_answer_says_nothing() -> None:
    state, _ = poll(planned(fetched(max_age=1800)), fetched(), bounds=SIX_HOURS)
    assert sooner(state, NOW, FIVE_MINUTES, 0.0).next_poll == NOW + 5 * MIN


def test_a_shorter_every_ends_no_backoff_and_delays_nothing() -> None:
    for failure in (failed(503, retry_after=7200), failed(500), failed(429), failed(410)):
        state = planned(failure)
        assert sooner(state, NOW, FIVE_MINUTES, 0.0) == state
    soon = planned(next_poll=NOW + MIN)
    assert sooner(soon, NOW, FIVE_MINUTES, 0.0) == soon
    waiting, _ = poll(
        fresh_state(), failed(kind="waiting", retry_after=600)
    )  # its host asked for a pause before its first poll
    for state in (fresh_state(), planned(next_poll=None), waiting):
        assert sooner(state, NOW, FIVE_MINUTES, 0.0) == state


def test_a_clock_that_was_set_back_puts_no_304_in_doubt() -> None:
    before = replace(known_state(), last_new=NOW, last_success=NOW)
    state, _ = poll(before, NotModified(URL, '"1"', None, Freshness()), now=NOW - timedelta(days=3650))
    assert validators(state) == ('"1"', None)
