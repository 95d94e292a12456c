"""The worker: a scheduler that ticks, and what happens at each tick. All state is in the store."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator.errors import ConfigError, Problem, StoreBusy, StoreError
from aggregator.model.poll import RefreshReport
from aggregator.model.source import SourceState
from aggregator.pipeline.compose import Policy
from aggregator.pipeline.edition import edition, re_place
from aggregator.pipeline.refresh import Tools, refresh
from aggregator.ports import Archive
from aggregator.schedule.clock import mended
from aggregator.worker.processes import identity

log = logging.getLogger(__name__)

TICK = 5  # seconds: how often the store is asked what is due
LOOK = 0.5  # seconds: how often the configuration's files are looked at; two looks see an edit
LEASE = timedelta(minutes=20)  # longer than a tick's sources may take, waiting for their turn at one slow host included
EDITION_LEASE = 60  # seconds; renewed before each batch
CLAIM = 64  # sources a tick takes at the most
PRUNE_EVERY = 86_400  # seconds
PATIENCE = 6.0  # seconds that polls in flight are given when the service stops


@dataclass(frozen=True, slots=True)
class Engine:
    """What bootstrap makes of one configuration; replaced as a whole when that changes. `archive` is the edition's,
    over a connection of its own; `keep` is in seconds, for all sources and for some."""

    tools: Tools
    archive: Archive
    policy: Policy
    keep: tuple[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Reload:
    """What became of the configuration. `engine` is the new one, None if what is in force stays. `of_file`: the file
    was read and is sound. `said` is for the status, `lines` for the log; `said` None: nothing to tell."""

    engine: Engine | None = None
    of_file: bool = True
    said: Mapping[str, object] | None = None
    lines: Sequence[str] = ()


Beside = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Something that runs beside the worker until the event is set."""


