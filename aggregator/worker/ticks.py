"""Calls functions at regular intervals, even if the machine's clock is changed meanwhile. APScheduler follows the system clock. If that is
set back by an hour, nothing is called for an hour. If it is set forward, APScheduler counts every missed call, which for years takes
minutes and gigabytes. So our own trigger always counts from now, and a pulse on the monotonic clock corrects calls that are planned too far
ahead."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

PULSE = 1.0  # seconds

Job = Callable[[], Coroutine[Any, Any, object]]


class Ticks:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._pulse: asyncio.Task[None] | None = None

    def every(self, seconds: float, job: Job) -> None:
        """Call `job` now and then at this interval, but never while the previous call is in progress."""
        options = {"next_run_time": self._clock(), "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(_until_cancelled(job), _Every(timedelta(seconds=seconds)), **options)

    def start(self) -> None:
        self._scheduler.start()
        self._pulse = asyncio.create_task(self._keep_time())

    def stop(self) -> None:
        """Stop, and cancel calls in progress."""
        self._scheduler.pause()  # a call that is cancelled before it begins would be logged as an error
        self._scheduler.shutdown(wait=False)
        if self._pulse:
            self._pulse.cancel()

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(PULSE)
            now = self._clock()
            for job in self._scheduler.get_jobs():
                if isinstance(job.trigger, _Every) and job.next_run_time > now + job.trigger.interval:
                    job.modify(next_run_time=now)


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler publishes no types
    """Fires at an interval counted from now; missed calls are not made up for."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + self.interval


def _until_cancelled(job: Job) -> Callable[[], Coroutine[Any, Any, None]]:
    """Wrap `job` so that a cancellation ends it quietly. At shutdown the scheduler cancels calls in progress and would log each as an
    error."""

    @functools.wraps(job)
    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await job()

    return run
