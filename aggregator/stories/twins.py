"""Twins: reports of two events of one kind, told in the same words ("Drones hit Odesa, two killed", "Drones hit Kharkiv,
three killed"). What tells them apart is whom and what each headline names, where the other report says nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse
from aggregator.stories.likeness import Vectors
from aggregator.stories.matrix import Matrix
from aggregator.stories.names import named, nations
from aggregator.stories.places import placed

STRANGE = 4.0  # rarity of a headline's names that the other item lacks, from which they tell events apart …
SHARED = 0.8  # … if it is more than so many times that of the rarest name that both items have,
AGREED = 0.5  # … and than so many times that of the names that both headlines have,
WORDING = 0.4  # … while each headline has this share of the other's words that name nothing


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom and what items name. Rows are those of `Vectors`; a nation and its people are one name. Names weigh their
    rarity."""

    names: Sparse  # of headline and lead
    who: Sparse  # of the headline
    said: Sparse  # the other words of the headline weigh their share of its rarity
    titled: Sparse  # each word of the headline weighs 1
    led: Bools  # row → whether the item says more than its headline


def naming(of: Vectors) -> Naming:
    words, row, rows = of.words, of.words.row, len(of.at)
    weight = of.rarity[words.column]
    always, sometimes = named(words.ids)
    place = placed(words.ids)
    always, sometimes = always & ~of.figure | place, sometimes & ~of.figure | place
    who = words.title & (always[words.column] | words.name & sometimes[words.column])
    said = words.title & ~who
    spoken = np.bincount(row[said], weight[said], rows)
    return Naming(
        _bearing(words, sometimes[words.column], weight),
        _bearing(words, who, weight),
        words.only(said).sparse(weight[said] / spoken[row[said]]),
        words.only(words.title).sparse(np.ones(np.count_nonzero(words.title))),
        np.bincount(row[~words.title], minlength=rows) > 0,
    )


def _bearing(words: Matrix, kept: Bools, weight: Floats) -> Sparse:
    """The kept words, with a further column for each nation."""
    nation = nations(words.ids)
    wide = len(nation)
    bearer = np.where(nation < 0, np.arange(wide), wide + nation).astype(np.int32)
    part = words.only(kept)
    shape = len(part.start) - 1, wide + 1 + int(nation.max(initial=0))
    found = csr_array((weight[kept], bearer[part.column], part.start), shape=shape)
    found.sum_duplicates()
    return found


def twins(of: Naming, one: Ints, other: Ints) -> Bools:
    """Which pairs tell two events of one kind. Where a headline stands alone nothing is known: the lead would name the
    rest."""
    mine, theirs = of.names[one], of.names[other]
    strange = np.minimum(_lacking(of.who[one], theirs), _lacking(of.who[other], mine))
    shared = mine.minimum(theirs).max(axis=1).toarray().ravel()
    agreed = of.who[one].minimum(of.who[other]).sum(axis=1)
    wording = np.minimum(_repeated(of, one, other), _repeated(of, other, one))
    found: Bools = (
        (strange > STRANGE)
        & (strange > SHARED * shared)
        & (strange > AGREED * agreed)
        & (wording > WORDING)
        & of.led[one]
        & of.led[other]
    )
    return found


def _lacking(told: Sparse, known: Sparse) -> Floats:
    """The rarity of those names that are not known."""
    lacking: Floats = told.sum(axis=1) - told.multiply(known.sign()).sum(axis=1)
    return lacking


def _repeated(of: Naming, one: Ints, other: Ints) -> Floats:
    """The share of what the headline of each of one says, names apart, that the other headline says."""
    found: Floats = of.said[one].multiply(of.titled[other]).sum(axis=1)
    return found
