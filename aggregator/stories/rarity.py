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


class Rarity(dict[str, float]):
    """Weights of stems, worked out as they are asked for: the mean of -log of their shares of documents in the
    background and in our own past.

    `frequencies` count the documents, out of `documents`, that hold a word (by `word_id`).
    """

    def __init__(self, documents: int, frequencies: Mapping[int, int]) -> None:
        super().__init__()
        self._documents = documents + PRIOR
        self._frequencies = frequencies
        self._size, self._background = background()

    def __missing__(self, word: str) -> float:
        known = (self._background.get(word, SELDOM) + 1) / self._size
        seen = (self._frequencies.get(word_id(word), 0) + PRIOR * known) / self._documents
        self[word] = weight = max(0.01, -(log(known) + log(min(1.0, max(seen, 1 / FLOOR)))) / 2)
        return weight


@cache
def background() -> tuple[int, Mapping[str, int]]:
    """Size of the background of news, and in how many of its documents each of the commoner stems stands.

    One stem a line, `count<TAB>stem`, the first line counts all documents; `benchmarks/train_stories.py` makes it.
    """
    text = (files("aggregator.stories") / "data" / "background.tsv").read_text(encoding="utf-8")
    (size, _), *rows = (line.split("\t") for line in text.splitlines())
    return int(size), {stem: int(count) for count, stem in rows}
