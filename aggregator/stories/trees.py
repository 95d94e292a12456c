"""Gradient-boosted trees: from the evidence on a pair of items to the probability that both belong to one story.

`data/trees.json` holds them: {"evidence": names, "start": log-odds, "trees": [[feature, threshold, left, right], …]}. `left` (for
values up to the threshold) and `right` are each a tree, or the log-odds of a leaf. `benchmarks/train_stories.py` writes the file. In
memory they are complete binary trees of equal depth, so that numpy evaluates all of them together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Floats, Ints

Node = Any  # a leaf, or [feature, threshold, node, node]

ROWS = 512  # rows that are evaluated at a time, so that the intermediate arrays fit into the processor's caches


class Forest(Struct, frozen=True):
    """`feature` and `threshold` have one value for each inner node, level by level, and within a level tree by tree. `leaf` has the
    shape (trees, 2 ** depth). The result is `start` plus the sum of the leaves that are reached; all are log-odds."""

    depth: int
    feature: Ints
    threshold: Floats
    leaf: Floats
    start: float

    def odds(self, evidence: Floats) -> Floats:
        """The log-odds for each row of `evidence`, of shape (rows, len(EVIDENCE))."""
        trees = np.arange(len(self.leaf))
        above = evidence[:, self.feature] > self.threshold
        at = np.zeros((len(evidence), len(trees)), dtype=np.int64)
        every = np.arange(len(evidence))[:, None]
        for level in range(self.depth):
            # Index of the first node of this level, plus offset of the tree within the level, plus position within the tree.
            node = len(trees) * ((1 << level) - 1) + trees * (1 << level) + at
            at = at * 2 + above[every, node]
        found: Floats = self.leaf[trees, at].sum(axis=1) + self.start
        return found


def probability(evidence: Floats) -> Floats:
    """For each row of evidence the probability that the two items belong to one story. It is calibrated for the balanced data that
    the trees were trained on, not for the pairs of real news."""
    trees = forest()
    odds = [trees.odds(evidence[n : n + ROWS]) for n in range(0, len(evidence) or 1, ROWS)]
    found: Floats = 1 / (1 + np.exp(-np.concatenate(odds)))
    return found


@cache
def forest() -> Forest:
    read = json.loads((files("aggregator.stories") / "data" / "trees.json").read_text(encoding="utf-8"))
    return complete(read["trees"], float(read["start"]))


def complete(trees: Sequence[Node], start: float) -> Forest:
    """Convert nested lists to complete trees: a leaf above the last level becomes a subtree in which every leaf has its value."""
    depth = max(map(_depth, trees), default=0)
    feature: list[int] = []
    threshold: list[float] = []
    level: list[Node] = list(trees)
    for _ in range(depth):
        nodes = [node if isinstance(node, list) else [0, 0.0, node, node] for node in level]
        feature += [int(node[0]) for node in nodes]
        threshold += [float(node[1]) for node in nodes]
        level = [below for node in nodes for below in node[2:]]
    leaf = np.array(level, dtype=np.float64).reshape(len(trees), 1 << depth)
    return Forest(depth, np.array(feature, dtype=np.int64), np.array(threshold), leaf, start)


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node[2:])) if isinstance(node, list) else 0
