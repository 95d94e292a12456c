"""Reading the latest 50 stories of a section, and searching, in archives of growing size.

    python -m benchmarks.bench_reading [STORIES …]      (default: 10000 100000)

The first archive is made by editions of generated news, as in `bench_edition`. The larger ones are copies of it, multiplied by
SQL: each copy has numbers, ids and times of its own that follow those of the copy before, so rows, indexes, counts and the
full-text index are those of an archive that grew to this size. All are read in turn within one run; the results are medians
of processor seconds with warm caches.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aggregator.bootstrap import Application, Installation
from aggregator.model.stream import Filter, StreamQuery
from benchmarks.bench_edition import A_DAY, START, Growing, cpu

SIZES = (10_000, 100_000)
ROUNDS = 60
WANTED = 2.0
"""The latest 50 of a section at the largest size, in times of what they take at the smallest."""

_COPIES = (
    "INSERT INTO items SELECT n + :n, randomblob(16), source, entered + :t, first_seen + :t, at + :t, live, address FROM base.items",
    "INSERT INTO texts SELECT item + :n, key || :n, url, canonical, title, summary, content, author, publisher, lang, "
    "published + :t, categories, image, enclosures, hash, updated + :t, listed + :t, pruned FROM base.texts",
    "INSERT INTO search (rowid, title, summary) SELECT item + :n, title, summary FROM base.texts",
    "INSERT INTO placements (item, story, publisher, section, scores, topics, places, why) "
    "SELECT item + :n, story + :n, publisher, section, scores, topics, places, why FROM base.placements",
    "INSERT INTO stories SELECT n + :n, randomblob(16), lead + :n, published + :t, entered + :t, updated + :t, changed + :t, "
    "section, scores, topics, publishers, entry, epoch, hidden FROM base.stories",
    "INSERT INTO corroborations SELECT story + :n, k, publisher, entered + :t, reached + :t FROM base.corroborations",
    "INSERT INTO entries SELECT stream, story + :n, entered + :t, primary_since + :t, published + :t, active FROM base.entries",
)


@dataclass(frozen=True, slots=True)
class Stored:
    stories: int
    now: int  # epoch seconds, just after its newest story
    application: Application
    section: str  # that which holds most


def grown(folder: Path, stories: int) -> Stored:
    """An archive of about so many stories, by the edition."""
    growing = Growing(folder)
    while (held := growing.archive.reading.totals()["stories"]) < stories:
        growing.take(max(2_000, stories - held) // 2_000 * 2_000)
    counts = growing.archive.reading.counts("section", 0)
    growing.archive.close()
    now = START + growing.size * 86_400 // A_DAY
    return Stored(held, now, growing.application, max(counts, key=lambda id: counts[id]))


def multiplied(base: Stored, folder: Path, stories: int) -> Stored:
    """So many stories made of those of `base`."""
    place = Installation(base.application.installation.config, folder)
    folder.mkdir()
    shutil.copy(base.application.database.file, folder)
    made = Application(place, base.application.settings)
    copies, span = stories // base.stories, base.now - START
    with sqlite3.connect(made.database.file, isolation_level=None) as raw:
        raw.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;")
        raw.execute("ATTACH ? AS base", (str(base.application.database.file),))
        numbers = raw.execute("SELECT max(n) FROM base.items").fetchone()[0]
        for copy in range(1, copies):
            raw.execute("BEGIN")
            for statement in _COPIES:
                raw.execute(statement, {"n": copy * numbers, "t": copy * span})
            raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return Stored(base.stories * copies, base.now + (copies - 1) * span, made, base.section)


def questions(stored: Stored) -> dict[str, StreamQuery]:
    section, common = stored.section, _common(stored)
    return {
        "latest 50": StreamQuery("section", section, limit=50),
        "… primary": StreamQuery("section", section, limit=50, primary=True),
        "newest 500 with a common word": StreamQuery("search", limit=500, filter=Filter(words=(common,))),
    }


def _common(stored: Stored) -> str:
    """A word that most texts hold."""
    found, _ = stored.application.database.read_only().reading.stories(StreamQuery("latest", limit=200), stored.now)
    return Counter(word for story in found for word in set(story.summary.split())).most_common(1)[0][0]


def run(sizes: Iterable[int] = SIZES) -> list[str]:
    """A Markdown table, a row for each size."""
    smallest, *larger = sorted(sizes)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = grown(folder, smallest)
        archives = [base, *(multiplied(base, folder / str(size), size) for size in larger)]
        rows = measured(archives)
        names = list(questions(base))
        lines = [
            f"| stories | {' | '.join(f'{name}, ms' for name in names)} | latest 50, relative to the smallest | database, MiB |",
            f"|{'---|' * (len(names) + 3)}",
        ]
        for stored in archives:
            figures = " | ".join(f"{rows[stored.stories][name] * 1000:.2f}" for name in names)
            ratio = rows[stored.stories]["latest 50"] / rows[base.stories]["latest 50"]
            size = stored.application.database.file.stat().st_size / 2**20
            lines.append(f"| {stored.stories:,} | {figures} | {ratio:.2f} × (target: {WANTED:.0f}) | {size:,.0f} |")
    return lines


def measured(archives: list[Stored]) -> dict[int, dict[str, float]]:
    """Median processor seconds of each question, by stories; the archives take turns."""
    spent: dict[int, dict[str, list[float]]] = {one.stories: {name: [] for name in questions(one)} for one in archives}
    readers = [(one, one.application.database.read_only().reading, questions(one)) for one in archives]
    for turn in range(ROUNDS):
        for one, reading, asked in readers:
            for name, query in asked.items():
                if name.startswith("newest 500") and turn % 10:
                    continue  # slower, and asked less often
                spent[one.stories][name].append(cpu(lambda r=reading, q=query, n=one.now: r.stories(q, n)))  # type: ignore[misc]
    return {size: {name: median(times) for name, times in rows.items()} for size, rows in spent.items()}


if __name__ == "__main__":
    print("\n".join(run(tuple(map(int, sys.argv[1:])) or SIZES)))
