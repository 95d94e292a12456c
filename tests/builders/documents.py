"""Small feed documents for tests, and the job that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from aggregator.model.item import NormalFeed
from aggregator.model.source import Fetched, ParseJob
from aggregator.normalise.document import normalise
from aggregator.parse.reader import parse
from aggregator.sandbox import child, frames
from aggregator.sandbox.pool import Sandbox

URL = "https://feeds.example.org/world/rss.xml"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JOB = ParseJob("world", "world", "Example News", False, None, NOW)
WRAPPER = ParseJob("google", "google", "Google News", True, None, NOW)

_SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:georss="http://www.georss.org/georss"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def item(inside: str = "", *, title: str = "Title", link: str = "https://example.org/1", guid: str = "") -> str:
    """An RSS item; empty arguments leave their element out."""
    parts = [f"<title>{title}</title>" if title else "", f"<link>{link}</link>" if link else ""]
    return f"<item>{''.join(parts)}{f'<guid>{guid}</guid>' if guid else ''}{inside}</item>"


def rss(items: str | Sequence[str] = "", head: str = "", encoding: str = "utf-8", declared: str | None = None) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{declared or encoding}"?><rss version="2.0" {_SPACES}><channel>'
        f"<title>Example</title><link>https://example.org/</link>{head}{items if isinstance(items, str) else ''.join(items)}"
        "</channel></rss>"
    )
    return text.encode(encoding)


def atom(entries: str = "", head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title>{head}{entries}</feed>'
    ).encode()


def read(body: bytes, job: ParseJob = JOB, content_type: str | None = None, url: str = URL) -> NormalFeed:
    """Parsed and normalised."""
    return normalise(parse(body, content_type, url), job, url)


async def parse_here(fetched: Fetched, job: ParseJob) -> NormalFeed:
    """What a child of the sandbox answers (tests/unit/sandbox compares), without the third of a second that it takes to start."""
    return read(fetched.body, job, fetched.content_type, fetched.url)


async def answer_here(_: Sandbox, task: frames.Request, body: bytes) -> frames.Answer:
    """The same of whatever is asked."""
    return child._answer(task, body)


def dropped(feed: NormalFeed) -> dict[str, int]:
    return {drop.reason: drop.count for drop in feed.drops}
