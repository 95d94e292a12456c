"""How much a word tells: the rarer in the news at large and in what came in lately, the more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Floats, Ints, looked_up
from aggregator.stories.languages import everyday

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
    """The share of documents that hold each word in a background of news: in English, or in the language whose everyday
    word it is."""
    stems, shares = listed()
    place, there = looked_up(words, stems)
    found: Floats = np.where(there, shares[place], _unlisted())
    found[~there] = np.maximum(everyday(words[~there]), _unlisted())
    return found


@cache
def listed() -> tuple[Ints, Floats]:
    """The commoner stems, ascending by `word_id`, and the share of documents that hold each."""
    size, stems, counts = _background()
    return stems, (counts + 1) / size


@cache
def _unlisted() -> float:
    return (SELDOM + 1) / _background()[0]


@cache
def _background() -> tuple[int, Ints, Ints]:
    """How many documents there are, the commoner stems, ascending by `word_id`, and how many documents hold each.

    `data/background.bin` holds these as numbers of eight bytes: the documents, then all stems, then all counts;
    `benchmarks/train_stories.py` makes it.
    """
    content = (files("aggregator.stories") / "data" / "background.bin").read_bytes()
    numbers = np.frombuffer(content, "<i8")
    stems, counts = numbers[1:].reshape(2, -1)
    return int(numbers[0]), stems, counts
