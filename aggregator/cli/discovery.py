"""Finds the feed at an address that somebody typed, or the feeds that the page there links to, for `add` and `try`. Lists them with numbers
if there are several."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from aggregator.addresses import has_scheme, host_of, with_scheme
from aggregator.bootstrap import Application, utc_now
from aggregator.cli.appending import bare_url
from aggregator.cli.arguments import number, option
from aggregator.errors import AggregatorError, ParseError, SandboxError, UsageError
from aggregator.model.item import NormalFeed
from aggregator.model.source import Candidates, Failed, Fetched, FetchRequest, ParseJob
from aggregator.normalise.plain import plain
from aggregator.parse.discover import of_comments
from aggregator.ports import Fetcher, Parser
from aggregator.text.plurals import counted

GUESSES = 12
"""At most so many addresses that only look like feeds are requested."""


class Link(Struct, frozen=True):
    """A feed that a page links to; `page` is the address of the page; `comments`: it is one of readers' comments."""

    url: str
    page: str
    title: str = ""
    comments: bool = False


class FeedFound(Struct, frozen=True):
    """A feed, and the address at which it is to be polled: the target of permanent redirects, but not of temporary ones."""

    url: str
    feed: NormalFeed


def pick_option(parser: argparse.ArgumentParser) -> None:
    option(parser, "--pick", "which feed, if the page names several", metavar="N")


def given_url(text: str) -> str:
    """The web address that the editor gave, with white space and slashes as browsers read them. Raises UsageError if it is none at all."""
    url = re.sub(r"[\t\r\n]", "", bare_url(text)).replace(" ", "%20")
    url = re.sub("^(https?:)/*", r"\1//", url.removeprefix("//"), flags=re.IGNORECASE)
    if not url:
        raise UsageError("give the address of a feed, or of a page that links to one")
    with suppress(OSError, ValueError):  # too long for a name, or impossible in one
        if not has_scheme(url) and Path(text).is_file():
            raise UsageError(f"{text} is a file, not a web address; `aggregator import` takes lists of feeds (OPML)")
    # A path has no host, whatever its first folder is called.
    if url.startswith(("/", "~/")) or host_of(with_scheme(url)) is None:
        raise UsageError("this is no web address: one begins with http:// or https://, and names a host")
    return url


async def find(
    application: Application, address: str, pick: str | None, show: bool = False
) -> tuple[FeedFound | None, tuple[Link, ...]]:
    """(feed, all feeds that the page at the address links to). If the address is a page with several feeds, `pick` is the number of the
    wanted one; if it is None, the only one that is not of comments, else no feed is returned. With `show` it is the first, and all are
    printed before it is fetched, to be chosen from if it is dead.

    Raises:
        AggregatorError: there is no feed; the message says what there is at the address.
    """
    from aggregator.sandbox.pool import Sandbox

    choice = None if pick is None else number("--pick", pick)
    fetcher = application.fetcher()
    try:
        async with Sandbox(children=1) as sandbox:
            finder = Finder(fetcher, sandbox.parse, sandbox.search)
            found = await finder.find(address)
            if isinstance(found, FeedFound):
                if choice not in (None, 1):
                    raise UsageError("--pick: there is only one feed at this address")
                return found, ()
            picked = choice or (1 if show else _likeliest(found))
            if picked is None:
                return None, found
            if picked > len(found):
                raise UsageError(f"--pick: the page names {counted(len(found), 'feed')}")
            if show and choice is None and len(found) > 1:
                offer(found)
                print("The first is shown; --pick N shows another.", file=sys.stderr)
            return await finder.feed(found[picked - 1]), found
    except UsageError:
        raise
    except AggregatorError as error:
        raise AggregatorError(application.mask(str(error))) from error
    finally:
        await fetcher.close()


def _likeliest(links: Sequence[Link]) -> int | None:
    """The number of the only feed, or of the only one that is not of comments: most sites of WordPress declare one of each."""
    numbers = [number for number, link in enumerate(links, 1) if not link.comments or len(links) == 1]
    return numbers[0] if len(numbers) == 1 else None


def offer(links: Sequence[Link]) -> None:
    """Print the feeds of a page with their numbers."""
    print(f"The page names {len(links)} feeds:", file=sys.stderr)
    for count, link in enumerate(links, 1):
        title = f"  {link.title}" if link.title else ""
        print(f"  {count}  {link.url}{title}", file=sys.stderr)


class Finder:
    """Finds feeds with the fetcher and the sandbox of the service; stores nothing."""

    def __init__(self, fetch: Fetcher, parse: Parser, search: Callable[[Fetched], Awaitable[Candidates]]) -> None:
        self._fetch, self._parse, self._search = fetch, parse, search

    async def find(self, address: str) -> FeedFound | tuple[Link, ...]:
        """The feed at an address, or the feeds that the page there declares; if it declares none, the only one that is guessed.

        Raises:
            AggregatorError: the address cannot be fetched, or is neither a feed nor a page with feeds; the message says what it is.
        """
        url, fetched = await self._open(address)
        try:
            return await self._read(url, fetched)
        except ParseError as error:
            try:
                offered = await self._search(fetched)
            except (ParseError, SandboxError) as refused:
                why = error if isinstance(refused, ParseError) else refused
                raise AggregatorError(f"{url}: {why}") from refused
            declared = ((address, plain(title)) for address, title in offered.declared.items())
            links = tuple(Link(url, fetched.url, title, of_comments(title, url)) for url, title in declared)
            if not links:
                likely = [*offered.linked, *offered.guessed]
                return await self._guess(likely[:GUESSES], fetched.url, error)
        return links

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
                f"{page}: {error}; it links to no feed, and there is none at the usual addresses. If your browser ends at "
                "another address, give that"
            ) from error
        if len(found) == 1:
            return found.popitem()[1]
        return tuple(Link(one.url, page, one.feed.channel.title or "") for one in found.values())

    async def _get(self, url: str, page: str | None = None) -> Fetched:
        outcome = await self._fetch(FetchRequest("discovery", url, named_by=page))
        if isinstance(outcome, Fetched):
            return outcome
        why = outcome.message if isinstance(outcome, Failed) else "it answered 304 to a first request"
        raise AggregatorError(f"{url}: {why}")

    async def _read(self, url: str, fetched: Fetched) -> FeedFound:
        job = ParseJob("discovery", "discovery", "discovery", False, None, utc_now())
        try:
            return FeedFound(fetched.permanent or url, await self._parse(fetched, job))
        except SandboxError as error:
            raise AggregatorError(f"{url}: {error}") from error
