"""The program as its users run it: a process, a configuration, an instance folder."""

from __future__ import annotations

import asyncio
import atexit
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from aggregator.__main__ import main
from aggregator.config.cache import examine_cached
from aggregator.errors import ConfigError
from builders import empty_archive

PATIENCE = 120.0
"""Seconds within which what another process or thread does must be there: only what hangs takes so long, however busy or slow the machine
is. No test has a limit of its own: what it means by "in time" it counts, or it sees by which of two ways something ended."""
LIMITED = 61234
"""A user of no other process, where the tests run as root."""

RULES = """
sections:
  - id: defense
    title: Defense
    words: [missile*, defense, {frigate: 5}]
  - id: europe
    title: Europe
    places: [europe]
  - id: world
    title: World
"""


def configuration(folder: Path, sources: Mapping[str, str], rules: str = RULES, head: str = "") -> Path:
    """A feeds.yaml of these sources (id → address), and what the program keeps of it: to compile it anew takes a third of a command."""
    lines = ["site: {title: Test Wire}", "allow_private: [127.0.0.1]", head, "sources:"]
    lines += [f"  - {{name: {id}, id: {id}, url: '{url}'}}" for id, url in sources.items()]
    path = folder / "feeds.yaml"
    path.write_text("\n".join(lines) + "\n" + rules)
    with suppress(ConfigError):
        examine_cached(path, folder / "instance", environment())
    return path


def command(config: Path, *arguments: str) -> list[str]:
    instance = config.parent / "instance"
    return [sys.executable, "-m", "aggregator", "--config", str(config), "--instance", str(instance), *arguments]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}


def aggregator(config: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end: by a process that had the program loaded, or started anew where variables are given, some of which Python
    reads as it starts."""
    words = command(config, *arguments)
    if not more:
        return _forked(words)
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**environment(), **more},
        check=False,
    )


def _forked(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    with TemporaryDirectory() as folder:
        said = Path(folder, "out"), Path(folder, "err")
        process = _loaded().Process(target=_be, args=(words[3:], environment(), Path.cwd(), *said))
        process.start()
        process.join(PATIENCE)
        code = process.exitcode
        process.kill()
        process.join()
        assert code is not None, f"{words} hangs"
        return subprocess.CompletedProcess(words, code, *(one.read_text() for one in said))


@cache
def _loaded() -> ForkServerContext:
    """Starts the process that has the program loaded (`loaded.py`), once for all tests of this one."""
    made = get_context("forkserver")
    made.set_forkserver_preload(["loaded"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        ensure_running()
    return made


def _be(words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path, errors: Path) -> None:
    """Be this command."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream, path in ((sys.stdout, output), (sys.stderr, errors)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    sys.argv[1:] = words
    raise SystemExit(main())


def without_further_processes(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end that may start no process."""
    for path in (config.parent, config):
        os.chown(path, -1 if os.geteuid() else LIMITED, -1)
    return subprocess.run(
        [*_as_a_user_with_limits(), *command(config, *arguments)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(),
        check=False,
    )


def _as_a_user_with_limits() -> list[str]:
    """A command that starts another one as a user whose processes can be limited, who may read everything."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root has no limit of processes, and setpriv is needed to become somebody else")
    rights = "-all,+dac_read_search"
    sets = [word for kind in ("inh-caps", "ambient-caps", "bounding-set") for word in (f"--{kind}", rights)]
    return ["setpriv", "--reuid", str(LIMITED), "--clear-groups", *sets]


@contextmanager
def running(config: Path, *arguments: str, under: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """A command that runs on; ended at the latest with the context. `under` is a command that starts it."""
    log = (config.parent / "log").open("w")
    process = subprocess.Popen(
        [*under, *command(config, *arguments)],
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        log.close()


@contextmanager
def serving(config: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`aggregator run`, once it is ready: the process, and where it serves."""
    empty_archive(config.parent / "instance")
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    with running(config, "run", "--port", str(port)) as process:
        until(lambda: serves(f"{root}/readyz"))
        yield process, root


def ended(process: subprocess.Popen[Any]) -> None:
    """Tell a process to stop, as a supervisor does. It must end, and say that all is well."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


def query(config: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the archive beside this file holds, read past the program; nothing where there is no archive yet."""
    file = config.parent / "instance" / "aggregator.db"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as raw:
        return raw.execute(sql).fetchall()
    return []


def children(pid: int) -> dict[int, str]:
    """Process id → command line of all that descend from a process (Linux)."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parents[int(folder.name)] = int(
                    (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                )
    found: dict[int, str] = {}
    for child in parents:
        above = child
        while above in parents and above != pid:
            above = parents[above]
        if above == pid and child != pid:
            with suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def most_memory(process: int | str) -> int:
    """MiB that a process, or this one (`self`), took at the most (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmHWM"))


def runs(pid: int) -> bool:
    """Whether this process is there and has not ended (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    """A port that no process of these tests gives to another service, even while nothing listens there yet: who has it holds the UDP port
    of that number, too, to its end. Nor do systems give it to who asks for any, by their defaults."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        held = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe, suppress(OSError):
            held.bind(("127.0.0.1", port))
            probe.bind(("127.0.0.1", port))
            atexit.register(held.close)
            return port
        held.close()


def get(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers (names in lower case) of a real request."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), {name.lower(): value for name, value in error.headers.items()}


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Ask again and again until it holds: for what another process or thread does, which no clock of ours governs. How long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} seconds"
        time.sleep(0.05)
    return time.monotonic() - began


async def cancelled(tasks: Sequence[asyncio.Task[Any]]) -> list[Any]:
    """Cancels the tasks; returns how they ended."""
    for task in tasks:
        task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def until_async(condition: Callable[[], object]) -> None:
    """The same where the loop is to go on meanwhile."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def busy() -> float:
    """By how much the latency that `make faults` measures is to be stretched: 1, or more where others work this machine, too."""
    return max(1.0, os.getloadavg()[0] / (2 * (os.cpu_count() or 1)))


def serves(url: str) -> bool:
    try:
        return get(url)[0] == 200
    except OSError:
        return False
