"""`aggregator try URL`: what a feed holds and where it would land; stores nothing."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import orjson

from aggregator.bootstrap import Application, Place, utc_now
from aggregator.cli.arguments import Command, json_option, option
from aggregator.cli.verdict import verdict
from aggregator.errors import AggregatorError, ParseError
from aggregator.model.item import NormalFeed
from aggregator.model.source import Failed, Fetched, FetchRequest, ParseJob
from aggregator.render.instants import rfc3339


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="address of a feed, or of a page that links to one")
    option(parser, "--limit", "entries to show", default="20")
    json_option(parser)


def run(args: argparse.Namespace, place: Place) -> int:
    application = Application.load(place)
    feed, url = asyncio.run(_read(application, args.url))
    shown = feed.items[: int(args.limit) if str(args.limit).isdigit() else 20]
    rows = [
        {
            "title": item.title,
            "url": item.url,
            "published": rfc3339(item.published) if item.published else None,
            **verdict(application, item.title, item.summary),
        }
        for item in shown
    ]
    if args.json:
        head = {
            "url": url,
            "title": feed.title,
            "format": feed.format,
            "entries": len(feed.items),
            "flaws": list(feed.flaws),
        }
        print(orjson.dumps({**head, "items": rows}).decode())
        return 0
    print(
        f"{feed.title or url}: {feed.format}, {len(feed.items)} entries{', ' + ', '.join(feed.flaws) if feed.flaws else ''}"
    )
    for row in rows:
        _line(row)
    return 0


def _line(row: dict[str, Any]) -> None:
    others = [section for section in row["sections"] if section != row["section"]]
    topics = f"  [{', '.join(row['topics'])}]" if row["topics"] else ""
    also = f" (also {', '.join(others)})" if others else ""
    print(f"  {row['section']:20} {row['title']}{also}{topics}")


async def _read(application: Application, url: str) -> tuple[NormalFeed, str]:
    """The feed at an address, or the first that a page there links to."""
    from aggregator.sandbox import Sandbox

    fetcher = application.fetcher()
    try:
        async with Sandbox(children=1) as sandbox:
            outcome = await fetcher(FetchRequest("try", url))
            if not isinstance(outcome, Fetched):
                why = outcome.message if isinstance(outcome, Failed) else "it answered 304 to a first request"
                raise AggregatorError(f"{application.mask(url)}: {why}")
            job = ParseJob("try", "try", "try", False, None, utc_now())
            try:
                return await sandbox.parse(outcome, job), outcome.url
            except ParseError as error:
                raise AggregatorError(f"{application.mask(url)}: {error}") from error
    finally:
        await fetcher.close()


COMMAND = Command("try", "Fetch a feed and show its entries and where they would land, storing nothing.", add, run)
