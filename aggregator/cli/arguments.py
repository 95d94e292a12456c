"""What the modules of commands share: the type of a command, and options that can also be set by an environment variable."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from aggregator.bootstrap import Installation
from aggregator.errors import UsageError


class Command(Struct, frozen=True):
    """A command. `add` declares its arguments, `run` executes it and returns the exit code."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Installation], int]


def option(parser: argparse.ArgumentParser, flag: str, help: str, default: Any = None, **more: Any) -> None:
    """Add an option that can also be set by an environment variable: --port by AGGREGATOR_PORT."""
    variable = _variable(flag)
    given = os.environ.get(variable)
    if more.get("action") == "store_true":
        default = _switched(variable, given)
    elif given:
        default = given
    shown = f" (default {str(default).replace('%', '%%')})" if default not in (None, False, True) else ""
    parser.add_argument(flag, help=f"{help}{shown}; {variable}", default=default, **more)


def _variable(flag: str) -> str:
    return "AGGREGATOR_" + flag.lstrip("-").upper().replace("-", "_")


def _switched(variable: str, given: str | None) -> bool:
    """Whether an environment variable turns on an option that takes no value. Raises UsageError."""
    word = (given or "").strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("", "0", "false", "no", "off"):
        return False
    raise UsageError(f"{variable}: expected 1 or 0, found {given}")


def json_option(parser: argparse.ArgumentParser) -> None:
    option(parser, "--json", "print JSON", action="store_true")


def number(flag: str, text: object, most: int | None = None) -> int:
    """A whole number from 1 to `most`. Raises UsageError."""
    if not re.fullmatch("0*[1-9][0-9]{0,8}", str(text)) or (most and int(str(text)) > most):
        variable = _variable(flag)  # Kubernetes sets AGGREGATOR_PORT beside a service of that name
        where = f" in {variable}" if os.environ.get(variable) == text else ""
        upward = f" to {most}" if most else ""
        raise UsageError(f"{flag}: expected a number from 1{upward}, found {text}{where}")
    return int(str(text))


def nothing(parser: argparse.ArgumentParser) -> None:
    """`Command.add` for a command without arguments."""
