"""Refresh: polls the claimed sources (`poll.py`), many at a time. The items of a source and its new state are stored in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from aggregator.addresses import host_of
from aggregator.model.poll import FailedPoll, RefreshReport
from aggregator.model.source import Failed, NotModified, SourceState
from aggregator.pipeline.poll import Poll, poll
from aggregator.pipeline.tools import Tools

TOGETHER = 64
"""Sources in progress at a time; the fetcher and the sandbox have their own limits."""
COMMIT = 32
"""Maximum number of results in one transaction."""
LINGER = 0.1
"""Seconds that the first result of a transaction waits for more, at most: a transaction itself takes as long as storing some twenty
results."""


async def refresh(
    tools: Tools,
    states: Sequence[SourceState],
    progress: Callable[[int, int], None] = lambda done, of: None,
    news: Callable[[], None] = lambda: None,
) -> RefreshReport:
    """Poll these sources, whose leases the caller must hold. A fault of one source affects no other. `progress` gets (sources done, in
    total); `news` is called each time that items were stored which an edition must place."""
    queue: asyncio.Queue[Poll | None] = asyncio.Queue()
    slots = asyncio.Semaphore(TOGETHER)
    writer = asyncio.create_task(_write(tools, queue, len(states), progress, news))

    async def one(state: SourceState) -> None:
        async with slots:
            await queue.put(await poll(tools, state))

    polls = [asyncio.create_task(one(state)) for state in _by_turns(states)]
    try:
        # The writer ends early only if the store cannot be written; then further fetching is useless.
        waits: list[asyncio.Future[Any]] = [asyncio.gather(*polls, return_exceptions=True), writer]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in polls:
            task.cancel()
        outcomes = await asyncio.gather(*polls, return_exceptions=True)
        await queue.put(None)
        report = await writer  # results that have arrived are stored even if we are cancelled
    for error in outcomes:
        if isinstance(error, Exception):  # our own errors; faults of sources are values
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


async def _write(
    tools: Tools,
    queue: asyncio.Queue[Poll | None],
    total: int,
    progress: Callable[[int, int], None],
    news: Callable[[], None],
) -> RefreshReport:
    """Store results as they arrive, several in one transaction."""
    report = RefreshReport()
    ending = False
    while not ending:
        waiting = [await queue.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while len(waiting) < COMMIT and waiting[-1] is not None:
                    waiting.append(await queue.get())
        ending = waiting[-1] is None
        polls = [poll for poll in waiting if poll is not None]
        if polls:
            results = [poll.result for poll in polls]
            added = await asyncio.to_thread(tools.archive.intake.apply, results, tools.clock(), tools.owner)
            if added or any(poll.result.found.changed for poll in polls):
                news()
            report = _counted(report, polls, added)
            progress(report.polled, total)
    return report


def _counted(report: RefreshReport, polls: Sequence[Poll], added: int) -> RefreshReport:
    failed = [
        FailedPoll(poll.result.state.id, poll.outcome.message, poll.outcome.kind, poll.again)
        for poll in polls
        if isinstance(poll.outcome, Failed)
    ]
    return RefreshReport(
        polled=report.polled + len(polls),
        not_modified=report.not_modified + sum(isinstance(poll.outcome, NotModified) for poll in polls),
        failed=(*report.failed, *failed),
        new=report.new + added,
        changed=report.changed + sum(len(poll.result.found.changed) for poll in polls),
    )
