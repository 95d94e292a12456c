"""Agglomerative clustering on a sparse graph of likely pairs: the two most similar groups are united first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush

Group = list[int]
SHOWN = 8  # at most so many members of a group are compared with another group: the first and the last ones


class Linkage:
    """Groups of items and the links between them. A link is `best` × (score of the best pair) + (1 − `best`) × (mean score of all
    pairs).

    `scores` returns the scores, in 0…1, of each item of one group with each item of another, row by row. `more(one, other, best)`,
    where `best` is the highest, is added to their mean. Two groups are united if `agree(one, other, link)` is true.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        scores: Callable[[Sequence[int], Sequence[int]], Sequence[float]],
        best: float,
        agree: Callable[[Group, Group, float], bool] = lambda one, other, link: True,
        more: Callable[[Sequence[int], Sequence[int], float], float] = lambda one, other, best: 0.0,
    ) -> None:
        self._agree = agree
        self._more = more
        self._groups = list(groups)
        self._scores = scores
        self._best = best
        # Group → neighbour → best, mean
        self._pairs: defaultdict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
        self._version = [0] * len(groups)
        self._heap: list[tuple[float, int, int, int, int]] = []

    def unite(self, edges: Iterable[tuple[int, int]], least: float) -> list[tuple[int, int]]:
        """Unite groups and return the unions in order: (index of the group that stays, the smaller one, of that which became part of it).
        `edges` are the pairs of groups to compare at first. Links below `least` never unite groups. Ties go to the smaller indexes, so that
        the result is deterministic."""
        for a, b in edges:
            if a != b and b not in self._pairs[a]:
                self._pairs[a][b] = self._pairs[b][a] = pair = self.compare(self._groups[a], self._groups[b])
                self._offer(a, b, pair, least)
        unions = []
        while self._heap:
            negative, a, b, version_a, version_b = heappop(self._heap)
            if self._version[a] != version_a or self._version[b] != version_b:
                continue
            if self._agree(self._groups[a], self._groups[b], -negative):
                unions.append((a, b))
                self._absorb(a, b, least)
        return unions

    def compare(self, one: Sequence[int], other: Sequence[int]) -> tuple[float, float]:
        """(best, mean) of the scores between two groups."""
        scores = self._scores(shown(one), shown(other))
        return max(scores), sum(scores) / len(scores)

    def _prefetch(self, one: Sequence[int], others: Sequence[Sequence[int]]) -> None:
        """Compute many scores together, which is much faster than group by group."""
        items = [item for other in others for item in shown(other)]
        if items:
            self._scores(shown(one), items)

    def link(self, one: Sequence[int], other: Sequence[int], pair: tuple[float, float]) -> float:
        """The link between two groups; `pair`: as by `compare`."""
        return self._best * pair[0] + (1 - self._best) * (pair[1] + self._more(one, other, pair[0]))

    def _offer(self, a: int, b: int, pair: tuple[float, float], least: float) -> None:
        link = self.link(self._groups[a], self._groups[b], pair)
        if link >= least:
            low, high = (a, b) if a < b else (b, a)
            heappush(self._heap, (-link, low, high, self._version[low], self._version[high]))

    def _absorb(self, a: int, b: int, least: float) -> None:
        groups, pairs = self._groups, self._pairs
        size_a, size_b = len(groups[a]), len(groups[b])
        from_a, from_b = pairs[a], pairs[b]
        self._version[a] += 1
        self._version[b] = -1
        pairs[a] = {}
        beside = [c for c in {**from_a, **from_b} if c not in (a, b)]
        self._prefetch(groups[a], [groups[c] for c in beside if c not in from_a])
        self._prefetch(groups[b], [groups[c] for c in beside if c not in from_b])
        for c in beside:
            best_a, mean_a = from_a.get(c) or self.compare(groups[a], groups[c])
            best_b, mean_b = from_b.get(c) or self.compare(groups[b], groups[c])
            pair = max(best_a, best_b), (size_a * mean_a + size_b * mean_b) / (size_a + size_b)
            pairs[a][c] = pairs[c][a] = pair
            pairs[c].pop(b, None)
        pairs[b] = {}
        groups[a] = groups[a] + groups[b]
        for c in beside:
            self._offer(a, c, pairs[a][c], least)


def shown(items: Sequence[int]) -> Sequence[int]:
    return items if len(items) <= SHOWN else [*items[: SHOWN // 2], *items[-SHOWN // 2 :]]
