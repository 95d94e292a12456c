"""Articles of sources with `full_text`: requested once each, politely; their text is stored beside what the feed said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from aggregator.addresses import host_of
from aggregator.errors import AggregatorError, FailureKind, Lacking, StoreError
from aggregator.model.item import Wanted
from aggregator.model.source import Failed, Fetched, FetchRequest, NotModified
from aggregator.pipeline.refresh import Tools
from aggregator.ports import Extractor

log = logging.getLogger(__name__)

RECENT = 2 * 86_400  # seconds; of what is older readers have read elsewhere
LIMIT = 50  # articles a call
TOGETHER = 8  # hosts; of each host one article at a time
TURN = 60
"""Seconds that a host may take of a call. What is left then is for the next one."""
LATER = 3600
"""Seconds until an article is requested once more if no result was stored, or, at least, if its host could not be reached and
names no time: then it is put off by as long as its item is known, half a dozen times in all. Others of its host that were claimed
with it come at least half an hour before it, so that one article alone, which may lead to another host, does not hold them up again."""
_UNREACHABLE: frozenset[FailureKind] = frozenset({"waiting", "timeout", "dns", "refused", "reset"})  # of a whole host


_Read = tuple[str, str | None]
"""The text of an article, as safe HTML, and why there is none."""


@dataclass(frozen=True, slots=True)
class _Later:
    """In how many seconds to try again, and others of its host; None: these may be tried now."""

    seconds: int
    others: int | None = None


async def articles(tools: Tools) -> int:
    """Fetch waiting articles, at most LIMIT; returns how many gave a text. A fault of one page affects no other. The
    fetcher keeps its pauses for each host, and fetches its robots.txt first."""
    wanted = [source.id for source in tools.sources.values() if source.full_text and source.enabled]
    if not wanted or tools.extract is None:
        return 0
    store, reader = tools.archive.articles, _Reader(tools, tools.extract)
    now = _now(tools)
    claimed = await asyncio.to_thread(store.claim, wanted, now - RECENT, LIMIT, now, now + LATER)
    hosts: dict[str | None, dict[tuple[str | None, str], list[Wanted]]] = {}
    for article in claimed:
        # Several items name one page: those of a live page, of two sections. Whether it may be private depends on the feed.
        page = host_of(tools.sources[article.source].url), article.url.partition("#")[0]
        hosts.setdefault(host_of(article.url), {}).setdefault(page, []).append(article)
    slots = asyncio.Semaphore(TOGETHER)

    async def put_off(named: Iterable[Wanted], seconds: int) -> None:
        for one in named:
            await asyncio.to_thread(store.put_off, one.item, _now(tools) + seconds)

    async def host(waiting: list[list[Wanted]]) -> int:
        texts = 0
        async with slots:
            until = _now(tools) + TURN
            while waiting:
                named = waiting.pop(0)
                outcome = await reader.read(named) if _now(tools) < until else _Later(0, others=0)
                if isinstance(outcome, _Later):
                    await put_off(named, outcome.seconds)
                    if outcome.others is not None:
                        await put_off(chain(*waiting), outcome.others)
                        break
                    continue
                for one, (content, why) in zip(named, outcome, strict=True):
                    await asyncio.to_thread(store.save, one.item, content, why and tools.mask(why), _now(tools))
                    texts += bool(content)
        return texts

    return sum(await asyncio.gather(*(host(list(pages.values())) for pages in hosts.values())))


def _now(tools: Tools) -> int:
    return int(tools.clock().timestamp())


@dataclass(frozen=True, slots=True)
class _Reader:
    tools: Tools
    extract: Extractor

    async def read(self, named: Sequence[Wanted]) -> list[_Read] | _Later:
        """What is read of the articles at one address, or when to try again. Requested without the source's own headers, which
        are meant for its feed."""
        first = named[0]
        named_by = self.tools.sources[first.source].url
        try:
            outcome = await self.tools.fetch(FetchRequest(first.source, first.url, named_by=named_by, crawled=True))
        except Lacking:
            raise
        except Exception as error:  # noqa: BLE001 (it costs this address alone)
            return [self._crashed(first, error)] * len(named)
        if isinstance(outcome, Failed):
            failed = self._failed(first, outcome)
            return failed if isinstance(failed, _Later) else [failed] * len(named)
        return [await self._text(article, outcome) for article in named]

    async def _text(self, article: Wanted, outcome: Fetched | NotModified) -> _Read:
        if not isinstance(outcome, Fetched):
            return "", "not modified"
        if _is_front_page(outcome.url) and not _is_front_page(article.url):
            return "", "its address leads to the front page"
        try:
            return await self.extract(outcome, article.told), None
        except (StoreError, Lacking):
            raise
        except AggregatorError as error:
            return "", str(error)
        except Exception as error:  # noqa: BLE001 (it costs this article alone)
            return self._crashed(article, error)

    @staticmethod
    def _crashed(article: Wanted, error: Exception) -> _Read:
        log.error("source %s: an article could not be read", article.source, exc_info=error)
        return "", f"an error in this program, see the log ({type(error).__name__})"

    def _failed(self, article: Wanted, failed: Failed) -> _Read | _Later:
        named = failed.freshness.retry_after
        if named:
            return _Later(named + LATER // 2, named)
        if failed.kind in _UNREACHABLE or (failed.status or 0) >= 500:
            others = LATER // 2 if failed.kind in _UNREACHABLE else None
            return _Later(max(LATER, _now(self.tools) - article.seen), others)
        return "", failed.message


def _is_front_page(url: str) -> bool:
    page = url.partition("#")[0]
    return page.count("/") == 3 and page.endswith("/")
