"""Evaluates the grouping on each labelled set, with the code and the settings of the service."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import Any

from aggregator.pipeline.edition import BATCH
from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from benchmarks.clusters import Scores, score

SETS = {"allsides": "allsides-neus-dev.jsonl.gz", "ecbplus": "ecbplus-dev.jsonl.gz", "og2021": "og2021-dev.jsonl.gz"}


@dataclass(frozen=True, slots=True)
class Row:
    set: str
    part: str  # "all", or a half of the clusters: "tuned" was looked at while tuning, "held" was not
    items: int
    scores: Scores
    seconds: float


def load(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def candidates(rows: Sequence[dict[str, Any]]) -> list[Candidate]:
    """In order of time, in the given order where there is none, as `classify` takes them."""
    taken = sorted(rows, key=lambda row: epoch(row.get("published")))
    return [
        Candidate(
            item=number,
            title=row["title"],
            summary=row["summary"],
            publisher=row.get("source", ""),
            canonical=row.get("url") or None,
            at=epoch(row.get("published")),
            lang=None,
        )
        for number, row in enumerate(taken)
    ]


def epoch(published: str | None) -> int:
    if not published:
        return 0
    read = datetime.fromisoformat(published)
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


def replay(items: Sequence[Candidate], batch: int = BATCH) -> tuple[Memory, list[Grouping]]:
    """Group all items, a batch at a time."""
    memory, cache, decided = Memory(), FeatureCache(), []
    for start in range(0, len(items), batch):
        part = items[start : start + batch]
        decided.append(group(part, memory, cache))
        memory.apply(part, decided[-1])
    return memory, decided


def half(cluster: str) -> str:
    """Which half a cluster is in; two clusters of one subject go together, so that hard negatives stay."""
    return ("tuned", "held")[blake2b(subject(cluster).encode(), digest_size=1).digest()[0] & 1]


def subject(cluster: str) -> str:
    """What a cluster has in common with another of like events."""
    return re.sub(r"-ecb(plus)?$", "", cluster)


def evaluate(name: str, rows: Sequence[dict[str, Any]]) -> Iterator[Row]:
    for part in ("tuned", "held", "all"):
        chosen = [row for row in rows if part in ("all", half(row["cluster"]))]
        ordered = sorted(chosen, key=lambda row: epoch(row.get("published")))
        items = candidates(ordered)
        start = perf_counter()
        memory, _ = replay(items)
        seconds = perf_counter() - start
        found = [memory.story(item.item) for item in items]
        yield Row(name, part, len(items), score([row["cluster"] for row in ordered], found), seconds)


def run(corpus: Path, write: Callable[[str], None] = print) -> list[Row]:
    """Score every set under `corpus/stories` and print the table."""
    rows: list[Row] = []
    write(
        f"{'set':10}{'part':7}{'items':>6} {'B³ P':>7}{'B³ R':>7}{'B³ F1':>7}  {'pair P':>7}{'pair R':>7}{'pair F1':>8} items/s"
    )
    for name, file in SETS.items():
        for row in evaluate(name, load(corpus / "stories" / file)):
            rows.append(row)
            write(line(row))
    return rows


def line(row: Row) -> str:
    s = row.scores
    figures = f"{s.b3_precision:7.3f}{s.b3_recall:7.3f}{s.b3_f1:7.3f}  {s.pair_precision:7.3f}{s.pair_recall:7.3f}{s.pair_f1:8.3f}"
    return f"{row.set:10}{row.part:7}{row.items:6} {figures} {row.items / row.seconds:7.0f}"


if __name__ == "__main__":
    run(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpus"))
