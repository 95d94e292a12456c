"""`aggregator try URL`: show the entries of a feed and where they would land; stores nothing."""

from __future__ import annotations

import argparse
import asyncio

from aggregator.bootstrap import Application, Installation
from aggregator.cli import shapes
from aggregator.cli.appending import present, same_address
from aggregator.cli.arguments import Command, json_option, number, option
from aggregator.cli.discovery import find, given_url, pick_option
from aggregator.cli.judgement import judgement
from aggregator.cli.terminal import print_json
from aggregator.render.fit import rfc3339
from aggregator.schedule.health import in_words
from aggregator.text.plurals import counted


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="address of a feed, or of a page that links to one")
    option(parser, "--limit", "entries to show", default="20")
    pick_option(parser)
    json_option(parser)


def run(args: argparse.Namespace, installation: Installation) -> int:
    application, limit = Application.load(installation), number("--limit", args.limit)
    found, _ = asyncio.run(find(application, given_url(args.url), args.pick, show=True))
    assert found is not None
    feed, url = found.feed, application.mask(found.url)
    source = present(application).get(same_address(found.url))
    rows: list[shapes.Entry] = [
        {
            "title": item.title,
            "url": item.url,
            "published": rfc3339(item.published) if item.published else None,
            **judgement(application, item.title, item.summary, source),
        }
        for item in feed.items[:limit]
    ]
    if args.json:
        head = {
            "url": url,
            "source": source.id if source else None,
            "title": feed.channel.title,
            "format": feed.format,
            "entries": len(feed.items),
            "flaws": list(feed.flaws),
        }
        print_json({**head, "items": rows})
        return 0
    print(f"{feed.channel.title or url}: {feed.format}, {counted(len(feed.items), 'entry', 'entries')}")
    print(f"  {url}{f', source {source.id} ({source.at})' if source else ''}")
    for flaw in feed.flaws:
        print(f"  {in_words(flaw)}")
    for row in rows:
        _line(row)
    return 0


def _line(row: shapes.Entry) -> None:
    others = [section for section in row["sections"] if section != row["section"]]
    topics = f"  [{', '.join(row['topics'])}]" if row["topics"] else ""
    also = f" (also {', '.join(others)})" if others else ""
    print(f"  {row['section']:20} {row['title']}{also}{topics}")


COMMAND = Command(
    "Fetch a feed and show its entries and where they would land. Stores nothing.",
    add,
    run,
    "try https://www.example.org/",
)
