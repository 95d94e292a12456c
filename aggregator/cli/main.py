"""Entry point of the command line: global options, the table of commands, errors as one clear line."""

from __future__ import annotations

import argparse
import atexit
import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

from aggregator import __version__
from aggregator.bootstrap import Installation
from aggregator.cli.arguments import Command, meant, option
from aggregator.cli.terminal import end_output, end_streams, open_streams, say
from aggregator.errors import AggregatorError, ConfigError, lack

COMMANDS: dict[str, str] = {
    "run": "poll and serve in one command",
    "serve": "serve feeds, pages and the API, without polling",
    "worker": "poll sources and place their news, without the web",
    "poll": "poll sources once and place their news",
    "check": "validate feeds.yaml and run the examples in it",
    "plan": "show what an edit of feeds.yaml would change, before it is applied",
    "apply": "put feeds.yaml in force now",
    "sources": "show the health of every source",
    "explain": "show why a story or item is where it is",
    "try": "show the entries of a feed and where they would land; store nothing",
    "add": "find the feed of a page and append it to feeds.yaml",
    "import": "append the feeds of an OPML file to feeds.yaml",
    "export": "print the sources as OPML",
    "classify": "read items as JSON Lines, print their sections, topics and stories",
    "prune": "delete texts of items that have not been listed for `keep`",
    "copy": "copy a SQLite archive into a PostgreSQL database",
    "backup": "write a consistent copy of the archive, even while the service runs",
}
"""All commands. The module of each has the same name (with `_` after keywords of Python: `try_`)."""

GLOBAL = ("--config", "--instance", "--database")
"""The options of all commands. Each takes a value."""

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors when writing standard output to a file on a full or failing disk."""


def parser(*, bare: bool = False) -> argparse.ArgumentParser:
    """The options of all commands; unless `bare`, with the help, which lists the commands."""
    top = argparse.ArgumentParser(
        prog="aggregator",
        add_help=not bare,
        description="Polls news feeds, recognises stories, places them in sections, says why, and republishes them as feeds.",
        epilog="Exit codes: 0 done, 1 failed, 2 bad usage or a broken configuration. `aggregator COMMAND --help` has the details.",
    )
    top.add_argument("--version", action="version", version=f"aggregator {__version__}")
    option(top, "--config", "the configuration", default="feeds.yaml", metavar="FILE")
    option(top, "--instance", "folder for run-time data", default="instance", metavar="DIR")
    database = os.environ.get("AGGREGATOR_DATABASE_URL")
    top.add_argument(
        "--database",
        metavar="URL",
        default=database,
        help="sqlite:///PATH (default: aggregator.db in the instance folder) or postgresql://USER@HOST/DATABASE; "
        "AGGREGATOR_DATABASE_URL",
    )
    if not bare:
        commands = top.add_subparsers(metavar="COMMAND")
        for name, text in COMMANDS.items():
            commands.add_parser(name, help=text, add_help=False)
    return top


def place_of_command(words: Sequence[str]) -> int | None:
    """The index of the word that names the command, known or not: the first that is no option, nor the value of one (`--port 80 run`)."""
    before = ["", *words]
    bare = [
        n
        for n, word in enumerate(words)
        if not word.startswith("-") and not (before[n][2:] and any(one.startswith(before[n]) for one in GLOBAL))
    ]
    return next((n for n in bare if words[n] in COMMANDS or not before[n].startswith("-")), bare[0] if bare else None)


def load(name: str) -> Command:
    """Import the module of a command."""
    found: Command = import_module(f"aggregator.cli.{name}_" if iskeyword(name) else f"aggregator.cli.{name}").COMMAND
    return found


def _split(words: list[str]) -> tuple[str, argparse.Namespace, list[str]]:
    """(command, options of all commands, the other words); bad usage ends the program with exit code 2."""
    place = place_of_command(words)
    top = parser(bare=place is not None)
    given, rest = top.parse_known_args([word for n, word in enumerate(words) if n != place])
    if place is None:
        if any(meant(word, GLOBAL) for word in rest):
            top.error(_unknown(rest, GLOBAL))
        top.error("name a command, such as `aggregator run`; `aggregator --help` lists all")
    if (name := words[place]) not in COMMANDS:
        from aggregator.config.suggest import did_you_mean

        near = "; did you mean `--help`?" if name == "help" else did_you_mean(name, COMMANDS)
        top.error(f"there is no `{name}`{near}")
    # An empty value is that of a variable which the caller's script has not set.
    given.config = given.config or top.get_default("config")
    given.instance = given.instance or top.get_default("instance")
    return name, given, rest


def _parsed(own: argparse.ArgumentParser, name: str, rest: list[str]) -> argparse.Namespace:
    """The arguments of the command itself; bad usage ends the program with exit code 2."""
    parsed, unknown = own.parse_known_args(rest)
    if unknown and unknown[0].endswith((".yaml", ".yml")) and not unknown[0].startswith("-"):
        own.error(f"for another file: aggregator --config {unknown[0]} {name}")
    if unknown:
        own.error(_unknown(unknown, (*own._option_string_actions, *GLOBAL)))
    return parsed


def _unknown(words: Sequence[str], options: Collection[str]) -> str:
    near = filter(None, (meant(word, options) for word in words))
    return f"unrecognized arguments: {' '.join(words)}{next(near, '')}"


def _run(name: str, given: argparse.Namespace, rest: list[str]) -> int:
    """Run a command, and return its exit code. `given`: the options of all commands; `rest`: the command's own arguments."""
    installation = Installation(Path(given.config), Path(given.instance), given.database or None)
    command = load(name)
    example = f"Example: aggregator {command.example}" if command.example else None
    own = argparse.ArgumentParser(prog=f"aggregator {name}", description=command.help, epilog=example)
    own.add_argument_group("options of all commands", f"{', '.join(GLOBAL)}: see `aggregator --help`")
    command.add(own)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # as during the imports (`__main__.py`)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    asked = _parsed(own, name, rest)
    if "json" in asked and asked.json and isinstance(sys.stdout, io.TextIOWrapper):  # read by programs, not shown
        sys.stdout.reconfigure(encoding="utf-8")
    return command.run(asked, installation)


def main(arguments: list[str] | None = None) -> int:
    open_streams()
    # Must be set before numpy is imported. Our arrays are too small for several threads, and idle OpenBLAS threads use CPU time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Most objects that a command creates at its start live until its end. Collecting garbage among them, repeatedly and once more at
    # exit, would take a tenth of the time of a short command.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    atexit.register(end_streams)
    name, given, rest = _split(sys.argv[1:] if arguments is None else arguments)
    try:
        Path.cwd()
    except FileNotFoundError:
        parser().error("the current folder has been deleted; change to another (cd)")
    if isinstance(sys.stdout, io.TextIOWrapper):  # headlines contain characters that a terminal's encoding may lack
        sys.stdout.reconfigure(errors="backslashreplace")
    code = 0
    try:
        code = _run(name, given, rest)
        sys.stdout.flush()  # here, because an error while flushing at exit would give no message and another exit code
    except AggregatorError as error:
        say(str(error) if isinstance(error, ConfigError) else f"aggregator: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has ended (`| head`), which is not an error
        end_output()
    except (OSError, MemoryError, RuntimeError, ImportError) as error:
        if lacking := lack(error):
            print(f"aggregator: {lacking}", file=sys.stderr)
            return lacking.exit_code
        if not isinstance(error, OSError) or error.errno not in UNWRITABLE or error.filename is not None:
            raise
        end_output()
        print(f"aggregator: the output cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    return code
