"""Articles of sources with `full_text`: requested once each, politely; their text is stored beside what the feed said."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from aggregator.errors import AggregatorError, StoreError, TooManyFiles
from aggregator.model.source import Failed, Fetched, FetchRequest
from aggregator.pipeline.refresh import Tools
from aggregator.ports import Extractor

log = logging.getLogger(__name__)

RECENT = 2 * 86_400  # seconds; of what is older readers have read elsewhere
LIMIT = 50  # articles a call
TOGETHER = 8
LATER = 3600
"""Seconds until an article is requested once more if its host could not be reached and names no time, or if no result
was stored."""


async def articles(tools: Tools) -> int:
    """Fetch waiting articles, at most LIMIT; returns how many gave a text. A fault of one page affects no other. The
    fetcher keeps its pauses for each host, and fetches its robots.txt first."""
    wanted = [source.id for source in tools.sources.values() if source.full_text and source.enabled]
    if not wanted or tools.extract is None:
        return 0
    store, reader = tools.archive.articles, _Reader(tools, tools.extract)
    now = _now(tools)
    claimed = await asyncio.to_thread(store.claim, wanted, now - RECENT, LIMIT, now, now + LATER)
    slots = asyncio.Semaphore(TOGETHER)

    async def one(item: int, source: str, url: str) -> bool:
        async with slots:
            outcome = await reader.read(source, url)
        if isinstance(outcome, int):
            await asyncio.to_thread(store.put_off, item, _now(tools) + outcome)
            return False
        content, why = outcome
        await asyncio.to_thread(store.save, item, content, why and tools.mask(why), _now(tools))
        return bool(content)

    return sum(await asyncio.gather(*(one(*row) for row in claimed)))


def _now(tools: Tools) -> int:
    return int(tools.clock().timestamp())


@dataclass(frozen=True, slots=True)
class _Reader:
    tools: Tools
    extract: Extractor

    async def read(self, source: str, url: str) -> tuple[str, str | None] | int:
        """The text, or why there is none, or in how many seconds to try again. Requested without the source's own
        headers, which are meant for its feed."""
        try:
            outcome = await self.tools.fetch(FetchRequest(source, url, named_by=self.tools.sources[source].url))
            if isinstance(outcome, Failed) and (outcome.kind == "waiting" or outcome.freshness.retry_after):
                return outcome.freshness.retry_after or LATER
            if not isinstance(outcome, Fetched):
                return "", outcome.message if isinstance(outcome, Failed) else "not modified"
            return await self.extract(outcome), None
        except (StoreError, TooManyFiles):
            raise
        except AggregatorError as error:
            return "", str(error)
        except Exception as error:
            log.exception("source %s: an article could not be read", source)
            return "", f"an error in this program, see the log ({type(error).__name__})"
