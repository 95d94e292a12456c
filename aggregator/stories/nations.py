"""Which countries items refer to: by their names or peoples, or by a place, a leader, a body or a company there. "Houthis strike
airport" and "Missile from Yemen hits airport" share more than one word."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Floats, Ints, Sparse
from aggregator.stories.locations import AREA, countries, locate
from aggregator.stories.matrix import Matrix
from aggregator.stories.rarity import listed, unlisted


@dataclass(frozen=True, slots=True)
class Nations:
    """Rows are those of the `Matrix` that it was made of."""

    words: Sparse  # words that refer to a country, each with weight 1
    country: Ints  # column of `words` → number of its country, 0 if it refers to none
    named: Sparse  # countries, by number, that the words refer to, each with weight 1

    def rows(self, rows: Ints) -> Nations:
        """The same with these rows alone, in this order."""
        return Nations(self.words[rows], self.country, self.named[rows])

    def otherwise(self, one: Ints, other: Ints) -> tuple[Ints, Floats]:
        """For each pair of rows the countries that both refer to, but by no word that both have: how many, and their total rarity."""
        by_word = self.words[one].multiply(self.words[other]).tocsr()
        found = self.named[one].multiply(self.named[other]) - _countries(by_word, self.country)
        return np.rint(found.sum(axis=1)).astype(np.int64), found @ _rarity()


def nations(of: Matrix) -> Nations:
    country = countries(locate(of.ids))
    words = of.only(country[of.column] > 0)
    referring = words.sparse(np.ones(len(words.column)))
    return Nations(referring, country, _countries(referring, country))


def referring(mine: Set[int], theirs: Set[int], country: Mapping[int, int]) -> frozenset[int]:
    """Of these words of one item, those that refer to a country to which another item refers too, but by no word that both have.
    `country`: word → number of the country that it refers to, if it does."""
    told = {country[word] for word in country.keys() & mine & theirs}
    wanted = {country[word] for word in country.keys() & theirs} - told
    return frozenset(word for word in country.keys() & mine if country[word] in wanted)


def _countries(words: Sparse, country: Ints) -> Sparse:
    """The countries that the words of each row refer to, each with weight 1."""
    start = words.indptr.copy()  # `sum_duplicates` writes to it
    found = csr_array((np.ones(words.nnz), country[words.indices], start), shape=(words.shape[0], AREA))
    found.sum_duplicates()
    found.data[:] = 1
    return found


@cache
def _rarity() -> Floats:
    """Number of a country → rarity of the commonest word that refers to it, in the background of news."""
    words, shares = listed()
    most = np.full(AREA, unlisted())
    np.maximum.at(most, countries(locate(words)), shares)
    found: Floats = -np.log(most)
    return found
