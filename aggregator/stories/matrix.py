"""The words of many items as a sparse matrix, a row for each item and a column for each stem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse, gather, rows_of
from aggregator.stories.packed import Packed


@dataclass(frozen=True, slots=True)
class Matrix:
    """Row n has the words from place `start[n]` on, in order of columns. Indices are of 32 bits, as scipy has them."""

    start: Ints
    column: Ints
    title: Bools  # place → whether the word stands in the headline
    name: Bools  # place → whether the headline writes it as a name
    ids: Ints  # column → `word_id`, ascending

    @property
    def row(self) -> Ints:
        """place → row"""
        return rows_of(self.start)

    def counts(self) -> Ints:
        """In how many rows each column stands."""
        return np.bincount(self.column, minlength=len(self.ids))

    def weighing(self, title: float) -> Floats:
        """place → 1, or `title` where the word stands in the headline"""
        return np.where(self.title, title, 1.0)

    def only(self, kept: Bools) -> Matrix:
        """The same with the words of these places alone."""
        start = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)), dtype=np.int32)[self.start]
        return Matrix(start, self.column[kept], self.title[kept], self.name[kept], self.ids)

    def rows(self, rows: Ints) -> Matrix:
        """The same with these rows alone, in this order."""
        start, place = gather(self.start, np.diff(self.start), rows)
        return Matrix(start, self.column[place], self.title[place], self.name[place], self.ids)

    def sparse(self, values: Floats) -> Sparse:
        """As a matrix of `values`, one for each place."""
        return csr_array((values, self.column, self.start), shape=(len(self.start) - 1, len(self.ids)))

    def words(self, row: int) -> dict[int, bool]:
        """The `word_id` of each word of a row, and whether it stands in the headline."""
        first, end = self.start[row : row + 2].tolist()
        return dict(zip(self.ids[self.column[first:end]].tolist(), self.title[first:end].tolist(), strict=True))


def matrix(of: Packed) -> Matrix:
    """A row for each item, in that order."""
    start = np.concatenate(([0], np.cumsum(of.sizes)))
    ids, column = np.unique(of.words, return_inverse=True)
    title = np.arange(len(column)) < np.repeat(start[:-1] + of.titles, of.sizes)
    # Sorted by row and column as packed numbers, the headline and names told by the last bits.
    packed = (rows_of(start) * len(ids) + column) * 4 + title * 2 + of.names
    packed.sort()
    column = ((packed >> 2) % max(len(ids), 1)).astype(np.int32)
    return Matrix(start.astype(np.int32), column, (packed & 2) > 0, (packed & 1) > 0, ids)
