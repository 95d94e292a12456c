"""Ticks go on whatever happens to the machine's clock, and end without a word."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from builders.process import PATIENCE

from aggregator.worker import ticks
from aggregator.worker.ticks import Ticks

EVERY = 0.05


class Machine:
    """The machine's clock as APScheduler sees it, which can be set; and how often it ticked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        self.count = 0
        machine = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + machine.ahead

        monkeypatch.setattr("apscheduler.schedulers.base.datetime", Shifted)
        monkeypatch.setattr(ticks, "PULSE", EVERY)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def tick(self) -> None:
        self.count += 1

    async def ticks(self, count: int = 3) -> None:
        """Wait for further ticks: they come, and no faster than they should."""
        before, began = self.count, time.monotonic()
        async with asyncio.timeout(PATIENCE):
            while self.count < before + count:
                await asyncio.sleep(EVERY / 5)
        assert self.count - before <= (time.monotonic() - began) / EVERY + 2


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def run(
    machine: Machine, job: Callable[[], Coroutine[Any, Any, None]], test: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    async def main() -> None:
        made = Ticks(machine.clock)
        made.every(EVERY, job)
        made.start()
        try:
            await test()
        finally:
            made.stop()

    asyncio.run(main())


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=-3650), timedelta(hours=1), timedelta(days=3650)])
def test_f12_ticks_go_on_at_their_pace_whatever_the_clock_is_set_to(machine: Machine, step: timedelta) -> None:
    async def test() -> None:
        await machine.ticks()
        machine.ahead += step
        await machine.ticks()  # what was missed is not counted one by one, which takes minutes for a year
        machine.ahead -= step
        await machine.ticks()

    run(machine, machine.tick, test)


def test_the_pulse_brings_no_tick_forward(machine: Machine) -> None:
    """Sources would be looked for each second, and the lease of the edition renewed as often."""
    looked = 0

    def clock() -> datetime:
        nonlocal looked
        looked += 1
        return machine.clock()

    async def test() -> None:
        made = Ticks(clock)
        made.every(60, machine.tick)
        made.start()
        async with asyncio.timeout(PATIENCE):
            while not machine.count or looked < 6:
                await asyncio.sleep(EVERY / 5)
        made.stop()
        assert machine.count == 1

    asyncio.run(test())


def test_a_tick_that_is_under_way_at_the_end_is_no_error(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    async def wait() -> None:
        machine.count += 1
        await asyncio.sleep(60)

    async def test() -> None:
        await machine.ticks(1)
        await asyncio.sleep(4 * EVERY)
        assert machine.count == 1

    with caplog.at_level(logging.ERROR):
        run(machine, wait, test)
    assert not caplog.records


def test_a_tick_that_is_about_to_begin_at_the_end_is_no_error(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        for turns in range(4):  # of the loop, in one of which the tick is made and has not begun
            made = Ticks(machine.clock)
            made.every(60, machine.tick)
            made.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            made.stop()
            await asyncio.sleep(0.01)

    with caplog.at_level(logging.ERROR):
        asyncio.run(test())
    assert not caplog.records
