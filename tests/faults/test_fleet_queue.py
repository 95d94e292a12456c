"""When a worker leaves the queue to others: while its clock is wrong, or once a later program has taken over."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import psycopg
import pytest
from builders.postgres import execute, fresh_database, server_url
from builders.process import PATIENCE, until, until_async
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from servers.link import Link

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.bootstrap import engines as sharing_module
from aggregator.bootstrap.engines import Engines, Sharing
from aggregator.cli.main import main
from aggregator.errors import ClockApart, StoreError, StoreTooNew
from aggregator.model.source import SourceState
from aggregator.sandbox.pool import Sandbox
from aggregator.schedule.clock import corrected
from aggregator.store.postgres.archive import PostgresArchive
from aggregator.store.postgres.connection import QueueConnection
from aggregator.store.postgres.server import Server
from aggregator.worker import queue
from aggregator.worker.engine import Current, Engine, Fleet, Shared
from aggregator.worker.queue import Queue
from aggregator.worker.troubles import Troubles


@pytest.fixture
def store() -> Iterator[PostgresArchive]:
    made = PostgresArchive(fresh_database(), "me")
    yield made
    made.close()


def server_time(store: PostgresArchive) -> float:
    return float(store._connection.read("SELECT extract(epoch FROM clock_timestamp())")[0][0])


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-600, "10 minutes apart, this one is behind"), (40, "(39|40) seconds apart, this one is ahead")],
)
def test_a_clock_that_is_wrong_is_told(store: PostgresArchive, seconds: float, said: str) -> None:
    store.agree(lambda: server_time(store))
    store.agree(lambda: server_time(store) + 20)
    with pytest.raises(ClockApart, match=said):
        store.agree(lambda: server_time(store) + seconds)


@pytest.mark.parametrize("command", ["poll", "apply", "prune"])
def test_a_command_stores_and_deletes_nothing_by_a_clock_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """News that a `poll` saw ten minutes ahead of the others stood at the wrong place for good."""
    application = one_source(tmp_path, url := fresh_database())
    application.database.open().close()
    told = PostgresArchive.time
    monkeypatch.setattr(PostgresArchive, "time", lambda archive: told(archive) - 600)
    config = str(application.installation.config)
    assert main(["--config", config, "--instance", str(tmp_path), "--database", url, command]) == 1
    assert "10 minutes apart, this one is ahead" in capsys.readouterr().err
    assert execute(url, "SELECT count(*) FROM configurations") == [(0,)]


def test_an_edit_is_dated_by_the_clock_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that started with an edited file and a clock ten days ahead dated it so, and all that others stored in these days."""
    application = one_source(tmp_path, url := fresh_database())
    told = PostgresArchive.time
    # This machine is ten days ahead of the server.
    monkeypatch.setattr(PostgresArchive, "time", lambda archive: told(archive) - 864_000)
    Engines(application, Sandbox()).make(application, follows=False)
    (dated_by_it,) = execute(url, "SELECT extract(epoch FROM clock_timestamp()) - applied > 860000 FROM configurations")
    assert dated_by_it == (True,)


def test_what_a_worker_stores_no_other_takes_for_a_clock_that_was_set_back(store: PostgresArchive) -> None:
    """One may be ahead of the server and the other behind. Each planned the polls of the other anew, so that sources were polled again
    at once."""

    def may_work(seconds: int) -> bool:
        with suppress(ClockApart):
            store.agree(lambda: server_time(store) + seconds)
            return True
        return False

    ahead, behind = (max(n for n in range(0, 300, 5) if may_work(sign * n)) for sign in (1, -1))
    server = datetime.now(UTC)
    at = server + timedelta(seconds=ahead)
    polled = SourceState("s", "s", "https://s.example/", last_attempt=at, next_poll=at + timedelta(minutes=5))
    assert corrected([polled], server - timedelta(seconds=behind)) == []


