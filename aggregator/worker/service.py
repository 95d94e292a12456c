"""The worker: its scheduler, what happens at each tick, and how it ends. All state is in the store."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from aggregator.pipeline.leases import RENEW
from aggregator.worker.config_reload import ConfigReload
from aggregator.worker.editions import Editions
from aggregator.worker.engine import Current, Engine, Fleet, Reload, Shared
from aggregator.worker.identity import Absences, identity, is_dead
from aggregator.worker.polling import Polling
from aggregator.worker.startup import ask_to_reload, terminal_closed
from aggregator.worker.ticks import Ticks
from aggregator.worker.troubles import Troubles

log = logging.getLogger(__name__)

TICK = 5  # seconds: how often the store is asked what is due
LOOK = 0.5  # seconds: how often the files of the configuration are checked; noticing an edit takes two checks
# seconds after the signal to stop, the process exits even if it waits for a locked archive or a slow disk
LAST_CALL = 8.0


class Service:
    """Polls and makes editions until `stopping` is set, which SIGINT, SIGTERM and the end of its terminal do. `reload`: see ConfigReload;
    `adopt_pauses`: see Polling; `show`: see Troubles; `fleet`: given if other workers share the archive (PostgreSQL)."""

    def __init__(
        self,
        engine: Engine,
        reload: Callable[[], Reload | None],
        adopt_pauses: Callable[[], None],
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        *,
        show: Callable[[str], None] = lambda text: None,
        fleet: Fleet | None = None,
    ) -> None:
        self._clock = clock
        self._stopping = stopping
        self._signals = 0
        shared = Shared(Current(engine), identity(), clock, Troubles(show), stopping=stopping)
        self.polling = Polling(shared, Absences(fleet.absent) if fleet else is_dead, adopt_pauses)
        self.editions = Editions(shared)
        self.config_reload = ConfigReload(shared, reload)
        self._news = shared.news
        self._queued = fleet is not None
        self._tick: Callable[[], Coroutine[Any, Any, object]] = self.polling.tick
        self._work: Callable[[], Coroutine[Any, Any, None]] = self.editions.run
        if fleet:
            from aggregator.worker.queue import Queue

            queue = Queue(shared, fleet, self.polling, self.editions)
            self._tick, self._work = self.polling.maintain, queue.run

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        ticks = Ticks(self._clock)

        def hung_up() -> None:
            if not terminal_closed():
                ask_to_reload()
            elif not self._stopping.is_set():  # both the shell and the system may tell it
                self._stop()

        loop.add_signal_handler(signal.SIGHUP, hung_up)
        work = asyncio.create_task(self._work())
        # It ends earlier only if it failed in an unforeseen way. Then the worker ends too: nothing would be polled or placed any more.
        work.add_done_callback(lambda _: self._stopping.set())
        ticks.every(TICK, self._tick)
        ticks.every(LOOK, self.config_reload.check)
        ticks.every(RENEW, self.editions.renew)
        ticks.start()
        try:
            await self._stopping.wait()
        finally:
            ticks.stop()
            if self._queued:
                await asyncio.wait([work])  # jobs end with the queue
            await self.polling.wind_down()
            self._news.set()
            await work

    def _stop(self) -> None:
        self._signals += 1
        if self._signals > 1:
            log.warning("stopped at once, on a second signal")
            os._exit(1)
        log.info("stopping")
        self._stopping.set()
        watchdog = threading.Timer(LAST_CALL, _leave)
        watchdog.daemon = True
        watchdog.start()


def _leave() -> None:
    """Exit at once. Nothing is lost: work in progress is in a transaction that is not committed."""
    log.warning("stopped without waiting any longer for the archive")
    os._exit(0)
