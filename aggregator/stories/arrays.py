"""Types of the arrays that the grouping computes with, and array operations that numpy lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_array


def rows_of(start: Ints) -> Ints:
    """The row of each entry, where row n has the entries from start[n] to before start[n + 1]. (CSR `indptr` → row indices.)"""
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


def gather(start: Ints, size: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Concatenate the entries of the given rows, in their order; row n has `size[n]` entries from `start[n]` on. Returns (start, index):
    `start` (one longer than `rows`) says where each row begins in the result, `index` which entry each element of it is."""
    sizes = size[rows]
    begin = np.concatenate(([0], np.cumsum(sizes)))
    index = np.arange(begin[-1]) + np.repeat(start[rows] - begin[:-1], sizes)
    return begin.astype(np.int32), index


def look_up(words: Ints, listed: Ints) -> tuple[Ints, Bools]:
    """The index of each word in the ascending array `listed`, and whether it is there (if not, the index is meaningless)."""
    index = np.minimum(np.searchsorted(listed, words), len(listed) - 1)
    return index, listed[index] == words


def chunks(count: int, most: int) -> Iterator[slice]:
    """Slices of at most `most` elements that cover `count` elements, for work whose intermediate results would need too much memory."""
    return (slice(start, start + most) for start in range(0, count, most))


def highest(row: Ints, steps: Ints, column: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """The entries (row, steps, column) with the `most` highest `steps` of each row, ordered by row, then highest first, then by
    column. All numbers are non-negative integers. The three are packed into one integer and sorted, which is several times as fast
    as `np.lexsort`."""
    high, wide = int(steps.max(initial=0)), int(column.max(initial=0)).bit_length()
    deep = high.bit_length()
    packed = row.astype(np.int64)
    packed <<= deep
    packed |= high - steps
    packed <<= wide
    packed |= column
    packed.sort()
    row = packed >> wide + deep
    packed = packed[np.arange(len(row)) - starts(row) < most]
    return packed >> wide + deep, high - (packed >> wide & (1 << deep) - 1), packed & (1 << wide) - 1


def starts(row: Ints) -> Ints:
    """For each entry the index of the first entry of its row. `row` must be ascending."""
    first = np.flatnonzero(np.diff(row, prepend=-1))
    found: Ints = np.repeat(first, np.diff(first, append=len(row)))
    return found
