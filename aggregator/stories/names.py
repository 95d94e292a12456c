"""Words that name somebody or something: two events of one kind differ in their names, and often in little else.

`data/capitals.bin` tells of each word of `rarity.listed`, a byte each in that order, how often the news writes it with a
capital where it need not (0 never … 255 always, 128 where that is not known). `benchmarks/train_stories.py` makes it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Bools, Ints, look_up
from aggregator.stories.rarity import listed

ALWAYS = 204  # share of capitals from which a word is a name however it is written
MOSTLY = 180  # … where a headline writes it as one
SOMETIMES = 77  # … and from which it may be part of one: the Royal in a royal's house
UNKNOWN = 128  # a word that is not listed is a name where a headline writes it as one


def named(words: Ints) -> tuple[Bools, Bools, Bools]:
    """Which of these words are names however they are written, which if they are written as names, and which perhaps."""
    stems, _ = listed()
    place, there = look_up(words, stems)
    share = np.where(there, _capitals()[place], UNKNOWN)
    return share >= ALWAYS, (share >= MOSTLY) | (share == UNKNOWN), share >= SOMETIMES


@cache
def _capitals() -> Ints:
    return np.frombuffer((files("aggregator.stories") / "data" / "capitals.bin").read_bytes(), np.uint8)
