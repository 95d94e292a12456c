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
from scipy.sparse import csr_array

from aggregator.stories.arrays import Floats, looked_up
from aggregator.stories.matrix import Matrix
from aggregator.stories.rarity import listed

DIRECTIONS = 64


def about(words: Matrix, title: float) -> Floats:
    """What the words of each row are about, those of the headline `title` times: a vector of length 1, or 0 where no word
    is known. The table weighs words by rarity already."""
    stems, _ = listed()
    place, there = looked_up(words.ids, stems)
    known = words.only(there[words.column])
    weights = csr_array(
        (known.weighing(title), place[known.column], known.start), shape=(len(words.start) - 1, len(stems))
    )
    found = weights @ _table()
    length = np.sqrt(np.einsum("ij,ij->i", found, found))
    return np.asarray(found / np.where(length, length, 1.0)[:, None])


@cache
def _table() -> Any:
    content = (files("aggregator.stories") / "data" / "senses.bin").read_bytes()
    return np.frombuffer(content, np.int8).reshape(-1, DIRECTIONS).astype(np.float64)
