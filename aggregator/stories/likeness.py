"""How alike two items are: evidence from words, their senses, figures, days, places and rivals, for many pairs at once.

Learned trees (gradient boosting, monotone in what is monotone by nature; `trees.py`) weigh it. What the evidence holds is
listed in `EVIDENCE`, with the direction in which it speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse, highest, portions, rows_of
from aggregator.stories.matrix import Matrix
from aggregator.stories.places import placed
from aggregator.stories.senses import about
from aggregator.text.words import word_id

TITLE = 2.0  # weight of a word of the headline
TELLING = 2.5  # rarity of a word that every tenth or so item has: such tell nothing, and cost most of the comparing
LEAST = 3  # telling words in common below which chance may have brought two items close
KEPT = 12  # closest neighbours that an item remembers
NEAR = 6  # of these, how many tell how crowded it is around an item
DEEP = 9  # the neighbour that is likely to tell another story
DAY = 86_400
PAIRS = 8192  # whose words are held side by side at a time
STEPS = 1 << 24  # closeness is ranked in whole numbers of such steps
_REMEMBERED = np.round(np.arange(256) / 255 * STEPS).astype(np.int32)  # … of what is kept in 1/255
WEEKDAYS = frozenset(map(word_id, ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))

RIVALS = (  # name, direction: more of it speaks for (1) or against (-1) one story
    ("rank", -1),  # how many others one has that are closer than this pair, the lesser of both
    ("rank back", -1),  # … and the greater
    ("crowded", -1),  # mean closeness of one's nearest neighbours, the lesser of both
    ("crowded back", -1),  # … and the greater
    ("contrast", 1),  # closeness of the pair against both of these
    ("margin", 1),  # closeness of the pair against that of a neighbour far down
)
EVIDENCE = (
    ("cosine", 1),  # of the words weighed by rarity
    ("weight", 1),  # sum of the shared words' rarity
    ("rarest", 1),  # rarity of the rarest shared word
    ("second", 1),  # … and of the next
    ("covered", 1),  # share of the less covered headline that the other item has
    ("covers", 1),  # share of the more covered one
    ("figures", 1),  # shared figures
    ("other figures", -1),  # both have figures, none in common
    ("days", 1),  # shared days of the week
    ("other days", -1),  # both name days, none in common
    ("apart", -1),  # days between them
    ("places", 1),  # shared words that name a place
    ("other places", -1),  # rarity of those of one headline that the other item lacks, the lesser of both
    *RIVALS,  # by the cosine
    ("sense", 1),  # cosine of what the words are about
    *((f"{name} by sense", direction) for name, direction in RIVALS),
)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Items as vectors of telling words, rows as in `words`."""

    words: Matrix
    rarity: Floats  # column → how rare
    figure: Bools  # column → whether the word begins with a digit
    spread: Sparse  # each word weighs its rarity, twice that in a headline, and the whole has length 1
    sense: Floats  # row → what its words are about, as a vector of length 1, or 0 where no word is known
    lang: Ints  # row → its language, 0 where unknown
    at: Ints  # row → epoch seconds

    def rows(self, rows: Ints) -> Vectors:
        """The same with these rows alone, in this order."""
        words, sense = self.words.rows(rows), self.sense[rows]
        return Vectors(words, self.rarity, self.figure, self.spread[rows], sense, self.lang[rows], self.at[rows])

    def cosines(self, one: Ints, other: Ints) -> tuple[Floats, Ints]:
        """In 0…1 for each pair, 0 for different languages; and how many words the pair shares."""
        close, common = np.zeros(len(one)), np.zeros(len(one), dtype=np.int64)
        for some in portions(len(one), PAIRS):
            both = self.spread[one[some]].multiply(self.spread[other[some]])
            close[some], common[some] = both.sum(axis=1), np.diff(both.indptr)
        mine, theirs = self.lang[one], self.lang[other]
        strange = (mine != theirs) & (mine > 0) & (theirs > 0)
        return np.where(strange, 0.0, close), common

    def felt(self, one: Ints, other: Ints) -> Floats:
        """How close in sense each pair is, in 0…1."""
        close = np.zeros(len(one))
        for some in portions(len(one), PAIRS):
            close[some] = np.einsum("ij,ij->i", self.sense[one[some]], self.sense[other[some]])
        return np.maximum(close, 0.0)


def vectors(words: Matrix, weight: Floats, figure: Bools, lang: Ints, at: Ints) -> Vectors:
    """`weight` is the rarity of the columns, `figure` which of them begin with a digit."""
    words = words.only(weight[words.column] >= TELLING)
    row, doubled = words.row, weight[words.column] * words.weighing(TITLE)
    length = np.sqrt(np.bincount(row, doubled**2, len(at)))
    return Vectors(words, weight, figure, words.sparse(doubled / length[row]), about(words, TITLE), lang, at)


@dataclass(frozen=True, slots=True)
class Standing:
    """How crowded it is around each item, by words or by sense: `near` has the closeness of its closest neighbours,
    highest first, 0 where it met fewer."""

    near: Floats
    crowd: Floats
    deep: Floats


