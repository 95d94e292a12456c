"""A host is asked by one worker of a fleet at a time, with a second between: two ends of a real queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from itertools import pairwise
from typing import cast

import pytest
from builders.postgres import execute, fresh_database

from aggregator.bootstrap import utc_now
from aggregator.store.postgres.connection import QueueConnection
from aggregator.worker.editions import Editions
from aggregator.worker.engine import Current, Engine, Fleet, Shared
from aggregator.worker.polling import Polling
from aggregator.worker.queue import SPACING, Queue, lanes

pytestmark = pytest.mark.slow

DUE = [(f"{host}{n}", f"{host}.example") for host in ("a", "b", "c") for n in range(3)]


class Asking:
    """Stands in for polling and editions: notes when which host was asked by whom."""

    def __init__(self, name: str, asked: list[tuple[float, float, str, str]]) -> None:
        self.name = name
        self.asked = asked
        self.editions = 0

    async def correct_times(self) -> bool:
        return True

    async def take(self, ids: Collection[str]) -> bool:
        began = time.monotonic()
        await asyncio.sleep(0.3)
        ended = time.monotonic()
        self.asked += [(began, ended, id[0], self.name) for id in ids]
        return True

    async def once(self) -> None:
        self.editions += 1


async def share(url: str, seconds: float) -> tuple[list[tuple[float, float, str, str]], list[Asking]]:
    asked: list[tuple[float, float, str, str]] = []
    stopping = asyncio.Event()
    fleet = Fleet(url, QueueConnection, lambda: DUE, lambda owner: False, lambda: None)
    ends, queues = [], []
    for name in ("one", "two"):
        end = Asking(name, asked)
        shared = Shared(Current(cast(Engine, None)), name, utc_now, stopping=stopping)
        shared.news.set()
        queues.append(Queue(shared, fleet, cast(Polling, end), cast(Editions, end)))
        ends.append(end)
    running = [asyncio.create_task(queue.run()) for queue in queues]
    await asyncio.sleep(seconds)
    stopping.set()
    await asyncio.wait_for(asyncio.gather(*running), 20)
    return asked, ends


def test_no_host_is_asked_by_two_at_once_and_each_in_its_time() -> None:
    url = fresh_database()
    asked, ends = asyncio.run(share(url, 22))
    lane_of = {id: lane for lane, ids in lanes(DUE).items() for id in ids}
    for host in "abc":
        spans = sorted({(began, ended) for began, ended, asked_host, _ in asked if asked_host == host})
        assert len(spans) >= 3, host
        assert all(later[0] - earlier[1] >= SPACING * 0.95 for earlier, later in pairwise(spans))
    assert len({lane_of[f"{host}0"] for host in "abc"}) > 1, "hosts do not wait for each other"
    assert sum(end.editions for end in ends) >= 2
    left = execute(url, "SELECT count(*) FROM procrastinate_jobs WHERE status NOT IN ('todo')")
    assert left == [(0,)], "what is done is not kept"
