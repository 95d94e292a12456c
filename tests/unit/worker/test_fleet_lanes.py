"""How what is due is cut into jobs, and what the log says of jobs that end badly."""

from __future__ import annotations

import asyncio
import gc

import pytest
from procrastinate.exceptions import AppNotOpen, ConnectorException

from aggregator.worker.queue import BATCH, LANES, lanes, report_unawaited


def test_all_sources_of_a_host_go_through_one_lane() -> None:
    due = [(f"s{n}", f"host{n % 40}.example") for n in range(400)]
    found = lanes(due)
    of_host: dict[str, set[str]] = {}
    for lane, ids in found.items():
        for id in ids:
            of_host.setdefault(dict(due)[id], set()).add(lane)
    assert len(of_host) == 40
    assert all(len(used) == 1 for used in of_host.values())
    assert 20 < len(found) <= LANES


def test_a_job_is_bounded_and_takes_the_longest_due() -> None:
    due = [(f"s{n}", "one.example") for n in range(500)]
    assert list(lanes(due).values()) == [[f"s{n}" for n in range(BATCH)]]


def test_nothing_due_is_no_job() -> None:
    assert lanes([]) == {}


GONE = (
    "Job was not found\n or is done\nCONTEXT:  PL/pgSQL function procrastinate_finish_job_v1(bigint) line 23 at RAISE"
)


@pytest.mark.parametrize(
    ("error", "cause", "told"),
    [
        (ConnectorException(), ValueError(GONE), "Job was not found or is done"),
        (AppNotOpen(), None, "it was closed meanwhile"),
    ],
)
def test_a_job_whose_end_the_queue_could_not_be_told_is_one_line_of_the_log(
    caplog: pytest.LogCaptureFixture, error: Exception, cause: Exception | None, told: str
) -> None:
    """It was a traceback of forty lines for each job whose end waited for a dead connection when the queue was restarted."""

    async def job() -> None:
        raise error from cause

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(report_unawaited)
        task = asyncio.create_task(job())
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(run())
    assert caplog.messages == [f"a job ended, but the queue could not be told: {told}"]
