"""Which words are names. Two similar events differ in their names, and often in little else.

`data/capitals.bin` has one byte for each word of `rarity.listed`, in that order: how often the news capitalises the word inside
a sentence (0 never … 255 always, 128 if unknown). `benchmarks/train_stories.py` writes it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Bools, Ints, look_up
from aggregator.stories.rarity import listed

ALWAYS = 204  # from here on, a word is a name however it is written
MOSTLY = 180  # … is a name if a headline writes it as one
SOMETIMES = 77  # … may be part of a name, as "Royal"
UNKNOWN = 128  # not listed: a name if a headline writes it as one


def named(words: Ints) -> tuple[Bools, Bools, Bools, Bools]:
    """For each word (`word_id`) whether it is a name however it is written, whether if written as one, and whether possibly; and
    whether nobody knows, as of words of other languages, which are not listed."""
    stems, _ = listed()
    index, there = look_up(words, stems)
    share = np.where(there, _capitals()[index], UNKNOWN)
    unknown = share == UNKNOWN
    return share >= ALWAYS, (share >= MOSTLY) | unknown, share >= SOMETIMES, unknown


@cache
def _capitals() -> Ints:
    return np.frombuffer((files("aggregator.stories") / "data" / "capitals.bin").read_bytes(), np.uint8)
