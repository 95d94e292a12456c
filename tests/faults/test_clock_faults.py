"""F12 and F13: a day of polling through clocks that jump and machines that sleep, the clock passed in."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from aggregator.model.source import Freshness, NotModified, SourceState
from aggregator.schedule.clock import due, mended
from aggregator.schedule.decide import next_poll
from aggregator.schedule.policy import Policy

START = datetime(2026, 11, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
POLICY = Policy(every=15 * MINUTE, explicit=True)


class Service:
    """Thirty sources and a loop that ticks once a minute, as the worker does: mend, take what is due, poll."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.states = {f"s{number}": SourceState(f"s{number}", "r", "https://x.example/") for number in range(30)}
        self.polls: Counter[str] = Counter()

    def run(self, start: datetime, minutes: int) -> list[int]:
        """Polls made at each tick."""
        return [self._tick(start + number * MINUTE) for number in range(minutes)]

    def _tick(self, now: datetime) -> int:
        self.states |= {state.id: state for state in mended(self.states.values(), now)}
        ready = due(self.states.values(), now)
        for state in ready:
            self.polls[state.id] += 1
            self.states[state.id], _ = next_poll(
                replace(state, etag='"1"'),
                NotModified(state.url, '"1"', None, Freshness()),
                feed=None,
                new_items=0,
                now=now,
                policy=POLICY,
                jitter=self.chance.random(),
            )
        return len(ready)


@pytest.mark.parametrize(
    "step", [-3653 * 24 * HOUR, -HOUR, HOUR, 3653 * 24 * HOUR], ids=["-10 years", "-1 hour", "+1 hour", "+10 years"]
)
def test_a_step_of_the_clock_silences_no_source_and_starts_no_storm(step: timedelta) -> None:
    service = Service()
    service.run(START, 6 * 60)
    service.polls.clear()
    ticks = service.run(START + 6 * HOUR + step, 4 * 60)
    assert set(service.polls) == set(service.states)
    assert max(service.polls.values()) <= 4 * HOUR / POLICY.every  # no more than without the step
    assert sum(ticks[:10]) <= 30  # forward, each was overdue once
    if step < timedelta():
        assert ticks[0] < 10  # back, none is: what was planned is planned from now


def test_a_clock_put_right_after_years_ahead_silences_no_source() -> None:
    service = Service()
    service.run(START, 60)
    service.run(START + 3653 * 24 * HOUR, 60)
    service.polls.clear()
    service.run(START + 2 * HOUR, 3 * 60)
    assert set(service.polls) == set(service.states)
    assert max(service.polls.values()) <= 3 * HOUR / POLICY.every


def test_clocks_a_moment_apart_plan_nothing_anew() -> None:
    """Of two machines that poll in turn, one is always a little behind."""
    service = Service()
    service.run(START, 60)
    assert mended(service.states.values(), START + 59 * MINUTE - timedelta(seconds=50)) == []
    assert len(mended(service.states.values(), START + 20 * MINUTE)) > 10


def test_a_machine_that_slept_owes_each_source_one_poll() -> None:
    service = Service()
    service.run(START, 6 * 60)
    service.polls.clear()
    ticks = service.run(START + 14 * HOUR, 30)
    assert ticks[0] == 30
    assert max(service.polls.values()) <= 2
    assert sum(ticks[1:10]) == 0


def test_a_restart_polls_nothing_that_is_not_due() -> None:
    service = Service()
    service.run(START, 60)
    again = Service()
    again.states = dict(service.states)
    again.chance.setstate(service.chance.getstate())
    service_ticks, again_ticks = service.run(START + HOUR, 30), again.run(START + HOUR, 30)
    assert sum(again_ticks) == sum(service_ticks)
    assert again_ticks[0] < 30
