"""Marks keep two similar groups apart. A mark of a group against another is a rare word that nearly all of its items have and none of
the other's. If each of two groups has a mark against the other, they report two similar events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from aggregator.stories.names import maybe_names
from aggregator.stories.tuning import TUNING


class Marks:
    """`words` returns the significant words of an item → whether the word is in its headline."""

    def __init__(self, words: Callable[[int], Mapping[int, bool]], rarity: Mapping[int, float]) -> None:
        self.words = cache(words)
        self.rarity = rarity

    def between(self, one: Sequence[int], other: Sequence[int], names: bool) -> int | None:
        """The mark of `one` if each group has a mark against the other, else None. `names`: only words that may be (part of) a name
        count."""
        if len(one) < TUNING.mark_members or len(other) < TUNING.mark_members:
            return None
        mark = self._mark(one, other, names)
        return None if mark is None or self._mark(other, one, names) is None else mark

    def _mark(self, one: Sequence[int], other: Sequence[int], names: bool) -> int | None:
        """The rarest word that nearly all items of `one` have and no item of `other`."""
        theirs, rarity = self._counted(other), self.rarity
        enough, rare = TUNING.mark_share * len(one), TUNING.mark_rarity
        marks = [
            word
            for word, count in self._counted(one).items()
            if count >= enough and word not in theirs and rarity[word] >= rare
        ]
        if marks and names:
            marks = maybe_names(marks)
        return max(marks, key=lambda word: (rarity[word], word), default=None)

    def _counted(self, items: Sequence[int]) -> Counter[int]:
        words: Counter[int] = Counter()
        for item in items:
            words.update(self.words(item).keys())
        return words
