"""Which countries items refer to: by name or people, or by a place, leader, body or company of the country. So "Houthis strike
airport" and "Missile from Yemen hits airport" have more in common than the word airport."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Floats, Ints, Sparse
from aggregator.stories.locations import AREA, countries, locate
from aggregator.stories.matrix import Matrix
from aggregator.stories.rarity import listed, unlisted
from aggregator.stories.sparse import csr_array


class Nations(Struct, frozen=True):
    """Its rows are those of the `Matrix` that it was computed from."""

    words: Sparse  # words that refer to a country, each with weight 1
    country: Ints  # column of `words` → number of its country, 0 if it refers to none
    named: Sparse  # countries, by number, that the words refer to, each with weight 1

    def rows(self, rows: Ints) -> Nations:
        """Only these rows, in this order."""
        return Nations(self.words[rows], self.country, self.named[rows])

    def otherwise(self, one: Ints, other: Ints) -> tuple[Ints, Floats]:
        """For each pair of rows the countries that both refer to, but by different words: how many, and their total rarity."""
        by_word = self.words[one].multiply(self.words[other]).tocsr()
        found = self.named[one].multiply(self.named[other]) - _countries(by_word, self.country)
        return np.rint(found.sum(axis=1)).astype(np.int64), found @ _rarity()


def nations(of: Matrix, location: Ints) -> Nations:
    """`location`: of each column, packed."""
    country = countries(location)
    words = of.only((country > 0)[of.column])
    referring = words.sparse(np.ones(len(words.column)))
    return Nations(referring, country, _countries(referring, country))


def referring(mine: Set[int], theirs: Set[int], country: Mapping[int, int]) -> frozenset[int]:
    """The words of one item (`mine`) that refer to a country to which another item (`theirs`) refers too, but by different words.
    `country`: word → number of the country to which it refers."""
    told = {country[word] for word in country.keys() & mine & theirs}
    wanted = {country[word] for word in country.keys() & theirs} - told
    return frozenset(word for word in country.keys() & mine if country[word] in wanted)


def _countries(words: Sparse, country: Ints) -> Sparse:
    """A matrix of rows by countries, 1 where a word of the row refers to the country."""
    start = words.indptr.copy()  # `sum_duplicates` writes to it
    found = csr_array((np.ones(words.nnz), country[words.indices], start), shape=(words.shape[0], AREA))
    found.sum_duplicates()
    found.data[:] = 1
    return found


@cache
def _rarity() -> Floats:
    """Number of a country → rarity of the most common word that refers to it, in the background of news."""
    words, shares = listed()
    most = np.full(AREA, unlisted())
    np.maximum.at(most, countries(locate(words)), shares)
    found: Floats = -np.log(most)
    return found
