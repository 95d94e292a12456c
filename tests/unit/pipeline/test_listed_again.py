"""What a source lists again after its texts were pruned is read again, though it listed it before in the same words."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from builders import NOW, archive, policy, rss, source, tools
from builders.documents import parse_here

from aggregator.model.source import Fetched, FetchRequest, Freshness
from aggregator.pipeline.edition import edition
from aggregator.pipeline.poll import poll


async def test_a_source_that_was_down_for_longer_than_keep_has_the_texts_of_what_it_still_lists(tmp_path: Path) -> None:
    store, now = archive(tmp_path, "f"), NOW
    rows = [(str(n), f"Harbour {n} opens in town {n}", NOW) for n in range(3)]

    async def fetch(request: FetchRequest) -> Fetched:
        body = rss(rows)
        return Fetched(request.url, 200, body, None, None, None, Freshness(), None, len(body))

    made = tools(store, fetch=fetch, parse=parse_here, clock=lambda: now, sources={"f": source("f")})
    for days in (0, 120):
        now += timedelta(days=days)
        if days:
            assert store.upkeep.prune(int(now.timestamp()), 90 * 86_400, {}) == 3
            rows.insert(0, ("new", "The mayor is elected", now))
        store.intake.apply([(await poll(made, store.sources.states(["f"])[0])).result], now)
        edition(store, policy(), partial(int, now.timestamp()))
    assert all(item.summary for item in store.edition.items(range(1, 5)))
    assert store.reading.totals()["items"] == 4, "and nothing came twice"
    store.close()
