"""Agglomerative grouping over a sparse graph of likely pairs: always the two most alike groups first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from heapq import heapify, heappop, heappush

Group = list[int]


def agglomerate(
    groups: Sequence[Group], edges: Iterable[tuple[int, int]], link: Callable[[Group, Group], float], least: float
) -> list[tuple[int, int, float]]:
    """The unions, in order, as (kept, absorbed, link): indexes into `groups`, of which the smaller one is kept.

    `edges` are pairs of indexes worth a look. `link` says how alike two groups are; unions below `least` are not
    made. Groups are extended in place. Ties go to the smaller indexes, so that equal input gives equal output.
    """
    near: list[set[int]] = [set() for _ in groups]
    for a, b in edges:
        if a != b:
            near[a].add(b)
            near[b].add(a)
    heap = [
        (-score, a, b, 0, 0)
        for a in range(len(groups))
        for b in near[a]
        if a < b and (score := link(groups[a], groups[b])) >= least
    ]
    heapify(heap)
    version = [0] * len(groups)
    unions = []
    while heap:
        negative, a, b, version_a, version_b = heappop(heap)
        if version[a] != version_a or version[b] != version_b:
            continue
        unions.append((a, b, -negative))
        groups[a].extend(groups[b])
        version[a] += 1
        version[b] = -1
        near[a] |= near[b]
        near[a] -= {a, b}
        for c in near[b]:
            near[c].discard(b)
            if c != a:
                near[c].add(a)
        near[b] = set()
        for c in near[a]:
            score = link(groups[min(a, c)], groups[max(a, c)])
            if score >= least:
                low, high = min(a, c), max(a, c)
                heappush(heap, (-score, low, high, version[low], version[high]))
    return unions


def memo(score: Callable[[int, int], float]) -> Callable[[int, int], float]:
    """A symmetric score of two items, computed once a pair."""
    cache: dict[Hashable, float] = {}

    def remembered(a: int, b: int) -> float:
        key = (a, b) if a < b else (b, a)
        value = cache.get(key)
        if value is None:
            value = cache[key] = score(*key)
        return value

    return remembered
