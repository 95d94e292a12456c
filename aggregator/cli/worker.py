"""`aggregator worker`: polling and editions in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.cli.arguments import Command, nothing
from aggregator.cli.broken_file import for_service
from aggregator.cli.terminal import say
from aggregator.errors import StoreBusy, StoreFull
from aggregator.pipeline.leases import release_dead
from aggregator.pipeline.waiting import until_set
from aggregator.sandbox.memory import save_memory
from aggregator.worker.lock import locks
from aggregator.worker.startup import end_on_signals
from aggregator.worker.troubles import Troubles

if TYPE_CHECKING:
    from aggregator.bootstrap.engines import Sharing
    from aggregator.worker.engine import Engine

T = TypeVar("T")
AGAIN = 5.0  # seconds until a worker that could not write tries again to start
Beside = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Something that runs beside the worker until the event is set."""


def run(args: argparse.Namespace, installation: Installation) -> int:
    end_on_signals()
    return work(for_service(installation), None)


def work(application: Application, beside: Beside | None) -> int:
    """Run the worker until a signal; `beside` runs at the same time."""
    from aggregator.worker import logs

    save_memory()
    logs.start(application.mask)
    for problem in application.warnings:
        print(problem.under(application.settings.main), file=sys.stderr)
    if application.database.shared:
        from aggregator.bootstrap.engines import Sharing

        with Sharing(application) as sharing:
            asyncio.run(_serve(application, beside, sharing.report, sharing))
        return 0
    if application.installation.database:
        say(application.database.notice_if_new())
    mine, of_archive = locks(application.installation.instance, application.database.file)
    with mine as lock, of_archive as taken:
        archive = application.database.open()

        def examine() -> None:
            archive.upkeep.check()
            with suppress(StoreFull, StoreBusy):  # then they expire
                release_dead(archive, lambda owner: owner == taken.killed)
            archive.close()

        asyncio.run(_serve(application, beside, lock.report, examine=examine))
    return 0


async def _serve(
    application: Application,
    beside: Beside | None,
    show: Callable[[str], None],
    sharing: Sharing | None = None,
    examine: Callable[[], None] = lambda: None,
) -> None:
    stopping = asyncio.Event()
    alongside = asyncio.create_task(beside(stopping)) if beside else None
    if alongside:  # it ends before `stopping` is set only if it failed; then the worker ends too
        alongside.add_done_callback(lambda ended: stopping.set())
    try:
        sound = await _examined(examine, stopping)
        if sound:
            await _work(application, show, sharing, stopping)
    finally:
        stopping.set()
        if alongside:
            await alongside
    if not sound:
        os._exit(0)  # without waiting for the thread that examines the archive


async def _examined(examine: Callable[[], None], stopping: asyncio.Event) -> bool:
    """Check the archive before anything is written. For a large one that takes a minute, during which readers are already served. False:
    told to stop before the check was done."""
    loop = asyncio.get_running_loop()
    signalled: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)  # a signal wakes the loop, also one that another thread gets
        # The loop acts only after it has turned a few times.
        signal.signal(number, lambda number, _: signalled.append(number))
    examined = loop.run_in_executor(None, examine)
    told = asyncio.create_task(stopping.wait())
    either: set[asyncio.Future[Any]] = {examined, told}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    end_on_signals()
    if signalled or stopping.is_set() or not examined.done():
        return False
    examined.result()
    return True


async def _work(
    application: Application, show: Callable[[str], None], sharing: Sharing | None, stopping: asyncio.Event
) -> None:
    from aggregator.bootstrap.engines import Engines
    from aggregator.bootstrap.reloads import Reloads
    from aggregator.sandbox.pool import Sandbox
    from aggregator.worker import logs
    from aggregator.worker.service import Service

    async with Sandbox() as sandbox:
        engines = Engines(application, sandbox)
        logs.start(engines.mask)  # an edit may bring further secrets
        fleet = sharing.fleet(engines.private) if sharing else None
        try:

            def start() -> tuple[Reloads, Engine]:
                reloads = Reloads(application, engines)
                return reloads, reloads.start()

            started = await _once_writable(start, Troubles(show), stopping)
            if started is None:
                return
            reloads, engine = started
            service = Service(engine, reloads.changed, engines.adopt_pauses, utc_now, stopping, show=show, fleet=fleet)
            await service.run()
        finally:
            await engines.close()


async def _once_writable(make: Callable[[], T], troubles: Troubles, stopping: asyncio.Event) -> T | None:
    """What `make` gives. If the disk is full, or another process writes for long, it is called until it succeeds; meanwhile readers are
    served by the configuration in force. None: told to stop."""
    while not stopping.is_set():
        try:
            made = make()
        except (StoreFull, StoreBusy) as error:
            troubles.report("store", error)
            await until_set(stopping, AGAIN)
        else:
            troubles.recovered("store")
            return made
    return None


COMMAND = Command("Poll sources and place their news in stories and sections, without the web.", nothing, run)
