"""Finds the country of an institution that a text names: many countries have a senate, a coast guard, an attorney general."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.text.match import Haystack, Hit
from aggregator.text.places import Place

SHARED = frozenset(("institution", "generic"))
OWNERS = frozenset(("country", "demonym", "city"))
_NAMESAKES = frozenset(("city", "body", "country"))
_WHERE = frozenset(("in", "at", "near", "outside", "from", "of"))
_WORD = 8  # characters of the longest of `_WHERE`, with the space before it
_LINK_WORDS = (
    "opposition ruling main new former ex top own lower upper federal interim acting conservative liberal leftist "
    "populist military army navy naval air force marines police customs border and"
)
_LINKS = frozenset(_LINK_WORDS.split())
_OF = (["of"], ["of", "the"])
_FAR = 40  # at most so many characters between an institution and its country


_STATES = {
    "US": "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,"
    "indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,"
    "nebraska,nevada,new hampshire,new jersey,new mexico,north carolina,north dakota,ohio,oklahoma,oregon,pennsylvania,"
    "new york,rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,virginia,washington,west virginia,wisconsin,"
    "wyoming",
    "CA": "alberta,british columbia,manitoba,new brunswick,nova scotia,ontario,saskatchewan",
}
_SHORT_STATES = {
    "US": "ala,ariz,ark,calif,colo,conn,del,fla,ga,ill,ind,kan,ky,la,mass,md,mich,minn,miss,mo,mont,neb,nev,okla,ore,pa,tenn,"
    "tex,va,vt,w va,wash,wis,wyo",
    "CA": "alta,man,ont,que,sask",
}
_INITIALS = {"US": "nc,nd,nh,nj,nm,ny,ri,sc,sd", "CA": "bc,nb,ns"}
_SHORT, _CAPITALS = (frozenset(",".join(states.values()).split(",")) for states in (_SHORT_STATES, _INITIALS))
_AREAS = {
    name: Place("city", ((code,),))
    for states in (_STATES, _SHORT_STATES, _INITIALS)
    for code, names in states.items()
    for name in names.split(",")
}
_AREA = re.compile(f" ({'|'.join(_AREAS)}) ")
_CITIES = frozenset(("new york", "washington"))
_CLOSED = ",.;:)"


def with_areas(hay: Haystack, names: list[tuple[Hit, Place]]) -> list[tuple[Hit, Place]]:
    """The names, with each town moved to the state or country that follows it after a comma.

    The town is moved wherever the text names it: if the summary says "Odessa, Texas", then Odessa in the headline is not in Ukraine.
    """
    moved: dict[int, Place] = {}
    cased = hay.cased
    for index, (hit, place) in enumerate(names):
        if cased[hit[2] - 1] == "," and place.kind in _NAMESAKES:
            area = _state(hay, hit, place) or _country(hay, hit, place, names[index + 1 : index + 2])
            if area:
                moved[hit[0]] = area
    return [(hit, moved.get(hit[0], place)) for hit, place in names] if moved else names


def _state(hay: Haystack, town: Hit, place: Place) -> Place | None:
    """The state or province after the comma of a town, in full (Texas) or abbreviated (Tex., N.H.).

    If the state is also the name of a city (New York), or the town that of a country (Lebanon, Ohio), the two must be a phrase of
    their own: headlines write "Storm in Bahamas, Florida" for a list.
    """
    found = _AREA.match(hay.text, town[2])
    if not found:
        return None
    start, end = found.span(1)
    if found[1] in _SHORT:
        named = hay.cased[start].isupper() and hay.cased[end] == "."
    elif found[1] in _CAPITALS:
        named = hay.cased[start:end].isupper()
    else:
        sure = found[1] not in _CITIES and (place.kind != "country" or _begins(hay, town, found[1], end))
        named = sure or (_alone(hay, town, end) and (town[1] > hay.split or hay.cased[end] == ","))
    return _AREAS[found[1]] if named else None


def _begins(hay: Haystack, town: Hit, state: str, end: int) -> bool:
    """Whether the headline begins with town and state and continues in small letters: "Lebanon, Ohio, woman wins"."""
    return (
        not town[1] and state != "georgia" and hay.cased[end] == "," and hay.cased[end + 1 :].lstrip(" ")[:1].islower()
    )


def _country(hay: Haystack, town: Hit, place: Place, after: Sequence[tuple[Hit, Place]]) -> Place | None:
    """The country after the comma of a town ("in Tripoli, Lebanon"), if the two are a phrase of their own.

    They are not in a list of capitals, nor in "in London, Germany's chancellor".
    """
    for hit, area in after:
        if hit[1] == town[2] and area.kind == "country" and place.kind != "country" and _alone(hay, town, hit[2] - 1):
            return area
    return None


def _alone(hay: Haystack, town: Hit, end: int) -> bool:
    """Whether a phrase such as "in Tripoli, Lebanon", from `town` to `end`, stands alone and is not part of a list."""
    after = hay.cased[end + 1 :].lstrip(" ")
    listed = hay.cased[end] == "," and (after[:1].isupper() or after.startswith(("and ", "or ")))
    closed = hay.cased[end] in _CLOSED or after[:1] in ("", "\n")
    before = hay.text[max(0, town[1] - _WORD) : town[1]].split()[-1:]
    return closed and not listed and not _WHERE.isdisjoint(before)


def owners(hay: Haystack, names: Sequence[tuple[Hit, Place]]) -> dict[int, int]:
    """Finds the institutions that belong to another country than their usual one.

    An institution belongs to a country if it follows its name ("Philippine Senate", "Japan's navy and coast guard"), if it precedes it
    ("Senate of Nigeria"), or if it repeats the name of such an institution ("the Senate", later on).

    Returns:
        Index of the institution in `names` (in the order of the text) → index of the country.
    """
    found: dict[int, int] = {}
    unbound: list[int] = []
    last = 0
    for index, (hit, place) in enumerate(names):
        if place.kind in SHARED:
            owner = None
            if index and hit[1] - last <= _FAR:
                owner = _before(hay, names, index, found)
            if owner is None and hay.text.startswith("of ", hit[2]):
                owner = _after(hay, names, index)
            if owner is None:
                unbound.append(index)
            elif not any(set(choice).intersection(place.choices[0]) for choice in names[owner][1].choices):
                found[index] = owner
        last = hit[2]
    if found and unbound:
        known = {names[index][0][0]: owner for index, owner in found.items()}
        found.update({index: known[names[index][0][0]] for index in unbound if names[index][0][0] in known})
    return found


def _before(hay: Haystack, names: Sequence[tuple[Hit, Place]], index: int, found: dict[int, int]) -> int | None:
    owner = found.get(index - 1, index - 1)  # the owner of the institution before: "Philippine Senate lawmakers"
    if names[owner][1].kind not in OWNERS:
        return None
    return owner if _linked(hay, names[index - 1][0][2] - 1, names[index][0][1] + 1) else None


def _linked(hay: Haystack, start: int, end: int) -> bool:
    """Whether the text between a country and an institution links them ("Japan's navy, and coast guard").

    It may have only words of `_LINKS`, spaces, hyphens and, between such words, commas.
    """
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
