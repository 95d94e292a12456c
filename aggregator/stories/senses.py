"""What words are about: a short vector for each of the commoner stems, so that texts that say one thing in other words
lie close.

`data/senses.bin` holds them, a byte a number, in the order of `rarity.listed`; `benchmarks/train_senses.py` makes it.
Words that it does not list (names, mostly) and other languages have none: they are compared as words alone.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from aggregator.stories.arrays import Floats, Ints
from aggregator.stories.rarity import listed

DIRECTIONS = 64


def senses(words: Ints) -> Floats:
    """A row for each word, all 0 where it has none."""
    stems, _ = listed()
    place = np.minimum(np.searchsorted(stems, words), len(stems) - 1)
    found: Floats = np.where((stems[place] == words)[:, None], _table()[place], 0.0)
    return found


@cache
def _table() -> Any:
    content = (files("aggregator.stories") / "data" / "senses.bin").read_bytes()
    return np.frombuffer(content, np.int8).reshape(-1, DIRECTIONS)
