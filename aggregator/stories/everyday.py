"""The everyday words of languages other than English.

The background of word counts (`rarity`) is English. By it, "der" and "niños" would be rare words and so strong evidence, and all
reports in German or Spanish would look alike. `data/everyday.bin` therefore lists the common stems of some forty other languages,
each with the share of news items that contain it. Such an everyday stem has a number of its own in each language, because the German
words "war" and "die" are not the English ones. Names and rarer words have the same number in all languages.
`benchmarks/build_languages.py` builds the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.arrays import Floats, Ints, look_up
from aggregator.text.languages import ENGLISH, function_words
from aggregator.text.words import stem_ids, word_id

ROW = np.dtype([("lang", "u1"), ("stem", "<i8"), ("share", "<f2")])
"""A row of `everyday.bin`: the index of the language in `function_words`, or `ALL` for a name; the `word_id` of the stem; its share.
The rows are sorted by the number of the stem in that language."""
ALL = 255


def word_ids(words: Iterable[str], lang: str) -> list[int]:
    """The number of each word's stem, in order; everyday words have a number of their own in each language."""
    if lang in ENGLISH or lang not in function_words():
        return stem_ids(words, lang)
    own = _own(lang)
    return [own.get(id, id) for id in stem_ids(words, lang)]


def everyday(words: Ints) -> Floats:
    """For each word the share of news items in its language that contain it, if it is an everyday word, else 0."""
    rows, numbers = _everyday()
    index, there = look_up(words, numbers)
    share: Floats = np.where(there, rows["share"][index], 0.0)
    return share


def salt(lang: str) -> int:
    """The number of an everyday stem in this language is its `word_id` XOR this salt."""
    return word_id(f"language {lang}")


@cache
def _own(lang: str) -> dict[int, int]:
    """For a language: `word_id` of an everyday stem → its number in this language."""
    rows, numbers = _everyday()
    of = rows["lang"] == list(function_words()).index(lang)
    return dict(zip(rows["stem"][of].tolist(), numbers[of].tolist(), strict=True))


@cache
def _everyday() -> tuple[NDArray[np.void], Ints]:
    """The rows of the file, and the number of each row's stem in its language."""
    rows = np.frombuffer((files("aggregator.stories") / "data" / "everyday.bin").read_bytes(), ROW)
    salts = np.zeros(ALL + 1, dtype=np.int64)
    salts[: len(function_words())] = [salt(lang) for lang in function_words()]
    return rows, rows["stem"] ^ salts[rows["lang"]]
