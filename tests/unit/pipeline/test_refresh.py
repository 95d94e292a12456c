"""Which sources are asked first, and what is done if nothing can be stored."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from builders import NOW, archive, source, tools
from builders.process import PATIENCE

from aggregator.errors import StoreBusy
from aggregator.model.poll import RefreshReport
from aggregator.model.source import Failed, FetchRequest
from aggregator.pipeline.refresh import COMMIT, TOGETHER, WAITING, refresh
from aggregator.store.sqlite.archive import SqliteArchive


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


async def test_what_waits_to_be_stored_does_not_wait_for_a_locked_archive_one_transaction_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction waited as long as the first, and the end of the service for all of them."""
    sources = [source(f"s{n}") for n in range(3 * COMMIT)]
    store, all_asked, attempts = archive(tmp_path), threading.Event(), []
    store.sources.sync(sources)
    asked: list[str] = []

    async def fetch(request: FetchRequest) -> Failed:
        asked.append(request.source)
        if len(asked) == len(sources):
            all_asked.set()
        return Failed("http", "404 Not Found", 404)

    def locked(results: object, *more: object) -> list[int]:
        attempts.append(results)
        assert all_asked.wait(PATIENCE)
        raise StoreBusy("another process holds it")

    monkeypatch.setattr(store.intake, "apply", locked)
    made = tools(store, fetch=fetch, parse=Mock(), clock=lambda: NOW, sources={one.id: one for one in sources})
    with pytest.raises(StoreBusy):
        await refresh(made, store.sources.claim("test", NOW, timedelta(minutes=1)))
    assert len(attempts) == 1
    store.close()


def held_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> tuple[SqliteArchive, asyncio.Task[RefreshReport], list[str], threading.Event]:
    """A refresh of so many sources while another process writes: its archive, its task, the sources that it asked so far, and what lets it
    store."""
    sources = [source(f"s{n}") for n in range(count)]
    store, free = archive(tmp_path), threading.Event()
    store.sources.sync(sources)
    asked: list[str] = []

    async def fetch(request: FetchRequest) -> Failed:
        asked.append(request.source)
        return Failed("http", "404 Not Found", 404)

    def held(*arguments: Any) -> list[int]:
        assert free.wait(PATIENCE)
        return apply(*arguments)

    apply = store.intake.apply
    monkeypatch.setattr(store.intake, "apply", held)
    made = tools(store, fetch=fetch, parse=Mock(), clock=lambda: NOW, sources={one.id: one for one in sources})
    claimed = store.sources.claim("test", NOW, timedelta(minutes=1), limit=count)
    return store, asyncio.create_task(refresh(made, claimed)), asked, free


async def turns(count: int) -> None:
    """Turns of the loop: nothing in it waits for anything else."""
    for _ in range(10 * count):
        await asyncio.sleep(0)


async def test_while_nothing_can_be_stored_the_results_of_few_sources_are_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `poll` of thousands of sources had all their documents while another process wrote."""
    count = WAITING + 3 * TOGETHER
    store, refreshing, asked, free = held_up(tmp_path, monkeypatch, count)
    await turns(count)
    assert len(asked) == WAITING + TOGETHER
    free.set()
    assert (await refreshing).polled == count
    assert all(state.error_kind == "http" for state in store.sources.states())
    store.close()


@pytest.mark.parametrize("count", [COMMIT + 1, WAITING + 3 * TOGETHER])
async def test_what_has_arrived_is_stored_however_often_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """A `poll` that was stopped while another process wrote said that it had stored what it dropped."""
    store, refreshing, asked, free = held_up(tmp_path, monkeypatch, count)
    for _ in range(3):
        await turns(count)
        refreshing.cancel()
    free.set()
    with pytest.raises(asyncio.CancelledError):
        await refreshing
    assert len(asked) == min(count, WAITING + TOGETHER)
    assert sum(state.error_kind == "http" for state in store.sources.states()) == len(asked)
    store.close()


async def test_what_cannot_be_stored_is_told_also_when_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, begun, free = archive(tmp_path), asyncio.Event(), threading.Event()
    store.sources.sync([source("one")])
    loop = asyncio.get_running_loop()

    async def fetch(request: FetchRequest) -> Failed:
        return Failed("http", "404 Not Found", 404)

    def locked(*_: object) -> list[int]:
        loop.call_soon_threadsafe(begun.set)
        assert free.wait(PATIENCE)
        raise StoreBusy("another process holds it")

    monkeypatch.setattr(store.intake, "apply", locked)
    made = tools(store, fetch=fetch, parse=Mock(), clock=lambda: NOW, sources={"one": source("one")})
    refreshing = asyncio.create_task(refresh(made, store.sources.claim("test", NOW, timedelta(minutes=1))))
    await asyncio.wait_for(begun.wait(), PATIENCE)
    refreshing.cancel()
    loop.call_later(0, free.set)
    with pytest.raises(StoreBusy):
        await refreshing
    store.close()
