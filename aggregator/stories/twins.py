"""Twins: reports of two similar events in the same words ("Drones hit Odesa, two killed", "Drones hit Kharkiv, three killed"). They
are recognised by the names in each headline that the other report does not have.

One event can be named in several ways: by a city, by its country, by the country's leader. So a name in a headline counts only if the
other report does not *account* for it either. A report accounts for the name if it names a location that contains it, lies in it or
belongs to the same country, and does not name another location of the same kind. Example: a report that names only India accounts for
Sikkim; one that names Kerala does not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from aggregator.stories.arrays import Bools, Floats, Ints, Sparse
from aggregator.stories.locations import Kind, Location, nations, unpack
from aggregator.stories.matrix import Matrix
from aggregator.stories.similarity import Vocabulary
from aggregator.stories.sparse import csr_array

WORDING = 0.4  # more than this share of each headline's words, names excluded, must also be in the other headline
UNMATCHED = 4.5  # two events are assumed if the total rarity of each headline's unmatched names exceeds this, …
SHARED = 0.8  # … and this times the rarity of the rarest name that both items have
ELSEWHERE = 3.0  # or if the total rarity of each headline's unmatched places alone exceeds this
NATION = 3.1  # a nation counts as at least so rare: it is elsewhere, however often the news names it (the United States, China)

PLACES = (Kind.REGION, Kind.CITY, Kind.CAPITAL)


class Naming(Struct, frozen=True):
    """The names in items, weighted by rarity. Rows are those of a `Matrix`; a nation and its people share one column."""

    names: Sparse  # names in headline and lead
    who: Sparse  # names in the headline
    other: Sparse  # the other words of the headline, each weighted by its share of their total rarity
    title: Sparse  # all words of the headline, each with weight 1
    location: Ints  # column of `names` → its location, packed; 0 if it has none


def naming(words: Matrix, of: Vocabulary) -> Naming:
    row, column, title, rows = words.row, words.column, words.title, len(words.start) - 1
    where, nation = of.location, nations(of.location)
    weight = np.where(nation < 0, of.rarity, np.maximum(of.rarity, NATION))[column]
    place = (where > 0) & (where & 7 != Kind.OTHER)
    always, mostly, sometimes = ((kind & ~of.figure | place)[column] for kind in of.names[:3])
    who = title & (always | words.name & mostly)
    other = title & ~(who | words.name & sometimes)
    total = np.bincount(row[other], weight[other], rows)
    # One additional column for each nation, in which all words for the nation or its people are counted.
    width = len(where)
    column_of = np.where(nation < 0, np.arange(width), width + nation).astype(np.int32)
    location = np.zeros(width + 1 + max(0, int(nation.max(initial=0))), np.int64)
    location[column_of] = where

    def only(kept: Bools) -> Sparse:
        part = words.only(kept)
        found = csr_array((weight[kept], column_of[part.column], part.start), shape=(rows, len(location)))
        found.sum_duplicates()
        return found

    return Naming(
        only(sometimes),
        only(who),
        words.only(other).sparse(weight[other] / total[row[other]]),
        words.only(title).sparse(np.ones(np.count_nonzero(title))),
        location,
    )


def twins(of: Naming, one: Ints, other: Ints) -> Bools:
    """For each pair of rows whether they are twins."""
    found = np.ones(len(one), dtype=np.bool_)
    for mine, theirs in ((one, other), (other, one)):
        found[found] = _repeated(of, mine[found], theirs[found]) > WORDING
    for mine, theirs in ((one, other), (other, one)):
        found[found] = _lacking(of, mine[found], theirs[found]) > ELSEWHERE
    pairs = np.flatnonzero(found)
    # Each report once: of hostile titles, some hundred names long, each is in hundreds of pairs.
    report = {row: _Report.of(of, row) for row in {*one[pairs].tolist(), *other[pairs].tolist()}}
    for pair in pairs.tolist():
        found[pair] = _apart(report[one[pair]], report[other[pair]])
    return found


def _repeated(of: Naming, one: Ints, other: Ints) -> Floats:
    """For each pair the share (weighted by rarity) of the first headline's words, names excluded, that the second headline has too."""
    found: Floats = of.other[one].multiply(of.title[other]).sum(axis=1)
    return found


