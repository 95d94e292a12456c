"""From a page to its feeds."""

from __future__ import annotations

import asyncio

import pytest

from aggregator.cli.discovery import FeedFound, Finder, Link
from aggregator.errors import ParseError
from aggregator.model.item import NormalFeed
from aggregator.model.source import Candidates, Fetched, FetchRequest, Freshness, ParseJob
from aggregator.parse.sniff import offered

TYPED, PAGE, FEED = "https://outlet.example/", "https://www.outlet.example/", "https://www.outlet.example/feed"
DECLARED = "<link rel=alternate type=application/rss+xml href={}>"


@pytest.mark.parametrize(
    "head",
    [
        DECLARED.format("/feed"),
        "",
        DECLARED.format("/feed") + DECLARED.format("http://10.0.0.5/feed"),
    ],
    ids=["one", "guesses", "several"],
)
def test_what_a_page_links_to_is_asked_for_as_such(head: str) -> None:
    """So that a public page leads to no private address: the editor typed that of the page alone."""
    asked: list[FetchRequest] = []

    async def fetch(request: FetchRequest) -> Fetched:
        asked.append(request)
        body = f"<html><head>{head}</head></html>".encode() if request.url == TYPED else b"<rss/>"
        return Fetched(PAGE if request.url == TYPED else request.url, 200, body, None, None, None, Freshness())

    async def parse(fetched: Fetched, job: ParseJob) -> NormalFeed:
        if fetched.url == PAGE:
            raise ParseError("not-a-feed", "a web page")
        return NormalFeed("rss", ())

    async def search(fetched: Fetched) -> Candidates:
        return offered(fetched.body, fetched.content_type, fetched.url)

    async def find() -> FeedFound | tuple[Link, ...]:
        finder = Finder(fetch, parse, search)
        found = await finder.find(TYPED)
        return await finder.feed(found[0]) if isinstance(found, tuple) else found

    found = asyncio.run(find())
    assert isinstance(found, FeedFound)
    assert found.url == FEED
    assert (asked[0].url, asked[0].named_by) == (TYPED, None)
    assert {(request.named_by, request.crawled) for request in asked[1:]} == {(PAGE, False)}
