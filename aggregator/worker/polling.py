"""Polling: at each tick, sources that are due are claimed and polled, while earlier polls are still in progress."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import TypeVar

from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.model.poll import RefreshReport
from aggregator.model.source import SourceState
from aggregator.pipeline.articles import articles
from aggregator.pipeline.leases import release_dead
from aggregator.pipeline.refresh import Tools, refresh
from aggregator.ports import Sources
from aggregator.schedule.clock import corrected
from aggregator.text.plurals import counted
from aggregator.worker.identity import is_dead
from aggregator.worker.shared import Shared

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(minutes=20)  # renewed in the middle, as long as the polls take
CLAIM = 64  # sources polled together
CLAIMS = 8  # a tick claims at most this many times: a hundred sources a second
GATHER = 3.0  # seconds that stored news waits for more of the same claim; a source that hangs holds up no other
PATIENCE = 6.0  # seconds that polls in progress get when the service stops
NAMED = 5  # sources in a row that begin to fail alike and are named in the log, while none answers
PAUSE, LONGEST_PAUSE = 10.0, 1200.0  # seconds without polls after results could not be stored; doubled each time


class Polling:
    """`dead` says whether the holder of a lease has ended. `adopt_pauses` makes our fetcher keep the pauses that the hosts of these
    sources requested from other processes: workers, and the command `poll`. Store calls that may wait run in threads: a locked
    archive blocks neither the network nor a shutdown."""

    def __init__(
        self,
        shared: Shared,
        dead: Callable[[str], bool] = is_dead,
        adopt_pauses: Callable[[Collection[str]], None] = lambda ids: None,
    ) -> None:
        self._current, self._owner, self._clock = shared.current, shared.owner, shared.clock
        self._troubles, self._measures, self._news = shared.troubles, shared.measures, shared.news
        self._dead = dead
        self._adopt_pauses = adopt_pauses
        self._stored = shared.measures.copy()  # what of it the store knows
        self._polls: set[asyncio.Task[None]] = set()
        self._in_progress: Counter[str] = Counter()  # how many of them poll a source
        self._renewed = shared.clock()  # when their leases were
        self._owed: set[str] = set()  # sources whose results could not be stored: their leases are to be given back
        self._unstored: set[str] = set()  # those of which nothing is known to have been stored since
        self._failing: Counter[str] = Counter()  # how many began to fail, by reason, since a source answered last
        self._resume = 0.0  # on the monotonic clock
        self._pause = PAUSE

    async def tick(self) -> None:
        """On one machine: clean up, and poll what is due while earlier polls are still in progress."""
        if await self.maintain() and await self.correct_times():
            tools = self._current.engine.tools  # an edit in between may rename what is claimed
            for _ in range(CLAIMS):
                states = await self._asked(lambda: self._claim(tools, tools.sources, CLAIM))
                if states:
                    task = asyncio.create_task(self._poll(tools, states))
                    self._polls.add(task)
                    task.add_done_callback(self._polls.discard)
                if not states or len(states) < CLAIM:
                    break

    async def maintain(self) -> bool:
        """Report that we are alive, and clean up after dead processes. False: the store cannot be used."""
        if self._current.halted or await self._asked(self._maintain) is None:
            return False
        if bool(self._unstored) and await self._asked(self._polled_since):
            self._recovered()
        return True

    async def correct_times(self) -> bool:
        """Correct times left by wrong clocks. False: the store cannot be used."""
        return not self._current.halted and await self._asked(self._correct_times) is not None

    async def take(self, ids: Collection[str]) -> bool:
        """With a queue: poll those of these sources that are due and free, to the end. False: there were none."""
        if self._current.halted:
            return False
        tools = self._current.engine.tools
        known = [id for id in ids if id in tools.sources]
        claim = asyncio.ensure_future(self._asked(lambda: self._claim_job(tools, known)))
        try:
            states = await asyncio.shield(claim)
        except asyncio.CancelledError:  # the queue is restarted; the thread claims all the same
            claim.add_done_callback(self._owe)
            raise
        if states:
            await self._poll(tools, states)
        return bool(states)

    def _owe(self, claim: asyncio.Future[list[SourceState] | None]) -> None:
        self._owed.update(state.id for state in (not claim.cancelled() and claim.result()) or ())

    async def _asked(self, ask: Callable[[], T]) -> T | None:
        """The store's answer, asked in a thread; None if the store cannot be used."""
        try:
            found = await asyncio.to_thread(ask)
        except Exception as error:  # noqa: BLE001 (the next tick comes; reported as a problem)
            self._failed("store", error)
            return None
        self._troubles.recovered("store")
        return found

    def _maintain(self) -> bool:
        archive, now = self._current.engine.tools.archive, int(self._clock().timestamp())
        measured = self._measures.copy()
        archive.upkeep.revise(notes.MEASURES, lambda noted: measured.onto(noted, self._stored), (notes.TICK, now))
        self._stored = measured
        self._renew(archive.sources)
        if polled := list(self._in_progress):
            self._adopt_pauses(polled)
        if owed := frozenset(self._owed):
            archive.sources.release(self._owner, owed)
            self._owed -= owed  # only these: another poll may have failed meanwhile
        release_dead(archive, self._dead)
        return True

    def _renew(self, sources: Sources) -> None:
        """Polls may outlast their leases: if hundreds of sources wait for one slow host, or the machine slept."""
        now = self._clock()
        if not timedelta() <= now - self._renewed < LEASE / 2:
            sources.renew(self._owner, list(self._in_progress), now, LEASE)
            self._renewed = now

    def _correct_times(self) -> bool:
        sources = self._current.engine.tools.archive.sources
        moved = corrected(sources.states(), self._clock())
        if moved:
            log.warning("the clock was changed: the next polls of %d sources are rescheduled", len(moved))
            sources.save(moved)
        return True

    def _claim(self, tools: Tools, ids: Collection[str], limit: int) -> list[SourceState]:
        """Without those to which an edit gave another address that `tools` do not know yet: it reaches the store first."""
        if time.monotonic() < self._resume:
            return []
        sources = tools.archive.sources
        states = sources.claim(self._owner, self._clock(), LEASE, limit=limit, ids=ids)
        self._owed.difference_update(state.id for state in states)  # after a claim that failed, these are held
        if moved := {state.id for state in states if state.url != tools.sources[state.id].url}:
            sources.release(self._owner, moved)
        return [state for state in states if state.id not in moved]

    def _claim_job(self, tools: Tools, ids: Collection[str]) -> list[SourceState]:
        """If the answer gets lost with the connection, they may be leased although nobody polls them."""
        try:
            return self._claim(tools, ids, len(ids))
        except StoreError:
            self._owed.update(id for id in ids if not self._in_progress[id])
            raise

    async def _poll(self, tools: Tools, states: Sequence[SourceState]) -> None:
        ids = Counter(state.id for state in states)
        self._in_progress += ids
        loop, announced = asyncio.get_running_loop(), list[asyncio.TimerHandle]()
        try:
            await asyncio.to_thread(self._adopt_pauses, ids)
            report = await refresh(
                tools, states, news=lambda: announced.append(loop.call_later(GATHER, self._news.set))
            )
        except asyncio.CancelledError:  # the queue is restarted, as when its server was
            self._owed |= ids.keys()
            raise
        except Exception as error:  # noqa: BLE001 (polled again later; reported as a problem)
            self._owed |= ids.keys()
            self._unstored |= ids.keys()
            if time.monotonic() >= self._resume:  # polls that fail together lengthen the pause once
                self._resume = time.monotonic() + self._pause
                self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._failed("polling", error)
            return
        finally:
            self._in_progress -= ids
            for timer in announced:
                timer.cancel()
            if announced:
                self._news.set()
        self._pause = PAUSE
        self._recovered()
        self._measures.failed(report.kinds)
        self._log(report)
        try:
            await articles(self._current.engine.tools)
        except Exception as error:  # noqa: BLE001 (the next poll tries others; reported as a problem)
            self._failed("articles", error)
        else:
            self._troubles.recovered("articles")

    def _polled_since(self) -> bool:
        """Whether the sources whose results could not be stored here are no longer due: others polled them, or they were stored and
        only the confirmation was lost."""
        now = self._clock()
        states = self._current.engine.tools.archive.sources.states(tuple(self._unstored))
        return all(state.next_poll and state.next_poll > now for state in states)

    def _recovered(self) -> None:
        self._unstored.clear()
        self._troubles.recovered("polling")

    def _failed(self, part: str, error: Exception) -> None:
        self._current.learn(error)
        self._troubles.report(part, error)

    def _log(self, report: RefreshReport) -> None:
        """A source that fails is named when it begins to, or fails otherwise: `/sources` tells how it is since. Where nothing answers any
        more it is this machine's network, which hundreds of lines would not make clearer."""
        log.info(
            "polled %s: %d unchanged, %d failed, %s, %d changed",
            counted(report.polled, "source"), report.not_modified, len(report.failed), counted(report.new, "new item"), report.changed,
        )  # fmt: skip
        if others_answer := report.polled > len(report.failed):
            self._failing.clear()
        for source, why in report.failed:
            if source in report.again:
                continue
            self._failing[why] += 1
            if others_answer or self._failing[why] <= NAMED:
                log.warning("source %s: %s", source, why)
            elif self._failing[why] == NAMED + 1:
                log.warning("more sources fail alike (%s); they are not named until a source answers", why)

    async def idle(self) -> None:
        """Wait until no poll is in progress."""
        while self._polls:
            await asyncio.wait(self._polls)

    async def wind_down(self) -> None:
        """Give polls in progress a moment to end; what is not stored by then is polled again at the next start."""
        if self._polls:
            await asyncio.wait(self._polls, timeout=PATIENCE)
        for task in self._polls:
            task.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)
        try:
            await asyncio.to_thread(self._current.engine.tools.archive.sources.release, self._owner)
        except StoreError as error:
            log.warning("leases remain until they expire: %s", error)
