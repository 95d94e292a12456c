"""`aggregator backup FILE`: a consistent copy of the archive."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path

from aggregator.bootstrap import Database, Installation
from aggregator.cli.arguments import Command
from aggregator.errors import UsageError


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the copy to write; must not exist yet")


def run(args: argparse.Namespace, installation: Installation) -> int:
    if str(args.file) == "-":  # `backup - | ssh …` would send on our own words
        raise UsageError("name a file: the copy is not written to standard output")
    # It still imports (`__main__.py`), and nothing is written yet.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    archive = Database(installation).open_to_read()
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # from here on the incomplete copy is removed
        if signal.getsignal(stop) is signal.SIG_DFL:  # not where the caller has it ignored (nohup)
            signal.signal(stop, signal.default_int_handler)
    archive.upkeep.backup(args.file)
    archive.close()
    print(f"{args.file} holds the archive, {args.file.stat().st_size // 1024} KiB.")
    return 0


COMMAND = Command(
    "Write a consistent copy of the archive, even while the service runs.",
    add,
    run,
    "backup wire-2026-12-01.db",
)
