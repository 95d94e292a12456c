"""Shares the work among workers on any number of machines with one PostgreSQL database. Sources that are due become jobs in a queue
in the same database (Procrastinate), and any free worker takes them.

The queue only distributes the work; the leases in the store ensure that nothing is done twice. A job that arrives twice or too late
finds its sources not due or leased, and does nothing. So jobs need no retries, and a worker may be killed at any time: its leases are
released when it has been gone for a while (`Absences`), its jobs when its heartbeat stops.

Hosts are protected as with a single worker: all sources of a host belong to one of `LANES`, and the jobs of a lane run one at a time
across all workers (Procrastinate's `lock`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, AppNotOpen, ConnectorException
from procrastinate.jobs import Job, Status

from aggregator.errors import ClockApart, StoreError, StoreTooNew
from aggregator.pipeline.waiting import until_set
from aggregator.schedule.clock import SLACK
from aggregator.worker.editions import Editions
from aggregator.worker.engine import Fleet, Shared
from aggregator.worker.polling import PATIENCE, Polling

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.worker import Worker

log = logging.getLogger(__name__)

EVERY = "* * * * * */5"  # cron with seconds: how often one of the workers looks for sources that are due
# an edition is made so often even without news: the worker with the news may have died
EDITION_EVERY = "* * * * * */10"
LANES = 128
BATCH = 64  # sources in a job, at most
JOBS = 32  # polling jobs of a worker at a time; its fetcher has its own limits
SPACING = 1.0  # seconds that a lane stays blocked after a job, so that requests to a host are spaced
HEARTBEAT, STALLED = 5.0, 20.0  # seconds: interval of a worker's heartbeat; time after which its jobs are taken over
CONNECTIONS, LISTENING = 4, 2  # connections of a worker to the queue, and further ones that wait for new jobs
LOOK = 5.0  # seconds between checks whether this machine may take part
AGAIN = PATIENCE + 4.0  # seconds until what goes on although it was cancelled is cancelled again
PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds until the queue is opened again; doubled each time that it ends soon
CANNOT = "the server cannot be reached, takes no more connections or refuses the request"
NO_SUCH_KEY = "23503"  # PostgreSQL's code for a violated foreign key: the row of this worker is gone
AWAY = "this process stood still for a minute or longer (its machine slept?), and others took over its jobs; the queue is restarted"


class Queue:
    """One worker's end of the queue."""

    def __init__(self, shared: Shared, fleet: Fleet, polling: Polling, editions: Editions) -> None:
        self._owner, self._troubles = shared.owner, shared.troubles
        self._news, self._stopping = shared.news, shared.stopping
        self._fleet = fleet
        self._polling = polling
        self._editions = editions
        self._editing = self._wanted = False  # an edition is being made here; another one is to follow
        self._at: set[int | None] = set()  # ids of the jobs in progress in this process
        self._ends: set[int | None] = set()  # Procrastinate's ids of the workers in this process
        self._left: set[int | None] = set()  # jobs that the last `_tidy` found abandoned
        self._app = self._application()

    def _application(self) -> procrastinate.App:
        url, pool = self._fleet.url, self._fleet.connection.pool
        connector = procrastinate.PsycopgConnector(
            conninfo=url, pool_factory=pool, min_size=CONNECTIONS, max_size=CONNECTIONS
        )
        app = procrastinate.App(connector=connector)
        self._refresh: Any = app.task(name="refresh", queue="polls")(self.refresh)
        self._edition: Any = app.task(name="edition", queue="house", queueing_lock="edition")(self.edition)
        for cron, task in (
            (EVERY, app.task(name="dispatch", queue="house", queueing_lock="dispatch")(self.dispatch)),
            (EDITION_EVERY, app.task(name="edition-at-least", queue="house", queueing_lock="edition")(self.edition)),
            (EDITION_EVERY, app.task(name="recover", queue="house", queueing_lock="recover")(self.recover)),
        ):
            app.periodic(cron=cron)(task)
        return app

    async def run(self) -> None:
        """Work for the queue until the service stops. Whatever happens to the queue, it is opened again."""
        asyncio.get_running_loop().set_exception_handler(report_unawaited)
        pause = PAUSE / 2
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._ask_for_room()
                async with self._app.open_async():
                    await self._work()
            except StoreError as error:
                self._troubles.report("queue", error)
            except Exception as error:
                log.debug("queue", exc_info=error)
                self._troubles.report("queue", _told(error))
            with contextlib.suppress(ConnectorException):
                await self._app.close_async()  # Procrastinate would take connections that failed to open for open ones
            ended_soon = time.monotonic() - began < LONGEST_PAUSE
            pause = min(2 * pause, LONGEST_PAUSE) if ended_soon else PAUSE
            await until_set(self._stopping, pause)

    async def _ask_for_room(self) -> None:
        """Open all connections that the queue needs and close them again, so that a refusal is reported in the server's words.
        Procrastinate would try for half a minute and then report only a timeout."""
        await asyncio.to_thread(self._fleet.agree)
        async with contextlib.AsyncExitStack() as opened:
            for _ in range(CONNECTIONS + LISTENING):
                await opened.enter_async_context(await self._fleet.connection.connect(self._fleet.url))

    async def _make_tables(self) -> None:
        """Create Procrastinate's tables in the same database if they are missing. The advisory lock is for workers that start together."""
        connector = self._app.connector
        assert isinstance(connector, procrastinate.PsycopgConnector)
        async with connector.pool.connection() as raw, raw.transaction():
            await raw.execute("SELECT pg_advisory_xact_lock(hashtext('procrastinate ' || current_schema()))")
            made = await raw.execute(
                "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'procrastinate_jobs'"
            )
            if not await made.fetchone():
                await raw.execute(self._app.schema_manager.get_schema())

    async def _looking(self) -> None:
        """Check at intervals whether this process may take part. Raises, which restarts the queue, if it must leave the work to others,
        or if the machine's clock was changed: Procrastinate would then wait until the clock has caught up, or make up for each tick
        that it thinks it missed."""
        ahead = _ahead()
        while True:
            await asyncio.sleep(LOOK)
            if abs(_ahead() - ahead) > SLACK.total_seconds():
                raise ClockApart("the clock was changed: the queue is restarted")
            try:
                await asyncio.to_thread(self._fleet.agree)
                await self._tidy()
                self._troubles.recovered("queue")  # not earlier: a queue that ends again at once has not recovered
            except (ClockApart, StoreTooNew):
                raise
            except (StoreError, ConnectorException):  # reported by whoever needs the server
                continue

    async def _counted(self, call: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        """Run a job, and keep track of it in `_at`."""
        self._ends.add(worker.worker_id)
        self._at.add(context.job.id)
        try:
            return await call()
        finally:
            self._at.discard(context.job.id)

    async def _tidy(self) -> None:
        """Finish jobs that are assigned to this process but that it does not run. This happens if the connection is lost while a job ends;
        the job's lane would be blocked forever. A job must be found in two checks in a row, since it may just be starting."""
        doing = await self._app.job_manager.list_jobs_async(status="doing")
        left = {job.id: job for job in doing if job.worker_id in self._ends and job.id not in self._at}
        for id in left.keys() & self._left:
            await self._give_up(left[id], "lost its connection as it ended and is marked failed")
        self._left = set(left)

    async def _work(self) -> None:
        await self._make_tables()
        options: dict[str, Any] = {
            "name": self._owner, "install_signal_handlers": False, "delete_jobs": "always",
            "update_heartbeat_interval": HEARTBEAT, "stalled_worker_timeout": STALLED,
            "shutdown_graceful_timeout": PATIENCE, "worker_middleware": [self._counted],
        }  # fmt: skip
        parts = [
            asyncio.create_task(self._app.run_worker_async(queues=["polls"], concurrency=JOBS, **options)),
            asyncio.create_task(self._app.run_worker_async(queues=["house"], concurrency=4, **options)),
            asyncio.create_task(self._request_editions()),
            asyncio.create_task(self._looking()),
            asyncio.create_task(self._stopping.wait()),
        ]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            await _ended(parts)

    async def _request_editions(self) -> None:
        """Queue a job for an edition whenever news arrives here or the configuration changes. Any worker may take it."""
        while True:
            await self._news.wait()
            self._news.clear()
            with contextlib.suppress(AlreadyEnqueued):
                await self._edition.defer_async()

    async def dispatch(self, timestamp: int) -> None:
        """Divide the sources that are due into jobs, one for each lane."""
        await self._polling.correct_times()
        try:
            due = await asyncio.to_thread(self._fleet.due)
        except StoreError as error:  # the next tick tries again
            self._troubles.report("store", error)
            return
        manager = self._app.job_manager
        waiting = {job.lock for job in await manager.list_jobs_async(queue="polls", status="todo")}
        jobs = [
            self._refresh.configure(lock=lane, queueing_lock=lane).make_new_job(ids=ids)
            for lane, ids in lanes(due).items()
            if lane not in waiting
        ]
        if jobs:
            with contextlib.suppress(AlreadyEnqueued):  # by another worker meanwhile; the rest comes with the next tick
                await manager.batch_defer_jobs_async(jobs)

    async def refresh(self, ids: list[str]) -> None:
        """Poll those of these sources that are due and not leased."""
        if self._stopping.is_set():
            return
        if await self._polling.take(ids):
            await until_set(self._stopping, SPACING)

    async def edition(self, timestamp: int = 0) -> None:
        """Make an edition, unless another worker is making one. The lease decides that, not the job, since a job of a dead worker stays
        assigned longer than its lease. While an edition is being made here, which may take long, a further job returns at once and
        only asks for another edition: waiting jobs would take the places of those that dispatch polls."""
        self._wanted = True
        if self._editing:
            return
        self._editing = True
        try:
            while self._wanted and not self._stopping.is_set():
                self._wanted = False
                await self._editions.once()
        finally:
            self._editing = False

    async def recover(self, timestamp: int) -> None:
        """Finish the jobs of dead workers, which frees their lanes. Their sources are still due and come in new jobs. The old jobs are not
        retried, because that fails if such a new job is already waiting."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await self._give_up(job, "was left behind by a worker that is gone; other workers take it over")
        await manager.prune_stalled_workers(3 * STALLED)

    async def _give_up(self, job: Job, why: str) -> None:
        log.warning("job %s (%s) %s", job.id, job.task_name, why)
        await self._app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


def report_unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handler for exceptions that nothing awaits. If a job's end could not be reported to the queue (the server was unreachable, the
    queue was closed after all patience, or this process hung and other workers took the job over), log one line instead of asyncio's long
    traceback."""
    error = context.get("exception")
    if isinstance(error, ConnectorException | AppNotOpen):
        why = _cause(error) if isinstance(error, ConnectorException) else "it was closed meanwhile"
        log.warning("a job ended, but the queue could not be told: %s", why)
    else:
        loop.default_exception_handler(context)


def _told(error: BaseException) -> str:
    """Why the queue has ended. Other workers forget one whose heartbeat has stopped (`Queue.recover`), whose jobs then belong to nobody."""
    return AWAY if getattr(_first(error), "sqlstate", None) == NO_SUCH_KEY else f"{CANNOT} ({_cause(error)}); retrying"


def _first(error: BaseException) -> BaseException:
    """The error of the database driver, which Procrastinate wraps in its own."""
    while error.__cause__:
        error = error.__cause__
    return error


def _cause(error: BaseException) -> str:
    """The message of the database driver, without additions for programmers."""
    error = _first(error)
    said = " ".join(str(error).split())
    for addition in (" CONTEXT: ", " This probably means "):
        said = said.partition(addition)[0]
    return said[:200] or type(error).__name__


def _ahead() -> float:
    """Seconds by which the system clock is ahead of the monotonic clock; changes only if the system clock is set."""
    return time.time() - time.monotonic()


async def _ended(parts: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for their end. Before Python 3.12 `asyncio.wait_for`, by which connections are taken from their pool, may
    return a result instead of ending, so that what runs in a loop runs on: it is told again."""
    left = set(parts)
    while left:
        for part in left:
            part.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
    await asyncio.gather(*parts, return_exceptions=True)  # so that their errors count as seen


def lanes(due: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Lane → ids of its sources that are due, at most `BATCH`; the others come with the next tick. `due`: (source id, host)."""
    found: dict[str, list[str]] = {}
    for id, host in due:
        lane = found.setdefault(f"lane:{crc32(host.encode()) % LANES}", [])
        if len(lane) < BATCH:
            lane.append(id)
    return found
