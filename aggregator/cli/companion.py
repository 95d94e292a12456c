"""The edition of `poll` in a process of its own. While sources are polled it gets ready (imports, rules, word lists),
which takes as long as polling some hundreds of them: with a second core that costs no time."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from types import TracebackType
from typing import ClassVar

from aggregator.bootstrap import Application
from aggregator.cli.placing import place
from aggregator.errors import AggregatorError
from aggregator.worker.processes import die_with_parent


class _Child:
    """The process that makes the edition: what it was forked with."""

    application: ClassVar[Application]


class Companion:
    """Made while there is one thread and no connection to a database, since it forks (on Linux; elsewhere the edition
    is made in this process, after the polls)."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._ready: Future[None] | None = None
        self._pool = _forked(application) if sys.platform == "linux" else None

    def get_ready(self) -> None:
        """There is something to place. Meant to be called as often as this is so."""
        if self._pool is not None and self._ready is None:
            with suppress(BrokenProcessPool):  # it was killed: `place` tells
                self._ready = self._pool.submit(_get_ready)

    def place(self) -> tuple[int, int]:
        """Place all that arrived; returns the numbers of items placed and of new stories. Raises what the edition raises."""
        if self._pool is None:
            return place(self._application)
        try:
            return self._pool.submit(_place).result()
        except BrokenProcessPool:
            raise AggregatorError(
                "the process that makes the edition was killed; the items are stored and wait"
            ) from None

    def __enter__(self) -> Companion:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()


def _forked(application: Application) -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(1, get_context("fork"), _begin, (application, os.getpid()))
    pool.submit(_nothing)  # which starts the process: now, and not when there are threads
    return pool


def _begin(application: Application, parent: int) -> None:
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_DFL)  # a batch under way leaves no trace
    die_with_parent(str(parent))
    _Child.application = application


def _nothing() -> None:
    pass


def _get_ready() -> None:
    from aggregator.pipeline.edition import get_ready

    get_ready(_Child.application.policy)


def _place() -> tuple[int, int]:
    return place(_Child.application)
