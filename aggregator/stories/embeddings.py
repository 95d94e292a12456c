"""Word embeddings: a short vector for each of the more common stems, so that texts that say the same in other words are similar.

`data/embeddings.bin` holds them as signed bytes, `DIMENSIONS` for each stem, in the order of `rarity.listed`;
`benchmarks/train_embeddings.py` writes it. Words that are not listed (mostly names) and words of languages other than English have
no vector.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.stories.arrays import Floats, Ints
from aggregator.stories.rarity import listed_at

if TYPE_CHECKING:
    from aggregator.stories.matrix import Matrix

DIMENSIONS = 64
TITLE = 2.0
"""Weight of a word in the headline; a word in the lead has weight 1."""
UNDERSTOOD = 0.5
"""Share of the words of a text. Of English texts 9 in 10 have 0.85 or more, of those in ten other languages 9 in 10 at most 0.35."""


def embed(words: Matrix, index: Ints) -> Floats:
    """The embeddings of the rows, of shape (rows, DIMENSIONS): the sum of the vectors of a row's words, those in the headline times
    `TITLE`, normalised to length 1; zero if no word has a vector. The lengths of the vectors already reflect the rarity of words.
    `index`: `rarity.listed_at` of each column."""
    from aggregator.stories.sparse import csr_array  # the web, which embeds single texts, does without it

    known = words.only((index >= 0)[words.column])
    weights = csr_array(
        (known.weights(TITLE).astype(np.float32), index[known.column], known.start),
        shape=(len(words.start) - 1, len(_vectors())),
    )
    found: Floats = (weights @ _table()).astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", found, found))
    found /= np.where(length, length, 1.0)[:, None]
    return found


def embed_text(title: Collection[int], lead: Collection[int]) -> Floats:
    """As `embed` for a single text: `title` are the stems (`word_id`s) of its headline, `lead` those that only its lead has. Zero if fewer
    than `UNDERSTOOD` of them have a vector: a French text has two or three such words, which do not tell what it is about."""
    index = listed_at(np.array([*title, *lead], dtype=np.int64))
    there = index >= 0
    weights = np.repeat([TITLE, 1.0], [len(title), len(lead)])
    found: Floats = weights[there] @ _vectors()[index[there]]
    length = float(np.linalg.norm(found))
    return found / length if length and there.mean() >= UNDERSTOOD else np.zeros(DIMENSIONS)


@cache
def _table() -> Any:
    """In 32 bits, which hold the sums of a text exactly: these are whole numbers."""
    return _vectors().astype(np.float32)


@cache
def _vectors() -> Any:
    content = (files("aggregator.stories") / "data" / "embeddings.bin").read_bytes()
    return np.frombuffer(content, np.int8).reshape(-1, DIMENSIONS)
