"""`aggregator run`: poll and serve in one command."""

from __future__ import annotations

import argparse
import asyncio

from aggregator.bootstrap import Installation
from aggregator.cli.arguments import Command
from aggregator.cli.broken_file import for_service
from aggregator.cli.serve import add, announce, listening
from aggregator.cli.worker import work
from aggregator.worker.startup import check_port, end_on_signals


def run(args: argparse.Namespace, installation: Installation) -> int:
    end_on_signals()
    from aggregator.worker.web_process import run_web

    host, port, installation = listening(args, installation)
    application = for_service(installation)
    check_port(host, port)
    announce(application)

    async def web(stopping: asyncio.Event) -> None:
        await run_web(host, port, installation.environment(), stopping)

    return work(application, web)


COMMAND = Command(
    "Poll and serve in one command, until Ctrl-C.",
    add,
    run,
    "run --port 8080",
)