def _lacking(of: Naming, one: Ints, other: Ints) -> Floats:
    """For each pair the total rarity of the names in the first headline that the second item does not have."""
    who = of.who[one]
    lacking: Floats = who.sum(axis=1) - who.multiply(of.names[other].sign()).sum(axis=1)
    return lacking


class _Report(Struct, frozen=True):
    """The names of one item, by column."""

    names: Mapping[int, float]  # → rarity
    who: Mapping[int, float]  # those in the headline → rarity
    where: Mapping[int, Location]  # those that have a location

    @staticmethod
    def of(naming: Naming, row: int) -> _Report:
        names, who = _row(naming.names, row), _row(naming.who, row)
        where = {name: unpack(int(naming.location[name])) for name in names | who}
        # A capital that only the lead names is usually where a statement was made: it stands for its country.
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
    def places(self) -> dict[int, Location]:
        """Regions and cities."""
        return {name: where for name, where in self.where.items() if where.kind in PLACES}

    def unmatched(self, other: _Report) -> dict[int, float]:
        """The names in our headline that the other report neither mentions nor accounts for → rarity."""
        return {
            name: rarity
            for name, rarity in self.who.items()
            if name not in other.names and not (name in self.where and self._accounted(self.where[name], other))
        }

    def _accounted(self, where: Location, other: _Report) -> bool:
        """Whether the other report, which does not have our name for `where`, refers to the same location by another name."""
        new = {name: found for name, found in other.where.items() if name not in self.names}
        if where.kind == Kind.OTHER:  # a leader, body, …: the country must be named, and no other leader or body of it
            rivals = [name for name, found in new.items() if found.kind == Kind.OTHER and name in other.who]
            return any(found.country == where.country for found in other.where.values()) and not any(
                new[name].country == where.country for name in rivals
            )
        around = [found.nation if found.kind == Kind.OTHER else found for found in other.where.values()]
        near = [found for found in around if where.overlaps(found)]
        closer = [found for found in near if found.kind in PLACES]
        if where.kind == Kind.NATION:  # if both reports name places in the country, these must agree
            inside = [found for found in self.places.values() if where.contains(found)]
            if not any(map(where.contains, near)):  # only an area is named (the Andes): and no other country there?
                named = [found for name, found in new.items() if name in other.who and found not in near]
                return bool(near) and not any(area.contains(found) for area in near for found in named)
            return not inside or not closer or any(mine.overlaps(found) for mine in inside for found in closer)
        if closer or not near:
            return bool(closer)
        # The other report names the country. It must not name another place there, nor a name whose location is unknown.
        elsewhere = any(found.kind in PLACES and found.country == where.country for found in new.values())
        return not elsewhere and all(name in self.names or name in other.where for name in other.who)


def _apart(one: _Report, other: _Report) -> bool:
    """Whether each headline has enough names that the other report neither mentions nor accounts for."""
    unmatched = one.unmatched(other), other.unmatched(one)
    rarity = min(sum(names.values()) for names in unmatched)
    shared = max((min(one.names[name], other.names[name]) for name in one.names.keys() & other.names.keys()), default=0)
    if rarity > max(UNMATCHED, SHARED * shared):
        return True
    if any(name in one.places for name in one.who.keys() & other.who.keys()):
        return False
    return (
        min(
            sum(
                rarity
                for name, rarity in names.items()
                if name in report.where and report.where[name].kind != Kind.OTHER
            )
            for names, report in zip(unmatched, (one, other), strict=True)
        )
        > ELSEWHERE
    )


def _row(of: Sparse, row: int) -> dict[int, float]:
    first, end = of.indptr[row : row + 2].tolist()
    return dict(zip(of.indices[first:end].tolist(), of.data[first:end].tolist(), strict=True))
