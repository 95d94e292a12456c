"""Articles of sources with `full_text`: requested once each, politely; their text is stored beside what the feed said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.addresses import host_of
from aggregator.errors import AggregatorError, StoreError, TooManyFiles
from aggregator.model.item import Wanted
from aggregator.model.source import Failed, Fetched, FetchRequest
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
with it wait for half of that, so that one article alone does not hold them up again."""
_UNREACHABLE = frozenset({"waiting", "timeout", "dns", "refused", "reset"})  # of a whole host


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
    hosts: dict[str | None, list[Wanted]] = {}
    for article in claimed:
        hosts.setdefault(host_of(article.url), []).append(article)
    slots = asyncio.Semaphore(TOGETHER)

    async def host(waiting: Sequence[Wanted]) -> int:
        texts = 0
        async with slots:
            until = _now(tools) + TURN
            for number, article in enumerate(waiting):
                outcome = await reader.read(article) if _now(tools) < until else _Later(0, others=0)
                if isinstance(outcome, _Later):
                    await asyncio.to_thread(store.put_off, article.item, _now(tools) + outcome.seconds)
                    if outcome.others is not None:
                        for other in waiting[number + 1 :]:
                            await asyncio.to_thread(store.put_off, other.item, _now(tools) + outcome.others)
                        break
                else:
                    content, why = outcome
                    await asyncio.to_thread(store.save, article.item, content, why and tools.mask(why), _now(tools))
                    texts += bool(content)
        return texts

    return sum(await asyncio.gather(*map(host, hosts.values())))


def _now(tools: Tools) -> int:
    return int(tools.clock().timestamp())


@dataclass(frozen=True, slots=True)
class _Reader:
    tools: Tools
    extract: Extractor

    async def read(self, article: Wanted) -> tuple[str, str | None] | _Later:
        """The text, or why there is none, or when to try again. Requested without the source's own headers, which are
        meant for its feed."""
        try:
            named_by = self.tools.sources[article.source].url
            outcome = await self.tools.fetch(FetchRequest(article.source, article.url, named_by=named_by))
            if isinstance(outcome, Failed):
                return self._failed(article, outcome)
            if not isinstance(outcome, Fetched):
                return "", "not modified"
            if _is_front_page(outcome.url) and not _is_front_page(article.url):
                return "", "its address leads to the front page"
            return await self.extract(outcome, article.told), None
        except (StoreError, TooManyFiles):
            raise
        except AggregatorError as error:
            return "", str(error)
        except Exception as error:
            log.exception("source %s: an article could not be read", article.source)
            return "", f"an error in this program, see the log ({type(error).__name__})"

    def _failed(self, article: Wanted, failed: Failed) -> tuple[str, str | None] | _Later:
        named = failed.freshness.retry_after
        if named or failed.kind in _UNREACHABLE or (failed.status or 0) >= 500:
            others = named or (LATER // 2 if failed.kind in _UNREACHABLE else None)
            return _Later(named or max(LATER, _now(self.tools) - article.seen), others)
        return "", failed.message


def _is_front_page(url: str) -> bool:
    place = url.partition("#")[0]
    return place.count("/") == 3 and place.endswith("/")
