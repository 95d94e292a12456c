"""An index of rare words nominates which items are worth comparing with a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Floats, Ints, Sparse, highest, numbered, portions, rows_of
from aggregator.stories.matrix import Matrix
from aggregator.stories.tuning import Tuning

ROWS = 1024  # whose votes are held at a time
STEPS = 1 << 16  # weights are whole numbers of such steps, so that sums are the same in any order


@dataclass(frozen=True, slots=True)
class Posted:
    """Under which words each row is listed, and how much each weighs in steps."""

    row: Ints
    steps: Ints
    column: Ints


def posted(words: Matrix, weight: Floats, tuning: Tuning) -> Posted:
    """Each row's most telling words: rare ones, those of the headline first. `weight` is that of the columns."""
    weighed = weight[words.column] * np.where(words.title, tuning.headline, 1.0)
    return Posted(*highest(words.row, np.round(weighed * STEPS).astype(np.int64), words.column, tuning.posted))


def nominated(
    new: Posted, ids: Ints, items: Ints, past: Mapping[int, Sequence[int]], tuning: Tuning
) -> list[list[int]]:
    """For each row (item `items[row]`) those that share its telling words, by the weight of what they share: the matrix
    of what rows ask for times that of who is listed where.

    `ids` are the `word_id`s of the columns; `past` lists the known items under each word.
    """
    listed = np.fromiter(past, np.int64, len(past))
    sizes = np.fromiter(map(len, past.values()), np.int64, len(past))
    known, number = numbered(np.fromiter(chain.from_iterable(past.values()), np.int64))
    word = np.concatenate([new.column, np.repeat(np.searchsorted(ids, listed), sizes)])
    lister = np.concatenate([new.row, number + len(items)])
    held = np.bincount(word, minlength=len(ids))
    asking = ((held > 1) & (held <= tuning.crowded))[new.column]
    every = len(items) + len(known)
    asked = csr_array((new.steps[asking], (new.row[asking], new.column[asking])), shape=(len(items), len(ids)))
    listing = csr_array((np.ones_like(word), (word, lister)), shape=(len(ids), every))
    names = np.concatenate([items, known])
    return [
        near for some in portions(len(items), ROWS) for near in _most(asked[some] @ listing, some.start, names, tuning)
    ]


def _most(votes: Sparse, first: int, names: Ints, tuning: Tuning) -> Iterator[list[int]]:
    """Who has most votes of each row but itself; the rows stand for the items from `names[first]` on."""
    voter, other = rows_of(votes.indptr.astype(np.int64)), votes.indices.astype(np.int64)
    strange = voter + first != other
    voter, _, other = highest(voter[strange], votes.data[strange], other[strange], tuning.nominees)
    elected = names[other].tolist()
    ends = np.searchsorted(voter, np.arange(votes.shape[0] + 1)).tolist()
    return (elected[start:end] for start, end in pairwise(ends))
