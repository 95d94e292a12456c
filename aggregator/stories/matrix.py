"""The words of many items as a sparse matrix, one row for each item and one column for each stem."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse, gather, rows_of
from aggregator.stories.features import Packed
from aggregator.stories.sparse import csr_array


class Matrix(Struct, frozen=True):
    """In compressed sparse row (CSR) form: row n has the entries from `start[n]` to before `start[n + 1]`, ordered by column. Indexes
    are 32-bit integers, as in scipy."""

    start: Ints
    column: Ints
    title: Bools  # entry → whether the word is in the headline
    name: Bools  # entry → whether the headline writes it as a name
    ids: Ints  # column → `word_id`, ascending

    @property
    def row(self) -> Ints:
        """Entry → row."""
        return rows_of(self.start)

    def counts(self) -> Ints:
        """Column → how many rows contain the word."""
        return np.bincount(self.column, minlength=len(self.ids))

    def weights(self, title: float) -> Floats:
        """Entry → `title` if the word is in the headline, else 1."""
        return np.where(self.title, title, 1.0)

    def only(self, kept: Bools) -> Matrix:
        """The matrix with only the entries where `kept` is true."""
        index = np.flatnonzero(kept)
        start = np.searchsorted(index, self.start).astype(np.int32)
        return Matrix(start, self.column[index], self.title[index], self.name[index], self.ids)

    def rows(self, rows: Ints) -> Matrix:
        """The matrix with only these rows, in this order."""
        start, index = gather(self.start, np.diff(self.start), rows)
        return Matrix(start, self.column[index], self.title[index], self.name[index], self.ids)

    def sparse(self, values: Floats) -> Sparse:
        """A scipy matrix with these values, one for each entry."""
        return csr_array((values, self.column, self.start), shape=(len(self.start) - 1, len(self.ids)))

    def words(self, row: int) -> dict[int, bool]:
        """The words of a row: `word_id` → whether the word is in the headline."""
        first, end = self.start[row : row + 2].tolist()
        return dict(zip(self.ids[self.column[first:end]].tolist(), self.title[first:end].tolist(), strict=True))


def matrix(of: Packed) -> Matrix:
    """One row for each item, in their order."""
    start = np.concatenate(([0], np.cumsum(of.sizes)))
    ids, column = np.unique(of.words, return_inverse=True)
    title = np.arange(len(column)) < np.repeat(start[:-1] + of.titles, of.sizes)
    # Sorted by row and column as packed numbers; the two lowest bits are the flags for headline and name.
    packed = (rows_of(start) * len(ids) + column) * 4 + title * 2 + of.names
    packed.sort()
    column = ((packed >> 2) % max(len(ids), 1)).astype(np.int32)
    return Matrix(start.astype(np.int32), column, (packed & 2) > 0, (packed & 1) > 0, ids)
