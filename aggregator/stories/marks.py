"""Marks: a name that nearly all items of one group have and none of another. If each of two groups has one, they report two
similar events and are kept apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from aggregator.stories.names import named
from aggregator.stories.tuning import Tuning


class Marks:
    """`words` returns the telling words of an item → whether the word is in its headline."""

    def __init__(self, words: Callable[[int], Mapping[int, bool]], rarity: Mapping[int, float], tuning: Tuning) -> None:
        self._read = words
        self._known: dict[int, Mapping[int, bool]] = {}
        self.rarity = rarity
        self.tuning = tuning

    def words(self, item: int) -> Mapping[int, bool]:
        if item not in self._known:
            self._known[item] = self._read(item)
        return self._known[item]

    def apart(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether each group has a mark against the other."""
        if len(one) < self.tuning.mark_members or len(other) < self.tuning.mark_members:
            return False
        return self.mark(one, other) is not None and self.mark(other, one) is not None

    def mark(self, one: Sequence[int], other: Sequence[int]) -> int | None:
        """The rarest word that nearly all items of `one` have and none of `other`, and that may be (part of) a name: outlets also
        tell one event by different words. None if there is none."""
        theirs, rarity = self._counted(other), self.rarity
        enough, rare = self.tuning.mark_share * len(one), self.tuning.mark_rarity
        marks = [
            word
            for word, count in self._counted(one).items()
            if count >= enough and word not in theirs and rarity[word] >= rare
        ]
        if not marks:
            return None
        names = [word for word, name in zip(marks, named(np.array(marks, np.int64))[2].tolist(), strict=True) if name]
        return max(names, key=lambda word: (rarity[word], word), default=None)

    def _counted(self, items: Sequence[int]) -> Counter[int]:
        words: Counter[int] = Counter()
        for item in items:
            words.update(self.words(item).keys())
        return words
