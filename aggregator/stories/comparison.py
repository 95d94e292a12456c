"""Pairs of items: how close, against which rivals, and so how likely one story. Each pair is judged once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from aggregator.stories.likeness import Profile, cosine, evidence, profile
from aggregator.stories.reading import Reading
from aggregator.stories.trees import sureness
from aggregator.stories.tuning import Tuning

Pair = tuple[int, int]


class Comparison:
    """The items of a reading, new and known, ready to be compared."""

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.tuning = tuning
        self.rarity = reading.rarity
        self.profiles: dict[int, Profile] = {
            one.item: profile(reading.features[one.item], one.at, one.publisher, reading.rarity) for one in reading.new
        }
        for item, one in reading.known.items():
            self.profiles[item] = profile(one.features, one.at, one.publisher, reading.rarity)
        self._close = self._meet(reading)
        self._sure: dict[Pair, float] = {}

    def _meet(self, reading: Reading) -> dict[Pair, float]:
        """Compare the nominated pairs by their words alone; each item learns how crowded it is around it."""
        close: dict[Pair, float] = {}
        near: defaultdict[int, list[float]] = defaultdict(list)
        for item, others in reading.near.items():
            for other in others:
                pair = (item, other) if item < other else (other, item)
                if pair not in close and other in self.profiles:
                    close[pair] = found = self._cosine(*pair)
                    near[item].append(found)
                    near[other].append(found)
        for item, one in reading.known.items():
            near[item].extend(value / 255 for value in one.features.near)
        for item, found_near in near.items():
            self.profiles[item].settle(found_near)
        return close

    def _cosine(self, a: int, b: int) -> float:
        one, other = self.profiles[a], self.profiles[b]
        return cosine(one, other) if abs(one.at - other.at) <= self.tuning.window else 0.0

    def likely(self) -> Iterator[Pair]:
        """The nominated pairs that may be one story."""
        return (pair for pair in self._close if self.score(*pair) >= self.tuning.likely)

    def score(self, a: int, b: int) -> float:
        """How likely two items tell one story, in 0…1."""
        pair = (a, b) if a < b else (b, a)
        sure = self._sure.get(pair)
        if sure is None:
            sure = self._sure[pair] = self._judge(pair)
        return sure

    def _judge(self, pair: Pair) -> float:
        close = self._close.get(pair)
        if close is None:
            close = self._cosine(*pair)
        if close < self.tuning.far:
            return 0.0
        one, other = self.profiles[pair[0]], self.profiles[pair[1]]
        found = evidence(one, other, close)
        if found is None:
            return 0.0
        sure = sureness(found)
        return sure - self.tuning.again if one.publisher and one.publisher == other.publisher else sure

    def evidence(self) -> Iterator[tuple[Pair, tuple[float, ...]]]:
        """The nominated pairs that are weighed, with what they are weighed by: to learn from."""
        for pair, close in self._close.items():
            found = (
                evidence(self.profiles[pair[0]], self.profiles[pair[1]], close) if close >= self.tuning.far else None
            )
            if found is not None:
                yield pair, found

    def apart(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether each group has a mark of its own, which nearly all its members bear and none of the other: two
        events of one kind."""
        if len(one) < self.tuning.grown or len(other) < self.tuning.grown:
            return False
        mine, theirs = self._words(one), self._words(other)
        return self._marked(mine, theirs, len(one)) and self._marked(theirs, mine, len(other))

    def _words(self, items: Sequence[int]) -> Counter[str]:
        words: Counter[str] = Counter()
        for item in items:
            words.update(self.profiles[item].rarities.keys())
        return words

    def _marked(self, mine: Mapping[str, int], theirs: Mapping[str, int], size: int) -> bool:
        enough, rare, rarity = self.tuning.borne * size, self.tuning.rare, self.rarity
        return any(count >= enough and word not in theirs and rarity[word] >= rare for word, count in mine.items())

    def near(self, item: int) -> bytes:
        """What the item will remember of its neighbours."""
        return bytes(round(value * 255) for value in self.profiles[item].near)
