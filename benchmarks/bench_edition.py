"""The edition on archives of growing size: what an item costs (grouping, judging, composing, storing), and how long reading the
latest stories of a section takes.

    python -m benchmarks.bench_edition [SIZE …]      (default: 10000 100000)

Items are generated straight into the store at a steady rate, so that every archive but the smallest spans more days than the
grouping looks back. The memory of the grouping is pruned as the worker does it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from aggregator.bootstrap import Application, Installation
from aggregator.model.item import Item
from aggregator.model.poll import PollResult, Recognition
from aggregator.model.stream import StreamQuery
from aggregator.normalise.identity import item_id
from aggregator.pipeline.edition import edition
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.stories.feature_cache import FeatureCache
from benchmarks.bench_ingest import configuration
from benchmarks.feeds import Language

SIZES = (10_000, 100_000)
A_DAY = 2_000  # items
MEASURED = 4_000  # items, following those of each size
SOURCES = 100
TOGETHER = 2_000  # items that arrive at once
KEEP = 10 * 365 * 86_400  # seconds; retention of texts is not what is measured
START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Row:
    items: int
    cost: float  # CPU seconds an item
    latest: float  # seconds to read the latest 50 of a section
    topics: float  # seconds to count the stories of all topics
    size: int  # bytes of the database


class Newsroom:
    """Writes made-up news: one item in five tells an event of its day that others tell too."""

    def __init__(self) -> None:
        self.language = Language()

    def items(self, first: int, count: int) -> Iterator[Item]:
        for number in range(first, first + count):
            chance = random.Random(number)
            at = START + number * 86_400 // A_DAY
            event = (
                random.Random(f"{at // 86_400} {chance.randrange(A_DAY // 10)}") if chance.random() < 0.2 else chance
            )
            source = f"outlet-{chance.randrange(SOURCES)}"
            yield self._item(source, str(number), at, self.language.text(event, 9).capitalize(), chance)

    def _item(self, source: str, key: str, at: int, title: str, chance: random.Random) -> Item:
        url = f"https://{source}.example/{key}"
        return Item(
            id=item_id(source, key), source=source, key=key, url=url, canonical=url, title=title,
            summary=self.language.text(chance, 40), content="", author=None, published=datetime.fromtimestamp(at, UTC),
            publisher=source.replace("-", " ").title(), lang="en", categories=(), image=None, enclosures=(), hash=key,
        )  # fmt: skip


class Growing:
    """An archive that takes in news and makes the edition of it."""

    def __init__(self, folder: Path) -> None:
        self.application = Application.load(Installation(configuration(folder, 9, SOURCES), folder / "instance"))
        archive = self.application.database.open()
        assert isinstance(archive, SqliteArchive)  # the database of an instance folder
        self.archive = archive
        self.archive.sources.sync(self.application.settings.sources)
        self.newsroom = Newsroom()
        self.cache = FeatureCache()  # as the worker has one
        self.size = 0

    def take(self, count: int, together: int = TOGETHER) -> float:
        """Take in so many items, `together` at once; returns the CPU seconds of the edition."""
        spent = 0.0
        for _ in range(0, count, together):
            by_source: dict[str, list[Item]] = {}
            for item in self.newsroom.items(self.size, together):
                by_source.setdefault(item.source, []).append(item)
            self.size += together
            now = START + self.size * 86_400 // A_DAY
            states = {state.id: state for state in self.archive.sources.states()}
            results = [
                PollResult(states[source], Recognition(new=tuple(items)), live=False)
                for source, items in by_source.items()
            ]
            self.archive.intake.apply(results, datetime.fromtimestamp(now, UTC))
            spent += cpu(partial(edition, self.archive, self.application.policy, partial(int, now), cache=self.cache))
            if self.size % (A_DAY * 10) == 0:
                self.archive.upkeep.prune(now, KEEP, {})
        return spent

    def measure(self) -> Row:
        size = self.size
        cost = self.take(MEASURED) / MEASURED
        now = START + self.size * 86_400 // A_DAY
        reading = self.archive.reading
        held = reading.counts("section", 0)
        section = max(held, key=lambda id: held[id])  # the fullest
        query = StreamQuery("section", section, limit=50)
        return Row(
            size,
            cost,
            median(_wall(lambda: reading.stories(query, now)) for _ in range(20)),
            median(_wall(lambda: reading.counts("topic", now - 86_400)) for _ in range(5)),
            self.archive.path.stat().st_size,
        )


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _wall(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run(sizes: tuple[int, ...] = SIZES) -> list[str]:
    """A Markdown table, a row for each size."""
    lines = [
        "| items in the archive | items per second on one core | cost per item | latest 50 of a section, ms "
        "| counting all topics, ms | database, MiB |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        growing = Growing(Path(name))
        first: float | None = None
        for size in sorted(sizes):
            growing.take(size - growing.size)
            row = growing.measure()
            first = first or row.cost
            lines.append(
                f"| {row.items:,} | {1 / row.cost:,.0f} | {row.cost / first:.2f} × | {row.latest * 1000:.1f} "
                f"| {row.topics * 1000:.1f} | {row.size / 2**20:,.0f} |"
            )
            print(lines[-1], file=sys.stderr)
    return lines


if __name__ == "__main__":
    print("\n".join(run(tuple(map(int, sys.argv[1:])) or SIZES)))
