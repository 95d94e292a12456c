"""Names for the arrays that the grouping reckons with, and moves that numpy has no word for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_array: a matrix of which only what is not zero is kept, row by row


def rows_of(start: Ints) -> Ints:
    """The row of each place, where row n begins at start[n] and the last ends at start[-1]."""
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


def picked(start: Ints, size: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Where these rows begin when they are laid one after the other, and at last where they end; and the place that each of their
    values comes from, where row n has those of `size[n]` places from `start[n]` on."""
    sizes = size[rows]
    begin = np.concatenate(([0], np.cumsum(sizes)))
    place = np.arange(begin[-1]) + np.repeat(start[rows] - begin[:-1], sizes)
    return begin.astype(np.int32), place


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """Each different value once, ascending, and the place of each of them there: as `np.unique`, and without its sort where
    values lie close together, as the numbers of items of one time do."""
    if not len(values):
        return np.unique(values, return_inverse=True)
    least, most = int(values.min()), int(values.max())
    if most - least > 16 * len(values):
        return np.unique(values, return_inverse=True)
    there = np.zeros(most - least + 1, dtype=np.bool_)
    there[values - least] = True
    place = np.cumsum(there) - 1
    return np.flatnonzero(there) + least, place[values - least]


def looked_up(words: Ints, listed: Ints) -> tuple[Ints, Bools]:
    """The place of each word in an ascending list, and whether it stands there."""
    place = np.minimum(np.searchsorted(listed, words), len(listed) - 1)
    return place, listed[place] == words


def portions(count: int, most: int) -> Iterator[slice]:
    """Of `most` each: what is made on the way of thousands of pairs is held for some of them at a time."""
    return (slice(start, start + most) for start in range(0, count, most))


def highest(row: Ints, steps: Ints, column: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """(row, steps, column) of the `most` highest of each row, by row and the highest first; of equals those of lower
    columns. Numbers are not negative. One sort of packed numbers: several times as fast as by three keys."""
    high, wide = int(steps.max(initial=0)), int(column.max(initial=0)) + 1
    packed = (row * (high + 1) + (high - steps)) * wide + column
    packed.sort()
    packed, column = np.divmod(packed, wide)
    row, below = np.divmod(packed, high + 1)
    kept = np.arange(len(row)) - np.searchsorted(row, row) < most
    return row[kept], (high - below)[kept], column[kept]
