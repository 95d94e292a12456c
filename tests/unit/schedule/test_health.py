"""Health of a source: the state and its evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model.source import SourceState
from aggregator.schedule.health import health
from aggregator.schedule.words import pace, span

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OK = SourceState(
    "s",
    "s",
    "https://s.example/",
    first_success=NOW - 300 * DAY,
    last_success=NOW,
    last_attempt=NOW,
    last_new=NOW - DAY,
)


@pytest.mark.parametrize(
    ("state", "name", "evidence"),
    [
        (SourceState("s", "s", "u"), "new", "not polled yet"),
        (OK, "ok", "newest item 1 d ago, last success 0 s ago"),
        (replace(OK, last_new=NOW - 8 * DAY), "silent", "it answers, but its last new item came 8 d ago"),
        (replace(OK, last_new=NOW - 100 * DAY), "stale", "100 d ago"),
        (replace(OK, last_new=None), "stale", "300 d ago"),
        (replace(OK, failures=1, error="refused"), "failing", "1 failure in a row, last success 0 s ago: refused"),
        (SourceState("s", "s", "u", failures=2, error_kind="dns"), "failing", "never a success: dns"),
        (replace(OK, failures=3, last_status=410, error="410 Gone"), "gone", "since 2026-11-24"),
        (replace(OK, moved_to="https://n.example/", moved_count=5), "moved", "set url: https://n.example/"),
        (replace(OK, moved_to="https://n.example/", moved_count=4), "ok", "newest"),
    ],
)
def test_states(state: SourceState, name: str, evidence: str) -> None:
    found, words = health(state, NOW)
    assert found == name
    assert evidence in words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (45, "45 s"), (60, "1 min"), (719, "12 min"), (3600, "1 h"), (5400, "1 h 30 min"),
        (86_399, "24 h"), (86_400, "1 d"), (97_200, "1 d 3 h"), (604_800, "7 d"), (-5, "0 s"),
    ],
)  # fmt: skip
def test_spans_in_words(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_pace_in_words() -> None:
    assert pace(3.14159) == "3.1 new items an hour"
    assert pace(0.1) == "2.4 new items a day"
