"""The terminal, or what the caller gave instead: JSON, notices, progress of long work, and standard streams that may be closed, or that
nobody may read."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import orjson
from msgspec import Struct, to_builtins
from msgspec.structs import asdict

from aggregator.model.settings import Position

Progress = Callable[[int, int], None]
"""(done, of)"""


def print_json(value: Any) -> None:
    """Print a value as JSON on one line, for --json."""
    print(orjson.dumps(value, default=_plain).decode())


def _plain(value: Any) -> Any:
    if isinstance(value, Position):
        return str(value)
    return asdict(value) if isinstance(value, Struct) else to_builtins(value)


def say(notice: str | None) -> None:
    """Print what is no result, if there is anything to say, on standard error. It may name a file or an address, which others have named:
    nothing in it steers the terminal."""
    if notice:
        from aggregator.normalise.characters import visible  # most commands say nothing

        print(visible(notice), file=sys.stderr)


def is_terminal(output: TextIO) -> bool:
    """Whether `output` is a terminal that understands control sequences. Others, such as a shell in Emacs, set TERM=dumb."""
    return output.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    """A context that shows the progress of long work: as a bar on a terminal, not at all otherwise."""
    if not is_terminal(sys.stderr):
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)


class _Errors(io.TextIOWrapper):
    """Standard error of which nobody reads what is said (`2>&1 | head`, a full disk): no reason to end, and nobody can be told."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def open_streams() -> None:
    """Replace standard streams that the caller closed (`2>&-`) by /dev/null. Python sets them to None, which cannot be printed to, and
    the next file to be opened would get their descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (open to the end)
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        encoding, errors = sys.stderr.encoding, sys.stderr.errors
        sys.stderr = _Errors(sys.stderr.buffer, encoding, errors, line_buffering=True)


def end_streams() -> None:
    """At the exit, after `--help` too: an error of Python's own flush would be another exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        end_output()


def end_output() -> None:
    """Redirect standard output to /dev/null, since nothing more can be written; buffered output is lost."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
