"""Due times and the times of the past, where the clock was set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from aggregator.model.source import HORIZON, LONGEST_HOLD, SourceState
from aggregator.schedule.clock import corrected, due_at, is_polling
from aggregator.schedule.health import health
from aggregator.schedule.hints import pausing

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AHEAD = NOW + timedelta(days=400)
STATE = SourceState("harbour", "harbour", "https://harbour.example/feed")


@pytest.mark.parametrize(
    ("ago", "polls"), [(0, True), (30, True), (31, False), (86_400, False), (-60, True), (-61, False), (-86_400, False)]
)
def test_who_noted_a_tick_just_now_polls(ago: int, polls: bool) -> None:
    assert is_polling(int(NOW.timestamp()) - ago, NOW) is polls
    assert not is_polling(None, NOW)


def test_a_source_is_due_as_planned_or_at_once_where_nothing_is() -> None:
    assert due_at(STATE, NOW) == due_at(replace(STATE, last_attempt=AHEAD), NOW) == NOW
    assert due_at(replace(STATE, next_poll=NOW + HOUR, last_attempt=NOW), NOW) == NOW + HOUR
    assert due_at(replace(STATE, next_poll=AHEAD), NOW) == NOW + HORIZON
    assert due_at(replace(STATE, next_poll=AHEAD + 2 * HORIZON, last_attempt=AHEAD), NOW) == NOW + HORIZON


def test_after_the_clock_was_set_back_nothing_lies_ahead_and_the_past_stays() -> None:
    ahead = replace(
        STATE, next_poll=AHEAD + HOUR, last_attempt=AHEAD, last_success=AHEAD, last_new=AHEAD - HOUR, first_success=NOW - HOUR,
        moved_since=AHEAD, held_until=AHEAD + 2 * HOUR,
    )  # fmt: skip
    (found,) = corrected([ahead, replace(STATE, next_poll=NOW + HOUR, last_attempt=NOW)], NOW)
    assert found == replace(
        ahead, next_poll=NOW + HOUR, last_attempt=NOW, last_success=NOW, moved_since=NOW,
        held_until=NOW + timedelta(seconds=LONGEST_HOLD),
    )  # fmt: skip
    assert corrected([found], NOW) == []


def test_a_pause_that_was_asked_for_while_the_clock_was_ahead_is_no_longer_for_that() -> None:
    refused = replace(STATE, last_attempt=AHEAD, next_poll=AHEAD + HOUR, held_until=AHEAD + timedelta(seconds=2))
    (found,) = corrected([refused], NOW)
    assert pausing([found], NOW) == {"harbour.example": 2.0}
    assert pausing([found], NOW + timedelta(seconds=2)) == {}
    contradicted = replace(refused, last_attempt=NOW - HOUR)
    (found,) = corrected([contradicted], NOW)
    assert pausing([found], NOW) == {"harbour.example": LONGEST_HOLD}


def test_a_clock_that_was_set_back_for_a_while_silences_no_source_that_had_news() -> None:
    """Until then it lies ahead. Once the clock is right, it would have been years ago, and the source would be reported as stale."""
    had_news = replace(STATE, last_attempt=NOW, last_success=NOW, last_new=NOW - HOUR, next_poll=NOW + HOUR)
    (found,) = corrected([had_news], NOW - timedelta(days=3653))
    assert found.last_new == NOW - HOUR
    assert health(replace(found, last_success=NOW + HOUR))[0] == "ok"


def test_a_next_poll_that_alone_lies_further_ahead_than_any_interval_is_corrected() -> None:
    polled = replace(STATE, last_attempt=NOW - HOUR, last_success=NOW - HOUR)
    assert corrected([replace(polled, next_poll=AHEAD)], NOW) == [replace(polled, next_poll=NOW + HORIZON)]
    assert corrected([STATE, replace(polled, next_poll=NOW + HORIZON)], NOW) == []


@pytest.mark.parametrize("field", ["last_attempt", "last_success", "first_success", "moved_since"])
def test_each_time_of_the_past_that_lies_ahead_is_now(field: str) -> None:
    ahead = replace(STATE, **{field: AHEAD})
    assert corrected([ahead], NOW) == [replace(STATE, **{field: NOW})]
    among = {"first_success": NOW - HOUR, "last_attempt": NOW - HOUR, "moved_since": NOW - HOUR}
    assert corrected([replace(STATE, **{**among, field: AHEAD})], NOW) == [replace(STATE, **{**among, field: NOW})]
    slightly = replace(STATE, **{field: NOW + timedelta(seconds=59)})
    assert corrected([slightly], NOW) == [], "the clocks of two machines never agree exactly"
