"""Calls at even intervals, whatever the machine's clock is set to meanwhile.

APScheduler follows that clock. If it is set back by an hour, nothing would be called for an hour; if it is set forward,
every missed call would be counted, which for years takes minutes and gigabytes. So our own trigger counts from now, and
a pulse that does not depend on the clock looks for calls planned further ahead than possible.
"""

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

Job = Callable[..., Coroutine[Any, Any, object]]


class Ticks:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._pulse: asyncio.Task[None] | None = None

    def every(self, seconds: float, job: Job) -> None:
        """From now on; not while the call before is under way."""
        self._scheduler.add_job(
            _until_cancelled(job),
            _Every(timedelta(seconds=seconds)),
            next_run_time=self._clock(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def once(self, job: Job, **arguments: object) -> None:
        """As soon as possible."""
        self._scheduler.add_job(_until_cancelled(job), kwargs=arguments, misfire_grace_time=None)

    def start(self) -> None:
        self._scheduler.start()
        self._pulse = asyncio.create_task(self._keep_time())

    def stop(self) -> None:
        """Calls in progress are cancelled."""
        self._scheduler.pause()  # a call made just before the end would be cancelled before it begins, which is logged as an error
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
    """In steps from now: what was missed is not made up for."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + self.interval


def _until_cancelled(job: Job) -> Callable[..., Coroutine[Any, Any, None]]:
    """The scheduler cancels what is under way when it is shut down, and logs what ends so as an error of ours."""

    @functools.wraps(job)
    async def run(**arguments: object) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await job(**arguments)

    return run
