"""What the modules of commands share: the type of a command, and options that can also be set by an environment variable."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from aggregator.bootstrap import Installation
from aggregator.errors import UsageError


class Command(Struct, frozen=True):
    """A command. `add` declares its arguments, `run` executes it and returns the exit code. `example`: what to type after `aggregator`."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Installation], int]
    example: str = ""


def meant(word: str, options: Iterable[str]) -> str:
    """`; did you mean …?` for an option that is spelt nearly as one of these. (Python's own parser says it only since 3.14.)"""
    from aggregator.config.suggest import closest

    names = {one.lstrip("-"): one for one in options if one.startswith("--") and one != word}
    near = closest(word.partition("=")[0].lstrip("-"), names) if word.startswith("--") else None
    return f"; did you mean `{names[near]}`?" if near else ""


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


def number(flag: str, text: object, most: int = 999_999_999) -> int:
    """A whole number from 1 to `most`. Raises UsageError."""
    if not re.fullmatch("0*[1-9][0-9]{0,8}", str(text)) or int(str(text)) > most:
        raise unexpected(flag, f"a number from 1 to {most}", text)
    return int(str(text))


def unexpected(flag: str, expected: str, found: object) -> UsageError:
    """The error of an option whose value is not what is expected. It names the variable if that gave the value: Kubernetes sets
    AGGREGATOR_PORT beside a service of that name."""
    variable = _variable(flag)
    where = f" in {variable}" if os.environ.get(variable) == found else ""
    return UsageError(f"{flag}: expected {expected}, found {found}{where}")


def nothing(parser: argparse.ArgumentParser) -> None:
    """`Command.add` for a command without arguments."""
