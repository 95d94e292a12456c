"""Unit costs: of a poll, a document, an item in each part of the edition, a row on disk. docs/scale.md computes the cost of a day of
world news from them.

    python -m benchmarks.unit_costs [--feeds N]      (default: 200; about a minute)

Generated feeds come from a local server. Times are processor seconds (user and system), which other load affects little.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import psutil
from msgspec.structs import replace

from aggregator.bootstrap import Application, Installation, utc_now
from aggregator.fetch.gate import Limits
from aggregator.model import notes
from aggregator.model.source import Fetched, Freshness, ParseJob
from aggregator.pipeline import edition as editions
from aggregator.pipeline.edition import EditionReport
from aggregator.pipeline.refresh import COMMIT, TOGETHER, refresh
from aggregator.sandbox.pool import Sandbox
from aggregator.store.upkeep import MEMORY_SECONDS
from aggregator.stories import batch_context, grouping
from aggregator.stories.tuning import TUNING
from aggregator.worker.identity import identity
from aggregator.worker.polling import CLAIM, CLAIMS
from aggregator.worker.service import TICK
from benchmarks.bench_ingest import configuration, served
from benchmarks.capacity import DAY, World, a_day, limits, shown
from benchmarks.cpu_time import CpuTime, Timed
from benchmarks.feeds import write
from benchmarks.figures import ROOT, machine
from benchmarks.figures import write as write_down

ENTRIES = 50
SOURCES = 5_000  # for what a tick costs
DOCUMENT = ROOT / "docs" / "scale.md"
PARTS = ("classifying", "features", "comparing", "composing", "reading", "writing", "the rest")
CALLED = (
    (grouping, "group", "comparing"),
    (editions, "compose", "composing"),
    (batch_context, "grouped", "features"),
)
"""Modules, by which name they call it, and the part it is."""
WINDOW = frozenset({"memories", "postings", "frequencies"})
KEPT = frozenset({"texts", "search", "articles"})
ONCE = frozenset({"configurations", "sources", "meta", "sqlite_schema"})
"""Tables by how long a row stays: what the grouping looks back on, what retention takes, all others for good, and what does not
grow with items."""


@dataclass
class Costs:
    """Processor seconds and bytes, of one of each."""

    unit: dict[str, float] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)  # of the edition, per item
    tables: Counter[str] = field(default_factory=Counter)  # bytes in all
    items: int = 0


# Polling ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Polled:
    parent: float
    store: float  # of the parent
    child: float
    new: int
    memory: int  # bytes of the larger child


async def polled(application: Application) -> Polled:
    """All sources once. The children are started before, so their start does not count."""
    archive, lookup, cpu_time = application.database.open(), application.database.open(), CpuTime()
    states = archive.sources.claim(identity(), utc_now(), timedelta(hours=1), limit=1_000_000, due_only=False)
    fetcher = application.fetcher(())
    try:
        async with Sandbox() as sandbox:
            await _started(sandbox)
            tools = application.tools(archive, lookup, fetcher, sandbox.parse)
            parts = {"archive": archive, "lookup": lookup}
            timed: dict[str, Any] = {name: Timed(of, cpu_time, lambda *_: "store") for name, of in parts.items()}
            before, children = time.process_time(), _cpu(sandbox.pids)
            report = await refresh(replace(tools, **timed), states)
            parent = time.process_time() - before
            if report.failed:
                raise RuntimeError(f"{len(report.failed)} sources failed: {report.failed[0]}")
            memory = max(psutil.Process(pid).memory_info().rss for pid in sandbox.pids)
            return Polled(parent, cpu_time.spent["store"], _cpu(sandbox.pids) - children, report.new, memory)
    finally:
        await fetcher.close()
        archive.close()
        lookup.close()


async def _started(sandbox: Sandbox) -> None:
    item = b"<item><title>i</title><link>https://a.example/</link></item>"
    body = b"<rss version='2.0'><channel><title>t</title>" + item + b"</channel></rss>"
    fetched = Fetched("https://a.example/", 200, body, "application/rss+xml", None, None, Freshness())
    job = ParseJob("a", "a", "A", False, None, utc_now())
    await asyncio.gather(*(sandbox.parse(fetched, job) for _ in range(2)))


def _cpu(pids: Sequence[int]) -> float:
    return sum(times.user + times.system for pid in pids for times in (psutil.Process(pid).cpu_times(),))


# The edition ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    items: int
    rows: int  # of postings that were read
    crowded: int  # … of words under which too many are listed for it to nominate anybody


class Watched:
    """An edition taken apart: by the names that `edition` and `read` call things by."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.cpu_time = CpuTime()
        self.batches: list[Batch] = []
        self.done = self.rows = self.crowded = 0

    def run(self) -> list[Batch]:
        archive: Any = self.application.database.open()
        archive.past.postings = self._counted(archive.past.postings)
        clocked: Any = Timed(archive, self.cpu_time, lambda section, name: "writing" if name == "apply" else "reading")
        policy = self.application.policy
        judge = self.cpu_time.timed("classifying", policy.judge)
        self.application.rulebook  # noqa: B018 (made now, not by the first item)
        timed = self.cpu_time.timed
        with ExitStack() as stack:
            for module, name, part in CALLED:
                stack.enter_context(patch.object(module, name, timed(part, getattr(module, name))))
            step = timed("the rest", editions.edition)
            step(clocked, replace(policy, judge=judge), lambda: int(time.time()), self._batch)
        archive.close()
        return self.batches

    def _counted(
        self, postings: Callable[..., Mapping[int, Sequence[int]]]
    ) -> Callable[..., Mapping[int, Sequence[int]]]:
        def counted(*asked: Any, **named: Any) -> Mapping[int, Sequence[int]]:
            found = self.cpu_time.timed("postings", postings)(*asked, **named)
            self.rows += sum(map(len, found.values()))
            self.crowded += sum(len(items) for items in found.values() if len(items) > TUNING.max_postings)
            return found

        return counted

    def _batch(self, so_far: EditionReport, of: int) -> None:
        self.batches.append(Batch(so_far.items - self.done, self.rows, self.crowded))
        self.done, self.rows, self.crowded = so_far.items, 0, 0


