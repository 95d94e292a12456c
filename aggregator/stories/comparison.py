"""Pairs of items: how close, against which rivals, and so how likely one story. Each pair is judged once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from aggregator.stories.likeness import Profile, closest, cosine, evidence, profile
from aggregator.stories.reading import Reading
from aggregator.stories.trees import sureness
from aggregator.stories.tuning import Tuning

Pair = tuple[int, int]


class Comparison:
    """The items of a reading, new and known, ready to be compared."""

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.tuning = tuning
        self.rarity = rarity = reading.rarity
        self.profiles: dict[int, Profile] = {
            one.item: profile(reading.features[one.item], one.at, one.publisher, rarity) for one in reading.new
        }
        for item, one in reading.known.items():
            self.profiles[item] = known = profile(one.features, one.at, one.publisher, rarity)
            known.met = [value / 255 for value in one.features.near]
        self._close = self._meet(reading.near)
        self._sure: dict[Pair, float] = {}
        self._likely: list[Pair] | None = None

    def _meet(self, near: Mapping[int, Sequence[int]]) -> dict[Pair, float]:
        """Compare the nominated pairs by their words alone; each item learns how crowded it is around it."""
        close: dict[Pair, float] = {}
        profiles, rarity, window = self.profiles, self.rarity, self.tuning.window
        for item, others in near.items():
            one = profiles[item]
            for other in others:
                pair = (item, other) if item < other else (other, item)
                if pair not in close and (two := profiles.get(other)) is not None:
                    found = cosine(one, two, rarity) if -window <= one.at - two.at <= window else 0.0
                    close[pair] = found
                    one.met.append(found)
                    two.met.append(found)
        return close

    def _cosine(self, one: Profile, other: Profile) -> float:
        return cosine(one, other, self.rarity) if abs(one.at - other.at) <= self.tuning.window else 0.0

    def likely(self) -> Sequence[Pair]:
        """The nominated pairs that may be one story."""
        if self._likely is None:
            far, least = self.tuning.far, self.tuning.likely
            weighed = [pair for pair, close in self._close.items() if close >= far]
            self._likely = [pair for pair in weighed if self.score(*pair) >= least]
        return self._likely

    def score(self, a: int, b: int) -> float:
        """How likely two items tell one story, in 0…1."""
        pair = (a, b) if a < b else (b, a)
        if pair not in self._sure:
            self._sure[pair] = self._judge(pair)
        return self._sure[pair]

    def _judge(self, pair: Pair) -> float:
        one, other = self.profiles[pair[0]], self.profiles[pair[1]]
        close = self._close.get(pair)
        if close is None:
            close = self._cosine(one, other)
        if close < self.tuning.far:
            return 0.0
        found = evidence(one, other, close, self.rarity)
        if found is None:
            return 0.0
        sure = sureness(found)
        return sure - self.tuning.again if one.publisher and one.publisher == other.publisher else sure

    def evidence(self) -> Iterator[tuple[Pair, tuple[float, ...]]]:
        """The nominated pairs that are weighed, with what they are weighed by: to learn from."""
        for pair, close in self._close.items():
            found = (
                evidence(self.profiles[pair[0]], self.profiles[pair[1]], close, self.rarity)
                if close >= self.tuning.far
                else None
            )
            if found is not None:
                yield pair, found

    def apart(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether each group has a mark of its own, which nearly all its members bear and none of the other: two
        events of one kind."""
        if len(one) < self.tuning.grown or len(other) < self.tuning.grown:
            return False
        return self.mark(one, other) is not None and self.mark(other, one) is not None

    def mark(self, one: Sequence[int], other: Sequence[int]) -> int | None:
        """The rarest word that nearly all of one group bear and none of the other."""
        theirs, rarity = self._words(other), self.rarity
        enough, rare = self.tuning.borne * len(one), self.tuning.rare
        marks = [
            word
            for word, count in self._words(one).items()
            if count >= enough and word not in theirs and rarity[word] >= rare
        ]
        return max(marks, key=lambda word: (rarity[word], word), default=None)

    def _words(self, items: Sequence[int]) -> Counter[int]:
        words: Counter[int] = Counter()
        for item in items:
            words.update(self.profiles[item].words)
        return words

    def near(self, item: int) -> bytes:
        """What the item will remember of its neighbours."""
        return bytes([round(value * 255) for value in closest(self.profiles[item])])
