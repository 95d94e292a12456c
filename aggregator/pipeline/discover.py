"""Finds the feed at an address that somebody typed, or the feeds that the page there links to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from msgspec import Struct

from aggregator.addresses import has_scheme
from aggregator.errors import AggregatorError, ParseError, SandboxError
from aggregator.model.item import NormalFeed
from aggregator.model.source import Failed, Fetched, FetchRequest, ParseJob
from aggregator.parse.charset import of_page
from aggregator.parse.sniff import kind
from aggregator.ports import Clock, Fetcher, Parser

GUESSES = 12
"""At most so many addresses that only look like feeds are requested."""

PAGE = 1 << 20
"""So many bytes of a page are searched: links to feeds are in its head."""


class Link(Struct, frozen=True):
    """A feed that a page links to; `page` is the address of the page; `comments`: it is one of readers' comments."""

    url: str
    page: str
    title: str = ""
    comments: bool = False


class Offered(Struct, frozen=True):
    """The feeds that a page declares, and addresses that may be feeds. `onward`: the page to which browsers go on by themselves."""

    declared: tuple[Link, ...]
    likely: tuple[str, ...]
    onward: str | None = None


class FeedFound(Struct, frozen=True):
    """A feed, and the address at which it is to be polled: the target of permanent redirects, but not of temporary ones."""

    url: str
    feed: NormalFeed


class Finder:
    """Finds feeds with the fetcher and the sandbox of the service; stores nothing."""

    def __init__(
        self, fetch: Fetcher, parse: Parser, clock: Clock, offered: Callable[[bytes, Fetched], Offered]
    ) -> None:
        self._fetch, self._parse, self._clock, self._offered = fetch, parse, clock, offered

    async def find(self, address: str) -> FeedFound | tuple[Link, ...]:
        """The feed at an address, or the only feed that the page there links to; if it links to several, all of these links.

        Raises:
            AggregatorError: the address cannot be fetched, or is neither a feed nor a page with feeds; the message says what it is.
        """
        url, fetched = await self._open(address)
        return await self._found(url, fetched, go_on=True)

    async def _found(self, url: str, fetched: Fetched, *, go_on: bool) -> FeedFound | tuple[Link, ...]:
        try:
            return await self._read(url, fetched)
        except ParseError as error:
            page = of_page(fetched.body[:PAGE], fetched.content_type)
            if kind(page) != "html":
                raise AggregatorError(f"{url}: {error}") from error
            offered = self._offered(page, fetched)
            links = offered.declared
            if not links and go_on and offered.onward:
                with suppress(AggregatorError):  # there is nothing: what this page has is tried
                    return await self._found(offered.onward, await self._get(offered.onward, fetched.url), go_on=False)
            if not links:
                return await self._guess(offered.likely[:GUESSES], fetched.url, error)
        return await self.feed(links[0]) if len(links) == 1 else links

    async def _open(self, address: str) -> tuple[str, Fetched]:
        """(address, response). An address without a scheme is tried with https, then with http."""
        if has_scheme(address):
            return address, await self._get(address)
        try:
            return f"https://{address}", await self._get(f"https://{address}")
        except AggregatorError as error:
            try:
                return f"http://{address}", await self._get(f"http://{address}")
            except AggregatorError:
                raise error from None

    async def feed(self, link: Link) -> FeedFound:
        """The feed to which a page links. Raises AggregatorError."""
        fetched = await self._get(link.url, link.page)
        try:
            return await self._read(link.url, fetched)
        except ParseError as error:
            raise AggregatorError(f"{link.url}: {error}") from error

    async def _guess(self, addresses: Iterable[str], page: str, error: ParseError) -> FeedFound | tuple[Link, ...]:
        """Request addresses that only look like feeds, one after the other."""
        found: dict[str, FeedFound] = {}  # by its address: several may lead to one
        for url in addresses:
            try:
                one = await self.feed(Link(url, page))
            except AggregatorError:
                continue
            found.setdefault(one.url, one)
        if not found:
            raise AggregatorError(
                f"{page}: {error}; it links to no feed, and there is none at the usual addresses"
            ) from error
        feeds = tuple(found.values())
        return (
            feeds[0] if len(feeds) == 1 else tuple(Link(one.url, page, one.feed.channel.title or "") for one in feeds)
        )

    async def _get(self, url: str, page: str | None = None) -> Fetched:
        outcome = await self._fetch(FetchRequest("discovery", url, named_by=page))
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
