"""The process that parses: `python -m aggregator.sandbox.child PARENT MEMORY`. Reads tasks from standard input, writes
answers to standard output, and ends with its parent.

PARENT is the process id of the parent, MEMORY the limit of the address space in bytes (0: none). The wall clock is the
parent's to watch.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import sys
from collections import Counter
from typing import BinaryIO

from aggregator.errors import ParseError
from aggregator.normalise import normalise
from aggregator.parse import parse
from aggregator.sandbox import frames

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PIPE = 1 << 20  # bytes: what Linux grants anybody


def main(arguments: list[str]) -> int:
    parent, memory = (int(argument) for argument in arguments)
    _die_with(parent)
    _limit(memory)
    _widen(0, 1)
    sys.modules["dateparser"] = None  # type: ignore[assignment] # slow, and it reads "yesterday" by today's date
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it closes our input when it is done
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints does not write into the frames
    while (payload := _frame(tasks)) is not None:
        answers.write(frames.encode(_answer(frames.decode_task(payload))))
        answers.flush()
    return 0


def _die_with(parent: int) -> None:
    """A parent that is killed takes its children along (Linux; elsewhere the end of input does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the signal was set
            sys.exit(0)


def _limit(memory: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit of the user's own stays
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _widen(*pipes: int) -> None:
    """Most documents and answers go through a wide pipe whole. Through the usual 64 KiB they go piece by piece, each when
    the parent's loop comes to it, and we wait meanwhile."""
    if sys.platform == "linux":
        for pipe in pipes:
            with contextlib.suppress(OSError):  # no pipe, or a limit of the user's
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(frames.LENGTH)
    if len(head) < frames.LENGTH:
        return None
    payload = stream.read(int.from_bytes(head, "big"))
    return payload or None


def _answer(task: frames.Task | frames.Page) -> frames.Answer:
    try:
        if isinstance(task, frames.Page):
            return frames.Text(_article(task))
        feed = parse(task.body, task.content_type, task.url)
        return frames.Done(normalise(feed, task.job, task.url))
    except ParseError as error:
        return frames.Refused(error.kind, str(error))
    except Exception as error:  # noqa: BLE001 (one hostile document must not end the child; the parent reports it)
        return frames.Crashed(type(error).__name__)


def _article(page: frames.Page) -> str:
    from aggregator.normalise.markup import sanitise
    from aggregator.parse.article import article  # most children never need it

    return sanitise(article(page.body, page.content_type, page.url), page.url, Counter())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