@pytest.mark.parametrize("step", [-3600.0, 86_400.0 * 3650])
async def test_a_clock_that_is_set_neither_stops_the_looks_nor_has_them_made_up_for(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    shift, shown = [0.0], [""]
    machine = SimpleNamespace(time=lambda: time.time() + shift[0], monotonic=time.monotonic)
    monkeypatch.setattr("procrastinate.periodic.time", machine)
    monkeypatch.setattr(queue, "time", machine)
    loop, stopping, began = Loop(), asyncio.Event(), time.monotonic()
    running = asyncio.create_task(end_of_queue(store, loop, stopping, shown, [0.0]).run())
    await until_async(lambda: loop.looks >= 2)
    shift[0] = step
    await until_async(lambda: any("the clock was changed" in one for one in shown))
    await until_async(lambda: not shown[-1])
    for _ in range(3):
        looks = loop.looks
        await until_async(lambda looks=looks: loop.looks >= looks + 2)  # type: ignore[misc]
    assert loop.looks < 100 + time.monotonic() - began, "one a second, not one for each second of ten years"
    stopping.set()
    await running


async def test_a_look_that_misses_that_it_is_to_end_is_told_again(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a connection by `asyncio.wait_for`, which before Python 3.12 returns what came at the moment of a cancellation. The queue
    waited for ever for the end of its looks: the worker took no jobs any more and did not stop."""
    monkeypatch.setattr(queue, "AGAIN", 0.2)
    stopping, asked = asyncio.Event(), asyncio.Event()

    async def jobs(*_: Any, **__: Any) -> list[Job]:
        if not asked.is_set():
            asked.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
        return []

    monkeypatch.setattr(JobManager, "list_jobs_async", jobs)
    running = asyncio.create_task(end_of_queue(store, Loop(), stopping, [""], [0.0]).run())
    await until_async(asked.is_set)
    stopping.set()
    await until_async(running.done)


def test_a_program_that_runs_on_as_a_later_one_takes_over_is_told(store: PostgresArchive) -> None:
    execute(store._connection.server.url, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreTooNew, match=r"was migrated by a later version .*schema 99.*; restart with that version"):
        store.agree(lambda: server_time(store))


@pytest.mark.slow
async def test_a_queue_that_could_not_be_opened_is_opened_anew(
    store: PostgresArchive, caplog: pytest.LogCaptureFixture
) -> None:
    shown = [""]
    loop, stopping = Loop(), asyncio.Event()
    with Link(store._connection.server.url) as link:
        link.cut()
        end = end_of_queue(store, loop, stopping, shown, [0.0], Server(link.url).address("aggregator queue"))
        running = asyncio.create_task(end.run())
        await until_async(lambda: "cannot be reached" in shown[-1])
        link.restore()
        await until_async(lambda: not shown[-1])
        stopping.set()
        await running
    assert "closed" not in caplog.text


async def test_a_queue_for_which_the_server_has_no_room_says_so_in_time_and_is_opened_when_it_has(
    store: PostgresArchive,
) -> None:
    url, shown = store._connection.server.url, [""]
    execute(url, "DROP ROLE IF EXISTS narrow", "CREATE ROLE narrow LOGIN CONNECTION LIMIT 3")
    execute(url, f"ALTER DATABASE {url.partition('?')[0].rpartition('/')[2]} OWNER TO narrow")
    loop, stopping = Loop(), asyncio.Event()
    address = Server(url.replace("postgres:@", "narrow:@")).address("aggregator queue")
    running = asyncio.create_task(end_of_queue(store, loop, stopping, shown, [0.0], address).run())
    await until_async(lambda: 'too many connections for role "narrow"' in shown[-1])
    execute(url, "ALTER ROLE narrow CONNECTION LIMIT -1")
    await until_async(lambda: loop.looks and not shown[-1])
    stopping.set()
    await running


@pytest.mark.slow
async def test_a_queue_whose_connections_are_dead_is_opened_anew(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QueueConnection, "patience", 1)
    shown = [""]
    loop, stopping = Loop(), asyncio.Event()
    with Link(store._connection.server.url) as link:
        end = end_of_queue(store, loop, stopping, shown, [0.0], Server(link.url).address("aggregator queue"))
        running = asyncio.create_task(end.run())
        await until_async(lambda: loop.looks)
        link.lose()
        looks = loop.looks
        await until_async(lambda: loop.looks > looks + 1)
        stopping.set()
        await running


def one_source(folder: Path, database: str) -> Application:
    config = folder / "feeds.yaml"
    config.write_text('sources: [{name: One, url: "https://one.example/"}]')
    return Application.load(Installation(config, folder, database))


def test_troubles_are_told_to_others_although_no_further_thread_may_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To report that failed too, which ended the queue for good."""
    application = one_source(tmp_path, fresh_database())
    with Sharing(application) as sharing:
        with monkeypatch.context() as lacking:
            lacking.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
            sharing.report("queue: no thread")
        until(lambda: application.database.troubles() == ("queue: no thread",))


def test_troubles_that_could_not_be_stored_are_stored_when_the_server_takes_connections_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/readyz said that all was well for as long as a worker was in trouble whose report had found no free connection."""
    monkeypatch.setattr(sharing_module, "AGAIN", 0.05)
    url = fresh_database()
    name = url.partition("?")[0].rpartition("/")[2]
    application = one_source(tmp_path, url)
    with Sharing(application) as sharing:
        tried = threading.Event()
        store = sharing._archive.upkeep.report_troubles

        def watched(owner: str, troubles: str) -> None:
            try:
                store(owner, troubles)
            finally:
                tried.set()

        monkeypatch.setattr(sharing._archive.upkeep, "report_troubles", watched)
        for troubles, told in (("queue: full", ("queue: full",)), ("", ())):
            tried.clear()
            execute(
                server_url(),
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            sharing.report(troubles)
            assert tried.wait(PATIENCE)
            execute(server_url(), f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            until(lambda told=told: application.database.troubles() == told)  # type: ignore[misc]


def test_a_recovery_is_stored_although_no_answer_told_that_the_troubles_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were stored, the connection was lost before the answer, and /readyz was degraded for as long as all was well."""
    monkeypatch.setattr(sharing_module, "AGAIN", 0.05)
    application = one_source(tmp_path, fresh_database())
    with Sharing(application) as sharing:
        store, seen = sharing._archive.upkeep.report_troubles, []

        def unanswered(owner: str, troubles: str) -> None:
            store(owner, troubles)
            seen.append(application.database.troubles())
            if troubles:
                sharing.report("")
                raise StoreError("the connection was lost")

        monkeypatch.setattr(sharing._archive.upkeep, "report_troubles", unanswered)
        sharing.report("queue: full")
        sharing._reporter.submit(lambda: None).result(PATIENCE)
        assert seen == [("queue: full",), ()]


async def test_a_queue_that_ends_at_once_is_opened_at_growing_intervals(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAUSE", 1.0)
    rests: list[float] = []
    stopping = asyncio.Event()

    async def rest(event: asyncio.Event, seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 7:
            stopping.set()

    end = end_of_queue(store, Loop(), stopping, [""], [7200.0])  # its clock is wrong
    monkeypatch.setattr(queue, "until_set", rest)
    await end.run()
    assert rests == [1, 2, 4, 8, 16, 20, 20]


async def test_what_a_lost_connection_of_the_queue_was_doing_holds_up_nobody(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was lost between a statement and what follows it: behind a proxy the server does not learn of that."""
    monkeypatch.setattr(QueueConnection, "patience", 1)
    loop, execute = Loop(), psycopg.AsyncCursor.execute
    stopping = asyncio.Event()
    with Link(store._connection.server.url) as link:
        lost: list[bool] = []

        async def losing(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
            found = await execute(self, query, *arguments, **more)
            if loop.looks and not lost and "defer_periodic" in str(query) and "'dispatch'" in str(arguments):
                lost.append(True)
                link.lose()
                await asyncio.sleep(0.2)
            return found

        monkeypatch.setattr(psycopg.AsyncCursor, "execute", losing)
        end = end_of_queue(store, loop, stopping, [""], [0.0], Server(link.url).address("aggregator queue"))
        running = asyncio.create_task(end.run())
        await until_async(lambda: bool(lost))
        looks = loop.looks
        await until_async(lambda: loop.looks > looks + 1)
        stopping.set()
        await running


class Loop:
    """Stands for what a worker does when it gets jobs."""

    def __init__(self) -> None:
        self.looks = 0
        self.taken: list[str] = []

    async def correct_times(self) -> bool:
        self.looks += 1
        return True

    async def take(self, ids: list[str]) -> bool:
        self.taken += ids
        return False

    async def once(self) -> None:
        pass


def end_of_queue(
    store: PostgresArchive, loop: Any, stopping: asyncio.Event, shown: list[str], clock: list[float], url: str = ""
) -> Queue:
    """A worker's end, whose clock is so many seconds ahead of the server's."""
    fleet = Fleet(
        url=url or store.address("aggregator queue"),
        connection=store.of_queue,
        due=lambda: [("alpha", "alpha.example")],
        absent=store.absent,
        agree=lambda: store.agree(lambda: server_time(store) + clock[0]),
    )
    unused = Current(cast(Engine, None))
    return Queue(Shared(unused, "me", utc_now, Troubles(shown.append), stopping=stopping), fleet, loop, loop)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "EVERY", "* * * * * *")
    monkeypatch.setattr(queue, "PAUSE", 0.1)
    monkeypatch.setattr(queue, "LOOK", 0.1)


async def test_a_worker_takes_no_job_while_its_clock_is_wrong_and_goes_on_when_it_is_right(
    store: PostgresArchive,
) -> None:
    clock, shown = [7200.0], [""]
    loop, stopping = Loop(), asyncio.Event()
    running = asyncio.create_task(end_of_queue(store, loop, stopping, shown, clock).run())
    await until_async(lambda: "120 minutes apart" in shown[-1])
    assert loop.looks == 0
    clock[0] = 0.0
    await until_async(lambda: loop.taken and not shown[-1])
    clock[0] = -7200.0
    await until_async(lambda: "behind" in shown[-1])
    stopping.set()
    await running


async def test_a_worker_that_others_gave_up_says_that_it_stood_still_and_goes_on(store: PostgresArchive) -> None:
    """It was suspended; it told of a foreign key."""
    shown = [""]
    loop, stopping = Loop(), asyncio.Event()
    running = asyncio.create_task(end_of_queue(store, loop, stopping, shown, [0.0]).run())
    await until_async(lambda: loop.taken)
    execute(store._connection.server.url, "DELETE FROM procrastinate_workers")  # as `prune_stalled_workers`
    await until_async(lambda: shown[-1])
    assert shown[-1] == f"queue: {queue.AWAY}"
    loop.taken.clear()
    await until_async(lambda: loop.taken and not shown[-1])
    stopping.set()
    await running


async def test_a_connection_lost_as_a_job_ends_closes_no_lane(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker lives on, and so nobody else would take the job from it."""
    loop: Any = Loop()
    finish = JobManager.finish_job
    lost: list[Job] = []

    async def losing(self: JobManager, job: Job, **arguments: Any) -> None:
        if job.task_name == "refresh" and not lost:
            lost.append(job)
            raise ConnectorException
        await finish(self, job, **arguments)

    monkeypatch.setattr(JobManager, "finish_job", losing)
    stopping = asyncio.Event()
    running = asyncio.create_task(end_of_queue(store, loop, stopping, [""], [0.0]).run())
    await until_async(lambda: len(loop.taken) > 1)
    assert lost
    stopping.set()
    await running


async def test_a_job_that_has_just_begun_is_not_taken_for_an_abandoned_one(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue knows a moment earlier that it has begun. Its lane would be free while it asks the host."""
    begun = Job(id=1, queue="polls", lock="lane:1", queueing_lock="lane:1", task_name="refresh", worker_id=7)
    finished: list[int | None] = []

    async def jobs(*_: Any, **__: Any) -> list[Job]:
        return [begun]

    async def finish(self: JobManager, job: Job, **_: Any) -> None:
        finished.append(job.id)

    monkeypatch.setattr(JobManager, "list_jobs_async", jobs)
    monkeypatch.setattr(JobManager, "finish_job", finish)
    end = end_of_queue(store, Loop(), asyncio.Event(), [""], [0.0])
    end._ends.add(7)
    await end._tidy()
    assert finished == []
    await end._tidy()
    assert finished == [1], "nobody does it"


async def test_a_job_in_progress_keeps_its_lane_however_long_it_takes(store: PostgresArchive) -> None:
    """Else another worker would ask the same host beside it."""
    ends = asyncio.Event()

    class Slow(Loop):
        async def take(self, ids: list[str]) -> bool:
            self.taken += ids
            await ends.wait()
            return False

    loop, stopping = Slow(), asyncio.Event()
    end = end_of_queue(store, loop, stopping, [""], [0.0])
    tidied, tidy = 0, end._tidy

    async def counted() -> None:
        nonlocal tidied
        await tidy()
        tidied += bool(loop.taken)

    end._tidy = counted  # type: ignore[method-assign]
    running = asyncio.create_task(end.run())
    await until_async(lambda: tidied > 5)
    looks = loop.looks
    await until_async(lambda: loop.looks > looks + 2)
    assert loop.taken == ["alpha"]
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'polls' AND status = 'todo'"
    assert execute(store._connection.server.url, waiting) == [(1,)], "one job waits, not one for each look"
    ends.set()
    await until_async(lambda: len(loop.taken) > 1)
    stopping.set()
    await running


async def test_news_is_an_edition_at_once_and_no_more_than_that(
    store: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "EDITION_EVERY", "0 0 1 1 *")
    made = 0

    class Counting(Loop):
        async def once(self) -> None:
            nonlocal made
            made += 1

    loop, stopping = Counting(), asyncio.Event()
    end = end_of_queue(store, loop, stopping, [""], [0.0])
    running = asyncio.create_task(end.run())
    await until_async(lambda: loop.looks > 0)
    for number in (1, 2):
        end._news.set()
        await until_async(lambda number=number: made == number)  # type: ignore[misc]
        looks = loop.looks
        await until_async(lambda looks=looks: loop.looks > looks + 1)  # type: ignore[misc]
        assert made == number
    stopping.set()
    await running


async def test_a_long_edition_holds_up_no_poll(store: PostgresArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit of the rules one judges all stored stories anew; further editions are asked for meanwhile."""
    monkeypatch.setattr(queue, "EDITION_EVERY", "* * * * * *")
    began, asked, ends = 0, 0, asyncio.Event()
    edition = Queue.edition

    async def counted(self: Queue, timestamp: int = 0) -> None:
        nonlocal asked
        asked += 1
        await edition(self, timestamp)

    monkeypatch.setattr(Queue, "edition", counted)

    class Slow(Loop):
        async def once(self) -> None:
            nonlocal began
            began += 1
            await ends.wait()

    loop, stopping = Slow(), asyncio.Event()
    running = asyncio.create_task(end_of_queue(store, loop, stopping, [""], [0.0]).run())
    await until_async(lambda: asked > 4)  # more than there are places
    looks = loop.looks
    await until_async(lambda: loop.looks > looks + 1)
    ends.set()
    await until_async(lambda: began > 1)  # what was asked for meanwhile
    stopping.set()
    await running


async def test_connections_of_the_queue_that_the_server_ended_meanwhile_are_given_to_no_job(
    store: PostgresArchive,
) -> None:
    """As a restart does: each of them cost a job, or the queue."""
    async with QueueConnection.pool(
        conninfo=store.address("aggregator queue"), min_size=2, max_size=2, open=False
    ) as pool:
        async with pool.connection() as one, pool.connection() as two:
            ended = {one.info.backend_pid, two.info.backend_pid}
        execute(store._connection.server.url, *(f"SELECT pg_terminate_backend({pid}, 10000)" for pid in ended))
        async with pool.connection() as one, pool.connection() as two:
            for new in (one, two):
                assert (await (await new.execute("SELECT 1")).fetchone()) == (1,)
                assert new.info.backend_pid not in ended
