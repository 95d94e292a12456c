"""`aggregator worker`: polling and editions, as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from aggregator.bootstrap import Application, Place, utc_now
from aggregator.cli.arguments import Command, nothing
from aggregator.pipeline.leases import release_dead
from aggregator.worker.memory import return_large_blocks
from aggregator.worker.processes import end_on_signals, locks

if TYPE_CHECKING:
    from aggregator.bootstrap.sharing import Sharing
    from aggregator.worker.service import Beside


def run(args: argparse.Namespace, place: Place) -> int:
    end_on_signals()
    return work(Application.load(place), None)


def work(application: Application, beside: Beside | None) -> int:
    """Poll until a signal; `beside` runs at the same time."""
    from aggregator.worker import logs

    return_large_blocks()
    logs.start(application.mask)
    for problem in application.warnings:
        print(problem, file=sys.stderr)
    if application.database.shared:
        from aggregator.bootstrap.sharing import Sharing

        with Sharing(application) as sharing:
            asyncio.run(_serve(application, beside, sharing.report, sharing))
        return 0
    mine, of_archive = locks(application.place.instance, application.database.file)
    with mine as lock, of_archive as taken:
        archive = application.database.open()
        archive.upkeep.check()
        release_dead(archive, lambda owner: owner == taken.killed)
        archive.close()
        asyncio.run(_serve(application, beside, lock.report))
    return 0


async def _serve(
    application: Application, beside: Beside | None, show: Callable[[str], None], sharing: Sharing | None = None
) -> None:
    from aggregator.bootstrap.engines import Engines
    from aggregator.sandbox import Sandbox
    from aggregator.worker.service import Service

    async with Sandbox() as sandbox:
        engines = Engines(application, sandbox)
        fleet = sharing.fleet(engines.private) if sharing else None
        try:
            service = Service(engines.start(), engines.changed, engines.adopt_pauses, utc_now, show=show, fleet=fleet)
            await service.run(beside)
        finally:
            await engines.close()


COMMAND = Command("worker", "Poll sources and make editions, without the web.", nothing, run)
