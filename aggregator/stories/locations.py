"""Which words name places, where the place is (country, region or city), and which place contains which.

A report that names Sikkim and one that names India may be about one event. Besides places and peoples this module knows things that
belong to a country: leaders, bodies, companies, islands.

`data/places.bin` holds the `word_id` of each word that names a country, a city or a body, as little-endian 64-bit integers,
ascending; `benchmarks/train_stories.py` writes it. `data/locations.bin` holds one such integer for each word with a known location
(not all have one). Its bits, from the highest: the upper bits of the `word_id`; region (8 bits, numbered within the country, 0 if
unknown); country, or area of several countries (9 bits); kind (3 bits). `benchmarks/build_locations.py` writes it. `data/native.bin`, which
`benchmarks/build_native_names.py` writes, is the same for names in other scripts than Latin.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from aggregator.stories.arrays import Bools, Ints, look_up
from aggregator.text import regions

LATIN, ALL = ("locations.bin",), ("locations.bin", "native.bin")
BITS = 20  # the lower bits of an integer in locations.bin, which hold the packed location
AREA = 300  # number of the first area
# Groups of countries that are not geographic areas, and areas that no word in locations.bin names.
_UNIONS = "eu euro-area nato arab-league g7 brics asean five-eyes antarctica channel-islands"

COUNTRIES = {code: number for number, code in enumerate(sorted(regions.COUNTRIES), 1)}
AREAS = {slug: number for number, slug in enumerate(sorted(regions.REGIONS.keys() - _UNIONS.split()), AREA)}
# Seas, with the countries and areas on their shores, since one outlet says "in the Mediterranean" and the other "off Libya". The
# United States, whose ships are everywhere, are left out, but not their towns and states (`_AMERICAN`).
_SHORES = {
    "baltic-sea": "DE DK EE FI LT LV PL SE",
    "caribbean-sea": "caribbean BZ CO CR GT HN MX NI PA VE",
    "mediterranean-sea": "AL BA CY DZ EG ES FR GI GR HR IL IT LB LY MA MC ME MT PS SI SY TN TR",
    "pacific-ocean": "oceania CL CO CR EC GT HN MX NI PA PE SV",
}
SEAS = {slug: number for number, slug in enumerate(_SHORES, AREA + 200)}
_AMERICAN = {SEAS["caribbean-sea"], SEAS["pacific-ocean"]}


def _members(slug: str) -> frozenset[str]:
    """The countries of an area, or on the shores of a sea."""
    if slug in regions.REGIONS:
        return regions.REGIONS[slug]
    return frozenset().union(*(regions.REGIONS.get(part, {part}) for part in _SHORES[slug].split()))


_COUNTRIES_OF = {number: frozenset((number,)) for number in COUNTRIES.values()} | {
    number: frozenset(map(COUNTRIES.__getitem__, _members(slug))) for slug, number in (AREAS | SEAS).items()
}


class Kind(IntEnum):
    NATION = 1  # a country or its people, or an area of several
    REGION = 2
    CITY = 3
    CAPITAL = 4
    OTHER = 5  # somebody or something of a country: a leader, a body, a company, an island


class Location(NamedTuple):
    kind: int
    country: int
    region: int

    @property
    def nation(self) -> Location:
        """The country in which it lies, or to which it belongs."""
        return Location(Kind.NATION, self.country, 0)

    def contains(self, other: Location) -> bool:
        """Whether `other` is the same location or lies in this one."""
        if self.kind == Kind.NATION:
            american = other.kind in (Kind.REGION, Kind.CITY) and other.country == COUNTRIES["US"]
            return _COUNTRIES_OF[other.country] <= _COUNTRIES_OF[self.country] or (
                american and self.country in _AMERICAN
            )
        if self.country != other.country:
            return False
        if self.kind == Kind.REGION:
            return self.region == other.region  # a nation, like whoever belongs to one, has none
        return self.kind == Kind.CAPITAL == other.kind  # the same capital under another name: Kyiv, Kiev

    def overlaps(self, other: Location) -> bool:
        """Whether one contains the other, so that reports that name one each may be about one event."""
        return self.contains(other) or other.contains(self)


def pack(location: Location) -> int:
    """The location as an integer of `BITS` bits, as in locations.bin."""
    return location.region << 12 | location.country << 3 | location.kind


@cache
def unpack(packed: int) -> Location | None:
    """The inverse of `pack`; None for 0."""
    return Location(packed & 7, packed >> 3 & 511, packed >> 12) if packed else None


def locate(words: Ints, of: tuple[str, ...] = ALL) -> Ints:
    """The packed location of each of these words (`word_id`s), 0 for words that have none. `of`: the files that are asked."""
    known = _listed(of)
    index, there = look_up(words >> BITS, known >> BITS)
    found: Ints = np.where(there, known[index] & (1 << BITS) - 1, 0)
    return found


def nations(packed: Ints) -> Ints:
    """For each packed location the number of its country or area if its kind is NATION, else -1."""
    found: Ints = np.where(packed & 7 == Kind.NATION, packed >> 3 & 511, -1)
    return found


def countries(packed: Ints) -> Ints:
    """For each packed location the number of the country that it is, lies in or belongs to; 0 for areas and for no location."""
    number = packed >> 3 & 511
    found: Ints = np.where(number < AREA, number, 0)
    return found


def is_place(words: Ints) -> Bools:
    """For each word (`word_id`) whether it names a place."""
    return look_up(words, _places())[1]


@cache
def _listed(of: tuple[str, ...]) -> Ints:
    data = files("aggregator.stories") / "data"
    return np.sort(np.frombuffer(b"".join([(data / name).read_bytes() for name in of]), "<i8"))


@cache
def _places() -> Ints:
    return np.frombuffer((files("aggregator.stories") / "data" / "places.bin").read_bytes(), "<i8")
