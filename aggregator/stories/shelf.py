"""The features of items met lately, at hand as arrays. A batch compares itself with ten times as many known items as it has
new ones, and mostly with those that the batches before it met: reading each anew would cost more than the comparing.

A shelf only saves work. What it says of an item it has read from the very bytes that the history keeps of it, so that
whoever changes these meanwhile is heard; an empty one serves as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.arrays import Bools, Ints, picked
from aggregator.stories.likeness import KEPT
from aggregator.stories.matrix import Matrix, matrix
from aggregator.stories.packed import Packed, packed

MOST = 60_000  # items; before there are more, all are put away


class Shelf:
    """Items in rows, which are numbered as they come; words, languages and headlines have numbers of the shelf's own."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._clear()

    def _clear(self) -> None:
        self._row: dict[int, int] = {}  # item → row
        self._kept: list[int] = []  # row → hash of what it was read from
        self._start, self._size = Growing(np.int64), Growing(np.int64)  # row → its place in `_word`, and words
        self._word, self._written = Growing(np.int32), Growing(np.uint8)  # place → word; 2 headline, 1 as a name
        self._lang, self._headline = Growing(np.int32), Growing(np.int32)  # row → its number, 0 for none
        self._near = Growing(np.uint8, 2 * KEPT)
        self._id, self._figure = Growing(np.int64), Growing(np.bool_)  # word → its `word_id`, whether it is a figure
        self._words: dict[int, int] = {}  # `word_id` → word
        self._langs: dict[bytes, int] = {b"": 0}
        self._headlines: dict[bytes, int] = {b"": 0}

    def rows(self, items: Sequence[int], kept: Sequence[bytes]) -> Ints:
        """The rows of these items, of which the history keeps `kept`. Rows of earlier calls hold no more."""
        missing = self._missing(items, kept)
        if missing and len(self._kept) + len(missing) > self._most:
            self._clear()
            missing = list(range(len(items)))
        if missing:
            self._put([items[n] for n in missing], [kept[n] for n in missing])
        return np.array([self._row[item] for item in items], dtype=np.int64)

    def _missing(self, items: Sequence[int], kept: Sequence[bytes]) -> list[int]:
        row, known = self._row, self._kept
        return [n for n, item in enumerate(items) if item not in row or known[row[item]] != hash(kept[n])]

    def _put(self, items: Sequence[int], kept: Sequence[bytes]) -> None:
        read = packed(kept)
        words = matrix(read)
        self._row.update(zip(items, range(len(self._kept), len(self._kept) + len(items)), strict=True))
        self._kept += map(hash, kept)
        self._start.append(words.start[:-1] + len(self._word.all))
        self._size.append(np.diff(words.start))
        self._word.append(self._numbered(words, read)[words.column])
        self._written.append(words.title * np.uint8(2) + words.name)
        self._lang.append(_numbers(self._langs, read.lang))
        self._headline.append(_numbers(self._headlines, read.headlines))
        self._near.append(np.frombuffer(b"".join([near.ljust(2 * KEPT, b"\0") for near in read.near]), np.uint8))

    def _numbered(self, words: Matrix, read: Packed) -> Ints:
        """The number of each column's word."""
        ids, known = words.ids.tolist(), self._words
        new = [id for id in ids if id not in known]
        known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
        self._id.append(np.array(new, dtype=np.int64))
        self._figure.append(np.isin(self._id.all[len(known) - len(new) :], read.figures))
        return np.array([known[id] for id in ids], dtype=np.int32)

    def met(self, items: Sequence[int], kept: Sequence[bytes], near: Sequence[bytes]) -> None:
        """What the history keeps of these items from now on: the same with the neighbours they were found to have."""
        rows = [self._row[item] for item in items]
        for row, one in zip(rows, kept, strict=True):
            self._kept[row] = hash(one)
        self._near.rows[rows] = np.frombuffer(b"".join([one.ljust(2 * KEPT, b"\0") for one in near]), np.uint8).reshape(
            -1, 2 * KEPT
        )

    def matrix(self, rows: Ints) -> tuple[Matrix, Bools]:
        """The words of these rows, and which of the columns are figures."""
        start, place = picked(self._start.all, self._size.all, rows)
        word, written = self._word.all[place], self._written.all[place]
        there = np.zeros(len(self._id.all), dtype=np.bool_)
        there[word] = True
        some = np.flatnonzero(there)
        some = some[np.argsort(self._id.all[some])]
        column = np.empty(len(there), dtype=np.int32)
        column[some] = np.arange(len(some), dtype=np.int32)
        found = Matrix(start, column[word], (written & 2) > 0, (written & 1) > 0, self._id.all[some])
        return found, self._figure.all[some]

    def lang(self, rows: Ints) -> Ints:
        """The language of each row as a number, 0 where unknown."""
        return self._lang.all[rows]

    def headline(self, rows: Ints) -> Ints:
        """The words of the headline of each row as a number, 0 where it has none."""
        return self._headline.all[rows]

    def near(self, rows: Ints) -> Any:
        """How close the neighbours of each row were, in 1/255: by words, then by sense, the closest first, 0 for none."""
        return self._near.rows[rows]


class Growing:
    """An array that is appended to, in room that doubles."""

    def __init__(self, kind: type[Any], wide: int = 1) -> None:
        self._room: NDArray[Any] = np.empty(1024 * wide, dtype=kind)
        self._used = 0
        self._wide = wide

    @property
    def all(self) -> NDArray[Any]:
        return self._room[: self._used]

    @property
    def rows(self) -> NDArray[Any]:
        """The same in rows, as wide as it was made."""
        return self.all.reshape(-1, self._wide)

    def append(self, values: NDArray[Any]) -> None:
        end = self._used + len(values)
        if end > len(self._room):
            room = np.empty(max(end, 2 * len(self._room)), dtype=self._room.dtype)
            room[: self._used] = self.all
            self._room = room
        self._room[self._used : end] = values
        self._used = end


def _numbers(known: dict[bytes, int], names: Sequence[bytes]) -> Ints:
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int32)
