"""False joins without labels: the news of some days is laid over that of other days, as if all had been published at once. No join
across the two can be right. As many pairs meet by chance within each part, so this estimates how many joins are false.

    python -m benchmarks.overlay CORPUS      prints it for the stream: days 4 to 6 over days 10 to 12

Some subjects stay in the news for weeks, but reports of different weeks are less alike than those of one day, so the share is
a lower bound.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.stories.batch_context import read
from aggregator.stories.candidate import Candidate
from aggregator.stories.comparison import Comparison
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.grouping import in_order
from aggregator.stories.memory import Memory
from benchmarks.eval_stories import epoch, load, replay

STREAM = "stream/2023-10.jsonl.gz"
DAY = 86_400
LEARNED = (range(3), range(6, 9))  # days of the stream that weights may be learned from and still be tried on …
TRIED = (range(3, 6), range(9, 12))  # … these


@dataclass(frozen=True, slots=True)
class Overlay:
    items: Sequence[Candidate]  # in order of time
    side: Sequence[int]  # item → which of the two it is from


@dataclass(frozen=True, slots=True)
class Stories:
    """Of one kind: how many there are, and how many hold items of both sides."""

    name: str
    all: int
    mixed: int

    @property
    def false(self) -> float:
        """The share that is false of those that keep to one side: as many as are mixed came together by chance there."""
        pure = self.all - self.mixed
        return min(1.0, self.mixed / pure) if pure else 0.0


def overlay(rows: Sequence[dict[str, Any]], one: range, other: range) -> Overlay:
    """`one` and `other` are days counted from the first of the rows; the later ones are moved back onto the earlier."""
    first = min(epoch(row["published"]) for row in rows) // DAY
    laid: list[tuple[int, int, dict[str, Any]]] = []
    for row in rows:
        at = epoch(row["published"])
        for side, days in enumerate((one, other)):
            if at // DAY - first in days:
                laid.append((at - (days.start - one.start) * DAY, side, row))
    laid.sort(key=lambda entry: entry[0])
    items = [
        Candidate(number, row["title"], row["summary"], row["source"], row["url"] or None, at, None)
        for number, (at, _, row) in enumerate(laid)
    ]
    return Overlay(items, [side for _, side, _ in laid])


def strangers(laid: Overlay, parts: int) -> Iterator[list[float]]:
    """The evidence on nominated pairs across the two sides; `parts`: into how many batches the items are cut."""
    size = -(-len(laid.items) // parts)
    for start in range(0, len(laid.items), size):
        batch = sorted(laid.items[start : start + size], key=in_order)
        for (a, b), row in Comparison(read(batch, Memory(), FeatureCache())).evidence():
            if laid.side[a] != laid.side[b]:
                yield row


def mixed(laid: Overlay) -> list[Stories]:
    """What the grouping makes of it."""
    memory, _ = replay(laid.items)
    found: dict[str, list[bool]] = defaultdict(list)
    for story in memory.stories().values():
        if len(story) > 1:
            outlets = len({laid.items[item].publisher for item in story})
            name = "one outlet" if outlets == 1 else "two items" if len(story) == 2 else "three items or more"
            found[name].append(len({laid.side[item] for item in story}) > 1)
    return [Stories(name, len(of), sum(of)) for name, of in sorted(found.items())]


def table(stories: Sequence[Stories]) -> list[str]:
    return [
        f"{'stories of':22}{'all':>6}{'mixed':>7}{'so false':>10}",
        *(f"{one.name:22}{one.all:6}{one.mixed:7}{one.false:10.2f}" for one in stories),
    ]


def run(corpus: Path) -> None:
    print("\n".join(table(mixed(overlay(load(corpus / STREAM), *TRIED)))))


if __name__ == "__main__":
    run(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/corpus"))
