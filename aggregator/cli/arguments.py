"""What the modules of commands share: the type of a command, and options that can also be set by an environment variable."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from itertools import takewhile
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


class Parser(argparse.ArgumentParser):
    """A parser that suggests what a misspelt option or command was probably meant to be. (Python's own does only since 3.14.)"""

    given: Sequence[str] = ()
    """The arguments as a whole."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            from aggregator.config.suggest import closest, did_you_mean

            # It may be the value of a misspelt option, as in `--confg x.yaml check`, or of an option of the command, as in `--port 80 run`.
            before = takewhile(lambda word: word != value, self.given)
            strays = [word for word in before if word.startswith("--") and not self._knows(word)]
            for stray in strays:
                if meant := self.meant(stray):
                    self.error(f"unrecognized arguments: {stray}{meant}")
            if strays and not closest(value, action.choices):
                self.error(f"unrecognized arguments: {strays[0]}; the options of a command go after it")
            option = f"--{value}"  # `aggregator help`
            meant = f"; did you mean `{option}`?" if option in self._option_string_actions else ""
            meant = meant or did_you_mean(value, action.choices)
            raise argparse.ArgumentError(action, f"there is no `{value}`{meant}")

    def _knows(self, word: str) -> bool:
        """Whether an option is one of this parser, or the beginning of one."""
        return any(name.startswith(word.partition("=")[0]) for name in self._option_string_actions)

    def meant(self, word: str, others: Sequence[str] = ()) -> str:
        """`; did you mean …?` for an option that is none of this parser (nor of `others`) but is spelt nearly so, else nothing."""
        from aggregator.config.suggest import closest

        names = {name.lstrip("-"): name for name in (*self._option_string_actions, *others) if name.startswith("--")}
        if not word.startswith("--") or self._knows(word):
            return ""
        near = closest(word.partition("=")[0].lstrip("-"), names)
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
