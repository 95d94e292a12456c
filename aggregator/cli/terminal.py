"""Helpers for output: JSON, notices, and whether the output is a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

import orjson
from msgspec import to_builtins


def print_json(value: Any) -> None:
    """Print a value as JSON on one line, for --json."""
    print(orjson.dumps(value, default=to_builtins).decode())


def say(notice: str | None) -> None:
    """Print what is no result, if there is anything to say, on standard error."""
    if notice:
        print(notice, file=sys.stderr)


def is_terminal(output: TextIO) -> bool:
    """Whether `output` is a terminal that understands control sequences. Others, such as a shell in Emacs, set TERM=dumb."""
    return output.isatty() and os.environ.get("TERM") != "dumb"
