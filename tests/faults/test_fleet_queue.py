"""When a worker leaves the queue to others: while its clock is wrong, or once a later program has taken over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from builders.postgres import execute, fresh_database

from aggregator.errors import ClockApart, StoreTooNew
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.worker import queue
from aggregator.worker.fleet import Fleet
from aggregator.worker.queue import Queue
from aggregator.worker.signs import Signs


@pytest.fixture
def store() -> Iterator[PostgresArchive]:
    made = PostgresArchive(fresh_database(), "me")
    yield made
    made.close()


def server_time(store: PostgresArchive) -> float:
    return float(store._connection.read("SELECT extract(epoch FROM clock_timestamp())")[0][0])


@pytest.mark.parametrize(("seconds", "said"), [(-600, "10 minutes apart, this one is behind"), (3660, "is ahead")])
def test_a_clock_that_is_wrong_is_told(store: PostgresArchive, seconds: float, said: str) -> None:
    store.agree(lambda: server_time(store))
    store.agree(lambda: server_time(store) + 30)
    with pytest.raises(ClockApart, match=said):
        store.agree(lambda: server_time(store) + seconds)


def test_a_program_that_runs_on_as_a_later_one_takes_over_is_told(store: PostgresArchive) -> None:
    execute(store._connection.server.url, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreTooNew, match="schema 99"):
        store.agree(lambda: server_time(store))


class Loop:
    """Stands for what a worker does when it gets jobs."""

    def __init__(self) -> None:
        self.looks = 0

    async def mend(self) -> bool:
        self.looks += 1
        return True

    async def once(self) -> None:
        pass


async def until(ready: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not ready():
            await asyncio.sleep(0.05)


def test_a_worker_takes_no_job_while_its_clock_is_wrong_and_goes_on_when_it_is_right(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "EVERY", "* * * * * *")
    monkeypatch.setattr(queue, "PAUSE", 0.1)
    monkeypatch.setattr(queue, "LOOK", 0.1)
    off, shown = [7200.0], [""]

    async def scenario() -> None:
        loop: Any = Loop()
        news, stopping = asyncio.Event(), asyncio.Event()
        fleet = Fleet(
            url=store.address("aggregator queue"),
            due=lambda: (),
            absent=store.absent,
            heed=lambda ids: None,
            agree=lambda: store.agree(lambda: server_time(store) + off[0]),
        )
        made = Queue(
            fleet, owner="me", polling=loop, editions=loop, signs=Signs(shown.append), news=news,
            stopping=stopping,
        )  # fmt: skip
        running = asyncio.create_task(made.run())
        await until(lambda: "120 minutes apart" in shown[-1])
        assert loop.looks == 0
        off[0] = 0.0
        await until(lambda: loop.looks and not shown[-1])
        off[0] = -7200.0
        await until(lambda: "behind" in shown[-1])
        stopping.set()
        await running

    asyncio.run(scenario())
