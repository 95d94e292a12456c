"""Polling in a process of its own. While it asks the sources, this one gets ready to place what they bring (imports,
rules, word lists), which takes as long as asking some hundreds of them: with a second core that costs no time. And what
polling needed of memory is gone when the edition needs its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, ClassVar, TypeVar

from aggregator.errors import AggregatorError
from aggregator.worker.processes import die_with_parent

T = TypeVar("T")
News = Callable[[], None]


class _Child:
    """What the process was forked for."""

    work: ClassVar[Callable[[News], Any]]
    news: ClassVar[Connection]


class Terminated(Exception):
    """SIGTERM came, and the work has ended."""


def aside(work: Callable[[News], T], meanwhile: Callable[[], None]) -> T:
    """What `work` returns or raises; once it calls the function that it is given, `meanwhile` is done beside it. A SIGTERM
    or Ctrl-C of this process reaches `work` as a SIGTERM; a second one kills it.

    To be called while there is one thread and no connection to a database, since it forks (on Linux; elsewhere all is
    done here, one after the other).

    Raises:
        Terminated, KeyboardInterrupt: SIGTERM or Ctrl-C, after `work` has ended.
        AggregatorError: the other process was killed.
    """
    if sys.platform != "linux":
        return work(lambda: None)
    context = get_context("fork")
    heard, told = context.Pipe(duplex=False)
    with ProcessPoolExecutor(1, context, _begin, (work, told, os.getpid())) as pool:
        child = pool.submit(os.getpid).result()  # starts the process: now, and not when there are threads
        told.close()
        came: list[int] = []
        try:
            with _passing_on(child, came):
                done: Future[T] = pool.submit(_work)
                if _is_told(heard):
                    meanwhile()
                wait([done])
            if not came:
                return done.result()
        except BrokenProcessPool:
            if not came:
                raise AggregatorError(
                    "the polling process was killed; what had arrived is stored and waits for the next edition"
                ) from None
        raise KeyboardInterrupt if came[0] == signal.SIGINT else Terminated


@contextmanager
def _passing_on(child: int, came: list[int]) -> Iterator[None]:
    """Signals go to the child, and into `came`. Nothing is raised where they come: amid an import an exception may be
    taken for the import's own."""

    def passed_on(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL if came else signal.SIGTERM)
        came.append(number)

    before = {number: signal.signal(number, passed_on) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_told(heard: Connection) -> bool:
    """Waits for the news; False: it ended without."""
    try:
        heard.recv_bytes()
    except EOFError:
        return False
    return True


def _begin(work: Callable[[News], Any], news: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it passes it on
    die_with_parent(str(parent))
    _Child.work, _Child.news = work, news


def _work() -> Any:
    told = False

    def tell() -> None:
        nonlocal told
        if not told:
            _Child.news.send_bytes(b"news")
            told = True

    try:
        return _Child.work(tell)
    finally:
        _Child.news.close()