# The archive ------------------------------------------------------------------------------------------------------


def tables(database: Path) -> Counter[str]:
    """Bytes by table, indexes with theirs, a full-text index as one."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        owner = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master"))
        found: Counter[str] = Counter()
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            table = owner.get(name, name)
            if table not in ONCE:
                found["search" if table.startswith("search_") else table] += size
        return found


def many_sources(folder: Path) -> dict[str, float]:
    """What a source costs where there are many: reading feeds.yaml at a start, its state at every tick, memory; and how
    many a statement can name."""
    folder.mkdir()
    place = Installation(configuration(folder, 9, SOURCES), folder / "instance")
    loading, application = _timed(lambda: Application.load(place))
    tracemalloc.start()
    again = Application.load(place)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del again
    archive = application.database.sqlite()
    archive.sources.sync(application.settings.sources)
    reading = median(_timed(archive.sources.states)[0] for _ in range(5))
    archive.close()
    return {
        "state": reading / SOURCES,
        "configuration": loading / SOURCES,
        "memory_source": memory / SOURCES,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    before = time.process_time()
    made = work()
    return time.process_time() - before, made


def commit(archive: Any) -> float:
    """Seconds by the clock that the least transaction takes: what the disk needs to be sure."""
    took = []
    for n in range(40):
        began = time.perf_counter()
        archive.upkeep.note(notes.TICK, n)
        took.append(time.perf_counter() - began)
    return median(took)


# All of it --------------------------------------------------------------------------------------------------------


def measured(feeds: int) -> Costs:
    costs = Costs()
    with tempfile.TemporaryDirectory(prefix="unit-costs-") as name:
        folder = Path(name)
        pages = folder / "www"
        pages.mkdir()
        write(pages, feeds, ENTRIES)
        sample = random.Random(0).sample(sorted(pages.iterdir()), min(20, feeds))
        costs.unit["wire"] = sum(len(gzip.compress(path.read_bytes(), 1)) for path in sample) / len(sample)
        with served(pages) as port:
            _polling(
                costs,
                Application.load(Installation(configuration(folder, port, feeds), folder / "instance")),
                pages,
                feeds,
            )
        costs.unit |= many_sources(folder / "many")
    return costs


def _polling(costs: Costs, application: Application, pages: Path, feeds: int) -> None:
    unit = costs.unit
    archive = application.database.open()
    archive.sources.sync(application.settings.sources)
    unit["commit"] = commit(archive)
    archive.close()
    items = feeds * ENTRIES
    first = asyncio.run(polled(application))
    unit |= {
        "first_child": first.child / items,
        "first_parent": (first.parent - first.store) / items,
        "first_store": first.store / items,
    }
    print(f"first poll: {first.new:,} items", file=sys.stderr)
    watched = Watched(application)
    _edition(costs, watched.run(), watched.cpu_time.spent, items)
    unit["poll304"] = asyncio.run(polled(application)).parent / feeds
    write(pages, feeds, ENTRIES, changed=1.0)
    changed = asyncio.run(polled(application))
    if (first.new, changed.new) != (items, feeds):
        raise RuntimeError(f"expected {items} and {feeds} new items, found {first.new} and {changed.new}")
    unit |= {"document_parent": changed.parent / feeds, "document_child": changed.child / feeds}
    Watched(application).run()
    costs.items = items + feeds
    costs.tables = tables(application.database.file)
    for key, names in (("bytes_window", WINDOW), ("bytes_keep", KEPT)):
        unit[key] = sum(size for table, size in costs.tables.items() if table in names) / costs.items
    unit["bytes_ever"] = sum(costs.tables.values()) / costs.items - unit["bytes_window"] - unit["bytes_keep"]
    unit["memory_parent"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    unit["memory_child"] = max(first.memory, changed.memory)


def _edition(costs: Costs, batches: Sequence[Batch], spent: Counter[str], items: int) -> None:
    """Listings are taken from the last whole batch, when the window holds what came before it."""
    spent["reading"] += spent["postings"]
    costs.parts = {part: spent[part] / items for part in PARTS}
    whole = [batch for batch in batches if batch.items == max(one.items for one in batches)]
    last = whole[-1]
    unit = costs.unit
    unit["edition"] = sum(costs.parts.values())
    unit["rows"] = last.rows / last.items
    unit["crowded"] = last.crowded / last.rows if last.rows else 0.0
    unit["row"] = spent["postings"] / max(1, sum(batch.rows for batch in batches))
    unit["window"] = float(sum(batch.items for batch in batches[: batches.index(last)]) or last.items)


def table(costs: Costs) -> list[str]:
    unit = costs.unit
    total = unit["edition"]
    rows = [
        ("first document, per item: child (parse, normalise, sanitise)", f"{unit['first_child'] * 1e3:.3f} ms"),
        ("… parent: fetch, decompress, pass on, recognise", f"{unit['first_parent'] * 1e3:.3f} ms"),
        ("… parent: store and index", f"{unit['first_store'] * 1e3:.3f} ms"),
        ("a poll answered with 304", f"{unit['poll304'] * 1e3:.2f} ms"),
        (f"a document of {ENTRIES} items, one of them new: child", f"{unit['document_child'] * 1e3:.2f} ms"),
        ("… parent", f"{unit['document_parent'] * 1e3:.2f} ms"),
        ("… on the wire (gzip)", f"{unit['wire'] / 1024:.0f} KiB"),
        ("edition, per item", f"{total * 1e3:.3f} ms"),
        *((f"… {part}", f"{cost * 1e3:.3f} ms ({cost / total:.0%})") for part, cost in costs.parts.items()),
        (f"index entries read per item, with {unit['window']:,.0f} items in the window", f"{unit['rows']:.0f}"),
        ("… of these, for words too common to nominate", f"{unit['crowded']:.0%}"),
        ("… one index entry", f"{unit['row'] * 1e6:.2f} µs"),
        ("a source's state, read at every tick", f"{unit['state'] * 1e6:.0f} µs"),
        ("a source in feeds.yaml, read at start", f"{unit['configuration'] * 1e3:.2f} ms"),
        ("… memory", f"{unit['memory_source'] / 1024:.1f} KiB"),
        ("a commit, wall-clock time", f"{unit['commit'] * 1e3:.1f} ms"),
        (
            "memory: the polling and edition process, peak, including this benchmark",
            f"{unit['memory_parent'] / 2**20:.0f} MiB",
        ),
        ("memory: a parsing child", f"{unit['memory_child'] / 2**20:.0f} MiB"),
        ("disk, per item: kept for good", f"{unit['bytes_ever']:,.0f} bytes"),
        ("disk, per item: texts and search index, for `keep`", f"{unit['bytes_keep']:,.0f} bytes"),
        ("disk, per item: grouping memory, for two weeks", f"{unit['bytes_window']:,.0f} bytes"),
    ]
    largest = ", ".join(f"{name} {size / costs.items:,.0f}" for name, size in costs.tables.most_common(8))
    return [
        "| operation | cost |",
        "|---|---|",
        *(f"| {what} | {cost} |" for what, cost in rows),
        "",
        f"Bytes per item by table, including indexes: {largest}.",
    ]


def world() -> World:
    """The world asked for, with the bounds that the program sets."""
    return World(
        window=TUNING.window // DAY,
        remembered=MEMORY_SECONDS // DAY,
        tick=TICK,
        claim=CLAIM * CLAIMS,
        together=min(Limits().concurrency, TOGETHER),
        stored=COMMIT,
        max_postings=TUNING.max_postings,
        index_words=TUNING.index_words,
    )


def main() -> None:
    asked = argparse.ArgumentParser(description="unit costs, and what a day of world news costs by them")
    asked.add_argument("--feeds", type=int, default=200)
    asked.add_argument("--no-write", action="store_true", help="print only; docs/scale.md stays")
    args = asked.parse_args()
    if args.feeds * ENTRIES < 2 * editions.BATCH:
        asked.error(
            f"at least {2 * editions.BATCH // ENTRIES} feeds: the second batch shows what the first left to read"
        )
    os.chdir(ROOT)
    head = f"{args.feeds:,} feeds × {ENTRIES} items. {machine()}."
    costs = measured(args.feeds)
    written = {
        "unit-costs": [head, "", *table(costs)],
        "a-day": shown(a_day(costs.unit, world()), ("per day", "amount", "calculation")),
        "limits": shown(limits(costs.unit, world()), ("limit", "reached at", "calculation")),
    }
    for name, lines in written.items():
        print("\n".join(lines), end="\n\n")
        if not args.no_write:
            write_down(name, lines, DOCUMENT)


if __name__ == "__main__":
    main()
