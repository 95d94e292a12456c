"""The standard streams of a command, which the caller may have closed, or nobody may read."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path


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
