"""Learned trees: from evidence on a pair to how sure we are that it is one story.

The file `data/likeness.json` holds them as numbers: {"evidence": names, "start": log-odds, "trees": [[feature,
threshold, at most, above], …]}, where a branch is a tree or a leaf's log-odds. Here they are complete trees of one
depth, all asked at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from aggregator.stories.arrays import Floats, Ints

Node = Any  # a leaf, or [feature, threshold, node, node]

ROWS = 512  # judged at once: what is compared for them fits the caches of a processor


@dataclass(frozen=True, slots=True)
class Forest:
    """`feature` and `threshold` have a column for each inner node, level by level, all trees of a level side by side;
    `leaf` has a row for each tree."""

    depth: int
    feature: Ints
    threshold: Floats
    leaf: Floats
    start: float

    def odds(self, evidence: Floats) -> Floats:
        """Log-odds of each row of evidence."""
        trees = np.arange(len(self.leaf))
        above = evidence[:, self.feature] > self.threshold
        at = np.zeros((len(evidence), len(trees)), dtype=np.int64)
        every = np.arange(len(evidence))[:, None]
        for level in range(self.depth):
            # Where the nodes of this level begin, and in it those of each tree.
            node = len(trees) * ((1 << level) - 1) + trees * (1 << level) + at
            at = at * 2 + above[every, node]
        found: Floats = self.leaf[trees, at].sum(axis=1) + self.start
        return found


def sureness(evidence: Floats) -> Floats:
    """Probability, on the balanced data that the trees were trained with, that the two items of each row tell one
    story."""
    trees = forest()
    odds = [trees.odds(evidence[n : n + ROWS]) for n in range(0, len(evidence) or 1, ROWS)]
    found: Floats = 1 / (1 + np.exp(-np.concatenate(odds)))
    return found


@cache
def forest() -> Forest:
    read = json.loads((files("aggregator.stories") / "data" / "likeness.json").read_text(encoding="utf-8"))
    return grown(read["trees"], float(read["start"]))


def grown(trees: Sequence[Node], start: float) -> Forest:
    """Trees as nested lists, made complete: a leaf higher up becomes a tree that ends in this leaf whatever it asks."""
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
