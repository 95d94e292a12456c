"""Pairs of items: how close, against which rivals, and so how likely one story. Each pair is judged once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from aggregator.stories.arrays import Bools, Floats, Ints
from aggregator.stories.candidate import Candidate
from aggregator.stories.likeness import KEPT, LEAST, among, evidence, standing, vectors
from aggregator.stories.reading import Reading
from aggregator.stories.trees import sureness
from aggregator.stories.tuning import Tuning
from aggregator.stories.twins import naming, twins
from aggregator.stories.values import Known

Pair = tuple[int, int]


class Comparison:
    """The items of a reading, new and known, ready to be compared."""

    def __init__(self, reading: Reading, tuning: Tuning) -> None:
        self.tuning = tuning
        self.rarity = reading.rarity
        items = [*(one.item for one in reading.new), *reading.known]
        known = reading.known.values()
        rows = reading.cache.rows(items, [*reading.encoded, *(one.kept for one in known)])
        everyone: list[Candidate | Known] = [*reading.new, *known]
        self._row = dict(zip(items, range(len(items)), strict=True))
        self._items = np.array(items)
        self._new = len(reading.new)
        self._publisher = _numbered([one.publisher for one in everyone])
        self._headline = reading.cache.headline(rows)
        words, figure = reading.cache.matrix(rows)
        at = np.array([one.at for one in everyone])
        self._vectors = vectors(words, self.rarity.of(words.ids), figure, reading.cache.lang(rows), at)
        one, other = self._pairs(reading.near)
        close, common = self._cosines(one, other)
        met, both, felt = reading.cache.near(rows), np.concatenate([one, other]), self._felt(one, other)
        self._around = (
            standing(both, np.concatenate([close, close]), met[:, :KEPT]),
            standing(both, np.concatenate([felt, felt]), met[:, KEPT:]),
        )
        self._nominated = one, other, close, common
        self._sure: dict[Pair, float] = {}
        self._twins: set[Pair] = set()
        sure = self._judge(one, other, close, common)
        self._likely = self._named(one[sure >= tuning.likely], other[sure >= tuning.likely])
        self._keep(one, other, sure)

    def _pairs(self, near: Mapping[int, Sequence[int]]) -> tuple[Ints, Ints]:
        """The rows of the nominated pairs, each once, the lesser first."""
        row, width = self._row, len(self._items)
        asking = np.repeat([row[item] for item in near], [len(others) for others in near.values()]).astype(np.int64)
        asked = np.array([row.get(other, -1) for others in near.values() for other in others], dtype=np.int64)
        there = asked >= 0
        asking, asked = asking[there], asked[there]
        pairs = np.unique(np.minimum(asking, asked) * width + np.maximum(asking, asked))
        return np.divmod(pairs, width)

    def _cosines(self, one: Ints, other: Ints) -> tuple[Floats, Ints]:
        at = self._vectors.at
        close, common = self._vectors.cosines(one, other)
        return np.where(np.abs(at[one] - at[other]) <= self.tuning.window, close, 0.0), common

    def _felt(self, one: Ints, other: Ints) -> Floats:
        at = self._vectors.at
        return np.where(np.abs(at[one] - at[other]) <= self.tuning.window, self._vectors.felt(one, other), 0.0)

    def _worth(self, close: Floats, common: Ints) -> Bools:
        """Which pairs are worth weighing: with fewer words in common, chance may have brought them close."""
        return (close >= self.tuning.far) & (common >= LEAST)

    def _judge(self, one: Ints, other: Ints, close: Floats, common: Ints) -> Floats:
        worth = self._worth(close, common)
        sure = np.zeros(len(one))
        if worth.any():
            a, b = one[worth], other[worth]
            told = sureness(evidence(self._vectors, self._around, a, b, close[worth]))
            again = (self._publisher[a] == self._publisher[b]) & (self._publisher[a] > 0)
            sure[worth] = np.where(again & self._column(a, b), 0.0, told - np.where(again, self.tuning.again, 0.0))
        return sure

    def twins(self, one: int, other: int) -> bool:
        """Whether two items look alike but tell two events of one kind."""
        return (min(one, other), max(one, other)) in self._twins

    def _column(self, one: Ints, other: Ints) -> Bools:
        """Pairs that, if they are one outlet's, come every day or week under one headline."""
        at = self._vectors.at
        found: Bools = (self._headline[one] == self._headline[other]) & (
            np.abs(at[one] - at[other]) > self.tuning.column
        )
        return found

    def _keep(self, one: Ints, other: Ints, sure: Floats) -> None:
        """But for twins: they look alike, but are no story."""
        alike = np.flatnonzero(sure >= self.tuning.likely)
        rows, (a, b) = among(one[alike], other[alike])
        apart = alike[twins(naming(self._vectors.rows(rows)), a, b)]
        sure[apart] = 0.0
        self._twins.update(self._named(one[apart], other[apart]))
        self._sure.update(zip(self._named(one, other), sure.tolist(), strict=True))

    def _named(self, one: Ints, other: Ints) -> list[Pair]:
        """The items of these rows, the lesser first."""
        a, b = self._items[one], self._items[other]
        return list(zip(np.minimum(a, b).tolist(), np.maximum(a, b).tolist(), strict=True))

    def likely(self, least: float = 0.0) -> Sequence[Pair]:
        """The nominated pairs that may be one story."""
        return [pair for pair in self._likely if self._sure[pair] >= least] if least else self._likely

    def meet(self, pairs: Iterable[Pair]) -> None:
        """Judge these pairs, all at once: much cheaper than one by one as `score` asks for them."""
        sure, row = self._sure, self._row
        ordered = {pair if pair[0] < pair[1] else (pair[1], pair[0]) for pair in pairs}
        asked = [pair for pair in ordered if pair not in sure]
        if asked:
            one = np.array([row[a] for a, _ in asked])
            other = np.array([row[b] for _, b in asked])
            self._keep(one, other, self._judge(one, other, *self._cosines(one, other)))

    def scores(self, one: Sequence[int], other: Sequence[int]) -> list[float]:
        """How likely each of one and each of the other tell one story, in 0…1."""
        pairs = [(a, b) if a < b else (b, a) for a in one for b in other]
        try:
            return [self._sure[pair] for pair in pairs]
        except KeyError:
            self.meet(pairs)
        return [self._sure[pair] for pair in pairs]

    def words(self, item: int) -> dict[int, bool]:
        """The telling words of an item, and whether each stands in its headline."""
        return self._vectors.words.words(self._row[item])

    def evidence(self) -> Iterator[tuple[Pair, list[float]]]:
        """The nominated pairs that are weighed, with what they are weighed by: to learn from."""
        one, other, close, common = self._nominated
        worth = self._worth(close, common)
        one, other = one[worth], other[worth]
        rows = evidence(self._vectors, self._around, one, other, close[worth])
        yield from zip(
            zip(self._items[one].tolist(), self._items[other].tolist(), strict=True), rows.tolist(), strict=True
        )

    def near(self) -> list[bytes]:
        """What each new item will remember of its neighbours, in the order of the reading: the closest by words, then
        those by sense."""
        near = np.hstack([around.near[: self._new] for around in self._around])
        return [bytes(row.tolist()).rstrip(b"\0") for row in np.round(near * 255).astype(np.uint8)]


def _numbered(names: Sequence[Hashable]) -> Ints:
    """A number for each different name, 0 for none."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers) + 1) if name else 0 for name in names], dtype=np.int64)
