"""`aggregator poll`: poll all (or named, or only due) sources once, then make the edition."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.cli.arguments import Command, json_option, option
from aggregator.cli.child_process import Terminated, run_in_child
from aggregator.cli.edition import place_all, seconds
from aggregator.cli.sources import unknown_source
from aggregator.cli.terminal import bar, print_json, say
from aggregator.errors import AggregatorError, StoreError, UsageError
from aggregator.model.source import ASKED_TO_WAIT, PAUSED
from aggregator.pipeline.leases import POLL_LEASE, claim_as_configured, release_dead
from aggregator.schedule.clock import corrected
from aggregator.text.plurals import counted
from aggregator.worker.identity import identity, is_dead

if TYPE_CHECKING:
    from datetime import timedelta

    from aggregator.model.item import NormalFeed
    from aggregator.model.poll import RefreshReport
    from aggregator.model.source import Fetched, ParseJob, SourceState
    from aggregator.ports import Sources

MANY = 100  # with so many sources, some will have news, so the parsing process is started in advance
LOOK = 5.0  # seconds between checks for pauses that hosts requested from other processes
BUSY = "polled by another process at this moment"
SHOWN = 5  # at most so many busy sources are named
STOPPED = "stopped; what had arrived is stored and waits for the next edition"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="*", help="ids of sources (default: all)")
    option(parser, "--due", "only sources that are due", action="store_true")
    json_option(parser)


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """In this context SIGTERM ends this process at once (except while the child polls, see `run_in_child`). Nothing is lost, since all
    writing is in transactions. The handler raises no exception (see `end_on_signals`) and does not `print`, since it may have
    interrupted a `print`."""

    def end(*_: object) -> None:
        with suppress(OSError):  # nobody reads it
            os.write(sys.stderr.fileno(), f"aggregator: {STOPPED}\n".encode())
        os._exit(AggregatorError.exit_code)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@_ending_at_once()
def run(args: argparse.Namespace, installation: Installation) -> int:
    application = Application.effective(installation)
    unknown = [id for id in args.source if id not in application.sources]
    if unknown:
        raise _unknown(unknown[0], application)
    if installation.database:
        say(application.database.notice_if_new())
    import aggregator.store.sqlite.archive  # noqa: F401 (both processes need it: loaded before they part)

    polling = _Polling(application, args.source or None, args.due)
    with ExitStack() as kept:

        def meanwhile() -> None:
            from aggregator.pipeline.edition import warm_up

            # The last process to close a SQLite archive writes its WAL back into the file. With this connection, that is done once,
            # after the edition.
            kept.callback(application.database.open().close)
            warm_up(application.policy)

        try:
            report, held = run_in_child(
                polling.poll, prepare=polling.prepare, before=lambda: _put_in_force(application), meanwhile=meanwhile
            )
        except (Terminated, asyncio.CancelledError):
            raise AggregatorError(STOPPED) from None
        done: tuple[int, ...] = (0, 0)

        def so_far(*counts: int) -> None:
            nonlocal done
            done = counts

        try:
            place_all(application, so_far)
        except StoreError:  # what was polled is known all the same
            _print(report, held, *done, as_json=args.json)
            raise
    _print(report, held, *done, as_json=args.json)
    return 0


def _unknown(id: str, application: Application) -> UsageError:
    config = application.installation.config
    if id in Application.load(application.installation).sources:
        hint = f"{config} has it, and waits for `aggregator apply`, since reload is manual"
        return UsageError(f"there is no source {id}; {hint}")
    return unknown_source(id, application, application.sources)


Held = list[tuple[str, str]]
"""(source id, reason) of sources that are not polled."""


def _held(states: Iterable[SourceState], application: Application, named: list[str] | None) -> Held:
    """Sources that are not polled: paused ones, and unless they are named, those whose server answered 410 or asked for a pause."""
    found = []
    now = utc_now()
    for state in states:
        if named is not None and state.id not in named:
            continue
        waits = state.last_status in ASKED_TO_WAIT and state.next_poll and state.next_poll > now
        if not application.sources[state.id].enabled:
            found.append((state.id, PAUSED))
        elif named is None and (state.state == "gone" or waits):
            found.append((state.id, state.why))
    return found


def _busy(known: Iterable[SourceState], application: Application, claimed: Iterable[SourceState], due: bool) -> Held:
    """Sources that should be polled but could not be claimed, because another process holds their leases."""
    taken, now = {state.id for state in claimed}, utc_now()
    return [
        (state.id, BUSY)
        for state in known
        if state.id not in taken
        and application.sources[state.id].enabled
        and (not due or (state.state != "gone" and (state.next_poll is None or state.next_poll <= now)))
    ]


def _put_in_force(application: Application) -> None:
    """Put the configuration in force, and release the leases of dead processes.

    Raises:
        ConfigError: examples fail, and another configuration is in force.
    """
    archive, settings = application.database.open(), application.settings
    try:
        archive.agree()
        for problem in application.admit(archive.upkeep):
            print(problem, file=sys.stderr)
        in_force, now = archive.upkeep.configuration(), application
        if in_force is not None and in_force.epoch != settings.epoch:
            now = Application.effective(application.installation)
        if now.settings.epoch == settings.epoch:  # otherwise there was an edit since this command began
            application.put_in_force(archive, seconds(), over=in_force and in_force.epoch)
        release_dead(archive, is_dead)
    finally:
        archive.close()


class _Polling:
    """The part of the command that polls. It runs in a process of its own, with an event loop."""

    def __init__(self, application: Application, ids: list[str] | None, due: bool) -> None:
        self._application, self._ids, self._due = application, ids, due

    def prepare(self) -> None:
        """Do what takes long and needs no archive: imports, and starting the parsing process if it will surely be needed."""
        import aggregator.fetch.client
        import aggregator.pipeline.articles
        import aggregator.pipeline.refresh  # noqa: F401
        from aggregator.sandbox.pool import Sandbox

        self._runner, self._sandbox = asyncio.Runner(), Sandbox()
        if not self._due and len(self._ids or self._application.sources) >= MANY:
            self._runner.run(self._sandbox.start())  # some of so many sources have news

    def poll(self, news: Callable[[], None]) -> tuple[RefreshReport, Held]:
        """Poll. `news` is called when a document has changed, so that there will probably be items to place."""
        with self._runner:
            return self._runner.run(self._poll(news))

    async def _poll(self, news: Callable[[], None]) -> tuple[RefreshReport, Held]:
        from aggregator.pipeline.articles import articles
        from aggregator.pipeline.refresh import refresh

        def parse(fetched: Fetched, job: ParseJob) -> Awaitable[NormalFeed]:
            news()
            return sandbox.parse(fetched, job)

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop(*_: object) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(task.cancel)

        # Not by the loop, at whose end SIGTERM would kill this process before it has sent its result.
        signal.signal(signal.SIGTERM, stop)
        application, ids = self._application, self._ids
        async with self._sandbox as sandbox, AsyncExitStack() as ending:
            archive, lookup = (ending.enter_context(closing(application.database.open())) for _ in range(2))

            def beside(work: Coroutine[Any, Any, None]) -> None:
                ending.callback(asyncio.create_task(work).cancel)

            known, owner = self._known(archive.sources), identity()
            ending.callback(archive.sources.release, owner)
            states, held = self._claim(archive.sources, known, owner)
            beside(renewing(archive.sources, owner, [state.root for state in states], POLL_LEASE))
            pausing = known if ids is None else ()  # named sources are requested in spite of pauses
            fetcher = application.fetcher(pausing, sandbox.room)
            ending.push_async_callback(fetcher.close)
            if ids is None:
                beside(adopting(partial(application.apply_pauses, fetcher), lookup.sources))
            # While it ends, a cancellation would take the place of the error with which it does.
            ending.callback(signal.signal, signal.SIGTERM, signal.SIG_IGN)
            tools = application.tools(archive, lookup, fetcher, parse, sandbox.extract)
            with bar("Polling") as progress:
                report = await refresh(tools, states, progress)
            await articles(tools)
            return report, held

    def _known(self, sources: Sources) -> list[SourceState]:
        """The states of the configured sources. Not of those that an edit removed or gave another address since this command began: the
        state is that of the other address."""
        states = sources.states()
        if moved := corrected(states, utc_now()):  # the clock was set back, and no worker noticed
            sources.save(moved)
            states = sources.states()
        addresses = {id: source.url for id, source in self._application.sources.items()}
        return [state for state in states if state.url == addresses.get(state.id)]

    def _claim(self, sources: Sources, known: Sequence[SourceState], owner: str) -> tuple[list[SourceState], Held]:
        """The sources to poll, which `owner` then holds, and those that are not polled although they are asked for."""
        application, ids, due = self._application, self._ids, self._due
        held = [] if due else _held(known, application, ids)
        wanted = [state for state in known if (ids is None or state.id in ids) and state.id not in dict(held)]
        asked = [state.id for state in wanted]
        claimed = claim_as_configured(
            sources, application.sources, owner, utc_now(), limit=1_000_000, ids=asked, due_only=due
        )
        return claimed, [*held, *_busy(wanted, application, claimed, due)]


async def renewing(sources: Sources, owner: str, roots: Collection[str], lease: timedelta) -> None:
    """Renew the leases that `owner` still holds for these sources, each time that half of `lease` has passed, until cancelled."""
    while True:
        await asyncio.sleep(lease.total_seconds() / 2)
        with suppress(StoreError):  # then results cannot be stored either, which is reported
            await asyncio.to_thread(sources.renew, owner, roots, utc_now(), lease)


async def adopting(adopt: Callable[[list[SourceState]], None], sources: Sources) -> None:
    """Adopt the pauses that hosts request from other processes meanwhile, until cancelled."""
    while True:
        await asyncio.sleep(LOOK)
        with suppress(StoreError):
            adopt(await asyncio.to_thread(sources.held, utc_now()))


def _print(report: RefreshReport, held: Held, placed: int, founded: int, *, as_json: bool) -> None:
    if as_json:
        value: dict[str, Any] = {
            "polled": report.polled,
            "not_modified": report.not_modified,
            "failed": [{"source": one.source, "error": one.message} for one in report.failed],
            "held": [{"source": source, "why": why} for source, why in held],
            "new": report.new,
            "changed": report.changed,
            "placed": placed,
            "stories": founded,
        }
        print_json(value)
        return
    print(
        f"{counted(report.polled, 'source')} polled: {report.not_modified} not modified, {len(report.failed)} failed. "
        f"{counted(report.new, 'new item')}, {report.changed} changed; {placed} placed, "
        f"{counted(founded, 'new story', 'new stories')}."
    )
    for one in report.failed:
        print(f"  {one.source}: {one.message}")
    for source, why in held:
        if why != BUSY:
            print(f"  {source}: left alone, {why}")
    if busy := [source for source, why in held if why == BUSY]:
        more = f" and {len(busy) - SHOWN} more" if len(busy) > SHOWN else ""
        print(f"  {counted(len(busy), 'source')} left alone, {BUSY}: {', '.join(busy[:SHOWN])}{more}")


COMMAND = Command(
    "Poll sources once, place their news, and print a summary. Exits with 0 even if sources fail; the summary names them.",
    add,
    run,
    "poll bbc-world",
)
