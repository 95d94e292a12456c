"""A day of service at speed, the clock passed in: every source polled as it was scheduled, nothing grows."""

from __future__ import annotations

import gc
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import policy, rss, source, tools

from aggregator.model.source import Failed, Fetched, FetchRequest, Freshness, NotModified, Outcome
from aggregator.sandbox.pool import Sandbox
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.worker.editions import Editions
from aggregator.worker.engine import Current, Engine, Shared
from aggregator.worker.polling import Polling

START = datetime(2026, 11, 24, tzinfo=UTC)
TICK = timedelta(seconds=30)
SOURCES = 40


class News:
    """A network in which each source has its rhythm: new items every so many minutes, a 304 in between, some troubles."""

    def __init__(self) -> None:
        self.chance = random.Random(11)
        self.now = START
        self.polls: dict[str, list[datetime]] = {}

    async def fetch(self, request: FetchRequest) -> Outcome:
        number = int(request.source[1:])
        self.polls.setdefault(request.source, []).append(self.now)
        minutes = int((self.now - START).total_seconds() // 60)
        if number % 10 == 9 and minutes // 120 % 3 == 1:  # down for two hours of six
            return Failed("timeout", "no complete answer")
        edition = minutes // (7 + 5 * number)
        if request.etag == f'"{edition}"':
            return NotModified(request.url, request.etag, None, Freshness())
        rows = [
            (f"{number}-{n}", f"{self.word(n, number)} {self.word(n + 7, 3)} event{n} of {number}", self.now)
            for n in range(max(0, edition - 20), edition + 1)
        ]
        body = rss(rows, request.source, f"{request.source}.example")
        return Fetched(request.url, 200, body, None, f'"{edition}"', None, Freshness(), None, len(body))

    @staticmethod
    def word(n: int, salt: int) -> str:
        return ("harbour", "ministry", "frigate", "parliament", "quake", "wheat", "pipeline")[(n * 31 + salt) % 7]


def resident() -> float:
    """MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.slow
async def test_a_day_at_speed(tmp_path: Path) -> None:
    news = News()
    sources = {f"s{n}": source(f"s{n}") for n in range(SOURCES)}
    archive, lookup = SqliteArchive(tmp_path / "a.db"), SqliteArchive(tmp_path / "a.db")
    archive.sources.sync(sources.values())
    sizes: list[tuple[float, int]] = []
    planned: dict[str, datetime] = {}
    late: list[timedelta] = []
    async with Sandbox() as sandbox:
        made = tools(
            archive, lookup=lookup, fetch=news.fetch, parse=sandbox.parse, clock=lambda: news.now,
            jitter=news.chance.random, sources=sources,
        )  # fmt: skip
        current = Current(Engine(made, lookup, policy(), (86_400, {})))
        shared = Shared(current, "me", lambda: news.now)
        polling, editions, arrived = Polling(shared), Editions(shared), shared.news
        while news.now < START + timedelta(days=1):
            before = {id: len(polls) for id, polls in news.polls.items()}
            await polling.tick()
            await polling.idle()
            if arrived.is_set():
                arrived.clear()
                await editions.once()
            for state in archive.sources.states():
                polled = len(news.polls.get(state.id, ())) - before.get(state.id, 0)
                assert polled <= 1
                if polled and state.id in planned:
                    late.append(news.now - planned[state.id])
                elif state.id in planned:
                    assert news.now < planned[state.id], f"{state.id} was due and not polled"
                assert state.next_poll is not None
                planned[state.id] = state.next_poll
            news.now += TICK
            if (news.now - START).seconds % 7200 == 0:
                gc.collect()
                sizes.append((resident(), files()))
        assert archive.sources.owners() == []
        assert archive.edition.pending() == []
    assert set(news.polls) == set(sources)
    assert timedelta() <= min(late)
    assert max(late) < 2 * TICK, "polled as scheduled, to a tick"
    counts = {id: len(polls) for id, polls in news.polls.items()}
    assert counts["s0"] > 2 * counts["s38"], "who has more news is asked more often"
    memory = [size for size, _ in sizes]
    assert max(memory[6:]) - max(memory[2:6]) < 24, f"memory over the day: {[round(size) for size in memory]}"
    assert len({count for _, count in sizes[2:]}) == 1, f"open files over the day: {[count for _, count in sizes]}"
    (tmp_path / "told").write_text(f"{sum(counts.values())} polls, {max(late)} late at the most, MiB {memory}, {sizes}")
    archive.close()
    lookup.close()
