"""Twins: reports of two events of one kind, told in the same words ("Drones hit Odesa, two killed", "Drones hit Kharkiv,
three killed"). What tells them apart is whom and what each headline names, where the other report says nothing of it.

One event is named in several ways, too: by a city, by its country, by who leads it. So a name counts only where the other
report neither has it nor accounts for it, by what holds it, lies in it or belongs to the same country, without naming
another of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse
from aggregator.stories.likeness import Vectors
from aggregator.stories.names import named
from aggregator.stories.whereabouts import Kind, Whereabouts, located, nations, whereabouts

WORDING = 0.4  # share of the words of each headline that name nothing, which the other headline has as well
STRANGE = 4.5  # rarity of a headline's names that the other item lacks, from which they tell events apart …
SHARED = 0.8  # … if it is more than so many times that of the rarest name that both items have,
AGREED = 0.5  # … and than so many times that of the names that both headlines have
ELSEWHERE = 3.0  # … and that of places alone, which say so by themselves

PLACES = (Kind.REGION, Kind.CITY, Kind.CAPITAL)


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom and what items name. Rows are those of `Vectors`; a nation and its people are one name. Names weigh their
    rarity."""

    names: Sparse  # of headline and lead
    who: Sparse  # of the headline
    said: Sparse  # the other words of the headline weigh their share of its rarity
    titled: Sparse  # each word of the headline weighs 1
    led: Bools  # row → whether the item says more than its headline
    located: Ints  # column of names → where that is, packed


def naming(of: Vectors) -> Naming:
    words, row, column, title, rows = of.words, of.words.row, of.words.column, of.words.title, len(of.at)
    weight, where = of.rarity[column], located(words.ids)
    place = (where > 0) & (where & 7 != Kind.OTHER)
    always, mostly, sometimes = ((kind & ~of.figure | place)[column] for kind in named(words.ids))
    who = title & (always | words.name & mostly)
    said = title & ~(who | words.name & sometimes)
    spoken = np.bincount(row[said], weight[said], rows)
    # A further column for each nation.
    nation, wide = nations(where), len(where)
    bearer = np.where(nation < 0, np.arange(wide), wide + nation).astype(np.int32)
    every = np.zeros(wide + 1 + max(0, int(nation.max(initial=0))), np.int64)
    every[bearer] = where

    def bearing(kept: Bools) -> Sparse:
        part = words.only(kept)
        found = csr_array((weight[kept], bearer[part.column], part.start), shape=(rows, len(every)))
        found.sum_duplicates()
        return found

    return Naming(
        bearing(sometimes),
        bearing(who),
        words.only(said).sparse(weight[said] / spoken[row[said]]),
        words.only(title).sparse(np.ones(np.count_nonzero(title))),
        np.bincount(row[~title], minlength=rows) > 0,
        every,
    )


def twins(of: Naming, one: Ints, other: Ints) -> Bools:
    """Which pairs tell two events of one kind. Where a headline stands alone nothing is known: the lead would name the
    rest."""
    found: Bools = of.led[one] & of.led[other]
    for mine, theirs in ((one, other), (other, one)):
        found[found] = _repeated(of, mine[found], theirs[found]) > WORDING
    for mine, theirs in ((one, other), (other, one)):
        found[found] = _lacking(of, mine[found], theirs[found]) > ELSEWHERE
    for pair in np.flatnonzero(found).tolist():
        found[pair] = _apart(_Report.of(of, one[pair]), _Report.of(of, other[pair]))
    return found


def _repeated(of: Naming, one: Ints, other: Ints) -> Floats:
    """The share of what the headline of each of one says, names apart, that the other headline says."""
    found: Floats = of.said[one].multiply(of.titled[other]).sum(axis=1)
    return found


def _lacking(of: Naming, one: Ints, other: Ints) -> Floats:
    """The rarity of those names in the headline of each of one that the other item does not have."""
    told = of.who[one]
    lacking: Floats = told.sum(axis=1) - told.multiply(of.names[other].sign()).sum(axis=1)
    return lacking


@dataclass(frozen=True, slots=True)
class _Report:
    """The names of an item, by column."""

    names: Mapping[int, float]  # … → rarity
    who: Mapping[int, float]  # those of the headline
    where: Mapping[int, Whereabouts]  # those of which it is known

    @staticmethod
    def of(naming: Naming, row: int) -> _Report:
        names, who = _row(naming.names, row), _row(naming.who, row)
        where = {name: whereabouts(int(naming.located[name])) for name in names | who}
        # A capital that the lead alone names is mostly where somebody said something.
        return _Report(
            names,
            who,
            {
                name: found.nation if found.kind == Kind.CAPITAL and name not in who else found
                for name, found in where.items()
                if found
            },
        )

    @property
    def places(self) -> dict[int, Whereabouts]:
        """Regions and cities."""
        return {name: where for name, where in self.where.items() if where.kind in PLACES}

    def strange(self, other: _Report) -> dict[int, float]:
        """The names of the headline that the other neither has nor accounts for."""
        return {
            name: rarity
            for name, rarity in self.who.items()
            if name not in other.names and not (name in self.where and self._accounted(self.where[name], other))
        }

    def _accounted(self, where: Whereabouts, other: _Report) -> bool:
        """Whether the other, that lacks a name of ours, tells of the same under another."""
        new = {name: found for name, found in other.where.items() if name not in self.names}
        if where.kind == Kind.OTHER:  # the headline of the other names none of that country whom we do not
            rivals = [name for name, found in new.items() if found.kind == Kind.OTHER and name in other.who]
            return any(found.country == where.country for found in other.where.values()) and not any(
                new[name].country == where.country for name in rivals
            )
        around = [found.nation if found.kind == Kind.OTHER else found for found in other.where.values()]
        near = [found for found in around if where.agrees(found)]
        closer = [found for found in near if found.kind in PLACES]
        if where.kind == Kind.NATION:  # both may say where in it, and then it must be there
            inside = [found for found in self.places.values() if where.holds(found)]
            return bool(near) and (
                not inside or not closer or any(mine.agrees(found) for mine in inside for found in closer)
            )
        if closer or not near:
            return bool(closer)
        # It names the country, but perhaps another place in it: one that is listed, or a name that is not
        elsewhere = any(found.kind in PLACES and found.country == where.country for found in new.values())
        return not elsewhere and all(name in self.names or name in other.where for name in other.who)


def _apart(one: _Report, other: _Report) -> bool:
    """Whether each names what the other does not."""
    strange = one.strange(other), other.strange(one)
    rarity = min(sum(names.values()) for names in strange)
    shared = max((min(one.names[name], other.names[name]) for name in one.names.keys() & other.names.keys()), default=0)
    both = one.who.keys() & other.who.keys()
    agreed = sum(min(one.who[name], other.who[name]) for name in both)
    if rarity > max(STRANGE, SHARED * shared, AGREED * agreed):
        return True
    if any(name in one.places for name in both):
        return False
    return (
        min(
            sum(rarity for name, rarity in names.items() if name in told.where and told.where[name].kind != Kind.OTHER)
            for names, told in zip(strange, (one, other), strict=True)
        )
        > ELSEWHERE
    )


def _row(of: Sparse, row: int) -> dict[int, float]:
    first, end = of.indptr[row : row + 2].tolist()
    return dict(zip(of.indices[first:end].tolist(), of.data[first:end].tolist(), strict=True))
