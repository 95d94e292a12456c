"""Which words are names. Two similar events differ in their names, and often in little else.

`data/capitals.bin` has one byte for each word of `rarity.listed`, in that order: how often news texts capitalise the word within a
sentence (0 never … 255 always, 128 if unknown). `benchmarks/train_stories.py` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Bools, Ints, look_up
from aggregator.stories.rarity import listed

ALWAYS = 204  # at least this: a name, even if written in lower case
MOSTLY = 180  # at least this: a name if the headline capitalises it
SOMETIMES = 77  # at least this: possibly part of a name, such as "Royal"
UNKNOWN = 128  # not listed: a name if the headline capitalises it


def named(words: Ints) -> tuple[Bools, Bools, Bools, Bools]:
    """Four arrays, with a value for each word (`word_id`): it is a name however it is written; it is a name if the headline capitalises
    it; it may be part of a name; it is not known whether it is (all words that are not English, for example)."""
    stems, _ = listed()
    index, there = look_up(words, stems)
    share = np.where(there, _capitals()[index], UNKNOWN)
    unknown = share == UNKNOWN
    return share >= ALWAYS, (share >= MOSTLY) | unknown, share >= SOMETIMES, unknown


def maybe_names(words: Sequence[int]) -> list[int]:
    """Those of the words that may be (part of) a name."""
    return [word for word, may in zip(words, named(np.array(words, np.int64))[2].tolist(), strict=True) if may]


@cache
def _capitals() -> Ints:
    return np.frombuffer((files("aggregator.stories") / "data" / "capitals.bin").read_bytes(), np.uint8)
