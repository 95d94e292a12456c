"""`aggregator import FILE.opml`: append the feeds of another reader to the configuration."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.addresses import Allowance, host_of, literal_private
from aggregator.bootstrap import Application, Installation
from aggregator.cli.appending import (
    NewNames,
    append,
    bare_url,
    editing,
    hint_to_apply,
    present,
    same_address,
    with_publisher,
)
from aggregator.cli.arguments import Command, json_option
from aggregator.cli.terminal import print_json
from aggregator.config.characters import fault
from aggregator.config.edit import NewSource
from aggregator.config.scalars import Wrong, web_address
from aggregator.errors import AggregatorError, ParseError
from aggregator.normalise.plain import plain
from aggregator.parse.opml import MOST_BYTES, FeedList, Listed, read_opml

SHOWN = 5  # at most so many bad addresses are printed


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="an OPML file (- for standard input)")
    json_option(parser)


class Sorted(Struct):
    """The feeds of the list, by what is done with them."""

    fresh: list[NewSource] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # addresses polled already
    twice: list[str] = field(default_factory=list)  # addresses listed more than once
    bad: list[str] = field(default_factory=list)


def run(args: argparse.Namespace, installation: Installation) -> int:
    Application.load(installation)  # a broken file is told before the list is read, perhaps from a terminal
    listed = _read(args.file)
    with editing(installation) as application:
        found = sort(application, listed.feeds)
        made = append(application, found.fresh) if found.fresh else []
    code = 0
    if listed.broken:
        code = 1
        print(
            f"aggregator: {_shown(args.file)}:{listed.broken}: the file breaks off or is broken here, so that feeds may be missing. What "
            "could be read was taken; import the repaired file again, and feeds that are there already are skipped.",
            file=sys.stderr,
        )
    if args.json:
        rows = [
            {"id": source.id, "name": one.name, "url": application.mask(one.url), "folder": one.folder}
            for source, one in zip(made, found.fresh, strict=True)
        ]
        counts = {"present": found.known, "duplicates": found.twice, "dropped": found.bad}
        print_json({"added": rows, **{key: list(map(application.mask, of)) for key, of in counts.items()}})
        return code
    print(
        f"Sources added to {installation.config}: {len(found.fresh)}. Already there: {len(found.known)}. "
        f"Listed twice: {len(found.twice)}. Dropped because they cannot be polled: {len(found.bad)}."
    )
    for url in found.bad[:SHOWN]:
        print(f"  dropped: {application.mask(url)[:120]!r}")
    if len(found.bad) > SHOWN:
        print(f"  … and {len(found.bad) - SHOWN} more; --json lists all")
    if found.bad:
        print(
            "  (Only http(s) addresses of feeds are accepted, not of pages that FreshRSS scrapes, and private hosts only if "
            "allow_private names them.)"
        )
    if found.fresh:
        hint_to_apply(application, "them")
    return code


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name


def _read(name: str) -> FeedList:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            return read_opml(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise AggregatorError(f"{_shown(name)}: cannot be read: {error.strerror}") from error
    except ParseError as error:
        raise AggregatorError(f"{_shown(name)}: {error}") from error


def sort(application: Application, listed: Iterable[Listed]) -> Sorted:
    """Sort the feeds of the list. New ones get names, ids, and their folder as a label."""
    there = present(application)
    names = NewNames(application.settings.sources)
    allowed = Allowance.of(application.settings.allow_private)
    found, seen = Sorted(), set[str]()
    for one in listed:
        url = bare_url(one.url)
        address = same_address(url)
        if one.scraped or not _pollable(url, allowed):
            found.bad.append(url or one.title)
        elif address in seen:
            found.twice.append(url)
        elif address in there:
            seen.add(address)
            found.known.append(url)
        else:
            seen.add(address)
            source = with_publisher(application, names.give(plain(one.title), url))
            found.fresh.append(replace(source, folder=_folder(one.folder)))
    return found


def _pollable(url: str, allowed: Allowance) -> bool:
    """Whether the file may have this address, and its host is public or named in `allow_private`. Lists are not trusted."""
    try:
        web_address(url)
    except Wrong:
        return False
    return fault(url) is None and (not literal_private(url) or allowed.names(host_of(url) or ""))


def _folder(folder: tuple[str, ...]) -> str | None:
    """The nested folders as one label: `Tech/Asia`."""
    names = [" ".join(plain(name).replace("/", " ").split()) for name in folder]
    return "/".join(name for name in names if name)[:100].strip("/ ") or None


COMMAND = Command(
    "Append the feeds of an OPML file to the configured file. Folders become labels (`label=folder:NAME` searches by "
    "them). Feeds that are already there, are listed twice or cannot be polled (no http address, a page that FreshRSS "
    "scrapes, or a private host that `allow_private` does not name) are skipped and reported.",
    add,
    run,
    "import list.opml",
)
