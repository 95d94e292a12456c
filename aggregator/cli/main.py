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
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

from aggregator import __version__
from aggregator.bootstrap import Installation
from aggregator.cli.arguments import Command, Parser, option
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
"""The options before the command. Each takes a value."""

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors when writing standard output to a file on a full or failing disk."""


def parser() -> Parser:
    top = Parser(
        prog="aggregator",
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
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    return top


def load(name: str) -> Command:
    """Import the module of a command."""
    found: Command = import_module(f"aggregator.cli.{name}_" if iskeyword(name) else f"aggregator.cli.{name}").COMMAND
    return found


def _parsed(own: Parser, command: str, rest: list[str]) -> argparse.Namespace:
    """Parse the arguments of the command itself; bad usage ends the program with exit code 2."""
    parsed, unknown = own.parse_known_args(rest)
    for flag in (word.partition("=")[0] for word in unknown):
        if meant := next((one for one in GLOBAL if flag[2:] and one.startswith(flag)), None):
            own.error(f"{meant} goes before the command: aggregator {meant} … {command}")
    if unknown and unknown[0].endswith((".yaml", ".yml")) and not unknown[0].startswith("-"):
        own.error(f"for another file: aggregator --config {unknown[0]} {command}")
    if unknown:
        own.error(_unknown(unknown, own))
    return parsed


def _unknown(words: list[str], parser: Parser) -> str:
    meant = next(filter(None, (parser.meant(word, GLOBAL) for word in words)), "")
    return f"unrecognized arguments: {' '.join(words)}{meant}"


def main(arguments: list[str] | None = None) -> int:
    open_streams()
    # Must be set before numpy is imported. Our arrays are too small for several threads, and idle OpenBLAS threads use CPU time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Most objects that a command creates at its start live until its end. Collecting garbage among them, repeatedly and once more at
    # exit, would take a tenth of the time of a short command.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    atexit.register(end_streams)
    top = parser()
    top.given = sys.argv[1:] if arguments is None else arguments
    given, rest = top.parse_known_args(top.given)
    if given.command is None:
        if any(map(top.meant, rest)):
            top.error(_unknown(rest, top))
        before = f" before {rest[0]}" if rest else ""  # which may be an option of the command
        top.error(f"name a command{before}, such as `aggregator run`; `aggregator --help` lists all")
    try:
        Path.cwd()
    except FileNotFoundError:
        top.error("the current folder has been deleted; change to another (cd)")
    if isinstance(sys.stdout, io.TextIOWrapper):  # headlines contain characters that a terminal's encoding may lack
        sys.stdout.reconfigure(errors="backslashreplace")
    code = 0
    try:
        # An empty path is that of a variable which the caller's script has not set.
        config, instance = given.config or top.get_default("config"), given.instance or top.get_default("instance")
        installation = Installation(Path(config), Path(instance), given.database or None)
        command = load(given.command)
        example = f"Example: aggregator {command.example}" if command.example else None
        own = Parser(prog=f"aggregator {given.command}", description=command.help, epilog=example)
        command.add(own)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # as during the imports (`__main__.py`)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        asked = _parsed(own, given.command, rest)
        if "json" in asked and asked.json and isinstance(sys.stdout, io.TextIOWrapper):  # read by programs, not shown
            sys.stdout.reconfigure(encoding="utf-8")
        code = command.run(asked, installation)
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