class Service:
    """Polls and makes editions until told to stop. `reload` says what became of the configuration since it was last
    asked, None if nothing did; it raises ConfigError where the file is broken."""

    def __init__(
        self,
        engine: Engine,
        reload: Callable[[bool], Reload | None],
        clock: Callable[[], datetime],
    ) -> None:
        self.engine = engine
        self.owner = identity()
        self._reload = reload
        self._clock = clock
        self._stopping = asyncio.Event()
        self._news = asyncio.Event()
        self._polls: set[asyncio.Task[None]] = set()
        self._signals = 0
        self._broken: str | None = None
        self._following = asyncio.Lock()
        self._pruned = 0

    async def run(self, extra: Beside | None = None) -> None:
        """Until SIGINT or SIGTERM. `extra` runs beside it (the web of `run`) and is told when to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(self._follow(force=True)))
        scheduler = AsyncIOScheduler(timezone="UTC")
        self._note("config-error", None)  # of an earlier process; this one started from a sound file
        beside = asyncio.create_task(extra(self._stopping)) if extra else None
        editions = asyncio.create_task(self._editions())
        every = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler.add_job(self._tick, "interval", seconds=TICK, next_run_time=self._clock(), **every)
        scheduler.add_job(self._follow, "interval", seconds=LOOK, next_run_time=self._clock(), **every)
        scheduler.start()
        try:
            await self._stopping.wait()
        finally:
            scheduler.shutdown(wait=False)
            await self._wind_down(editions)
            if beside:
                await beside

    def _stop(self) -> None:
        self._signals += 1
        if self._signals > 1:
            log.warning("stopped at once, on a second signal")
            os._exit(1)
        log.info("stopping")
        self._stopping.set()

    async def _wind_down(self, editions: asyncio.Task[None]) -> None:
        """Polls in flight get a moment to end; what is not stored then is polled again at the next start."""
        if self._polls:
            await asyncio.wait(self._polls, timeout=PATIENCE)
        for task in self._polls:
            task.cancel()
        self._news.set()
        await asyncio.gather(*self._polls, editions, return_exceptions=True)
        try:
            self.engine.tools.archive.sources.release(self.owner)
        except StoreError as error:
            log.warning("leases stay until they run out: %s", error)

    async def _tick(self) -> None:
        """Claim what is due and poll it beside what is under way."""
        tools = self.engine.tools
        try:
            self._note("tick", int(self._clock().timestamp()))
            states = tools.archive.sources.claim(self.owner, self._clock(), LEASE, limit=CLAIM, ids=tools.sources)
        except StoreError as error:
            self._trouble(error)
            return
        if states:
            task = asyncio.create_task(self._poll(states))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)

    def _mend(self) -> None:
        """After the clock was set back or forward, no source falls silent and none storms."""
        sources = self.engine.tools.archive.sources
        states = mended(sources.states(), self._clock())
        if states:
            log.warning("the clock was set: the next polls of %d sources are planned anew", len(states))
            sources.save(states)

    async def _poll(self, states: Sequence[SourceState]) -> None:
        try:
            report = await refresh(self.engine.tools, states)
        except StoreError as error:
            self._trouble(error)
            return
        self._log(report)
        if report.new or report.changed:
            self._news.set()

    def _log(self, report: RefreshReport) -> None:
        log.info(
            "polled %d sources: %d unchanged, %d failed, %d new items, %d changed",
            report.polled, report.not_modified, len(report.failed), report.new, report.changed,
        )  # fmt: skip
        for source, why in report.failed:
            log.warning("source %s: %s", source, why)

    async def _editions(self) -> None:
        """An edition whenever items arrived, and every half minute in case another process brought some."""
        while not self._stopping.is_set():
            try:
                await asyncio.to_thread(self._edition)
            except StoreBusy as error:
                log.warning("edition: %s", error)
            except StoreError as error:
                self._trouble(error)
            try:
                await asyncio.wait_for(self._news.wait(), 30)
            except TimeoutError:
                continue
            self._news.clear()

    def _edition(self) -> None:
        """In a thread of its own, over an archive of its own."""
        archive, policy = self.engine.archive, self.engine.policy

        def seconds() -> int:
            return int(self._clock().timestamp())

        def proceed() -> bool:
            return not self._stopping.is_set() and archive.desk.lease(self.owner, seconds(), EDITION_LEASE)

        if not proceed():
            return
        report = edition(archive, policy, seconds, proceed=proceed)
        if report.items:
            log.info("edition: %d items placed, %d new stories", report.items, report.stories)
        self._re_place(archive, policy, seconds, proceed)
        self._prune(seconds())
        archive.desk.release(self.owner)

    def _re_place(
        self, archive: Archive, policy: Policy, seconds: Callable[[], int], proceed: Callable[[], bool]
    ) -> None:
        """Stored stories follow an edit of the rules, newest first."""
        total, done = archive.desk.count_outdated(policy.epoch), 0
        if not total:
            return
        while proceed() and self.engine.policy is policy:
            count = re_place(archive, policy, seconds())
            done += count
            archive.upkeep.note("re-placing", {"done": done, "of": total, "epoch": policy.epoch})
            if not count:
                log.info("re-placed %d stories after an edit of the configuration", done)
                break

    async def _follow(self, *, force: bool = False) -> None:
        """Put a changed configuration in force, whole or not at all."""
        async with self._following:
            try:
                outcome = await asyncio.to_thread(self._reload, force)
            except ConfigError as error:
                self._refuse(error)
                return
            except StoreError as error:
                self._trouble(error)
                return
        if outcome is None:
            return
        if outcome.of_file and self._broken is not None:
            self._broken = None
            self._note("config-error", None)
            log.info("the configuration is sound again")
        if outcome.said is not None:
            log.info("%s", "\n".join(outcome.lines))
            self._note("configuration", outcome.said)
        if outcome.engine is not None:
            self.engine = outcome.engine
            self._news.set()

    def _refuse(self, error: ConfigError) -> None:
        """A broken edit changes nothing and is told once."""
        if str(error) == self._broken:
            return
        self._broken = str(error)
        log.error("the last edit of the configuration is broken and not in force:\n%s", error)
        problems = [asdict(_public(problem)) for problem in error.problems]
        message = "\n".join("{file}:{line}:{column}: {message}".format_map(problem) for problem in problems)
        at = int(self._clock().timestamp())
        self._note("config-error", {"message": message, "problems": problems, "at": at})

    def _prune(self, now: int) -> None:
        """Retention, once a day; in the edition's thread, since it is the edition's archive."""
        if now - self._pruned < PRUNE_EVERY:
            return
        self._pruned = now
        purged = self.engine.archive.upkeep.prune(now, *self.engine.keep)
        if purged:
            log.info("pruned the texts of %d items", purged)

    def _note(self, key: str, value: object) -> None:
        try:
            self.engine.tools.archive.upkeep.note(key, value)
        except StoreError as error:
            log.error("store: %s", error)

    @staticmethod
    def _trouble(error: BaseException) -> None:
        log.error("store: %s", error)


def _public(problem: Problem) -> Problem:
    """As readers of the status may see it: without the folders of this machine."""
    name = Path(problem.file).name
    return replace(problem, file=name, message=problem.message.replace(problem.file, name))
