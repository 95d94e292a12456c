"""The web of `run`: `serve` as a process of its own, restarted if it dies, ended together with the worker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence

from aggregator.worker.processes import PARENT

log = logging.getLogger(__name__)

PATIENCE = 7.0  # seconds; granian kills its own workers after five
PAUSE = 2.0  # seconds between restarts


async def run_web(arguments: Sequence[str], environment: Mapping[str, str], stopping: asyncio.Event) -> None:
    """Keep `aggregator ARGUMENTS` running until `stopping` is set."""
    while not stopping.is_set():
        try:
            process = await _started(arguments, environment)
        except OSError as error:
            log.error("the web process cannot be started: %s", error.strerror)
            await _pause(stopping)
            continue
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(stopping.wait())
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if stopping.is_set():
            await _end(process)
            return
        log.error("the web process ended with %s; starting it again", process.returncode)
        await _pause(stopping)


async def _started(arguments: Sequence[str], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """In a process group of its own: a Ctrl-C in the terminal is passed on by us; granian's worker would otherwise get
    it twice, and wait to be killed."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aggregator",
        *arguments,
        env={**os.environ, **environment, PARENT: str(os.getpid())},
        process_group=0,
    )


async def _pause(stopping: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), PAUSE)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