def standing(row: Ints, close: Floats, earlier: Ints) -> Standing:
    """From all meetings: `row` met a neighbour as close as `close`, and of those it met `earlier` it has the closest, row
    by row, in 1/255, 0 where it met fewer."""
    row, steps, _ = highest(row, np.round(close * STEPS).astype(np.int64), np.zeros_like(row), KEPT)
    near = np.zeros((len(earlier), 2 * KEPT), dtype=np.int32)
    near[row, np.arange(len(row)) - np.searchsorted(row, row)] = steps
    near[:, KEPT:] = _REMEMBERED[earlier]
    near.sort(axis=1)
    highest_first: Floats = near[:, : -KEPT - 1 : -1] / STEPS
    return Standing(highest_first, highest_first[:, :NEAR].sum(axis=1) / NEAR, highest_first[:, DEEP - 1])


def evidence(of: Vectors, around: tuple[Standing, Standing], one: Ints, other: Ints, close: Floats) -> Floats:
    """What speaks for and against, a row for each pair, in the order of `EVIDENCE`; `close` are the pairs' cosines,
    `around` is how items stand by words and by sense. Each pair has at least two words in common."""
    rows, (a, b) = among(one, other)
    told = _telling(of.rows(rows))
    both = told.plain[a].multiply(told.present[b])
    row = rows_of(both.indptr)
    rarest = both.data[np.lexsort((-both.data, row))]
    start = both.indptr[:-1]
    cover = told.headline[a].multiply(told.present[b]).sum(axis=1)
    cover_back = told.headline[b].multiply(told.present[a]).sum(axis=1)
    figures = np.bincount(row, of.figure[both.indices], len(one))
    days = np.bincount(row, told.day[both.indices], len(one))
    sense = of.felt(one, other)
    return np.column_stack([
        close,
        both.sum(axis=1),
        rarest[start],
        rarest[start + 1],
        np.minimum(cover, cover_back),
        np.maximum(cover, cover_back),
        figures,
        (figures == 0) & told.figures[a] & told.figures[b],
        days,
        (days == 0) & told.days[a] & told.days[b],
        np.abs(of.at[one] - of.at[other]) / DAY,
        np.bincount(row, told.place[both.indices], len(one)),
        np.minimum(_lacking(told, a, b), _lacking(told, b, a)),
        *_rivals(around[0], one, other, close),
        sense,
        *_rivals(around[1], one, other, sense),
    ])  # fmt: skip


def among(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """The rows that these pairs are made of, each once; and the pairs as places among them."""
    rows, place = np.unique(np.stack([one, other]), return_inverse=True)
    return rows, place.reshape(2, -1)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What a closer look at some items sees. Words weigh their rarity."""

    plain: Sparse
    headline: Sparse  # the words of the headline; the sum is 1
    present: Sparse  # each word weighs 1
    where: Sparse  # the words of the headline that name a place
    place: Bools  # column → whether it names a place
    day: Bools  # column → whether it is a day of the week
    figures: Bools  # row → whether it has figures
    days: Bools  # row → whether it names days


def _telling(of: Vectors) -> _Telling:
    words, rows = of.words, len(of.at)
    row, plain, told = words.row, of.rarity[words.column], words.title
    sums = np.bincount(row[told], plain[told], rows)
    place, day = placed(words.ids), np.isin(words.ids, np.array(sorted(WEEKDAYS)))
    where = told & place[words.column]
    return _Telling(
        plain=words.sparse(plain),
        headline=words.only(told).sparse(plain[told] / sums[row[told]]),
        present=words.sparse(np.ones(len(plain))),
        where=words.only(where).sparse(plain[where]),
        place=place,
        day=day,
        figures=np.bincount(row, of.figure[words.column], rows) > 0,
        days=np.bincount(row, day[words.column], rows) > 0,
    )


def _lacking(told: _Telling, one: Ints, other: Ints) -> Floats:
    """The rarity of the places in the headline of each of one that the other does not name at all."""
    where = told.where[one]
    lacking: Floats = where.sum(axis=1) - where.multiply(told.present[other]).sum(axis=1)
    return np.maximum(lacking, 0.0)  # rounding


def _rivals(around: Standing, one: Ints, other: Ints, close: Floats) -> list[Floats | Ints]:
    """In the order of `RIVALS`, for pairs as close as `close`."""
    higher = close[:, None] + 1 / STEPS  # what is kept of a closeness is rounded
    rank = (around.near[one] > higher).sum(axis=1)
    rank_back = (around.near[other] > higher).sum(axis=1)
    crowd, crowd_back = around.crowd[one], around.crowd[other]
    return [
        np.minimum(rank, rank_back),
        np.maximum(rank, rank_back),
        np.minimum(crowd, crowd_back),
        np.maximum(crowd, crowd_back),
        2 * close - crowd - crowd_back,
        close - np.maximum(around.deep[one], around.deep[other]),
    ]
