"""Word embeddings: a short vector for each of the commoner stems, so that texts that say the same in other words are close.

`data/embeddings.bin` holds them as signed bytes, `DIMENSIONS` for each stem, in the order of `rarity.listed`;
`benchmarks/train_embeddings.py` writes it. Words that are not listed (mostly names) and words of other languages than English
have no vector.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Floats, look_up
from aggregator.stories.matrix import Matrix
from aggregator.stories.rarity import listed

DIMENSIONS = 64


def embed(words: Matrix, title: float) -> Floats:
    """The embedding of each row, of shape (rows, DIMENSIONS): the sum of its words' vectors, those in the headline multiplied
    by `title`, normalised to length 1; zero where no word has a vector. The vectors already include the rarity of words."""
    stems, _ = listed()
    place, there = look_up(words.ids, stems)
    known = words.only(there[words.column])
    weights = csr_array(
        (known.weights(title), place[known.column], known.start), shape=(len(words.start) - 1, len(stems))
    )
    found = weights @ _table()
    length = np.sqrt(np.einsum("ij,ij->i", found, found))
    return np.asarray(found / np.where(length, length, 1.0)[:, None])


@cache
def _table() -> Any:
    content = (files("aggregator.stories") / "data" / "embeddings.bin").read_bytes()
    return np.frombuffer(content, np.int8).reshape(-1, DIMENSIONS).astype(np.float64)
