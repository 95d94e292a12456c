"""Polling: at each tick the sources that are due are claimed and polled, even while earlier polls are in progress."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

from msgspec import Struct

from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.model.poll import RefreshReport
from aggregator.model.source import SourceState
from aggregator.pipeline.articles import articles
from aggregator.pipeline.leases import POLL_LEASE, claim_as_configured, release_dead
from aggregator.pipeline.refresh import access, refresh
from aggregator.pipeline.together import Together
from aggregator.pipeline.tools import Tools
from aggregator.ports import Sources
from aggregator.schedule.clock import corrected
from aggregator.text.plurals import counted
from aggregator.worker.engine import Shared
from aggregator.worker.identity import is_dead

log = logging.getLogger(__name__)

T = TypeVar("T")

CLAIM = 64  # sources that are claimed and polled together
JOBS = 128  # jobs of the queue whose sources are claimed together, at most
CLAIMS = 8  # claims in one tick, at most; that is a hundred sources a second
# seconds that stored news waits for more from the same claim; so a source that hangs does not delay others
GATHER = 3.0
PATIENCE = 6.0  # seconds that polls in progress get when the service stops
PAUSE, LONGEST_PAUSE = 10.0, 1200.0  # seconds without polls after results could not be stored; doubled each time
NAMED = 5  # if no source answers, at most so many are named that begin to fail for the same reason


class _Claim(Struct, eq=False):
    """`leases`: of sources that are being polled; or some of their results could not be stored, and leases are owed; or the polls are
    over."""

    tools: Tools  # of the claim, also for its polls: an edit in between may rename sources
    states: list[SourceState]
    leases: Literal["polling", "owed", "over"] = "polling"


class Polling:
    """`dead(identity)`: whether the holder of a lease has ended. `adopt_pauses()` makes our fetcher obey the pauses that hosts
    requested from other processes (workers, the command `poll`). Store calls that may have to wait run in threads, so
    that a locked archive blocks neither the network nor a shutdown."""

    def __init__(
        self,
        shared: Shared,
        dead: Callable[[str], bool] = is_dead,
        adopt_pauses: Callable[[], None] = lambda: None,
    ) -> None:
        self._current, self._owner, self._clock = shared.current, shared.owner, shared.clock
        self._troubles, self._measures, self._news = shared.troubles, shared.measures, shared.news
        self._dead = dead
        self._adopt_pauses = adopt_pauses
        self._pauses = Together(self._adopt_together, JOBS)
        self._claims = Together(self._claim_jobs, JOBS)
        self._access = access(lambda: self._current.engine.tools)
        self._stored = shared.measures.copy()  # the part of `measures` that is in the store
        self._polls: set[asyncio.Task[None]] = set()
        # Root of a source, which unlike its id no edit changes → the last claim by which this process may hold its lease. Changed only
        # where leases are claimed and given back, one after the other: else what is given back could be the lease of a poll that has just
        # begun.
        self._held: dict[str, _Claim] = {}
        self._unsure: set[str] = set()  # ids of sources that a claim may have leased although it failed
        self._refused: set[str] = set()  # steps of a tick that failed when they were last tried
        self._renewed = shared.clock()  # when the leases of polls in progress were last renewed
        # sources whose results could not be stored, as long as no later poll of them is known
        self._unstored: set[str] = set()
        self._log = PollLog()
        self._resume = 0.0  # on the monotonic clock
        self._pause = PAUSE

    async def tick(self) -> None:
        """Clean up and start polls of the sources that are due. For a worker without a queue (SQLite)."""
        if await self.maintain() and await self.correct_times() and not self._paused():
            for _ in range(CLAIMS):
                claim = await self._asked(asyncio.to_thread(self._claim_due), "claim")
                if claim and claim.states:
                    task = asyncio.create_task(self._poll(claim))
                    self._polls.add(task)
                    task.add_done_callback(self._polls.discard)
                if not claim or len(claim.states) < CLAIM:
                    break

    async def maintain(self) -> bool:
        """Note that this worker is alive, and release the leases of dead ones. False: the store cannot be used."""
        if self._current.halted or await self._asked(asyncio.to_thread(self._maintain)) is None:
            return False
        await self._asked(self._claims(()))  # gives back what is owed
        if bool(self._unstored) and await self._asked(asyncio.to_thread(self._polled_since)):
            self._recovered()
        return True

    async def correct_times(self) -> bool:
        """Correct times in the store that come from a wrong clock. False: the store cannot be used."""
        return not self._current.halted and await self._asked(asyncio.to_thread(self._correct_times)) is not None

    async def take(self, ids: Collection[str]) -> bool:
        """Poll those of these sources that are due and not leased, and wait until it is done. For a worker with a queue (PostgreSQL).
        False: there were none."""
        if self._current.halted:
            return False
        claim = asyncio.ensure_future(self._asked(self._claims(ids)))
        try:
            claimed = await asyncio.shield(claim)
        except asyncio.CancelledError:
            # the queue is restarted; the thread goes on and claims sources, which must be given back
            claim.add_done_callback(self._owe)
            raise
        if not claimed or not claimed.states:
            return False
        await self._poll(claimed)
        return True

    def _owe(self, claim: asyncio.Future[_Claim | None]) -> None:
        if not claim.cancelled() and (claimed := claim.result()):
            claimed.leases = "owed"

    async def _asked(self, asking: Awaitable[T], step: str = "maintain") -> T | None:
        """The answer of the store; None if it cannot be used. A nearly full disk may have room for one `step` of a tick and none for
        another: the store has recovered when each that failed is done."""
        try:
            found = await asking
        except Exception as error:  # noqa: BLE001 (the next tick comes; reported as a problem)
            self._refused.add(step)
            self._failed("store", error)
            return None
        self._refused.discard(step)
        if not self._refused:
            self._troubles.recovered("store")
        return found

    def _maintain(self) -> bool:
        archive, now = self._current.engine.tools.archive, int(self._clock().timestamp())
        measured = self._measures.copy()
        if archive.upkeep.revise(notes.MEASURES, lambda noted: measured.onto(noted, self._stored), (notes.TICK, now)):
            self._stored = measured
        polled = [state for claim in set(self._held.values()) if claim.leases == "polling" for state in claim.states]
        self._renew(archive.sources, {state.root for state in polled})
        if polled:
            self._adopt_pauses()
        release_dead(archive, self._dead)
        return True

    def _renew(self, sources: Sources, roots: Collection[str]) -> None:
        """Renew the leases of polls in progress, which may last longer: hundreds of sources may wait for one slow host, or the machine
        may have slept."""
        now = self._clock()
        if not timedelta() <= now - self._renewed < POLL_LEASE / 2:
            sources.renew(self._owner, roots, now, POLL_LEASE)
            self._renewed = now

    def _correct_times(self) -> bool:
        sources = self._current.engine.tools.archive.sources
        moved = corrected(sources.states(), self._clock())
        if moved:
            log.warning("the clock was changed: the next polls of %d sources are rescheduled", len(moved))
            sources.save(moved)
        return True

    def _claim_due(self) -> _Claim:
        """Claim `CLAIM` of the sources that are due, at most."""
        tools = self._current.engine.tools
        claim = _Claim(tools, self._claim(tools, tools.sources, CLAIM))
        self._held |= {state.root: claim for state in claim.states}
        return claim

    def _claim_jobs(self, jobs: Sequence[Collection[str]]) -> list[_Claim]:
        """Give back the leases that are owed, then claim those sources of several jobs that are due. If it fails because the connection is
        lost, the sources may be leased although nobody polls them."""
        tools = self._current.engine.tools
        self._give_back(tools.archive.sources)
        asked = {id: n for n, job in enumerate(jobs) for id in job if id in tools.sources}
        claims = [_Claim(tools, []) for _ in jobs]
        try:
            for state in self._claim(tools, asked, len(asked)) if asked else ():
                claim = claims[asked[state.id]]
                claim.states.append(state)
                self._held[state.root] = claim
        except StoreError:
            self._unsure.update(asked)
            raise
        return claims

    def _paused(self) -> bool:
        return time.monotonic() < self._resume

    def _claim(self, tools: Tools, ids: Collection[str], limit: int) -> list[SourceState]:
        """Claim sources that are due."""
        if self._paused():
            return []
        sources, now = tools.archive.sources, self._clock()
        return claim_as_configured(sources, tools.sources, self._owner, now, limit=limit, ids=ids)

    def _give_back(self, sources: Sources) -> None:
        polled = {root for root, claim in self._held.items() if claim.leases == "polling"}
        owed = {root for root, claim in self._held.items() if claim.leases == "owed"}
        if self._unsure:
            owed |= {state.root for state in sources.states(self._unsure)} - polled
        if owed:
            sources.release(self._owner, owed)
        self._held = {root: claim for root, claim in self._held.items() if claim.leases != "over" and root not in owed}
        self._unsure.clear()

    async def _poll(self, claim: _Claim) -> None:
        ids = {state.id for state in claim.states}
        loop, announced = asyncio.get_running_loop(), list[asyncio.TimerHandle]()
        try:
            await self._pauses(claim)
            report = await refresh(
                claim.tools,
                claim.states,
                news=lambda: announced.append(loop.call_later(GATHER, self._news.set)),
                use=self._access,
            )
        except asyncio.CancelledError:  # the queue is restarted, for example because the database server was
            claim.leases = "owed"
            raise
        except Exception as error:  # noqa: BLE001 (polled again later; reported as a problem)
            claim.leases = "owed"
            self._unstored |= ids
            if time.monotonic() >= self._resume:  # polls that fail together lengthen the pause once
                self._resume = time.monotonic() + self._pause
                self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._failed("polling", error)
            return
        finally:
            for timer in announced:
                timer.cancel()
            if announced:
                self._news.set()
        claim.leases = "over"
        self._pause = PAUSE
        self._recovered()
        self._measures.failed(one.kind for one in report.failed)
        self._log.write(report)
        try:
            await articles(self._current.engine.tools)
        except Exception as error:  # noqa: BLE001 (the next poll tries others; reported as a problem)
            self._failed("articles", error)
        else:
            self._troubles.recovered("articles")

    def _adopt_together(self, claims: Sequence[_Claim]) -> Sequence[None]:
        self._adopt_pauses()
        return [None] * len(claims)

    def _polled_since(self) -> bool:
        """Whether the sources whose results we could not store are no longer due: because other workers polled them, or because the
        results were stored and only the confirmation was lost."""
        now = self._clock()
        states = self._current.engine.tools.archive.sources.states(tuple(self._unstored))
        return all(state.next_poll and state.next_poll > now for state in states)

    def _recovered(self) -> None:
        self._unstored.clear()
        self._troubles.recovered("polling")

    def _failed(self, part: str, error: Exception) -> None:
        self._current.learn(error)
        self._troubles.report(part, error)

    async def idle(self) -> None:
        """Wait until no poll is in progress."""
        while self._polls:
            await asyncio.wait(self._polls)

    async def wind_down(self) -> None:
        """Give polls in progress a moment to finish. Sources whose results are not stored by then are polled at the next start."""
        if self._polls:
            await asyncio.wait(self._polls, timeout=PATIENCE)
        for task in self._polls:
            task.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)
        try:
            await asyncio.to_thread(self._current.engine.tools.archive.sources.release, self._owner)
        except StoreError as error:
            log.warning("the leases could not be released; other processes take them over: %s", error)


class PollLog:
    """A failing source is named only when it begins to fail or the reason changes; `/sources` shows its present state. If no source
    answers at all, the fault is in this machine's network, and only the first ones are named. Not named are those that only wait
    because another source of their host was told to."""

    def __init__(self) -> None:
        self._failing: Counter[str] = Counter()  # reason → sources that began to fail since any source last answered
        self._unnamed: set[str] = set()  # failing sources that were not named

    def write(self, report: RefreshReport) -> None:
        waiting = sum(one.kind == "waiting" for one in report.failed)
        log.info(
            "polled %s: %d not modified, %d failed, %s%s, %d changed",
            counted(report.polled, "source"), report.not_modified, len(report.failed) - waiting,
            f"{waiting} waiting with their host, " if waiting else "", counted(report.new, "new item"), report.changed,
        )  # fmt: skip
        if others_answer := report.polled > len(report.failed):
            self._failing.clear()
        for source, why, kind, again in report.failed:
            if kind == "waiting" or (again and source not in self._unnamed):
                continue
            self._failing[why] += 1
            if others_answer or self._failing[why] <= NAMED:
                log.warning("source %s: %s", source, why)
                self._unnamed.discard(source)
                continue
            self._unnamed.add(source)
            if self._failing[why] == NAMED + 1:
                log.warning("more sources fail alike (%s); they are not named until a source answers", why)
