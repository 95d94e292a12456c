"""How much a word tells: the rarer in the news at large and in what came in lately, the more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import log

from aggregator.text.words import word_id

SELDOM = 2  # count taken for a word that the background does not list
PRIOR = 100  # items of our own past that the background counts for: a young archive knows little
FLOOR = 4_000  # a word of our own past counts as seen once in so many items at the least, however long that past


class Rarity(dict[int, float]):
    """Weights of stems (by `word_id`): the mean of -log of their shares of documents in the background and in our own
    past.

    `frequencies` count the documents, out of `documents`, that hold a word; others count as unseen and are worked out
    as they are asked for.
    """

    def __init__(self, documents: int, frequencies: Mapping[int, int]) -> None:
        super().__init__()
        self._documents = documents + PRIOR
        self._learn(frequencies)

    def __missing__(self, word: int) -> float:
        self._learn({word: 0})
        return self[word]

    def _learn(self, frequencies: Mapping[int, int]) -> None:
        """One loop without calls: every stem of a batch passes here."""
        listed, rest = background()
        documents, least = self._documents, 1 / FLOOR
        for word, count in frequencies.items():
            share, told = listed.get(word, rest)
            seen = (count + PRIOR * share) / documents
            weight = (told - log(seen if least < seen < 1.0 else least if seen <= least else 1.0)) / 2
            self[word] = weight if weight > 0.01 else 0.01


Share = tuple[float, float]
"""The share of documents that hold a word, and -log of it."""


@cache
def background() -> tuple[Mapping[int, Share], Share]:
    """What the background of news says of each of the commoner stems, and of all others.

    One stem a line, `count<TAB>stem`, the first line counts all documents; `benchmarks/train_stories.py` makes it.
    """
    text = (files("aggregator.stories") / "data" / "background.tsv").read_text(encoding="utf-8")
    (size, _), *rows = (line.split("\t") for line in text.splitlines())

    def share(count: int) -> Share:
        found = (count + 1) / int(size)
        return found, -log(found)

    return {word_id(stem): share(int(count)) for count, stem in rows}, share(SELDOM)
