"""Refresh: polls the claimed sources (`poll.py`), many at a time. The items of a source and its new state are stored in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aggregator.addresses import host_of
from aggregator.errors import of_one
from aggregator.model.poll import FailedPoll, PollResult, RefreshReport
from aggregator.model.source import Failed, NotModified, SourceState
from aggregator.pipeline.poll import LookingUp, Poll, looking_up, poll, unstorable
from aggregator.pipeline.together import Together
from aggregator.pipeline.tools import Tools

TOGETHER = 64
"""Sources in progress at a time; the fetcher and the sandbox have their own limits."""
COMMIT = 32
"""Maximum number of results in one transaction."""
WAITING = 4 * COMMIT
"""So many results may wait to be stored before the next sources are asked: while another process holds the archive, all would be in
memory."""
LINGER = 0.1
"""Seconds that the first result of a transaction waits for more, at most: a transaction itself takes as long as storing some twenty
results."""


class Access(NamedTuple):
    """How all refreshes of a process use the store: together. `store` gives how many items of a result were new."""

    look_up: LookingUp
    store: Together[PollResult, int]


def access(tools: Callable[[], Tools], most: int = COMMIT) -> Access:

    def store(results: Sequence[PollResult]) -> Sequence[int]:
        made = tools()
        return made.archive.intake.apply(results, made.clock(), made.owner)

    stores = Together(store, min(most, COMMIT), LINGER, lambda result: result.state.root, of_one)
    return Access(looking_up(tools), stores)


async def refresh(
    tools: Tools,
    states: Sequence[SourceState],
    progress: Callable[[int, int], None] = lambda done, of: None,
    news: Callable[[], None] = lambda: None,
    use: Access | None = None,
) -> RefreshReport:
    """Poll these sources, whose leases the caller must hold. A fault of one source affects no other. `progress` gets (sources done, in
    total); `news` is called each time that items were stored which an edition must place. `use`: that of other refreshes at the same
    time."""
    look_up, store = use or access(lambda: tools, len(states))
    slots, room = asyncio.Semaphore(TOGETHER), asyncio.Semaphore(WAITING)
    report = RefreshReport()
    stores: list[asyncio.Task[None]] = []

    async def one(state: SourceState) -> None:
        async with slots:
            made = await poll(tools, state, look_up)
            stores.append(asyncio.create_task(keep(state, made)))
            await room.acquire()

    async def keep(state: SourceState, made: Poll) -> None:
        nonlocal report
        try:
            try:
                added = await store(made.result)
            except Exception as error:
                if not of_one(error):
                    raise
                made = unstorable(tools, state, error)
                added = await store(made.result)
        except Exception:
            # The store cannot be written. Then further fetching is useless, and what is still to be stored would wait for it as long.
            for task in {*polls, *stores} - {asyncio.current_task()}:
                task.cancel()
            raise
        finally:
            room.release()
        if added or made.result.found.changed:
            news()
        report = _counted(report, made, added)
        progress(report.polled, len(states))

    polls = [asyncio.create_task(one(state)) for state in _by_turns(states)]
    stopped: asyncio.CancelledError | None = None
    while under_way := [task for task in (*polls, *stores) if not task.done()]:
        try:
            await asyncio.wait(under_way)
        except asyncio.CancelledError as cancelled:
            stopped = cancelled
            for task in polls:  # not `stores`: what has arrived is stored, however often we are cancelled
                task.cancel()
    failures = [failure for task in (*stores, *polls) if not task.cancelled() and (failure := task.exception())]
    # These are our own errors, since faults of sources are values. They come first: what had arrived is not stored.
    for error in (*failures, stopped):
        if error:
            raise error
    return report


def _by_turns(states: Sequence[SourceState]) -> list[SourceState]:
    """One source of each host, then a second of each, and so on. Requests to a host start a second apart, so hundreds of its sources one
    after the other would take all places, and the others would wait for minutes."""
    turns = Counter[str | None]()

    def turn(state: SourceState) -> int:
        host = host_of(state.url)
        turns[host] += 1
        return turns[host]

    return sorted(states, key=turn)


def _counted(report: RefreshReport, poll: Poll, added: int) -> RefreshReport:
    state, outcome = poll.result.state, poll.outcome
    failed = [FailedPoll(state.id, outcome.message, outcome.kind, poll.again)] if isinstance(outcome, Failed) else []
    return RefreshReport(
        polled=report.polled + 1,
        not_modified=report.not_modified + isinstance(outcome, NotModified),
        failed=(*report.failed, *failed),
        new=report.new + added,
        changed=report.changed + len(poll.result.found.changed),
    )
