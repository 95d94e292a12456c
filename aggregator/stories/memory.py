"""A `ports.Past` in memory, for `classify`, the evaluation and tests. It is also the reference for the behaviour of a store."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter

from aggregator.model.story import KnownItem, RememberedItem
from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping

_at = itemgetter(0)


class Memory:
    """Remembers all items for good; `apply` applies a `Grouping` as a store does."""

    def __init__(self) -> None:
        self._documents = 0
        self._frequencies: dict[int, int] = {}
        self._postings: dict[int, list[tuple[int, int]]] = {}  # word → (at, item), sorted
        self._headlines: dict[int, list[tuple[int, int]]] = {}  # key → (at, item), sorted
        self._addresses: dict[str, int] = {}  # canonical → item
        self._known: dict[int, KnownItem] = {}
        self._members: dict[int, list[int]] = {}

    def documents(self) -> int:
        return self._documents

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        return {word: self._frequencies[word] for word in words if word in self._frequencies}

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        return _between(self._postings, words, since, until, most)

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        return {item: self._known[item] for item in items if item in self._known}

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {story: self._members[story] for story in stories if story in self._members}

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        found = {canonical: self._addresses[canonical] for canonical in canonicals if canonical in self._addresses}
        return {canonical: self._known[item].story for canonical, item in found.items()}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        return _between(self._headlines, keys, since, until)

    def story(self, item: int) -> int:
        """The present story of an item, after all merges."""
        return self._known[item].story

    def stories(self) -> Mapping[int, Sequence[int]]:
        """All stories with their items, oldest first."""
        return self._members

    def apply(self, batch: Collection[Candidate], grouping: Grouping) -> None:
        """Apply what `group` decided on `batch`."""
        candidates = {candidate.item: candidate for candidate in batch}
        kept = {one.item: one for one in grouping.memory.items}
        for join in grouping.joins:
            self._add(candidates[join.item], kept[join.item], join.story)
        for word, at, item in grouping.memory.postings:
            insort(self._postings.setdefault(word, []), (at, item))
        for merge in grouping.merges:
            self._merge(merge.older, merge.younger)
        for word, count in grouping.memory.frequencies:
            self._frequencies[word] = self._frequencies.get(word, 0) + count
        self._documents += grouping.memory.documents

    def _add(self, candidate: Candidate, kept: RememberedItem, story: int) -> None:
        item = kept.item
        self._known[item] = KnownItem(kept.features, story, kept.at, kept.publisher)
        insort(self._members.setdefault(story, []), item, key=lambda member: (self._known[member].at, member))
        if kept.headline:
            insort(self._headlines.setdefault(kept.headline, []), (kept.at, item))
        if candidate.canonical:
            self._addresses.setdefault(candidate.canonical, item)

    def _merge(self, older: int, younger: int) -> None:
        moved = self._members.pop(younger)
        for item in moved:
            known = self._known[item]
            self._known[item] = KnownItem(known.kept, older, known.at, known.publisher)
        self._members[older] = sorted([*self._members[older], *moved], key=lambda item: (self._known[item].at, item))


def _between(
    index: Mapping[int, list[tuple[int, int]]],
    keys: Collection[int],
    since: int,
    until: int,
    most: int = sys.maxsize,
) -> dict[int, Sequence[int]]:
    found: dict[int, Sequence[int]] = {}
    for key in keys:
        if listed := index.get(key):
            first, end = bisect_left(listed, since, key=_at), bisect_right(listed, until, key=_at)
            if first < end:
                found[key] = [item for _, item in listed[first : min(end, first + most)]]
    return found
