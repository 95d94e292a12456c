"""A cache of the features of recently used items, as arrays.

A batch is compared with ten times as many known items as it has new ones, mostly with items that earlier batches used too. Decoding
their features each time would take a tenth of an edition of dense news. 60,000 items of real news take 25 MB.

The cache does not affect results. A row is valid only if the hash of the bytes in the store is unchanged; so if another process
changed the item, its row is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from aggregator.ports import Past
from aggregator.stories.arrays import Bools, Ints, gather, look_up
from aggregator.stories.features import Packed, packed
from aggregator.stories.matrix import Matrix, matrix
from aggregator.stories.similarity import KEPT
from aggregator.stories.traits import TRAITS, Traits, traits

Name = TypeVar("Name", int, bytes)

MOST = 60_000  # items; the cache is emptied before it would hold more
WORDS = 1 << 18
"""The cache is also emptied when it has more different words than these (12 MB). Real news has some tens of thousands in a language, but an
outlet that makes words up could have millions in a day."""


class FeatureCache:
    """One row for each item, in order of arrival. The cache assigns its own small numbers to words, languages and headlines."""

    def __init__(self, most: int = MOST, words: int = WORDS) -> None:
        self._most, self._most_words = most, words
        self._clear()

    def _clear(self) -> None:
        self._row: dict[int, int] = {}  # item → row
        self._kept: list[int] = []  # row → hash of the bytes that it was read from
        # Row → index of its first word in `_word`, and number of its words.
        self._start, self._size = GrowableArray(np.int64), GrowableArray(np.int64)
        # Words of all rows, concatenated: word number; flags (2: in the headline, 1: written as a name).
        self._word, self._written = GrowableArray(np.int32), GrowableArray(np.uint8)
        self._lang, self._headline = GrowableArray(np.int32), GrowableArray(np.int32)  # row → number, 0 for none
        self._near = GrowableArray(np.uint8, 2 * KEPT)
        # The `word_id`s of all words, ascending, and the number of each. The highest possible one is there from the beginning: a search in
        # nothing would need a case of its own.
        self._ids, self._number = np.array([np.iinfo(np.int64).max]), np.zeros(1, dtype=np.int32)
        self._traits = GrowableArray(TRAITS)  # by word number
        self._traits.append(traits(self._ids, np.zeros(1, dtype=np.bool_)))
        # By word number: how many remembered items contain the word (-1: not read yet), as of when so many `_documents` were remembered.
        self._seen, self._documents = GrowableArray(np.int64), -1
        self._seen.append(np.zeros(1, dtype=np.int64))
        # Of the batch that was asked about last: numbers of its words, how many of its items contain each, documents with these items.
        self._coming: tuple[Ints, Ints, int] | None = None
        self._langs: dict[bytes, int] = {b"": 0}
        self._headlines: dict[bytes, int] = {b"": 0}

    def rows(self, items: Sequence[int], kept: Sequence[bytes]) -> Ints:
        """The row numbers of these items; `kept` are their encoded features. Row numbers from earlier calls become invalid."""
        missing = self._missing(items, kept)
        if missing and (len(self._kept) + len(missing) > self._most or len(self._ids) > self._most_words):
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
        """The word number of each column."""
        index, there = look_up(words.ids, self._ids)
        numbers, new, before = self._number[index], words.ids[~there], len(self._ids)
        numbers[~there] = added = np.arange(before, before + len(new), dtype=np.int32)
        self._ids = np.insert(self._ids, index[~there], new)
        self._number = np.insert(self._number, index[~there], added)
        self._traits.append(traits(new, np.isin(new, read.figures)))
        self._seen.append(np.full(len(new), -1))
        return numbers

    def update(self, items: Sequence[int], kept: Sequence[bytes], near: Sequence[bytes]) -> None:
        """Note that the store will keep `kept` for these items: the same features, with the neighbours `near` that were found."""
        rows = [self._row[item] for item in items]
        for row, one in zip(rows, kept, strict=True):
            self._kept[row] = hash(one)
        self._near.rows[rows] = np.frombuffer(b"".join([one.ljust(2 * KEPT, b"\0") for one in near]), np.uint8).reshape(
            -1, 2 * KEPT
        )

    def matrix(self, rows: Ints) -> tuple[Matrix, Traits]:
        """The words of these rows, and the traits of each column."""
        start, index = gather(self._start.all, self._size.all, rows)
        word, written = self._word.all[index], self._written.all[index]
        there = np.zeros(len(self._ids), dtype=np.bool_)
        there[word] = True
        held = there[self._number]
        some = self._number[held]
        column = np.empty(len(there), dtype=np.int32)
        column[some] = np.arange(len(some), dtype=np.int32)
        found = Matrix(start, column[word], (written & 2) > 0, (written & 1) > 0, self._ids[held])
        return found, self._traits.all.take(some)

    def frequencies(self, words: Matrix, past: Past) -> Ints:
        """For each column how many items of `past` contain the word. `words`: of the items that `past` is to remember next, as by `matrix`.
        What was read before is still true if as many items are remembered: retention divides the counts and their number."""
        documents = past.documents()
        if documents != self._documents:
            self._seen.all[:], self._documents = -1, documents
        numbers = self._number[np.searchsorted(self._ids, words.ids)]
        found = self._seen.all[numbers]
        unread = np.flatnonzero(found < 0)
        asked = words.ids[unread].tolist()
        read = past.frequencies(asked)
        found[unread] = [read.get(word, 0) for word in asked]
        self._seen.all[numbers] = found
        self._coming = numbers, words.counts(), documents + len(words.start) - 1
        return found

    def stored(self) -> None:
        """Note that the store remembers the items whose words' `frequencies` were asked for last."""
        if self._coming:
            numbers, counts, self._documents = self._coming
            self._seen.all[numbers] += counts
            self._coming = None

    def lang(self, rows: Ints) -> Ints:
        """The number of the language of each row, 0 where unknown."""
        return self._lang.all[rows]

    def is_in(self, langs: Iterable[bytes], rows: Ints) -> Bools:
        """For each row whether its language is one of these codes."""
        return np.isin(self._lang.all[rows], [self._langs.get(code, -1) for code in langs])

    def headline(self, rows: Ints) -> Ints:
        """A number for the headline of each row, equal for equal headlines; 0 for headlines without words."""
        return self._headline.all[rows]

    def near(self, rows: Ints) -> Any:
        """Array of shape (rows, 2 × KEPT): the similarities of each row's nearest neighbours in units of 1/255, KEPT by words, then KEPT
        by embedding; each highest first, 0 for none."""
        return self._near.rows[rows]


class GrowableArray:
    """An array to append to; its capacity doubles when needed."""

    def __init__(self, kind: type[Any] | np.dtype[Any], width: int = 1) -> None:
        self._buffer: NDArray[Any] = np.empty(1024 * width, dtype=kind)
        self._used = 0
        self._width = width

    @property
    def all(self) -> NDArray[Any]:
        return self._buffer[: self._used]

    @property
    def rows(self) -> NDArray[Any]:
        """The same values as an array of shape (rows, width)."""
        return self.all.reshape(-1, self._width)

    def append(self, values: NDArray[Any]) -> None:
        end = self._used + len(values)
        if end > len(self._buffer):
            buffer = np.empty(max(end, 2 * len(self._buffer)), dtype=self._buffer.dtype)
            buffer[: self._used] = self.all
            self._buffer = buffer
        self._buffer[self._used : end] = values
        self._used = end


def _numbers(known: dict[Name, int], names: Sequence[Name]) -> Ints:
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int32)
