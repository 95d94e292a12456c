"""Scores of a clustering against a reference: B-cubed (Bagga and Baldwin 1998) and pairwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scores:
    b3_precision: float
    b3_recall: float
    b3_f1: float
    pair_precision: float
    pair_recall: float
    pair_f1: float


def score(gold: Sequence[str], found: Sequence[int]) -> Scores:
    """Both give, for each item in the same order, the name of its cluster."""
    both, golds, founds = Counter(zip(gold, found, strict=True)), Counter(gold), Counter(found)
    precision = sum(n * n / founds[f] for (_, f), n in both.items()) / len(gold)
    recall = sum(n * n / golds[g] for (g, _), n in both.items()) / len(gold)
    hits, said, true = (_pairs(counts) for counts in (both, founds, golds))
    pair_precision, pair_recall = hits / said if said else 1.0, hits / true if true else 1.0
    return Scores(
        precision, recall, _f1(precision, recall), pair_precision, pair_recall, _f1(pair_precision, pair_recall)
    )


def _pairs(counts: Counter[str] | Counter[int] | Counter[tuple[str, int]]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
