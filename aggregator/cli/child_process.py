"""Runs work in a forked child process while the parent does something else.

The command `poll` fetches in a child process. While the child imports what it needs, the parent puts the configuration in force. As
soon as there is news, the parent prepares the edition (imports, rules, word lists), which takes as long as polling some hundred
sources; with a second core that costs no extra time. Besides, the memory used for polling is freed before the edition begins.
"""

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
from aggregator.sandbox.parent import die_with_parent

T = TypeVar("T")
Notify = Callable[[], None]


class _Child:
    """What the child process is to do; set by its initializer."""

    prepare: ClassVar[Callable[[], None]]
    work: ClassVar[Callable[[Notify], Any]]
    started: ClassVar[Connection]


class Terminated(Exception):
    """SIGTERM was received, and the work has been stopped."""


def run_in_child(
    work: Callable[[Notify], T],
    *,
    prepare: Callable[[], None],
    before: Callable[[], None],
    meanwhile: Callable[[], None],
) -> T:
    """Run `prepare` and then `work` in a child process. This process runs `before` at the same time as `prepare`; `work` starts when both
    are done. `work` is given a function; when it calls that, this process runs `meanwhile` at the same time. Returns what `work`
    returns, and raises what `work` or `before` raise.

    A SIGTERM or Ctrl-C of this process is passed to `work` as SIGTERM; a second one kills the child. Since the function forks, there
    must be only one thread and no connection to a database. It forks only on Linux; elsewhere `before`, `prepare` and `work` run one
    after the other in this process, without `meanwhile`.

    Raises:
        Terminated, KeyboardInterrupt: SIGTERM or Ctrl-C, after `work` has ended.
        AggregatorError: the child process was killed.
    """
    if sys.platform != "linux":
        before()
        prepare()
        return work(lambda: None)
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    with ProcessPoolExecutor(1, context, _initialize, (prepare, work, sender, os.getpid())) as pool:
        child = pool.submit(os.getpid).result()  # forks now, while there is one thread
        sender.close()
        received: list[int] = []
        try:
            prepared = pool.submit(_prepare)
            before()
            with _forwarding_signals(child, received):
                done: Future[T] = pool.submit(_work)
                if _notified(receiver):
                    meanwhile()
                wait([done])
            if not received:
                prepared.result()
                return done.result()
        except BrokenProcessPool:
            if not received:
                raise AggregatorError(
                    "the polling process was killed; what had arrived is stored and waits for the next edition"
                ) from None
        raise KeyboardInterrupt if received[0] == signal.SIGINT else Terminated


@contextmanager
def _forwarding_signals(child: int, received: list[int]) -> Iterator[None]:
    """Forward signals to the child, and record them in `received`. The handler does not raise an exception, because within an import that
    may look like a failed import."""

    def forward(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL if received else signal.SIGTERM)
        received.append(number)

    before = {number: signal.signal(number, forward) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _notified(receiver: Connection) -> bool:
    """Wait until `work` calls the function that it was given. False if it ended without doing so."""
    try:
        receiver.recv_bytes()
    except EOFError:
        return False
    return True


def _initialize(prepare: Callable[[], None], work: Callable[[Notify], Any], sender: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to both; the parent forwards it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent(parent)
    _Child.prepare, _Child.work, _Child.started = prepare, work, sender


def _prepare() -> None:
    _Child.prepare()


def _work() -> Any:
    sent = False

    def notify() -> None:
        nonlocal sent
        if not sent:
            _Child.started.send_bytes(b"started")
            sent = True

    try:
        return _Child.work(notify)
    finally:
        _Child.started.close()
