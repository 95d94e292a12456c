"""`aggregator add URL`: find the feed of an address and append it to the configuration."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from aggregator.addresses import with_scheme
from aggregator.bootstrap import Application, Installation
from aggregator.cli.appending import NewNames, append, editing, hint_to_apply, present, same_address, with_publisher
from aggregator.cli.arguments import Command, json_option, option
from aggregator.cli.discovery import find, given_url, offer, pick_option
from aggregator.cli.terminal import print_json
from aggregator.errors import UsageError
from aggregator.model.settings import Source
from aggregator.text.plurals import counted


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="address of a feed, or of a page that links to one")
    option(parser, "--name", "name of the source (default: the feed's title)")
    pick_option(parser)
    json_option(parser)


def run(args: argparse.Namespace, installation: Installation) -> int:
    application = Application.load(installation)
    there, url = present(application), given_url(args.url)
    known = there.get(same_address(with_scheme(url)))
    if known:
        return _present(application, known, args.json)
    found, links = asyncio.run(find(application, url, args.pick))
    if found is None:
        if args.json:
            rows = [{"pick": n, "url": link.url, "title": link.title} for n, link in enumerate(links, 1)]
            print_json({"feeds": rows})
        else:
            offer(links)
        raise UsageError("choose one of them with --pick N")
    with editing(installation) as application:
        known = present(application).get(same_address(found.url))
        if known is None:
            source = NewNames(application.settings.sources).give(args.name or found.feed.channel.title or "", found.url)
            (made,) = append(application, [with_publisher(application, source)])
    if known:
        return _present(application, known, args.json)
    if args.json:
        row: dict[str, Any] = {"id": made.id, "name": made.name, "url": application.mask(made.url)}
        print_json({"added": row, "present": None, "at": str(made.at)})
        return 0
    entries = counted(len(found.feed.items), "entry", "entries")
    print(f"Added source {made.id} ({made.at}): {made.name}, {entries}, {application.mask(made.url)}")
    hint_to_apply(application, "it")
    return 0


def _present(application: Application, source: Source, as_json: bool) -> int:
    if as_json:
        print_json({"added": None, "present": source.id, "at": str(source.at)})
    else:
        print(
            f"{application.mask(source.url)} is polled already, by source {source.id} ({source.at}). Nothing was written."
        )
    return 0


COMMAND = Command(
    "Find the feed of a page (or take the address of a feed) and append it to the configured file. Comments and layout of "
    "the file stay as they are.",
    add,
    run,
    "add https://www.example.org/ --pick 2",
)
