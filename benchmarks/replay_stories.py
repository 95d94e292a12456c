"""Replays the unlabelled stream as in service and prints a sample of the result, for reading.

    python -m benchmarks.replay_stories CORPUS [--stories N] [--joins N] [--seed S]

Prints the sizes of stories, the share of items that share a story with another publisher, how well replays in other batches agree
with this one, random stories of three or more publishers, and random joins near the threshold.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Join
from aggregator.stories.memory import Memory
from aggregator.stories.tuning import TUNING
from benchmarks.clusters import score
from benchmarks.eval_stories import candidates, load, replay
from benchmarks.overlay import STREAM

LATE = 6 * 3600
SIZES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 10_000))


def sizes(stories: Sequence[Sequence[Candidate]]) -> list[str]:
    """The table of story sizes: how many stories, items in them, publishers on the average."""
    lines = [f"{'items':>9} {'stories':>8} {'in them':>8} {'publishers':>11}"]
    for low, high in SIZES:
        chosen = [story for story in stories if low <= len(story) <= high]
        if chosen:
            spread = sum(len({one.publisher for one in story}) for story in chosen) / len(chosen)
            name = str(low) if low == high else f"{low}–{high}" if high < 10_000 else f"{low}+"
            lines.append(f"{name:>9} {len(chosen):8} {sum(map(len, chosen)):8} {spread:11.2f}")
    return lines


def corroborated(stories: Sequence[Sequence[Candidate]]) -> float:
    """The share of items whose story has another publisher."""
    items = sum(map(len, stories))
    return sum(len(story) for story in stories if len({one.publisher for one in story}) > 1) / items


def agreement(items: Sequence[Candidate], memory: Memory, batch: int, choice: random.Random) -> float:
    """B³ F1 between the stories in `memory` and those of a replay in which each item arrives up to six hours late."""
    late = sorted(items, key=lambda one: one.at + choice.random() * LATE)
    other, _ = replay(late, batch)
    return score([str(memory.story(one.item)) for one in items], [other.story(one.item) for one in items]).b3_f1


def line(one: Candidate) -> str:
    return f"    {datetime.fromtimestamp(one.at, UTC):%m-%d %H:%M} {one.publisher:16} {one.title[:110]}  | {one.summary[:90]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--stories", type=int, default=20)
    parser.add_argument("--joins", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    items = candidates(load(given.corpus / STREAM))
    memory, decided = replay(items)
    stories = [[items[item] for item in members] for members in memory.stories().values()]
    print("\n".join(sizes(stories)))
    print(f"share of items in a story with another publisher: {corroborated(stories):.3f}")
    merges = sum(len(one.merges) for one in decided)
    reasons = Counter(join.reason for one in decided for join in one.joins)
    print(f"merges of known stories: {merges}; joins: {dict(reasons)}")
    choice = random.Random(given.seed)
    for batch in (2_000, 500, 100):
        print(f"agreement if items are late, in batches of {batch}: {agreement(items, memory, batch, choice):.3f}")
    wide = [story for story in stories if len({one.publisher for one in story}) >= 3]
    print(f"\nstories of 3+ publishers: {len(wide)}")
    for story in choice.sample(wide, min(given.stories, len(wide))):
        print(f"\n--- {len(story)} items")
        print("\n".join(line(one) for one in story[:14]))
    near = [
        join for one in decided for join in one.joins if join.reason == "alike" and join.score < TUNING.min_link + 0.08
    ]
    print(f"\njoins near the threshold: {len(near)}")
    for join in choice.sample(near, min(given.joins, len(near))):
        print("\n".join(explained(join, items, memory)))


def explained(join: Join, items: Sequence[Candidate], memory: Memory) -> list[str]:
    others = [items[item] for item in memory.stories()[memory.story(join.item)] if item != join.item]
    return [
        f"\n--- {join.score:.2f}, runner-up {join.runner_up_score:.2f}, shared: {', '.join(join.shared)}",
        line(items[join.item]),
        *(">" + line(one) for one in others[:5]),
    ]


if __name__ == "__main__":
    main()
