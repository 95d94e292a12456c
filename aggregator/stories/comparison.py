"""Pairs of items: how close, against which rivals, and so how likely one story. Each pair is judged once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from aggregator.stories.likeness import Profile, cosine, evidence, profile
from aggregator.stories.reading import Reading
from aggregator.stories.trees import sureness
from aggregator.stories.tuning import Tuning

Pair = tuple[int, int]


class Comparison:
    """The items of a reading, new and known, ready to be compared."""

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.tuning = tuning
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
        return sureness(evidence(self.profiles[pair[0]], self.profiles[pair[1]], close))

    def evidence(self, a: int, b: int) -> list[float]:
        """For learning and for explaining."""
        pair = (a, b) if a < b else (b, a)
        close = self._close.get(pair)
        return evidence(self.profiles[pair[0]], self.profiles[pair[1]], self._cosine(*pair) if close is None else close)

    def pairs(self) -> Iterator[Pair]:
        """The nominated pairs that are not far apart."""
        return (pair for pair, close in self._close.items() if close >= self.tuning.far)

    def near(self, item: int) -> bytes:
        """What the item will remember of its neighbours."""
        return bytes(round(value * 255) for value in self.profiles[item].near)
