"""How significant a word is: the rarer in a background of news and in our own recent past, the more significant."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Floats, Ints, look_up
from aggregator.stories.everyday import everyday

SELDOM = 2  # assumed count of a word that the background does not list
PRIOR = 100  # the background counts as so many items of our own past, because a young archive has few counts
FLOOR = 4_000  # a word counts as occurring in at least one of so many items of our own past


class Rarity(dict[int, float]):
    """`word_id` of a stem → its rarity: the mean of -log(share of documents) in the background and in our own past.

    `counts`: how many of `documents` contain each of `words`, which ascend; absent words count as 0. Rarities are computed on demand;
    `of` computes many at once, `known` also keeps them.
    """

    def __init__(self, documents: int, words: Ints, counts: Ints) -> None:
        super().__init__()
        self._documents = documents + PRIOR
        # With an entry that is of no word, so that there is one.
        self._words, self._counts = np.append(words, np.iinfo(np.int64).max), np.append(counts, 0)

    def __missing__(self, word: int) -> float:
        self.known(np.array([word]))
        return self[word]

    def known(self, words: Ints, share: Floats | None = None) -> Floats:
        """As `of`; they are kept."""
        weights = self.of(words, share)
        self.update(zip(words.tolist(), weights.tolist(), strict=True))
        return weights

    def of(self, words: Ints, share: Floats | None = None) -> Floats:
        """The rarity of each word. `share`: the `background` of each, if it was looked up already."""
        share = background(words) if share is None else share
        index, there = look_up(words, self._words)
        seen = (np.where(there, self._counts[index], 0) + PRIOR * share) / self._documents
        weights: Floats = np.maximum(-(np.log(share) + np.log(np.clip(seen, 1 / FLOOR, 1))) / 2, 0.01)
        return weights


def background(words: Ints) -> Floats:
    """For each word the share of documents of the background that contain it. The background is news in English, or for an everyday
    word of another language news in that language."""
    return shares(words, listed_at(words))


def listed_at(words: Ints) -> Ints:
    """The index of each word in `listed`; -1 if it is not there."""
    index, there = look_up(words, listed()[0])
    return np.where(there, index, -1)


def shares(words: Ints, index: Ints) -> Floats:
    """The `background` of these words; `index`: `listed_at` of each."""
    there = index >= 0
    found: Floats = np.where(there, listed()[1][index], unlisted())
    found[~there] = np.maximum(everyday(words[~there]), unlisted())
    return found


@cache
def listed() -> tuple[Ints, Floats]:
    """The stems that the background lists, ascending by `word_id`, and the share of documents that contain each."""
    size, stems, counts = _background()
    return stems, (counts + 1) / size


@cache
def unlisted() -> float:
    """The assumed share of documents that contain a word that the background does not list."""
    return (SELDOM + 1) / _background()[0]


@cache
def _background() -> tuple[int, Ints, Ints]:
    """(documents, stems ascending by `word_id`, how many documents contain each).

    `data/background.bin` holds these in this order as little-endian 64-bit integers; `benchmarks/train_stories.py` writes it.
    """
    content = (files("aggregator.stories") / "data" / "background.bin").read_bytes()
    numbers = np.frombuffer(content, "<i8")
    stems, counts = numbers[1:].reshape(2, -1)
    return int(numbers[0]), stems, counts
