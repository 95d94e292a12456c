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
NODES = 8  # inner nodes of a tree, whose answers are one byte; the last one is not used, since trees have a depth of at most three


class Forest(Struct, frozen=True):
    """`feature` and `threshold` have NODES values for each tree, its inner nodes level by level. `leaf` has the shape (trees, 256): the
    leaf that a tree reaches by the answers of its nodes (as bits, the first node's the highest: whether the feature is above the
    threshold). The result is `start` plus the sum of these leaves; all are log-odds."""

    feature: Ints
    threshold: Floats
    leaf: Floats
    start: float

    def odds(self, evidence: Floats) -> Floats:
        """The log-odds for each row of `evidence`, of shape (rows, len(EVIDENCE))."""
        answers = np.packbits(np.take(evidence, self.feature, axis=1) > self.threshold, axis=1)
        found: Floats = self.leaf[np.arange(len(self.leaf)), answers].sum(axis=1) + self.start
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
    feature = np.zeros((len(trees), NODES), dtype=np.int64)
    threshold = np.full((len(trees), NODES), np.inf)
    answers = np.arange(1 << NODES)
    reached = np.zeros_like(answers)  # answers → the node that is reached, counted within its level
    level: list[Node] = list(trees)
    for first in (0, 1, 3):  # the first node of each level
        nodes = [node if isinstance(node, list) else [0, 0.0, node, node] for node in level]
        these = slice(first, 2 * first + 1)
        feature[:, these] = np.array([int(node[0]) for node in nodes]).reshape(len(trees), -1)
        threshold[:, these] = np.array([float(node[1]) for node in nodes]).reshape(len(trees), -1)
        reached = reached * 2 + (answers >> (NODES - 1 - first - reached) & 1)
        level = [below for node in nodes for below in node[2:]]
    leaf = np.array(level, dtype=np.float64).reshape(len(trees), -1)
    return Forest(feature.ravel(), threshold.ravel(), leaf[:, reached], start)
