"""Helpers for output: JSON, notices, and whether the output is a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

import orjson
from msgspec import Struct, to_builtins
from msgspec.structs import asdict

from aggregator.model.settings import Position


def print_json(value: Any) -> None:
    """Print a value as JSON on one line, for --json."""
    print(orjson.dumps(value, default=_plain).decode())


def _plain(value: Any) -> Any:
    if isinstance(value, Position):
        return str(value)
    return asdict(value) if isinstance(value, Struct) else to_builtins(value)


def say(notice: str | None) -> None:
    """Print what is no result, if there is anything to say, on standard error."""
    if notice:
        print(notice, file=sys.stderr)


def is_terminal(output: TextIO) -> bool:
    """Whether `output` is a terminal that understands control sequences. Others, such as a shell in Emacs, set TERM=dumb."""
    return output.isatty() and os.environ.get("TERM") != "dumb"
