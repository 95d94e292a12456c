"""Words that name somebody or something: two events of one kind differ in their names, and often in little else.

`data/capitals.bin` tells of each word of `rarity.listed`, a byte each in that order, how often the news writes it with a
capital where it need not (0 never … 255 always). `data/nations.bin` holds pairs of a `word_id`, ascending, and the number of the
nation that this word names or whose people: eight bytes a number. `benchmarks/train_stories.py` makes both.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from aggregator.stories.arrays import Bools, Ints
from aggregator.stories.rarity import listed

ALWAYS = 204  # share of capitals from which a word is a name however it is written
SOMETIMES = 77  # … where a headline writes it as one
UNKNOWN = 128  # taken for a word that is not listed


def named(words: Ints) -> tuple[Bools, Bools]:
    """Which of these words are names however they are written, and which if they are written as names."""
    stems, _ = listed()
    place = np.minimum(np.searchsorted(stems, words), len(stems) - 1)
    share = np.where(stems[place] == words, _bytes("capitals.bin", np.uint8)[place], UNKNOWN)
    return share >= ALWAYS, share >= SOMETIMES


def nations(words: Ints) -> Ints:
    """The number of the nation that each of these words names or whose people, -1 for others."""
    known = _bytes("nations.bin", "<i8").reshape(-1, 2)
    place = np.minimum(np.searchsorted(known[:, 0], words), len(known) - 1)
    found: Ints = np.where(known[place, 0] == words, known[place, 1], -1)
    return found


@cache
def _bytes(file: str, kind: Any) -> Any:
    return np.frombuffer((files("aggregator.stories") / "data" / file).read_bytes(), kind)
