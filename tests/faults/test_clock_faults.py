"""F12 and F13: a day of polling through clocks that jump and machines that sleep, the clock passed in."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import archive
from msgspec.structs import replace

from aggregator.model.poll import PollResult
from aggregator.model.source import Freshness, NotModified, SourceState
from aggregator.schedule.clock import corrected
from aggregator.schedule.decide import after_poll
from aggregator.schedule.rate import Bounds

START = datetime(2026, 11, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BOUNDS = Bounds(every=15 * MINUTE, explicit=True)
SOURCES = [f"s{number}" for number in range(30)]


class Service:
    """Thirty sources of an archive, and a loop that ticks once a minute, as the worker does: mend, claim what is due, poll."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.archive = archive(folder, *SOURCES)
        self.chance = random.Random(7)
        self.polls: Counter[str] = Counter()

    def run(self, start: datetime, minutes: int) -> list[int]:
        """Polls made at each tick."""
        return [self._tick(start + number * MINUTE) for number in range(minutes)]

    def states(self) -> list[SourceState]:
        return self.archive.sources.states()

    def _tick(self, now: datetime) -> int:
        if moved := corrected(self.states(), now):
            self.archive.sources.save(moved)
        ready = self.archive.sources.claim("worker", now, 20 * MINUTE)
        if ready:
            self.polls.update(state.id for state in ready)
            self.archive.intake.apply([PollResult(self._polled(state, now)) for state in ready], now)
        return len(ready)

    def _polled(self, state: SourceState, now: datetime) -> SourceState:
        known = replace(state, etag='"1"')
        answer = NotModified(state.url, '"1"', None, Freshness())
        chance = self.chance.random()
        return after_poll(known, answer, feed=None, new_items=0, now=now, bounds=BOUNDS, jitter=chance)


@pytest.mark.parametrize(
    "step", [-3653 * 24 * HOUR, -HOUR, HOUR, 3653 * 24 * HOUR], ids=["-10 years", "-1 hour", "+1 hour", "+10 years"]
)
def test_a_step_of_the_clock_silences_no_source_and_starts_no_storm(step: timedelta, tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.run(START, 6 * 60)
    service.polls.clear()
    ticks = service.run(START + 6 * HOUR + step, 4 * 60)
    assert set(service.polls) == set(SOURCES)
    assert max(service.polls.values()) <= 4 * HOUR / BOUNDS.every  # no more than without the step
    assert sum(ticks[:10]) <= 30  # forward, each was overdue once
    if step < timedelta():
        assert ticks[0] < 10  # back, none is: what was planned is planned from now


def test_a_clock_put_right_after_years_ahead_silences_no_source(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.run(START, 60)
    service.run(START + 3653 * 24 * HOUR, 60)
    service.polls.clear()
    service.run(START + 2 * HOUR, 3 * 60)
    assert set(service.polls) == set(SOURCES)
    assert max(service.polls.values()) <= 3 * HOUR / BOUNDS.every


def test_clocks_a_moment_apart_plan_nothing_anew(tmp_path: Path) -> None:
    """Of two machines that poll in turn, one is always a little behind."""
    service = Service(tmp_path)
    service.run(START, 60)
    assert corrected(service.states(), START + 59 * MINUTE - timedelta(seconds=50)) == []
    assert len(corrected(service.states(), START + 20 * MINUTE)) > 10


def test_a_machine_that_slept_owes_each_source_one_poll(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.run(START, 6 * 60)
    service.polls.clear()
    ticks = service.run(START + 14 * HOUR, 30)
    assert ticks[0] == 30
    assert max(service.polls.values()) <= 2
    assert sum(ticks[1:10]) == 0


def test_a_restart_polls_nothing_that_is_not_due(tmp_path: Path) -> None:
    on, again = Service(tmp_path / "on"), Service(tmp_path / "again")
    for service in (on, again):
        service.run(START, 60)
    again.archive.close()
    restarted = Service(tmp_path / "again")
    restarted.chance = again.chance
    ticks = restarted.run(START + HOUR, 30)
    assert ticks == on.run(START + HOUR, 30)
    assert ticks[0] < 30
