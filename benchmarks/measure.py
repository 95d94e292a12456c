"""Measures whole commands from outside: wall-clock seconds, processor seconds and memory of all their processes together."""

from __future__ import annotations

import compileall
import contextlib
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, of the command and all its children
    memory: float  # MiB, the greatest sum over its processes (proportional set size)


def compile_program(tree: Path) -> None:
    """Compile the program of a checkout to bytecode, as pip does with what it installs. Otherwise each process compiles all of it at its
    start, if Python is told to write no bytecode (PYTHONDONTWRITEBYTECODE, as in many containers)."""
    compileall.compile_dir(tree / "aggregator", quiet=1)


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None, limit: float | None = None) -> Cost:
    """Run it to its end, or for `limit` seconds. Raises CalledProcessError, TimeoutExpired."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    peak = [0.0]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    ) as process:
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        try:
            _, errors = process.communicate(timeout=limit)
        except BaseException:  # what it started ends with it, also where we are stopped
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=errors)
    watcher.join(1)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak[0])


def _watch(pid: int, peak: list[float]) -> None:
    try:
        top = psutil.Process(pid)
        while top.is_running():
            total = 0
            for process in (top, *top.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, OSError):
                    continue
            peak[0] = max(peak[0], total / 2**20)
            time.sleep(0.1)
    except psutil.Error:
        return
