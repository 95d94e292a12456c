"""How similar pairs of items are: the evidence from words, embeddings, figures, days, places and rivals, for many pairs at once.

`EVIDENCE` lists the columns of a row of evidence. Gradient-boosted trees (`trees.py`) turn it into a probability; they are monotone
in every column, in the direction that `EVIDENCE` gives.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse, chunks, highest, rows_of, starts
from aggregator.stories.embeddings import TITLE, embed
from aggregator.stories.matrix import Matrix
from aggregator.stories.nations import Nations, nations
from aggregator.stories.traits import Traits
from aggregator.stories.tuning import DAY
from aggregator.text.words import word_id

TELLING = 2.5  # only words of at least this rarity are compared: words in a tenth of all items say nothing and take most of the time
LEAST = 3  # words that a pair must share to unite two items, unless the words are rare; with fewer, a high cosine may be chance
FEW = 2  # words that a pair must share to have a probability above 0
SHORT = 12  # an item with fewer compared words is mostly only a headline
KEPT = 12  # so many nearest neighbours are kept with an item, as similarities
NEAR = 6  # the mean similarity of so many of them says how crowded the neighbourhood is
DEEP = 9  # the neighbour with this rank most likely belongs to another story
PAIRS = 8192  # pairs that are compared at a time, which limits memory
STEPS = 1 << 24  # similarities in 0…1 are ranked as integers in 0…STEPS
_STEPS_OF_BYTE = np.round(np.arange(256) / 255 * STEPS).astype(np.int32)  # similarities kept as a byte (1/255) → steps
WEEKDAYS = frozenset(map(word_id, ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))

RIVALS = (  # name, direction: higher values are evidence for (1) or against (-1) one story
    ("rank", -1),  # how many neighbours are closer to one item of the pair than the other item is: the smaller number …
    ("rank back", -1),  # … and the larger
    ("crowded", -1),  # mean similarity of an item to its nearest neighbours: the smaller value of both items …
    ("crowded back", -1),  # … and the larger
    ("contrast", 1),  # twice the similarity of the pair minus both of these
    ("margin", 1),  # similarity of the pair minus that of a distant neighbour (`DEEP`)
)
EVIDENCE = (
    ("cosine", 1),  # of the words weighted by rarity
    ("weight", 1),  # sum of the shared words' rarity
    ("rarest", 1),  # rarity of the rarest shared word
    ("second", 1),  # … and of the next
    ("covered", 1),  # share of a headline's words, by rarity, that the other item has too, the smaller of both
    ("covers", 1),  # … and the larger
    ("figures", 1),  # number of shared figures
    ("other figures", -1),  # 1 if both have figures, but none in common
    ("days", 1),  # number of shared days of the week
    ("other days", -1),  # 1 if both name days of the week, but none in common
    ("apart", -1),  # days between their publication
    ("places", 1),  # number of shared words that name a place
    ("other places", -1),  # rarity of places in a headline that the other item lacks, the smaller of both
    ("nations", 1),  # rarity of the countries that both refer to, but by different words
    *RIVALS,  # where similarity is the cosine of the words
    ("sense", 1),  # cosine of the embeddings
    *((f"{name} by sense", direction) for name, direction in RIVALS),
)


class Vocabulary(Struct, frozen=True):
    """Properties of words, for each column of a `Matrix`."""

    rarity: Floats
    figure: Bools  # whether the word begins with a digit
    place: Bools  # whether it names a place
    day: Bools  # whether it is a day of the week
    location: Ints  # its location, packed; 0 if unknown
    names: tuple[Bools, ...]  # as by `names.named`


class Vectors(Struct, frozen=True):
    """Items as vectors of their significant words (rarity of at least `TELLING`). Rows are those of `words`."""

    words: Matrix
    vocabulary: Vocabulary
    weighted: Sparse  # words weighted by rarity, `TITLE` times that in the headline; each row has length 1
    embedding: Floats  # row → embedding of length 1, or 0 where no word has one; shape (rows, DIMENSIONS)
    nations: Nations
    lang: Ints  # row → number of its language, 0 where unknown
    at: Ints  # row → publication, epoch seconds

    def cosines(self, one: Ints, other: Ints) -> tuple[Floats, Ints]:
        """For each pair of rows the cosine of their words, in 0…1 (0 if their languages differ), and how many words they share."""
        close, common = np.zeros(len(one)), np.zeros(len(one), dtype=np.int64)
        for some in chunks(len(one), PAIRS):
            both = self.weighted[one[some]].multiply(self.weighted[other[some]])
            close[some], common[some] = both.sum(axis=1), np.diff(both.indptr)
        mine, theirs = self.lang[one], self.lang[other]
        foreign = (mine != theirs) & (mine > 0) & (theirs > 0)
        return np.where(foreign, 0.0, close), common

    def semantic_cosines(self, one: Ints, other: Ints) -> Floats:
        """For each pair of rows the cosine of their embeddings; 0 if it is negative."""
        close = np.zeros(len(one))
        for some in chunks(len(one), PAIRS):
            close[some] = np.einsum("ij,ij->i", self.embedding[one[some]], self.embedding[other[some]])
        return np.maximum(close, 0.0)

    def told(self, one: Ints, other: Ints) -> Floats:
        """For each pair of rows the total rarity of the shared words that are not (part of) a name. Infinite if one of the items is too
        short to share many words."""
        rows, (a, b) = among(one, other)
        words = self.words.rows(rows)
        *_, possibly, unknown = self.vocabulary.names
        never = ~possibly | self.vocabulary.figure
        words = words.only(never[words.column] | unknown[words.column] & ~words.name)
        rarity, present = self.vocabulary.rarity[words.column], np.ones(len(words.column))
        total: Floats = words.sparse(rarity)[a].multiply(words.sparse(present)[b]).sum(axis=1)
        length = np.diff(self.words.start)
        return np.where(np.minimum(length[one], length[other]) >= SHORT, total, np.inf)


def vectors(words: Matrix, weight: Floats, traits: Traits, lang: Ints, at: Ints) -> Vectors:
    """`words`: the significant ones; `weight`: column → rarity; `traits`: of each column."""
    location, day = traits["location"], np.isin(words.ids, np.array(sorted(WEEKDAYS)))
    known = Vocabulary(weight, traits["figure"], traits["place"], day, location, tuple(traits["names"].T))
    embedding = embed(words, traits["listed"])
    return Vectors(words, known, _weighted(words, weight), embedding, nations(words, location), lang, at)


def _weighted(words: Matrix, weight: Floats) -> Sparse:
    """`Vectors.weighted`."""
    values = weight[words.column]
    values *= words.weights(TITLE)
    row = words.row
    length = np.sqrt(np.bincount(row, values**2, len(words.start) - 1))
    values /= length[row]
    return words.sparse(values)


class Neighbourhood(Struct, frozen=True):
    """How similar the nearest neighbours of each item are, by words or by embedding. `near` has the shape (items, KEPT): similarities
    in 0…1, highest first, 0 if there are fewer neighbours; `crowd` is the mean of the first `NEAR`, `deep` the `DEEP`-th."""

    near: Floats
    crowd: Floats
    deep: Floats


def neighbourhood(row: Ints, close: Floats, earlier: Ints) -> Neighbourhood:
    """From the pairs that were compared (item `row` has a neighbour of similarity `close`) and from earlier neighbours: `earlier` has
    for each item the similarities that were kept, in units of 1/255."""
    row, steps, _ = highest(row, np.round(close * STEPS).astype(np.int64), np.zeros_like(row), KEPT)
    near = np.zeros((len(earlier), 2 * KEPT), dtype=np.int32)
    near[row, np.arange(len(row)) - starts(row)] = steps
    near[:, KEPT:] = _STEPS_OF_BYTE[earlier]
    near.sort(axis=1)
    highest_first: Floats = near[:, : -KEPT - 1 : -1] / STEPS
    return Neighbourhood(highest_first, highest_first[:, :NEAR].sum(axis=1) / NEAR, highest_first[:, DEEP - 1])


def evidence(of: Vectors, around: tuple[Neighbourhood, Neighbourhood], one: Ints, other: Ints, close: Floats) -> Floats:
    """The evidence on each pair, of shape (pairs, len(EVIDENCE)). `one` and `other` are rows of `of`, `close` the cosines of the pairs,
    `around` the neighbourhoods by words and by embedding. Each pair must share at least one word."""
    rows, (a, b) = among(one, other)
    known, nations_of = of.vocabulary, of.nations.rows(rows)
    words = _matrices(of.words.rows(rows), known)
    mine, theirs = words.present[a], words.present[b]
    both = words.plain[a].multiply(theirs)
    row = rows_of(both.indptr)
    rarest = both.data[np.lexsort((-both.data, row))]
    start = both.indptr[:-1]
    cover = words.headline[a].multiply(theirs).sum(axis=1)
    cover_back = words.headline[b].multiply(mine).sum(axis=1)
    figures = np.bincount(row, known.figure[both.indices], len(one))
    days = np.bincount(row, known.day[both.indices], len(one))
    semantic = of.semantic_cosines(one, other)
    return np.column_stack([
        close,
        both.sum(axis=1),
        rarest[start],
        np.where(np.diff(both.indptr) > 1, np.append(rarest, 0.0)[start + 1], 0.0),
        np.minimum(cover, cover_back),
        np.maximum(cover, cover_back),
        figures,
        (figures == 0) & words.figures[a] & words.figures[b],
        days,
        (days == 0) & words.days[a] & words.days[b],
        np.abs(of.at[one] - of.at[other]) / DAY,
        np.bincount(row, known.place[both.indices], len(one)),
        np.minimum(_lacking(words.where[a], theirs), _lacking(words.where[b], mine)),
        nations_of.otherwise(a, b)[1],
        *_rivals(around[0], one, other, close),
        semantic,
        *_rivals(around[1], one, other, semantic),
    ])  # fmt: skip


def among(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """The distinct rows in these pairs, and the pairs as indexes into those, of shape (2, pairs)."""
    rows, index = np.unique(np.stack([one, other]), return_inverse=True)
    return rows, index.reshape(2, -1)


class _Matrices(Struct, frozen=True):
    """The words of some items in the forms that the evidence is computed from; weighted by rarity unless stated otherwise."""

    plain: Sparse
    headline: Sparse  # the words of the headline; each row sums to 1
    present: Sparse  # all words with weight 1
    where: Sparse  # the words of the headline that name a place
    figures: Bools  # row → whether it has figures
    days: Bools  # row → whether it names days of the week


def _matrices(words: Matrix, known: Vocabulary) -> _Matrices:
    row, plain, title, rows = words.row, known.rarity[words.column], words.title, len(words.start) - 1
    sums = np.bincount(row[title], plain[title], rows)
    where = title & known.place[words.column]
    return _Matrices(
        plain=words.sparse(plain),
        headline=words.only(title).sparse(plain[title] / sums[row[title]]),
        present=words.sparse(np.ones(len(plain))),
        where=words.only(where).sparse(plain[where]),
        figures=np.bincount(row, known.figure[words.column], rows) > 0,
        days=np.bincount(row, known.day[words.column], rows) > 0,
    )


def _lacking(where: Sparse, present: Sparse) -> Floats:
    """For each pair the total rarity of the places in the first headline (`where`) that the second item (`present`) does not have."""
    lacking: Floats = where.sum(axis=1) - where.multiply(present).sum(axis=1)
    return np.maximum(lacking, 0.0)  # rounding may give slightly less than 0


def _rivals(around: Neighbourhood, one: Ints, other: Ints, close: Floats) -> list[Floats | Ints]:
    """The evidence in the order of `RIVALS`, for pairs of similarity `close`."""
    higher = close[:, None] + 1 / STEPS  # since similarities in `near` are rounded to steps
    rank = (around.near[one] > higher).sum(axis=1)
    rank_back = (around.near[other] > higher).sum(axis=1)
    crowd, crowd_back = around.crowd[one], around.crowd[other]
    return [
        np.minimum(rank, rank_back),
        np.maximum(rank, rank_back),
        np.minimum(crowd, crowd_back),
        np.maximum(crowd, crowd_back),
        2 * close - (crowd + crowd_back),  # in parentheses: the same bits for (other, one)
        close - np.maximum(around.deep[one], around.deep[other]),
    ]
