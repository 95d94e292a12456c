"""What commands print: JSON for programs, and what a terminal can show."""

from __future__ import annotations

import os
from typing import Any, TextIO

import orjson


def print_json(value: Any) -> None:
    """As --json has it, on one line."""
    print(orjson.dumps(value).decode())


def is_terminal(output: TextIO) -> bool:
    """Whether it is a terminal that takes control sequences; one that does not, such as a shell in Emacs, says so in TERM."""
    return output.isatty() and os.environ.get("TERM") != "dumb"
