"""Fetches the articles of sources with `full_text`, each once. Their text is stored in addition to that of the feed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from urllib.parse import urlsplit

from msgspec import Struct

from aggregator.addresses import host_of, one_site
from aggregator.errors import AggregatorError, FailureKind, Lacking, lack
from aggregator.model.item import Wanted
from aggregator.model.source import ASKED_TO_WAIT, Failed, Fetched, FetchRequest
from aggregator.pipeline.tools import Tools
from aggregator.ports import Extractor

log = logging.getLogger(__name__)

RECENT = 2 * 86_400  # seconds; articles of older items are not fetched
LIMIT = 50  # articles per call
TOGETHER = 8  # hosts at a time; of each host one article at a time
TURN = 60
"""Seconds that a host may take in one call. Its remaining articles are left for the next call."""
LATER = 3600
"""Seconds until an article is requested again if no result was stored (the process hangs, or its machine is gone).

It is also the minimum delay after a host could not be reached and named no time (Retry-After). The article is then put off for as
long as its item has been known, so the delay doubles: half a dozen attempts in all. If the next article fails at the same host, the
fault is not that of a page: the others that were claimed together with these are put off for half of `LATER`, also where redirects led
there, since most of them would."""
_UNREACHABLE: frozenset[FailureKind] = frozenset({"waiting", "timeout", "dns", "refused", "reset"})
_SLUG = re.compile(r"[\d-]")
_Read = tuple[str, str | None]
"""(text of an article as safe HTML, why there is none)."""


class _Later(Struct, frozen=True):
    """An article is to be tried again in `seconds`, and the others of its host in `others` seconds (0: now); if the fault may be that of
    its page, `doubted` is the host, and the others wait only if the next one fails there as well."""

    seconds: int
    others: int
    doubted: str | None = None


async def articles(tools: Tools) -> None:
    """Fetch at most LIMIT waiting articles. A fault of one page affects no other. The fetcher spaces the requests to each host and obeys
    its robots.txt."""
    wanted = [source.id for source in tools.sources.values() if source.full_text and source.enabled]
    if not wanted or tools.extract is None:
        return
    store, reader = tools.archive.articles, _Reader(tools, tools.extract)
    now = _now(tools)
    claimed = await asyncio.to_thread(store.claim, wanted, now - RECENT, LIMIT, now, now + LATER, owner=tools.owner)
    hosts: dict[str | None, dict[tuple[str | None, str], list[Wanted]]] = {}
    for article in claimed:
        # Several items may have the same page (a live page, two section feeds): it is requested once for each host of their feeds,
        # since that decides whether a private address is allowed.
        page = host_of(tools.sources[article.source].url), article.url.partition("#")[0]
        hosts.setdefault(host_of(article.url), {}).setdefault(page, []).append(article)
    slots = asyncio.Semaphore(TOGETHER)

    async def put_off(named: Iterable[Wanted], seconds: int) -> None:
        await asyncio.to_thread(store.put_off, [one.item for one in named], _now(tools) + seconds)

    async def host(waiting: list[list[Wanted]]) -> None:
        others, doubted = 0, None
        try:
            async with slots:
                until = _now(tools) + TURN
                while waiting and not others and _now(tools) < until:
                    named = waiting[0]
                    outcome = await reader.read(named)
                    if isinstance(outcome, _Later):
                        await put_off(named, outcome.seconds)
                        others = outcome.others if outcome.doubted in (None, doubted) else 0
                        doubted = outcome.doubted
                    else:
                        for one, (content, why) in zip(named, outcome, strict=True):
                            await asyncio.to_thread(store.save, one.item, content, why and tools.mask(why), _now(tools))
                        doubted = None
                    del waiting[0]
        except Exception:
            # asked for again at each poll, it would fail in the same way, also if each poll is a process of its own
            await put_off(waiting.pop(0), LATER)
            raise
        finally:
            if waiting:  # also if the service stops: the next one then need not wait until the claim expires
                await put_off(chain(*waiting), others)

    # An error is raised only once all hosts have ended: nobody would wait for the others, as a service that stops does.
    ended = await asyncio.gather(*(host(list(pages.values())) for pages in hosts.values()), return_exceptions=True)
    for error in filter(None, ended):
        raise error


def _now(tools: Tools) -> int:
    return int(tools.clock().timestamp())


class _Reader(Struct, frozen=True):
    tools: Tools
    extract: Extractor

    async def read(self, named: Sequence[Wanted]) -> list[_Read] | _Later:
        """The texts of the articles at one address, or when to try again. The request has none of the source's headers, which are meant
        for its feed."""
        first = named[0]
        named_by = self.tools.sources[first.source].url
        try:
            outcome = await self.tools.fetch(FetchRequest(first.source, first.url, named_by=named_by, crawled=True))
        except Lacking:
            raise
        except Exception as error:  # noqa: BLE001 (it affects only this address)
            return [self._crashed(first, error)] * len(named)
        if isinstance(outcome, Failed):
            failed = self._failed(first, outcome)
            return failed if isinstance(failed, _Later) else [failed] * len(named)
        assert isinstance(outcome, Fetched)  # the request had no conditions
        return [await self._text(article, outcome) for article in named]

    async def _text(self, article: Wanted, outcome: Fetched) -> _Read:
        if leads_to_list(article.url, outcome.url):
            return "", "its address leads to the front page or to that of a section"
        try:
            return await self.extract(outcome, article.told), None
        except Lacking:
            raise
        except AggregatorError as error:
            return "", str(error)
        except Exception as error:  # noqa: BLE001 (it affects only this article)
            return self._crashed(article, error)

    @staticmethod
    def _crashed(article: Wanted, error: Exception) -> _Read:
        if lacking := lack(error):
            raise lacking from error
        log.error("source %s: an article could not be read", article.source, exc_info=error)
        return "", f"an error in this program, see the log ({type(error).__name__})"

    def _failed(self, article: Wanted, failed: Failed) -> _Read | _Later:
        named = failed.freshness.retry_after or 0
        status = failed.status or 0
        if not named and failed.kind not in _UNREACHABLE and status < 500 and status not in ASKED_TO_WAIT:
            return "", failed.message
        asked = host_of(article.url) or ""
        own, host = (one.removeprefix("www.") for one in (asked, failed.host or asked))
        if named and host == own:  # no redirect led elsewhere
            return _Later(named + LATER // 2, named)
        return _Later(max(LATER, named, _now(self.tools) - article.seen), LATER // 2, doubted=host)


def leads_to_list(url: str, target: str) -> bool:
    """Whether a redirect leads from an article to a list of articles, judged by the addresses: to the front page, to a folder above the
    article, or to a page of the same site with one or two plain words for its path. (`/story-1/amp` leads to `/story-1`, and
    `/2026/11/deal` to `/deal`.)"""
    own, found = _path(url), _path(target)
    if not found:
        return bool(own) or bool(urlsplit(url).query) > bool(urlsplit(target).query)
    if own[: len(found)] == found:
        return _has_slug(own[len(found) :])
    short = len(found) <= 2 and all(map(str.isalpha, found)) and found[-1:] != own[-1:]
    return short and _has_slug(own) and one_site(host_of(url) or "", host_of(target) or "")


def _path(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]


def _has_slug(path: list[str]) -> bool:
    """Whether a part of a path looks like the name of an article, which has digits or hyphens."""
    return any(map(_SLUG.search, path))
