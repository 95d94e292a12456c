"""Workers on any number of machines, sharing one PostgreSQL: sources that are due become jobs in a queue in the same
database (Procrastinate), and whichever worker is free takes them.

The queue distributes; exclusion comes from the leases in the store. A job that comes twice, or too late, finds that its
sources are not due or are leased, and does nothing. So jobs need no retries, and a worker may be killed at any moment:
its leases are released when it has been gone for a while (`Absences`), its jobs when its heartbeat stops.

Hosts are protected as with one worker: all sources of a host belong to one of `LANES`, and the jobs of a lane run one
at a time across all workers (Procrastinate's `lock`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from aggregator.errors import ClockApart, StoreError, StoreTooNew
from aggregator.schedule.clock import SLACK
from aggregator.worker.editions import Editions
from aggregator.worker.fleet import Fleet
from aggregator.worker.polling import PATIENCE, Polling
from aggregator.worker.shared import Shared

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.worker import Worker

log = logging.getLogger(__name__)

EVERY = "* * * * * */5"  # due sources are looked for, once for all workers
EDITION_EVERY = "* * * * * */10"  # an edition even without reported news: the worker that made it may be dead
LANES = 128
BATCH = 64  # sources of a job at the most
JOBS = 32  # polling jobs of a worker at once; its fetcher has bounds of its own
SPACING = 1.0  # seconds that a lane stays blocked after a job, to keep the distance to a host's next request
HEARTBEAT, STALLED = 5.0, 20.0  # seconds: interval of a worker's heartbeat; time after which its jobs are taken over
CONNECTIONS, LISTENING = 4, 2  # of a worker to the queue; the latter wait for new jobs
LOOK = 5.0  # seconds between checks whether this machine may take part
PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds until the queue is opened anew; doubled each time that it ends soon
CANNOT = "the server cannot be reached, takes no more connections or refuses the request"


class Queue:
    """One worker's end of the queue."""

    def __init__(self, shared: Shared, fleet: Fleet, polling: Polling, editions: Editions) -> None:
        self._owner, self._troubles = shared.owner, shared.troubles
        self._news, self._stopping = shared.news, shared.stopping
        self._fleet = fleet
        self._polling = polling
        self._editions = editions
        self._editing = self._wanted = False  # an edition is made here; another is to follow
        self._at: set[int | None] = set()  # jobs in progress in this process, by number
        self._ends: set[int | None] = set()  # its workers, by the queue's numbers
        self._left: set[int | None] = set()  # what the last check found left behind
        self._app = self._application()

    def _application(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._fleet.url,
            connection_class=self._fleet.connection,
            configure=_commit_at_once,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
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
        """Until the service stops. Whatever happens to the queue, it is tried again."""
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
                self._troubles.report("queue", f"{CANNOT} ({_cause(error)}); retrying")
            with contextlib.suppress(ConnectorException):
                await self._app.close_async()  # connections that could not be opened would be taken for open ones
            ended_soon = time.monotonic() - began < LONGEST_PAUSE
            pause = min(2 * pause, LONGEST_PAUSE) if ended_soon else PAUSE
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _ask_for_room(self) -> None:
        """Open all connections that the queue needs and close them again, so that a refusal is reported in the server's words. The
        queue itself would try for half a minute, and then only say that it took too long."""
        await asyncio.to_thread(self._fleet.agree)
        async with contextlib.AsyncExitStack() as opened:
            for _ in range(CONNECTIONS + LISTENING):
                await opened.enter_async_context(await self._fleet.connection.connect(self._fleet.url))

    async def _make_tables(self) -> None:
        """Procrastinate's own tables, in the same database; of workers that start together one creates them."""
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
        """Ends if this process has to leave the work to others, or if the machine's clock was changed: Procrastinate
        would wait until the clock has caught up, or make up for every tick in between; instead the queue is restarted."""
        ahead = _ahead()
        while True:
            await asyncio.sleep(LOOK)
            if abs(_ahead() - ahead) > SLACK.total_seconds():
                raise ClockApart("the clock was changed: the queue is restarted")
            try:
                await asyncio.to_thread(self._fleet.agree)
                await self._tidy()
                self._troubles.recovered("queue")  # not before: one that ends and restarts at once has not recovered
            except (ClockApart, StoreTooNew):
                raise
            except (StoreError, ConnectorException):  # reported by whoever needs the server
                continue

    async def _counted(self, call: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        """Runs a job, and keeps track of it."""
        self._ends.add(worker.worker_id)
        self._at.add(context.job.id)
        try:
            return await call()
        finally:
            self._at.discard(context.job.id)

    async def _tidy(self) -> None:
        """If the connection is lost as a job ends, the job stays assigned to a live worker that no longer knows of it,
        and its lane is blocked for good. Such a job must be found in two ticks in a row: at first it may just be on its
        way."""
        doing = [
            job for job in await self._app.job_manager.list_jobs_async(status="doing") if job.worker_id in self._ends
        ]
        left = {job.id for job in doing} - self._at
        for job in doing:
            if job.id in left & self._left:
                log.warning("job %s (%s) lost its connection as it ended and is marked failed", job.id, job.task_name)
                await self._app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
        self._left = left

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
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _request_editions(self) -> None:
        """News that arrived here, or an edit of the configuration, needs an edition, whichever worker makes it."""
        while True:
            await self._news.wait()
            self._news.clear()
            await _deferred(self._edition)

    async def dispatch(self, timestamp: int) -> None:
        """Divide what is due into jobs, each for one lane."""
        await self._polling.correct_times()
        with self._reporting_errors():
            for lane, ids in lanes(await asyncio.to_thread(self._fleet.due)).items():
                await _deferred(self._refresh.configure(lock=lane, queueing_lock=lane), ids=ids)

    async def refresh(self, ids: list[str]) -> None:
        """Poll those of these sources that are due and not leased."""
        if self._stopping.is_set():
            return
        if await self._polling.take(ids):
            await self._rest(SPACING)

    @contextlib.contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        """The next tick follows in any case; an error in one is reported as a problem."""
        try:
            yield
        except StoreError as error:
            self._troubles.report("store", error)

    async def edition(self, timestamp: int = 0) -> None:
        """Make an edition, unless another worker is making one. Exclusion is by the lease, not by the job: a job of a
        dead worker stays assigned for a while, the lease does not. While one is made here, which may take long, no job
        waits for it: those that look for polls would find no place."""
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
        """Jobs of dead workers are taken from them, and their lanes are free again. What they had not done is still
        due, and comes in new jobs; retrying the old ones would fail if such a new one is waiting already."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            log.warning(
                "job %s (%s) was left behind by a worker that is gone; other workers take it over",
                job.id,
                job.task_name,
            )
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        await manager.prune_stalled_workers(3 * STALLED)


def report_unawaited(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """One line for a job whose end the queue could not be told, where asyncio would print a page: the server was away at
    that moment, or this process hung, and other workers took the job over."""
    error = context.get("exception")
    if isinstance(error, ConnectorException):
        log.warning("a job ended, but the queue could not be told: %s", _cause(error))
    else:
        loop.default_exception_handler(context)


async def _commit_at_once(connection: Any) -> None:
    """Each call of the queue is one statement. Were it to wait for a commit of its own, a connection lost before that, behind a proxy
    which keeps it, would hold up all that comes after it."""
    await connection.set_autocommit(True)


def _cause(error: BaseException) -> str:
    """The driver's message, which Procrastinate wraps in its own, without what it adds for programmers."""
    while error.__cause__:
        error = error.__cause__
    said = " ".join(str(error).split())
    for addition in (" CONTEXT: ", " This probably means "):
        said = said.partition(addition)[0]
    return said[:200] or type(error).__name__


def _ahead() -> float:
    """Seconds by which the clock, which can be set, is ahead of the monotonic one."""
    return time.time() - time.monotonic()


async def _deferred(task: Any, **arguments: Any) -> None:
    with contextlib.suppress(AlreadyEnqueued):
        await task.defer_async(**arguments)


def lanes(due: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Lane → ids of its sources that are due, a batch at most; the rest comes with the next tick."""
    found: dict[str, list[str]] = {}
    for id, host in due:
        lane = found.setdefault(f"lane:{crc32(host.encode()) % LANES}", [])
        if len(lane) < BATCH:
            lane.append(id)
    return found
