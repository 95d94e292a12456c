"""The web part of `run`: `serve` as a process of its own. It is restarted if it dies or hangs, and ends together with the worker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Mapping

from aggregator.errors import lack
from aggregator.pipeline.waiting import until_set
from aggregator.sandbox.parent import module_path
from aggregator.sandbox.start import started
from aggregator.worker.startup import PARENT

log = logging.getLogger(__name__)

PATIENCE = 7.0  # seconds until it is killed; granian kills its own workers after five
PAUSE = 2.0  # seconds between restarts
LOOK = 15.0  # seconds between two health checks
ANSWER = 60.0  # seconds within which one is answered; on a machine with twenty times the work of its cores it took 50
SILENCE = 150.0  # seconds without an answer after which it counts as hung


async def run_web(host: str, port: int, environment: Mapping[str, str], stopping: asyncio.Event) -> None:
    """Keep `aggregator serve` running there until `stopping` is set."""
    while not stopping.is_set():
        try:
            process = await _started(host, port, environment)
        except (OSError, MemoryError, RuntimeError) as error:
            log.error("the web process cannot be started: %s", lack(error) or error)
            await until_set(stopping, PAUSE)
            continue
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(stopping.wait())
        silent = asyncio.create_task(_silence(host, port))
        await asyncio.wait({ended, told, silent}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        silent.cancel()
        if stopping.is_set():
            await _end(process)
            return
        if not ended.done():
            log.error("the web process does not answer any more")
            await _kill(process)
        log.error("the web process ended with %s; starting it again", process.returncode)
        await until_set(stopping, PAUSE)


async def _started(host: str, port: int, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start the command. Only this process gets a Ctrl-C from the terminal, and passes it on. granian's worker would otherwise get it
    twice, and then wait until it is killed."""
    command = (sys.executable, "-m", "aggregator", "serve", "--host", host, "--port", str(port))
    env = {**os.environ, **module_path(), **environment, PARENT: str(os.getpid())}
    return await started(*command, env=env)


async def _silence(host: str, port: int) -> None:
    """Return when no health check was answered for `SILENCE` seconds. Time in which this process itself stood still does not count."""
    silent = 0.0
    while silent < SILENCE:
        await asyncio.sleep(LOOK)
        began = time.monotonic()
        answered = await _answers(host, port)
        silent = 0.0 if answered else silent + LOOK + min(time.monotonic() - began, ANSWER)


async def _answers(host: str, port: int) -> bool:
    """Whether the server responds to a request. A connection alone proves nothing: the operating system accepts it for a hung process
    too."""
    try:
        async with asyncio.timeout(ANSWER):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (TimeoutError, ConnectionError):
        return False
    except Exception:  # noqa: BLE001 (the check was impossible: no file can be opened, no memory is left, not even loopback works …)
        return True


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        await _kill(process)


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        process.kill()
    await process.wait()
