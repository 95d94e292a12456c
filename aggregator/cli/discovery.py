"""Finds feeds at an address, for `add` and `try`, and lists them with numbers if there are several."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aggregator.addresses import has_scheme
from aggregator.bootstrap import Application, utc_now
from aggregator.cli.appending import web_address
from aggregator.cli.arguments import number, option
from aggregator.errors import AggregatorError, UsageError
from aggregator.model.source import Fetched
from aggregator.pipeline.discover import FeedFound, Finder, Link, Offered
from aggregator.text.plurals import counted


def pick_option(parser: argparse.ArgumentParser) -> None:
    option(parser, "--pick", "which feed, if the page names several", metavar="N")


def pick(text: str | None) -> int | None:
    return None if text is None else number("--pick", text)


def typed(text: str) -> str:
    """The web address that the editor gave, with white space and slashes as browsers read them. Raises UsageError if it is none at all."""
    url = re.sub(r"[\t\r\n]", "", web_address(text)).replace(" ", "%20")
    url = re.sub("^(https?:)/*", r"\1//", url.removeprefix("//"), flags=re.IGNORECASE)
    if not url:
        raise UsageError("give the address of a feed, or of a page that links to one")
    with suppress(OSError, ValueError):  # too long for a name, or impossible in one
        if not has_scheme(url) and Path(text).is_file():
            raise UsageError(f"{text} is a file, not a web address; `aggregator import` takes lists of feeds (OPML)")
    return url


async def find(
    application: Application, address: str, choice: int | None, show: bool = False
) -> tuple[FeedFound | None, tuple[Link, ...]]:
    """(feed, all feeds that the page at the address links to). If the address is a page with several feeds, `choice` is the number of the
    wanted one; if it is None, the only one that is not of comments, else no feed is returned. With `show` it is the first, and all are
    printed before it is fetched, to be chosen from if it is dead.

    Raises:
        AggregatorError: there is no feed; the message says what there is at the address.
    """
    from aggregator.sandbox.pool import Sandbox

    fetcher = application.fetcher()
    try:
        async with Sandbox(children=1) as sandbox:
            finder = Finder(fetcher, sandbox.parse, utc_now, _offered)
            found = await finder.find(address)
            if isinstance(found, FeedFound):
                return found, ()
            picked = choice or (1 if show else _without_comments(found))
            if picked is None:
                return None, found
            if picked > len(found):
                raise UsageError(f"--pick: the page names {counted(len(found), 'feed')}")
            if show and choice is None:
                offer(found)
                print("The first is shown; --pick N shows another.", file=sys.stderr)
            return await finder.feed(found[picked - 1]), found
    except UsageError:
        raise
    except AggregatorError as error:
        raise AggregatorError(application.mask(str(error))) from error
    finally:
        await fetcher.close()


def _without_comments(links: Sequence[Link]) -> int | None:
    """The number of the only feed that is not of comments: most sites of WordPress declare one of each."""
    numbers = [number for number, link in enumerate(links, 1) if not link.comments]
    return numbers[0] if len(numbers) == 1 else None


def _offered(page: bytes, fetched: Fetched) -> Offered:
    from aggregator.fetch.discover import candidates, of_comments
    from aggregator.normalise.plain import plain

    url = fetched.url
    found = candidates(page, url, fetched.links)
    titled = ((address, plain(found.titles.get(address, ""))) for address in found.declared)
    declared = tuple(Link(address, url, title, of_comments(title, address)) for address, title in titled)
    return Offered(declared, (*found.linked, *found.guessed), found.onward)


def offer(links: Sequence[Link]) -> None:
    """Print the feeds of a page with their numbers."""
    print(f"The page names {len(links)} feeds:", file=sys.stderr)
    for count, link in enumerate(links, 1):
        title = f"  {link.title}" if link.title else ""
        print(f"  {count}  {link.url}{title}", file=sys.stderr)


def as_rows(links: Sequence[Link]) -> dict[str, list[dict[str, Any]]]:
    """The feeds of a page for --json."""
    rows = [{"pick": count, "url": link.url, "title": link.title} for count, link in enumerate(links, 1)]
    return {"feeds": rows}
