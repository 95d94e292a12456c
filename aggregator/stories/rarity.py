"""How much a word tells: the rarer in the news at large and in what came in lately, the more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Floats, Ints, looked_up
from aggregator.text.words import word_id

SELDOM = 2  # count taken for a word that the background does not list
PRIOR = 100  # items of our own past that the background counts for: a young archive knows little
FLOOR = 4_000  # a word of our own past counts as seen once in so many items at the least, however long that past


class Rarity(dict[int, float]):
    """Weights of stems (by `word_id`): the mean of -log of their shares of documents in the background and in our own
    past.

    `frequencies` count the documents, out of `documents`, that hold a word; others count as unseen. Weights are worked
    out as they are asked for, best many at once by `of`.
    """

    def __init__(self, documents: int, frequencies: Mapping[int, int]) -> None:
        super().__init__()
        self._documents = documents + PRIOR
        self._frequencies = frequencies

    def __missing__(self, word: int) -> float:
        self.of(np.array([word]))
        return self[word]

    def of(self, words: Ints) -> Floats:
        """The weight of each word."""
        asked = words.tolist()
        share = background(words)
        get = self._frequencies.get
        seen = (np.array([get(word, 0) for word in asked]) + PRIOR * share) / self._documents
        weights: Floats = np.maximum(-(np.log(share) + np.log(np.clip(seen, 1 / FLOOR, 1))) / 2, 0.01)
        self.update(zip(asked, weights.tolist(), strict=True))
        return weights


def background(words: Ints) -> Floats:
    """The share of documents that hold each word in a background of news."""
    stems, shares = listed()
    place, there = looked_up(words, stems)
    found: Floats = np.where(there, shares[place], _unlisted())
    return found


@cache
def listed() -> tuple[Ints, Floats]:
    """The commoner stems, ascending by `word_id`, and the share of documents that hold each."""
    size, counts = _background()
    stems = np.fromiter(counts, np.int64)
    order = np.argsort(stems)
    return stems[order], (np.fromiter(counts.values(), np.float64)[order] + 1) / size


@cache
def _unlisted() -> float:
    return (SELDOM + 1) / _background()[0]


@cache
def _background() -> tuple[int, dict[int, int]]:
    """How many documents there are, and how many hold each of the commoner stems.

    One stem a line, `count<TAB>stem`, the first line counts all documents; `benchmarks/train_stories.py` makes it.
    """
    text = (files("aggregator.stories") / "data" / "background.tsv").read_text(encoding="utf-8")
    (size, _), *rows = (line.split("\t") for line in text.splitlines())
    return int(size), {word_id(stem): int(count) for count, stem in rows}
