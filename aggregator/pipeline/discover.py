"""An address as somebody typed it → the feed there, or the feeds that the page there names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.errors import AggregatorError, ParseError, SandboxError
from aggregator.model.item import NormalFeed
from aggregator.model.source import Failed, Fetched, FetchRequest, ParseJob
from aggregator.parse.discover import Link, discover, usual
from aggregator.parse.sniff import kind
from aggregator.ports import Clock, Fetcher, Parser

GUESSES = 6
"""Links that merely look like feeds: so many are asked."""


@dataclass(frozen=True, slots=True)
class FeedFound:
    """`url` is where the feed is to be polled: a permanent redirect is followed for good, a passing one is not."""

    url: str
    feed: NormalFeed


class Finder:
    """Through the guarded fetcher and the sandbox of the service, storing nothing."""

    def __init__(self, fetch: Fetcher, parse: Parser, clock: Clock) -> None:
        self._fetch, self._parse, self._clock = fetch, parse, clock

    async def find(self, address: str) -> FeedFound | tuple[Link, ...]:
        """The feed at an address; or what a page there offers, two or more.

        Raises:
            AggregatorError: it cannot be fetched, or neither is nor names a feed; the message says what it is.
        """
        url, fetched = await self._open(address)
        try:
            return await self._read(url, fetched)
        except ParseError as error:
            if kind(fetched.body) != "html":
                raise AggregatorError(f"{url}: {error}") from error
            links = discover(fetched.body, fetched.content_type, fetched.url)
            if not links or not links[0].declared:
                return await self._guess(
                    [link.url for link in links[:GUESSES]] or usual(fetched.url), fetched.url, error
                )
        return await self.feed(links[0].url) if len(links) == 1 else links

    async def _open(self, address: str) -> tuple[str, Fetched]:
        """Without a scheme it is https, and http where that fails."""
        if "://" in address:
            return address, await self._get(address)
        try:
            return f"https://{address}", await self._get(f"https://{address}")
        except AggregatorError as error:
            try:
                return f"http://{address}", await self._get(f"http://{address}")
            except AggregatorError:
                raise error from None

    async def feed(self, url: str) -> FeedFound:
        """The feed at exactly this address. Raises AggregatorError."""
        fetched = await self._get(url)
        try:
            return await self._read(url, fetched)
        except ParseError as error:
            raise AggregatorError(f"{url}: {error}") from error

    async def _guess(self, addresses: Iterable[str], page: str, error: ParseError) -> FeedFound | tuple[Link, ...]:
        """What merely looks like the address of a feed is asked, one after the other."""
        found = []
        for url in addresses:
            try:
                found.append(await self.feed(url))
            except AggregatorError:
                continue
        if not found:
            raise AggregatorError(f"{page}: {error}; it names no feed, and none lies where feeds usually do") from error
        return found[0] if len(found) == 1 else tuple(Link(one.url, one.feed.title or "") for one in found)

    async def _get(self, url: str) -> Fetched:
        outcome = await self._fetch(FetchRequest("discovery", url))
        if isinstance(outcome, Fetched):
            return outcome
        why = outcome.message if isinstance(outcome, Failed) else "it answered 304 to a first request"
        raise AggregatorError(f"{url}: {why}")

    async def _read(self, url: str, fetched: Fetched) -> FeedFound:
        job = ParseJob("discovery", "discovery", "discovery", False, None, self._clock())
        try:
            return FeedFound(fetched.permanent or url, await self._parse(fetched, job))
        except SandboxError as error:
            raise AggregatorError(f"{url}: {error}") from error
