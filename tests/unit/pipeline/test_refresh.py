"""Which sources are asked first."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

from builders import NOW, archive, source, tools
from builders.process import PATIENCE

from aggregator.model.source import Failed, FetchRequest
from aggregator.pipeline.refresh import TOGETHER, refresh


async def test_hundreds_of_sources_of_one_host_hold_up_no_other(tmp_path: Path) -> None:
    """Requests to one host start a second apart: whoever was listed after its sources waited for minutes."""
    channels = [source(f"channel-{n}", url=f"https://videos.example/{n}") for n in range(2 * TOGETHER)]
    sources = [*channels, source("paper", url="https://paper.example/feed")]
    store, asked = archive(tmp_path), asyncio.Event()
    store.sources.sync(sources)

    async def fetch(request: FetchRequest) -> Failed:
        if request.source == "paper":
            asked.set()
        await asyncio.wait_for(asked.wait(), PATIENCE)
        return Failed("http", "404 Not Found", 404)

    made = tools(store, fetch=fetch, parse=Mock(), clock=lambda: NOW, sources={one.id: one for one in sources})
    assert (await refresh(made, store.sources.claim("test", NOW, timedelta(minutes=1)))).polled == len(sources)
    assert asked.is_set()
    assert all(state.error_kind == "http" for state in store.sources.states())
    store.close()
