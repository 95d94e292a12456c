"""How much a word tells: the rarer in the news at large and in what came in lately, the more."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from aggregator.text.words import word_id


class Rarity:
    """Weights of stems: the logarithm of documents per document that holds the word, add-one smoothed."""

    def __init__(self, documents: int, frequencies: Mapping[int, int]) -> None:
        self._documents = documents
        self._frequencies = frequencies
        self._cache: dict[str, float] = {}

    def __call__(self, word: str) -> float:
        weight = self._cache.get(word)
        if weight is None:
            seen = self._frequencies.get(word_id(word), 0)
            weight = self._cache[word] = log((self._documents + 1) / (seen + 0.5))
        return weight
