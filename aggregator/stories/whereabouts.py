"""Words that name a country or its people, a region or city, or somebody or something of a country, and which of these
holds which: what one report puts in Sikkim, another puts in India.

`data/whereabouts.bin` holds a number of eight bytes for each such word, ascending: the upper bits of its `word_id`, then
region (8 bits, numbered within its country, 0 where unknown), country or area of several (9) and kind (3).
`benchmarks/build_whereabouts.py` makes it.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from aggregator.stories.arrays import Ints, looked_up
from aggregator.text import regions

BITS = 20  # of a number that do not tell the word
AREA = 300  # number of the first area
UNIONS = ("eu", "euro-area", "nato", "arab-league", "g7", "brics", "asean", "five-eyes")  # groups that are no areas

COUNTRIES = {code: number for number, code in enumerate(sorted(regions.COUNTRIES), 1)}
AREAS = {slug: number for number, slug in enumerate(sorted(regions.REGIONS.keys() - set(UNIONS)), AREA)}
_HELD = {number: frozenset((number,)) for number in COUNTRIES.values()} | {
    number: frozenset(map(COUNTRIES.__getitem__, regions.REGIONS[slug])) for slug, number in AREAS.items()
}


class Kind(IntEnum):
    NATION = 1  # a country or its people, or an area of several
    REGION = 2
    CITY = 3
    CAPITAL = 4
    OTHER = 5  # somebody or something of a country: a leader, a body, a company, an island


class Whereabouts(NamedTuple):
    kind: int
    country: int
    region: int

    @property
    def nation(self) -> Whereabouts:
        """The country in which it lies."""
        return Whereabouts(Kind.NATION, self.country, 0)

    def holds(self, other: Whereabouts) -> bool:
        """Whether the other is the same or lies in it."""
        if self.kind == Kind.NATION:
            return _HELD[other.country] <= _HELD[self.country]
        if self.country != other.country or other.kind in (Kind.NATION, Kind.OTHER):
            return False
        if self.kind == Kind.REGION:
            return self.region == other.region
        return self.kind == Kind.CAPITAL == other.kind  # under another name of it: Kyiv, Kiev

    def agrees(self, other: Whereabouts) -> bool:
        """Whether one holds the other, so that one event may be told of both."""
        return self.holds(other) or other.holds(self)


def packed(where: Whereabouts) -> int:
    """The lower bits of a number in the file."""
    return where.region << 12 | where.country << 3 | where.kind


@cache
def whereabouts(packed: int) -> Whereabouts | None:
    """What a word names that `located` found this for."""
    return Whereabouts(packed & 7, packed >> 3 & 511, packed >> 12) if packed else None


def located(words: Ints) -> Ints:
    """What each of these words names, packed; 0 for others."""
    known = _listed()
    place, there = looked_up(words >> BITS, known >> BITS)
    found: Ints = np.where(there, known[place] & (1 << BITS) - 1, 0)
    return found


def nations(packed: Ints) -> Ints:
    """The number of the nation that each names or whose people, -1 for others."""
    found: Ints = np.where(packed & 7 == Kind.NATION, packed >> 3 & 511, -1)
    return found


@cache
def _listed() -> Ints:
    return np.frombuffer((files("aggregator.stories") / "data" / "whereabouts.bin").read_bytes(), "<i8")
