"""The child process that parses: `python -m aggregator.sandbox.child PARENT MEMORY`. It reads tasks from standard input, writes
answers to standard output, and ends when its parent ends.

PARENT is the process id of the parent, MEMORY the limit of the address space in bytes (0: no limit). The parent enforces the time
limit.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import sys
from collections import Counter
from typing import BinaryIO

from aggregator.errors import ParseError
from aggregator.normalise.document import normalise
from aggregator.parse.reader import parse
from aggregator.parse.sniff import offered
from aggregator.sandbox import frames
from aggregator.sandbox.parent import die_with_parent

_PIPE = 1 << 20  # bytes; the default maximum of Linux for unprivileged users


def main(arguments: list[str]) -> int:
    parent, memory = (int(argument) for argument in arguments)
    die_with_parent(parent)  # works on Linux; elsewhere the child ends at the end of its input
    _limit(memory)
    _enlarge(0, 1)
    sys.modules["dateparser"] = None  # type: ignore[assignment] # slow, and it resolves "yesterday" by today's date
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # standard output becomes standard error: what libraries print must not get between the frames
    answers.write(frames.READY)
    answers.flush()
    while (payload := _frame(tasks)) is not None:
        answers.write(frames.encode(_answer(frames.decode_task(payload), _frame(tasks) or b"")))
        answers.flush()
    return 0


def _limit(memory: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit set by the user stays
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _enlarge(*pipes: int) -> None:
    """Enlarge the buffers of the pipes, so that most documents and answers fit into them. With the default of 64 KiB they are passed
    in pieces, and this process waits for the parent's event loop after each."""
    if sys.platform == "linux":
        for pipe in pipes:
            with contextlib.suppress(OSError):  # not a pipe, or limited for this user
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _frame(stream: BinaryIO) -> bytes | None:
    """The next task, or the document that follows one; None at the end of input."""
    return stream.read(int.from_bytes(stream.read(frames.LENGTH), "big")) or None


def _answer(task: frames.Request, body: bytes) -> frames.Answer:
    try:
        if isinstance(task, frames.Page):
            return frames.Text(_article(task, body))
        if isinstance(task, frames.Search):
            return frames.Found(offered(body, task.content_type, task.url))
        feed = parse(body, task.content_type, task.url)
        return frames.Done(normalise(feed, task.job, task.url))
    except ParseError as error:
        return frames.Refused(error.kind, str(error))
    except Exception as error:  # noqa: BLE001 (one hostile document must not end the child; the parent reports it)
        return frames.Crashed(type(error).__name__)


def _article(page: frames.Page, body: bytes) -> str:
    from aggregator.normalise.article import article_of  # most children never need these
    from aggregator.normalise.markup import sanitise
    from aggregator.parse.article import article, headings

    text = sanitise(article(body, page.content_type, page.url), page.url, Counter())
    return article_of(text, page.told, headings(body, page.content_type))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
