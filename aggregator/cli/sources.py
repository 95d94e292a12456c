"""`aggregator sources`: show the health of sources."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from aggregator.bootstrap import Application, Installation, library
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.broken_file import file_or_in_force
from aggregator.cli.terminal import print_json, say
from aggregator.errors import StoreReadOnly, UsageError
from aggregator.schedule.health import dropped, in_words
from aggregator.text.plurals import counted

if TYPE_CHECKING:
    from aggregator.web.shapes import Source

WAITS = "is not in force; `aggregator apply` puts it in force"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="*", help="ids of sources (default: all)")
    json_option(parser)


def run(args: argparse.Namespace, installation: Installation) -> int:
    from aggregator.web.sources import source_rows

    with file_or_in_force(installation) as application:
        say(new := application.database.notice_if_new())
        # Creates the archive if there is none (so that the command works right after the file was written), or migrates it. The
        # listing itself only reads.
        with nullcontext() if new or application.database.shared else suppress(StoreReadOnly):
            application.database.open().close()
        rows = source_rows(library(application))
        if args.source:
            rows = _named(args.source, rows, application)
        elif waiting := len(application.sources.keys() - {row["id"] for row in rows}):
            say(f"{installation.config} names {counted(waiting, 'source')} more, but {WAITS}")
        if args.json:
            print_json({"sources": rows})
        else:
            _print(rows, whole=bool(args.source))
    return 0


def _named(ids: Sequence[str], rows: Sequence[Source], application: Application) -> list[Source]:
    """The rows with these ids. Raises UsageError if no such source is in force."""
    known = {row["id"]: row for row in rows}
    for id in ids:
        if id not in known and id in application.sources:
            raise UsageError(f"{application.installation.config} names {id}, but {WAITS}")
        if id not in known:
            raise unknown_source(id, application, known)
    return [known[id] for id in dict.fromkeys(ids)]


def unknown_source(id: str, application: Application, known: Collection[str]) -> UsageError:
    """The error that no source has this id; it may be a former id, the name or the address of one of the `known`, or nearly its id."""
    from aggregator.cli.appending import present, same_address
    from aggregator.config.suggest import did_you_mean

    at = present(application).get(same_address(id))
    named = [one.id for one in application.settings.sources if id in (*one.was, one.name) or one is at]
    hint = did_you_mean(next((one for one in named if one in known), id), known)
    return UsageError(f"there is no source {id}{hint or '; `aggregator sources` lists them'}")


def _print(rows: Sequence[Source], *, whole: bool) -> None:
    """Print the rows. `whole`: with details that a list of all sources leaves out."""
    width = max((len(row["id"]) for row in rows), default=0)
    states = max((len(row["state"]) for row in rows), default=0)
    margin = " " * (width + states + 4)
    for row in rows:
        saved = f", {size} KiB saved by 304" if (size := row["bytes_saved"] // 1024) else ""
        print(f"{row['id']:{width}}  {row['state']:{states}}  last success {row['last_success'] or 'never'}{saved}")
        following = row["next_poll"] or ("none" if row["state"] in ("paused", "gone") else "now")
        why = row["why"].removesuffix(f"; {row['last_error']}")  # the evidence has the error, too
        print(f"{margin}next poll {following}: {why}")
        if row["state"] not in ("ok", "new"):
            print(f"{margin}{row['evidence']}")
        for reason, count in row["drops"].items():
            print(f"{margin}{dropped(reason, count)}")
        for flaw in row["flaws"]:
            if flaw != row["state"]:
                print(f"{margin}{in_words(flaw)}")
        if whole:
            print(f"{margin}{row['name']}, of {row['publisher']}: {row['url']}")
            if row["polls"]:
                print(
                    f"{margin}{counted(row['polls'], 'poll')}, {row['not_modified']} of them answered 304 Not Modified"
                )


COMMAND = Command(
    "Show the health of every source: last success, next poll and the reason for its time, errors, bytes saved by 304.",
    add,
    run,
    "sources bbc-world",
)
