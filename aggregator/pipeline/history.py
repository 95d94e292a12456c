"""The store's past, in the form that the grouping reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from aggregator.model.story import Remembered, RememberedItem
from aggregator.ports import Past
from aggregator.stories import Candidate, Grouping, Known


class StoredHistory:
    """A `stories.History` over the store's `Past`."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def documents(self) -> int:
        return self._past.documents()

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        return self._past.frequencies(words)

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        return self._past.postings(words, since, until, most)

    def known(self, items: Collection[int]) -> Mapping[int, Known]:
        recalled = self._past.recall(items)
        return {item: Known(one.features, one.story, one.at, one.publisher) for item, one in recalled.items()}

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        return self._past.members(stories)

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        return self._past.same_address(canonicals)

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        return self._past.same_headline(keys, since, until)


def remembered(batch: Collection[Candidate], grouping: Grouping) -> Remembered:
    """What the store keeps of a batch for the next ones."""
    return Remembered(
        items=tuple(
            RememberedItem(one.item, one.at, one.publisher, kept.headline or None, kept.features)
            for one in batch
            if (kept := grouping.kept.get(one.item)) is not None
        ),
        postings=tuple(grouping.postings),
        frequencies=tuple(grouping.frequencies.items()),
        documents=grouping.documents,
    )
