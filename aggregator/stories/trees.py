"""Learned trees: from evidence on a pair to how sure we are that it is one story.

The file `data/likeness.json` holds them as numbers: {"evidence": names, "start": log-odds, "trees": [[feature,
threshold, at most, above], …]}, where a branch is a tree or a leaf's log-odds. They are compiled once into plain
comparisons, the way `dataclasses` writes an `__init__`: ten times as fast as walking them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from math import exp

HOPELESS = -3.0  # log-odds below which, after the first trees, the rest is not asked
FIRST = 12


def sureness(evidence: Sequence[float]) -> float:
    """Probability, on the balanced data that the trees were trained with, that two items tell one story."""
    first, rest = compiled()
    total = first(evidence)
    if total < HOPELESS:
        return 0.0
    return 1 / (1 + exp(-total - rest(evidence)))


Scorer = Callable[[Sequence[float]], float]


@cache
def compiled() -> tuple[Scorer, Scorer]:
    """The first trees and the rest, each as a function from evidence to log-odds."""
    read = json.loads((files("aggregator.stories") / "data" / "likeness.json").read_text(encoding="utf-8"))
    trees, size = read["trees"], len(read["evidence"])
    return _compile(trees[:FIRST], size), _compile(trees[FIRST:], size)


def _compile(trees: Sequence[object], size: int) -> Scorer:
    names = ", ".join(f"e{number}" for number in range(size))
    total = " + ".join(_source(tree) for tree in trees) or "0.0"
    scope: dict[str, Scorer] = {}
    exec(f"def score(evidence):\n    {names}, = evidence\n    return {total}", scope)  # noqa: S102 # numbers of ours alone
    return scope["score"]


def _source(node: object) -> str:
    """Only numbers reach the source: whatever else the file might hold fails here."""
    if isinstance(node, list):
        feature, threshold, low, high = node
        return f"({_source(low)} if e{int(feature)} <= {float(threshold)!r} else {_source(high)})"
    if isinstance(node, int | float):
        return repr(float(node))
    raise TypeError(f"no tree: {node!r}")
