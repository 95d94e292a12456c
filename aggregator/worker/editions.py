"""Makes editions: whenever items arrive, and every half minute in case another process stored some."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from aggregator.errors import RenamedMeanwhile, StoreError
from aggregator.model import notes
from aggregator.model.notes import Note
from aggregator.pipeline.edition import EditionReport, edition, note_set_aside
from aggregator.pipeline.leases import EditionLease
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.re_placement import decides, lags, re_place_all
from aggregator.pipeline.survey import survey
from aggregator.pipeline.waiting import until_set
from aggregator.ports import Archive
from aggregator.text.plurals import counted
from aggregator.worker.engine import Shared

if TYPE_CHECKING:
    from aggregator.stories.feature_cache import FeatureCache

log = logging.getLogger(__name__)

EVERY = 30.0  # seconds
SLICE = 5.0  # after so many seconds of re-placing stories or deleting old texts, waiting news is placed first
RETRY_EVERY = 3600
"""Seconds until items that could not be placed, or a retention that failed, are tried again. Not with the next edition: where a query
takes longer than it may, each would."""
PRUNE_EVERY = 86_400  # seconds
LEAP = 86_400
"""If the clock has advanced by so many seconds more than the monotonic clock shows, it is not trusted."""


class Retention(Struct):
    """Decides when texts are pruned: once a day, but not while the clock may be wrong or the feeds were not polled for long.

    Retention counts the days since a source last listed an item. If the clock jumps ahead by years, or the machine was off for months,
    everything looks old, and what is pruned is lost. So nothing is pruned for a day after such a leap.

    `seen`: when the archive was last worked on (epoch seconds, by the note TICK); None if never. `running`: seconds on the monotonic
    clock. `pruned`: when it was last pruned. `rests_until`: nothing is pruned before this time (epoch seconds); it must be kept over
    a restart, since a new process cannot see an earlier leap."""

    seen: int | None
    running: float
    pruned: int = 0
    rests_until: int = 0

    def look(self, now: int, running: float) -> None:
        """Notice whether the clock has leapt since the last look."""
        passed = 0.0 if self.seen is None else now - self.seen - (running - self.running)
        if passed > LEAP:
            self.rests_until = now + PRUNE_EVERY
        self.seen, self.running = now, running

    def due(self, now: int, running: float) -> bool:
        self.look(now, running)
        return not (now < self.rests_until <= now + PRUNE_EVERY or 0 <= now - self.pruned < PRUNE_EVERY)

    def failed(self, now: int) -> None:
        self.pruned = now - PRUNE_EVERY + RETRY_EVERY


class Editions:
    """Each edition runs in a thread, with its own connection to the archive. Whatever goes wrong in one, the next one is made."""

    def __init__(self, shared: Shared) -> None:
        self._current, self._owner, self._clock = shared.current, shared.owner, shared.clock
        self._troubles, self._measures = shared.troubles, shared.measures
        self._news, self._stopping = shared.news, shared.stopping
        archive = shared.current.engine.archive
        self._rests_noted = _noted(archive, notes.RETENTION_RESTS) or 0
        self._retention = Retention(_noted(archive, notes.TICK), time.monotonic(), rests_until=self._rests_noted)
        self._retention.look(self._seconds(), time.monotonic())
        with suppress(StoreError):
            # before this process writes TICK: a later one would then not notice the clock's leap
            self._note_rest(archive)
        self._turn = threading.Lock()
        self._lease: EditionLease | None = None  # as long as an edition is made here
        self._placed = EditionReport()  # what the edition that is made here has placed so far
        self._set_aside: frozenset[int] = frozenset()
        self._skipping_since = 0
        self._outdone: str | None = None  # the version of the program that started after this one, as was told

    @cached_property
    def _feature_cache(self) -> FeatureCache:
        from aggregator.stories.feature_cache import FeatureCache  # brings numpy and scipy: the start need not wait

        return FeatureCache()

    async def run(self) -> None:
        while not self._stopping.is_set():
            if not self._current.halted:
                await self.once()
            await until_set(self._news, EVERY)
            self._news.clear()

    async def once(self) -> None:
        began = time.monotonic()
        try:
            report = await asyncio.to_thread(self._edition)
        except RenamedMeanwhile as edit:  # not a problem: the edit itself causes the next edition
            log.info("edition: %s", edit)
            return
        except Exception as error:  # noqa: BLE001 (the next edition comes; reported as a problem)
            self._current.learn(error)
            self._troubles.report("editions", error)
            return
        if report.items:
            self._measures.edition(time.monotonic() - began, report.delays)
        if held := len(self._set_aside):
            told = counted(held, "item cannot be placed and is retried", "items cannot be placed and are retried")
            self._troubles.report("editions", f"{told}: see the log")
        else:
            self._troubles.recovered("editions")

    async def renew(self) -> None:
        """Renew the lease of the edition that is made here, if there is one."""
        if lease := self._lease:
            await asyncio.to_thread(lease.renew, self._current.engine.tools.archive.edition)

    def _seconds(self) -> int:
        return int(self._clock().timestamp())

    def _edition(self) -> EditionReport:
        if not self._turn.acquire(blocking=False):
            # the queue was restarted during an edition, whose thread still works under our lease
            return EditionReport()
        try:
            return self._leased()
        finally:
            self._turn.release()

    def _leased(self) -> EditionReport:
        archive, policy = self._current.engine.archive, self._current.engine.policy
        lease = EditionLease(archive.edition, self._owner, self._seconds)

        def proceed() -> bool:
            return not self._stopping.is_set() and lease.proceed()

        if not proceed():
            return EditionReport()
        self._lease, self._placed = lease, EditionReport()
        try:
            self._work(archive, policy, proceed)
            return self._placed
        finally:
            self._lease = None
            lease.release()

    def _work(self, archive: Archive, policy: Policy, proceed: Callable[[], bool]) -> None:
        """The work of an edition, done by the holder of the lease."""
        if not 0 <= self._seconds() - self._skipping_since < RETRY_EVERY:
            self._set_aside, self._skipping_since = frozenset(), self._seconds()
        if self._set_aside:  # another process may have placed some
            self._set_aside &= frozenset(archive.edition.pending())
        self._place(archive, policy, proceed)
        while not self._re_place(archive, policy, proceed):
            self._place(archive, policy, proceed)
        if proceed():  # otherwise no long work is begun
            survey(archive, policy, self._seconds, proceed)
            self._prune(policy, proceed)

    def _place(self, archive: Archive, policy: Policy, proceed: Callable[[], bool]) -> None:
        skip, cache = self._set_aside, self._feature_cache
        report = edition(archive, policy, self._seconds, proceed=proceed, skip=skip, cache=cache)
        self._placed += report
        self._set_aside |= report.set_aside
        note_set_aside(archive, self._set_aside)
        if report.items:
            placed, new = counted(report.items, "item"), counted(report.stories, "new story", "new stories")
            log.info("edition: %s placed, %s", placed, new)

    def _re_place(self, archive: Archive, policy: Policy, proceed: Callable[[], bool]) -> bool:
        """Re-place stored stories after an edit of the rules or an upgrade of the program, newest first. False if it was interrupted for
        news, which must not wait until an archive of years is done."""
        if not decides(archive, policy):
            self._say_who_does(archive, policy)
            return True
        began, left_off = time.monotonic(), False

        def going_on() -> bool:
            nonlocal left_off
            may = self._current.engine.policy is policy and decides(archive, policy) and proceed()
            left_off = may and time.monotonic() - began > SLICE and self._news_waits(archive)
            return may and not left_off

        if done := re_place_all(archive, policy, self._seconds, going_on):
            log.info("re-placed %s after an edit of the configuration or an upgrade", counted(done, "story", "stories"))
        return not left_off

    def _say_who_does(self, archive: Archive, policy: Policy) -> None:
        """If this process re-places no stories any more, say so once: a new section would stay empty without a word."""
        last = archive.upkeep.noted(notes.PROGRAM)
        if last not in (None, policy.program, self._outdone):
            log.warning(
                "another version of the program was started on this archive after this one, and only that one re-places stored "
                "stories after an edit: restart this process with it"
            )
            self._outdone = last

    def _news_waits(self, archive: Archive) -> bool:
        return any(n not in self._set_aside for n in archive.edition.pending())

    def _prune(self, policy: Policy, proceed: Callable[[], bool]) -> None:
        """Retention, once a day. It is done here because it uses the edition's connection. After `keep` was shortened it takes long: news
        is placed between its steps. An edit of the configuration stops it, so that stories are re-placed first, and `keep` may be another:
        what is deleted is lost. It starts again with the next edition that follows the edit; after an error, in an hour."""
        engine, now = self._current.engine, self._seconds()
        archive = engine.archive
        if engine.policy is not policy or lags(archive, policy):  # there was an edit since this edition began
            return
        due = self._retention.due(now, time.monotonic())
        self._note_rest(archive)
        if not due:
            return
        began, done = time.monotonic(), True

        def going_on() -> bool:
            nonlocal began, done
            if self._current.engine is not engine or lags(archive, policy):
                done = False
                return False
            if time.monotonic() - began > SLICE and self._news_waits(archive):
                self._place(archive, engine.policy, proceed)
                began = time.monotonic()
            done = proceed()
            return done

        try:
            purged = archive.upkeep.prune(now, *engine.keep, going_on, engine.policy.overrides.named)
        except RenamedMeanwhile:  # by an edit that is yet to be followed
            raise
        except Exception:
            self._retention.failed(now)
            raise
        if done:
            self._retention.pruned = now
        if purged:
            log.info("pruned the texts of %s", counted(purged, "item"))

    def _note_rest(self, archive: Archive) -> None:
        if self._retention.rests_until != self._rests_noted:
            archive.upkeep.note(notes.RETENTION_RESTS, self._retention.rests_until)
            self._rests_noted = self._retention.rests_until


def _noted(archive: Archive, time: Note[int]) -> int | None:
    """A time that an earlier worker noted, if any."""
    try:
        return archive.upkeep.noted(time)
    except StoreError:
        return None
