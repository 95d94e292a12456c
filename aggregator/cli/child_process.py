"""Runs work in a forked child process while the parent does something else.

The command `classify` groups in one while it judges (`beside`), since neither needs the other.

The command `poll` fetches in a child process (`run_in_child`). While the child imports what it needs, the parent puts the configuration in
force. As soon as there is news, the parent prepares the edition (imports, rules, word lists), which takes as long as polling some hundred
sources; with a second core that costs no extra time. Besides, the memory used for polling is freed before the edition begins.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, TypeVar

from aggregator.errors import AggregatorError, StoreError, TooManyProcesses
from aggregator.sandbox.parent import die_with_parent

T = TypeVar("T")
Notify = Callable[[], None]

_NEWS = None
_POLLING_KILLED = "the polling process was killed; what had arrived is stored and waits for the next edition"
_Ended = tuple[bool, Any]
"""What the child sends: `_NEWS` when `work` calls its function; at the end whether it succeeded, and its value or its error."""


class Terminated(Exception):
    """SIGTERM was received, and the work has been stopped."""


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin `work` in a child process, which ends with the context. The function that the context yields waits for it, and returns what
    `work` returns or raises what it raises. `work` must print nothing. Since this forks, there must be only one thread and no connection
    to a database.

    With one core, elsewhere than on Linux, and if no child process can be started, that function runs `work` itself.

    Raises:
        AggregatorError: the child process was killed.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1:
        yield work
        return
    try:
        child, ours = _fork(lambda parent: work())
    except OSError:  # too many processes, or too little memory
        yield work
        return
    try:
        yield lambda: _value(_next(ours, "a child process was killed, perhaps for want of memory"))
    finally:
        child.kill()
        child.join()
        ours.close()


def run_in_child(
    work: Callable[[Notify], T],
    *,
    prepare: Callable[[], None],
    before: Callable[[], None],
    meanwhile: Callable[[], None],
) -> T:
    """Run `prepare` and then `work` in a child process. This process runs `before` at the same time as `prepare`; `work` starts when both
    are done. `work` is given a function; when it calls that, this process runs `meanwhile` at the same time. Returns what `work`
    returns, and raises what any of the four raises.

    A SIGTERM or Ctrl-C of this process is passed to `work` as SIGTERM; a second one kills the child. Since the function forks, there
    must be only one thread and no connection to a database. It forks only on Linux; elsewhere `before`, `prepare` and `work` run one
    after the other in this process, without `meanwhile`.

    Not by a ProcessPoolExecutor: that needs threads, which a limit of processes may deny when it has forked already (it then hangs),
    and shared memory (/dev/shm).

    Raises:
        Terminated, KeyboardInterrupt: SIGTERM or Ctrl-C, after `work` has ended (unless it could not store what it had).
        TooManyProcesses: no child process can be started.
        AggregatorError: the child process was killed.
    """
    if sys.platform != "linux":
        before()
        prepare()
        handler = signal.getsignal(signal.SIGTERM)
        try:
            return work(lambda: None)
        finally:
            signal.signal(signal.SIGTERM, handler)  # `work` sets its own

    def in_child(parent: Connection) -> T:
        sent = False

        def notify() -> None:
            nonlocal sent
            if not sent:
                parent.send(_NEWS)
                sent = True

        prepare()
        parent.recv()  # `before` is done
        return work(notify)

    try:
        child, ours = _fork(in_child)
    except BlockingIOError as error:
        raise TooManyProcesses from error
    received: list[int] = []
    try:
        before()
        assert child.pid is not None
        with _forwarding_signals(child.pid, received):
            with suppress(ConnectionError):  # it has ended
                ours.send(_NEWS)
            if (ended := _next(ours, _POLLING_KILLED)) is _NEWS:
                meanwhile()
                ended = _next(ours, _POLLING_KILLED)
    finally:
        ours.close()
        child.join()
    if received and not (ended and isinstance(ended[1], StoreError)):
        raise KeyboardInterrupt if received[0] == signal.SIGINT else Terminated
    result: T = _value(ended)
    return result


def _value(ended: _Ended | None) -> Any:
    assert ended is not _NEWS
    succeeded, value = ended
    if not succeeded:
        raise value
    return value


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


def _next(connection: Connection, killed: str) -> _Ended | None:
    """What the child sends next; if it was killed, an error that says so (`killed`)."""
    try:
        received: _Ended | None = connection.recv()
    except (EOFError, ConnectionError):
        return False, AggregatorError(killed)
    return received


def _fork(work: Callable[[Connection], Any]) -> tuple[BaseProcess, Connection]:
    """(child process, connection to it). The child runs `work`, which gets its end of the connection, and sends how that ended."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    child = context.Process(target=_run, args=(work, theirs, ours, os.getpid()), daemon=True)
    # A terminal sends Ctrl-C to both; the parent ends the child. It must not reach that even before its first line.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    return child, ours


def _run(work: Callable[[Connection], Any], parent: Connection, theirs: Connection, pid: int) -> None:
    """Run in the child. `theirs`: the parent's end, which the fork left open here too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent(pid)
    theirs.close()
    try:
        ended: _Ended = True, work(parent)
    except BaseException as error:  # noqa: BLE001 (the parent raises it)
        error.add_note(traceback.format_exc())  # pickled without its traceback
        ended = False, error
    with suppress(OSError):  # what the parent did meanwhile failed: nobody asks
        parent.send(ended)
