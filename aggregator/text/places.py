"""Places in texts: countries, demonyms, cities, leaders and bodies → ISO 3166 codes and region slugs.

The names lie in `data/places.tsv.gz`, one a line: needle, kind, codes, capitals. `benchmarks/build_places.py` writes
it from CLDR, GeoNames and the hand-written `benchmarks/places/names.txt`; `data/NOTICE.md` names the licences.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from aggregator.text.match import Haystack, Needle, Spans

# Neighbours that decide which of two places of one name is meant.
_NEAR = {"GE": frozenset({"RU", "AM", "AZ", "UA", "eu", "nato"}), "KP": frozenset({"KP"})}
LONG = 5  # letters of a word that every headline capitalises if it capitalises words at all …
# … unless it is one of these.
_LINK_WORDS = (
    "about above across after again against along amid among around before behind below between beyond during from "
    "inside into outside since than their these those through toward towards under until where which while with within "
    "without would"
)
_LINKS = frozenset(_LINK_WORDS.split())
_PLACE_WORDS = (
    "airport army attorney bank border capital central city club coast congress council county court courts democrat "
    "democrats district east embassy fire foreign general gov government governor high hospital house international king "
    "legislature mayor military minister national new north parliament police president prime prince princess queen "
    "rep republican republicans river school schools sen senate senator sheriff south southern state stock supreme "
    "team university valley west western"
)
_OF_A_PLACE = frozenset(_PLACE_WORDS.split())
_FEAT = re.compile(
    r"(?:scores|scored|nets|averages|averaged) [1-9]\d |(?:slam )?dunks? |buzzer beater|(?:double|triple) doubles? |"
    r"touchdowns? |homers |home runs? |free throws? |three pointers? "
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for. `choices` are the readings, each one or more codes; none: it only looks like a place.

    `kind` is country, demonym, city, person, body, institution (a body such as other countries have too), generic (that
    counts only where no other country is named) or none. `first_name`: not a place where another name
    follows.
    """

    kind: str
    choices: tuple[tuple[str, ...], ...]
    first_name: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    needles: tuple[Needle, ...]
    places: tuple[Place, ...]


@cache
def gazetteer() -> Gazetteer:
    """The shipped names, read once."""
    raw = files("aggregator.text").joinpath("data/places.tsv.gz").read_bytes()
    met: dict[str, tuple[Place, Spans]] = {}  # most names have what follows them in common with others
    shared: dict[Place, Place] = {}
    needles, places = [], []
    for line in gzip.decompress(raw).decode().splitlines():
        text, _, rest = line.partition("\t")
        known = met.get(rest)
        if known is None:
            kind, codes, capitals, first = rest.split("\t")
            choices = tuple(tuple(choice.split("+")) for choice in codes.split("|")) if codes != "-" else ()
            place = Place(kind, choices, first == "?")
            known = met[rest] = (shared.setdefault(place, place), _spans(capitals))
        place, spans = known
        needles.append(Needle(text, spans))
        places.append(place)
    return Gazetteer(tuple(needles), tuple(places))


def _spans(text: str) -> Spans:
    if not text:
        return ()
    return tuple((int(a), int(b)) for a, _, b in (pair.partition("-") for pair in text.split(",")))


class Found(NamedTuple):
    """A name in a haystack, as codes; `needle` is the caller's number of the needle."""

    needle: int
    start: int
    end: int
    kind: str
    codes: tuple[str, ...]


def longest(hits: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of overlapping (index, start, end) the leftmost longest; two may share the space between them."""
    kept: list[tuple[int, int, int]] = []
    last = 0
    for hit in sorted(hits, key=_order) if len(hits) > 1 else hits:
        if hit[1] >= last:
            kept.append(hit)
            last = hit[2] - 1
    return kept


def _order(hit: tuple[int, int, int]) -> tuple[int, int]:
    return hit[1], -hit[2]


def is_first_name(hay: Haystack, end: int) -> bool:
    """Whether a further name follows, as in "Jordan Peele", and not what a place has, as in "Jordan Valley". Only a
    text that does not capitalise every word tells."""
    after = hay.cased[end : end + 2]
    if len(after) < 2 or not (after[0].isupper() and after[1].islower()) or hay.cased[end - 1] != " ":
        return False
    if hay.text[end : hay.text.index(" ", end)] in _OF_A_PLACE:
        return False
    field = hay.cased[: hay.split] if end < hay.split else hay.cased[hay.split :]
    return any(word[0].islower() and len(word) >= LONG and word not in _LINKS for word in field.split())


def is_player(hay: Haystack, end: int) -> bool:
    """Whether what follows is a player's feat, as in "Jordan scores 41": no country's."""
    return _FEAT.match(hay.text, end) is not None


def settle(choices: tuple[tuple[str, ...], ...], named: Collection[str]) -> tuple[str, ...]:
    """Of several readings the first that the other names of the text support, else the first."""
    for choice in choices:
        if any(code in named for code in choice):
            return choice
    for choice in choices:
        if any(not _NEAR.get(code, frozenset()).isdisjoint(named) for code in choice):
            return choice
    return choices[0]
