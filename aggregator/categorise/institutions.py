"""Which country's institution a text names: many countries have a senate, a coast guard, an attorney general."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from aggregator.categorise.findings import Hit
from aggregator.text.match import Haystack
from aggregator.text.places import Place

_SHARED = frozenset(("institution", "generic"))
OWNERS = frozenset(("country", "demonym", "city"))
_TOWNS = frozenset(("city", "body"))
_WHERE = frozenset(("in", "at", "near", "outside", "from", "of"))
_WORD = 8  # letters of the longest, with the space before it
_LINK_WORDS = (
    "opposition ruling main new former ex top own lower upper federal interim acting conservative liberal leftist "
    "populist military army navy naval air force marines police customs border and"
)
_LINKS = frozenset(_LINK_WORDS.split())
_OF = (["of"], ["of", "the"])
_FAR = 40  # letters between an institution and its country


_STATE_NAMES = (
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,indiana,"
    "iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,nebraska,"
    "nevada,new hampshire,new jersey,new mexico,north carolina,north dakota,ohio,oklahoma,oregon,pennsylvania,rhode island,"
    "south carolina,south dakota,tennessee,texas,utah,vermont,virginia,west virginia,wisconsin,wyoming,ariz,calif,colo,conn,"
    "fla,ill,ky,mich,minn,mo,n c,n j,n y,nev,okla,pa,tenn,va,wis,"
    "alberta,british columbia,manitoba,new brunswick,nova scotia,ontario,ont,saskatchewan"
)
_STATES = tuple(f" {name} " for name in _STATE_NAMES.split(","))


def with_areas(hay: Haystack, names: list[tuple[Hit, Place]]) -> list[tuple[Hit, Place]]:
    """The names, each town assigned to the state or country after its comma wherever the text names it: Odessa, Texas, is not a
    port of Ukraine, nor is it in the headline above."""
    moved: dict[int, Place] = {}
    for (hit, place), (after, area) in pairwise(names):
        comma = hit[2] == after[1] and hay.cased[hit[2] - 1] == ","
        if (
            comma
            and place.kind in _TOWNS
            and (hay.text.startswith(_STATES, after[1]) or _in_country(hay, hit, after, area))
        ):
            moved[hit[0]] = area
    return [(hit, moved.get(hit[0], place)) for hit, place in names] if moved else names


def _in_country(hay: Haystack, town: Hit, after: Hit, country: Place) -> bool:
    """Whether "in Tripoli, Lebanon" stands alone: not a list of capitals, nor the country's own word after the comma ("in London,
    Germany's chancellor")."""
    closed = hay.cased[after[2] - 1] in ",.;:)" or hay.cased[after[2] :].lstrip(" ")[:1] in ("", "\n")
    before = hay.text[max(0, town[1] - _WORD) : town[1]].split()[-1:]
    return closed and country.kind == "country" and not _WHERE.isdisjoint(before)


def owners(hay: Haystack, names: Sequence[tuple[Hit, Place]]) -> dict[int, int]:
    """Of `names`, in the order of the text, each institution that belongs to another country than its usual one: its
    index → that country's. An institution belongs to a country if it follows its name ("Philippine Senate", "Japan's
    navy and coast guard"), precedes it ("Senate of Nigeria"), or repeats the name of one that does ("the Senate", later
    on)."""
    found: dict[int, int] = {}
    unbound: list[int] = []
    last = 0
    for index, (hit, place) in enumerate(names):
        if place.kind in _SHARED:
            owner = None
            if index and hit[1] - last <= _FAR:
                owner = _before(hay, names, index, found)
            if owner is None and hay.text.startswith("of ", hit[2]):
                owner = _after(hay, names, index)
            if owner is None:
                unbound.append(index)
            elif _codes(place).isdisjoint(_codes(names[owner][1])):
                found[index] = owner
        last = hit[2]
    if found and unbound:
        known = {names[index][0][0]: owner for index, owner in found.items()}
        found.update({index: known[names[index][0][0]] for index in unbound if names[index][0][0] in known})
    return found


def _before(hay: Haystack, names: Sequence[tuple[Hit, Place]], index: int, found: dict[int, int]) -> int | None:
    owner = found.get(index - 1, index - 1)  # of an institution of a bound one: "Philippine Senate lawmakers"
    if names[owner][1].kind not in OWNERS:
        return None
    return owner if _linked(hay, names[index - 1][0][2] - 1, names[index][0][1] + 1) else None


def _linked(hay: Haystack, start: int, end: int) -> bool:
    """Whether there is nothing between but words with which an institution's name may begin. Punctuation alone
    separates."""
    if start < hay.split <= end:
        return False
    words = hay.text[start:end].split()
    signs = hay.cased[start:end].strip(" -").replace(",", "") if words else hay.cased[start:end]
    return _LINKS.issuperset(words) and words[:1] != ["and"] and all(sign.isalnum() or sign in " -" for sign in signs)


def _after(hay: Haystack, names: Sequence[tuple[Hit, Place]], index: int) -> int | None:
    if index + 1 == len(names) or names[index + 1][1].kind not in OWNERS:
        return None
    start, end = names[index][0][2] - 1, names[index + 1][0][1] + 1
    return index + 1 if end - start <= _FAR and hay.cased[start:end].lower().split() in _OF else None


def _codes(place: Place) -> set[str]:
    return {code for choice in place.choices for code in choice}
