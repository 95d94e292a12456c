"""Nomination: an inverted index of rare words selects the items that are worth comparing with a new item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Floats, Ints, Sparse, chunks, highest, rows_of, starts
from aggregator.stories.matrix import Matrix
from aggregator.stories.sparse import csr_array
from aggregator.stories.tuning import TUNING

ROWS = 1024  # rows that are computed at a time, which limits memory
STEPS = 1 << 16  # weights are multiplied by this and rounded, since sums of integers do not depend on their order


class Posted(Struct, frozen=True):
    """Entries of the index: `row` is listed under the word of `column`, with the weight `steps`."""

    row: Ints  # ascending
    steps: Ints
    column: Ints

    def of(self, rows: slice) -> Posted:
        """The entries of these rows."""
        some = slice(*np.searchsorted(self.row, (rows.start, rows.stop)).tolist())
        return Posted(self.row[some], self.steps[some], self.column[some])


def posted(words: Matrix, weight: Floats) -> Posted:
    """The entries of each row: its `index_words` words with the highest weight. `weight`: column → rarity."""
    weighted = weight[words.column] * words.weights(TUNING.headline_weight)
    return Posted(*highest(words.row, np.round(weighted * STEPS).astype(np.int64), words.column, TUNING.index_words))


def nominated(
    rows: slice, own: Posted, *, ids: Ints, items: Ints, past: Mapping[int, Sequence[int]]
) -> list[list[int]]:
    """For each of `rows` (item `items[row]`) at most `max_nominees` items that share indexed words with it, those with the highest total
    weight of shared words first. Computed as the matrix product of (rows × words) and (words × items).

    `own`: the entries of `rows`; `ids`: column → `word_id`; `past`: word → the known items indexed under it.
    """
    listed = sorted(past)
    held = [past[word] for word in listed]
    known, number = _as_listed(np.fromiter(chain.from_iterable(held), np.int64))
    word = np.concatenate([own.column, np.repeat(np.searchsorted(ids, np.array(listed, np.int64)), [*map(len, held)])])
    lister = np.concatenate([own.row, number + len(items)])
    count = np.bincount(word, minlength=len(ids))
    asking = ((count > 1) & (count <= TUNING.max_postings))[own.column]
    every = len(items) + len(known)
    row = own.row[asking] - rows.start
    asked = csr_array((own.steps[asking], (row, own.column[asking])), shape=(rows.stop - rows.start, len(ids)))
    listing = csr_array((np.ones_like(word), (word, lister)), shape=(len(ids), every))
    names = np.concatenate([items, known])
    return [
        near
        for some in chunks(rows.stop - rows.start, ROWS)
        for near in _most(asked[some] @ listing, rows.start + some.start, names)
    ]


def _as_listed(items: Ints) -> tuple[Ints, Ints]:
    """The distinct items in order of first appearance, and the index of each entry among them. They are not ordered by their numbers,
    because ties would then depend on the order in which the items of a poll arrived."""
    places = np.arange(len(items))
    wide = len(items).bit_length()
    packed = np.sort(items << wide | places)  # much faster than `np.unique`, which sorts indexes
    place = packed & (1 << wide) - 1
    first = np.empty_like(places)  # entry → the first entry of the same item
    first[place] = place[starts(packed >> wide)]
    appears = first == places
    return items[appears], (np.cumsum(appears) - 1)[first]


def _most(votes: Sparse, first: int, names: Ints) -> Iterator[list[int]]:
    """For each row of `votes` the items with the most votes, except itself. The rows stand for the items `names[first]`, …"""
    voter, other = rows_of(votes.indptr.astype(np.int64)), votes.indices.astype(np.int64)
    votes.data[voter + first == other] = 0  # of each for itself
    voter, steps, other = highest(voter, votes.data, other, TUNING.max_nominees)
    elected = names[other[steps > 0]].tolist()
    ends = np.searchsorted(voter[steps > 0], np.arange(votes.shape[0] + 1)).tolist()
    return (elected[start:end] for start, end in pairwise(ends))
