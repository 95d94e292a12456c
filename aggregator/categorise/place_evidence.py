"""Finds the evidence of the places that a text names, and the place that is the actor in its headline."""

from __future__ import annotations

import re

from msgspec import Struct

from aggregator.categorise import weights
from aggregator.categorise.findings import Evidence, Spans
from aggregator.categorise.institutions import OWNERS, SHARED, owners, with_areas
from aggregator.categorise.rulebook import Rulebook
from aggregator.categorise.silence import Silence
from aggregator.text.match import Haystack, Hit
from aggregator.text.places import Place, disambiguate, is_first_name, is_player, is_surname, is_word, longest
from aggregator.text.regions import are_near

LONGEST = 7  # characters of the longest initials that may be a town (GAO), with the spaces around them
_SCENE_WORDS = frozenset(("in", "at", "near", "across", "outside", "off", "on", "about", "against"))
_LEGAL = (
    "charged arrested indicted sentenced convicted jailed tried detained extradited imprisoned accused guilty court "
    "trial custody arrest"
)
_TRIED = frozenset(_LEGAL.split())
_PERSONS = (
    "man woman men women boy girl teen teenager couple student students tourist tourists national nationals citizen "
    "citizens doctor nurse mother father family actor actress singer star director journalist reporter climber hiker "
    "backpacker traveler traveller passenger worker workers pilot businessman billionaire dissident refugee refugees migrant "
    "migrants immigrant immigrants pensioner pensioners expat expats teens boys girls teacher teachers scientist scientists "
    "engineer engineers researcher academic author novelist musician rapper model influencer influencers footballer swimmer "
    "runner surfer surfers diver divers skier skiers fisherman fishermen driver drivers maid maids missionary missionaries lawyer "
    "mountaineer mountaineers sister sisters brother brothers siblings twins toddler schoolgirl schoolboy gymnast sprinter cyclist "
    "ambassador ambassadors diplomat diplomats envoy envoys among"  # "Five Americans among the dead in Kenya"
)
_PERSON = frozenset(_PERSONS.split())
_ATTRIBUTES = (
    "aligned allied backed based born bound built chartered crewed designed educated era flagged funded influenced inspired language "
    "linked made manufactured operated owned registered run speaking sponsored style supplied themed trained"
)
_ATTRIBUTE = frozenset(_ATTRIBUTES.split())
_SIDES = (" pro", " anti")
_CONFLICT = ("war ", "conflict ", "tensions ")
_NO_CONFLICT = ("war game", "war power", "war crime")  # what is held, asked for or charged by those named before
_HEADING = 30  # characters after a place within which a colon ends what stands before the headline proper
_LONGEST_HEADING = 60
_LIVE = re.compile(
    rf"[^:\n]{{3,{_LONGEST_HEADING}}} (?:(?:live|latest)(?: news| updates?| briefing)?|briefing) ?:", re.IGNORECASE
)
_EMBASSY = ("embass", "consulate")  # it stands in another country
_OBJECTS = ("arms ", "weapons ", "aid ")  # what others decide on
_COUNTRY = ("country", "demonym")
_SURNAMES = frozenset((*_COUNTRY, "city"))  # kinds of names that families have, too

Found = tuple[Hit, str, tuple[str, ...]]
"""A name, its kind, and the reading that was chosen."""


class Named(Struct, frozen=True):
    """The evidence of the places in a text.

    Attributes:
        codes: countries and regions in the order of the text, each with the span where it is first named.
        elsewhere: sections with places, none of which is the actor of the headline (its first place). Their words count for little.
        abroad: for each rule the spans of institutions of countries that are not among its places. Words in them do not count for it.
    """

    evidence: list[Evidence]
    codes: dict[str, tuple[int, int]]
    elsewhere: frozenset[int]
    abroad: Spans


def named(book: Rulebook, hay: Haystack, names: list[Hit], silent: Silence) -> Named:
    """All evidence of the names of places (`names`, in the order of the text) that is not `silent`."""
    abroad: Spans = {}
    found = _places(book, hay, names, abroad) if names else []
    return _weigh(book, hay, found, abroad, silent)


def _places(book: Rulebook, hay: Haystack, names: list[Hit], abroad: Spans) -> list[Found]:
    """The names as places; of several readings of a name the likely one.

    Institutions of other countries than their usual one are entered in `abroad`. An institution next to the name of its country is not
    a place in addition, since the country counts already.
    """
    kept = with_areas(hay, _kept(book, hay, names))
    if len(kept) == 1 or not [place for _, place in kept if place.kind in SHARED or len(place.choices) > 1]:
        return [(hit, place.kind, place.choices[0]) for hit, place in kept]
    kinds = {place.kind for _, place in kept}
    bound = owners(hay, kept) if not (kinds.isdisjoint(SHARED) or kinds.isdisjoint(OWNERS)) else {}
    own = [entry for index, entry in enumerate(kept) if index not in bound] if bound else kept
    sure = {
        code for _, place in own if len(place.choices) == 1 and place.kind != "generic" for code in place.choices[0]
    }
    spoken = _spoken_of(hay, own) if sure and "institution" in kinds else ()
    found = []
    others = [(kept[index][0], disambiguate(kept[owner][1].choices, sure)) for index, owner in bound.items()]
    for hit, place in own:
        if place.kind != "generic" or not sure or not sure.isdisjoint(place.choices[0]):
            codes = disambiguate(place.choices, sure)
            if place.kind == "institution" and codes in spoken:
                codes = place.choices[0]
            found.append((hit, place.kind, codes))
            if place.kind == "institution" and codes != place.choices[0]:
                others.append((hit, codes))
    for hit, codes in others:
        for rule in book.meanings[codes].abroad:
            abroad.setdefault(rule, []).append(hit[1:])
    return found


def _spoken_of(hay: Haystack, names: list[tuple[Hit, Place]]) -> set[tuple[str, ...]]:
    """The countries that are named after an institution that several countries have, in the same field.

    "Senate backs Kenya trade deal" is not about the senate of Kenya: a Kenyan outlet would not name its own country, or would name it
    first, or with "in". Nor is "Philippines arms sale approved by Congress" about the congress of the Philippines. So these countries are
    not the owners of the institution.
    """
    countries: set[tuple[str, ...]] = set()
    said: set[bool] = set()  # whether in the headline
    for hit, place in names:
        in_title = hit[1] < hay.split
        if place.kind == "institution" and len(place.choices) > 1:
            said.add(in_title)
        elif place.kind in _COUNTRY and (
            (in_title in said and not hay.text.endswith(" in ", 0, hit[1] + 1)) or hay.text.startswith(_OBJECTS, hit[2])
        ):
            countries.add(place.choices[0])
    return countries


def _kept(book: Rulebook, hay: Haystack, names: list[Hit]) -> list[tuple[Hit, Place]]:
    """The longest of overlapping names, without first names of persons and without initials that only look like a town."""
    kept = []
    hits = longest(names)
    for hit in hits:
        place = book.names.places[hit[0]]
        if place.word and is_word(hay, hit[1], hit[2]):
            continue
        if place.first_name:
            if _of_a_person(book, hay, hit, place, hits):
                continue
            place = _in_full(book, hay, hit, hits) or place
        if place.kind in _SURNAMES and is_surname(hay, hit[1]):
            continue
        if place.choices and not (place.kind == "city" and hit[2] - hit[1] <= LONGEST and _initials(book, hay, hit)):
            kept.append((hit, place))
    return kept


def _of_a_person(book: Rulebook, hay: Haystack, hit: Hit, place: Place, hits: list[Hit]) -> bool:
    if is_first_name(hay, hit[2]):
        return not _before_a_neighbour(book, hit, place, hits)
    return place.kind == "country" and len(place.choices) == 1 and is_player(hay, hit[2])


def _before_a_neighbour(book: Rulebook, hit: Hit, place: Place, hits: list[Hit]) -> bool:
    """Whether a country near that of the name follows, as in a list without commas: "Jordan Bahrain Kuwait", but not "Jordan England"."""
    following = (book.names.places[other[0]] for other in hits if other[1] == hit[2] - 1)
    countries = [choice[0] for other in following if other.kind == "country" for choice in other.choices]
    return any(are_near(choice[0], country) for choice in place.choices for country in countries)


def _in_full(book: Rulebook, hay: Haystack, hit: Hit, hits: list[Hit]) -> Place | None:
    """The person whom the text elsewhere names in full: Jordan may be Jim Jordan (US), or Michael Jordan (no place)."""
    name = hay.text[hit[1] : hit[2]].rstrip()
    for other in hits:
        place = book.names.places[other[0]]
        longer = other[2] - other[1] > hit[2] - hit[1]
        if longer and place.kind in ("person", "none") and hay.text[other[1] : other[2]].rstrip().endswith(name):
            return place
    return None


def _initials(book: Rulebook, hay: Haystack, hit: Hit) -> bool:
    """Whether the name of a town is written all in capitals, in a text that is not: GAO is an office, and Gao a town."""
    if hay.all_caps or not hay.cased[hit[1] : hit[2]].isupper():
        return False
    return sum(end - start for start, end in book.names.matcher.needles[hit[0]].capitals) <= 1


def _weigh(book: Rulebook, hay: Haystack, found: list[Found], abroad: Spans, silent: Silence) -> Named:
    evidence: list[Evidence] = []
    seen: set[int] = set()  # needles in the headline, and ~needles in the summary
    codes: dict[str, tuple[int, int]] = {}
    # rule → share that its next place counts; in the summary, in the headline
    further: tuple[dict[int, float], ...] = ({}, {})
    elsewhere: frozenset[int] = frozenset()
    spared: set[int] = set()  # rules of what stands before the actor: "Ukraine-Russia war ends, Merz says"
    first = True
    split, cased, text, meanings, all_count = hay.split, hay.cased, hay.text, book.meanings, not silent
    sections = book.sections
    live = _live(cased) if found else 0
    for (needle, start, end), kind, reading in found:
        in_title = start < split
        key = needle if in_title else ~needle
        if key in seen:
            continue
        seen.add(key)
        meaning = meanings[reading]
        others = meaning.elsewhere
        value = weights.GENERIC if kind == "generic" else 1.0
        acts = first
        lost = () if all_count else {use.rule for use in meaning.uses if silent.covers(hay, use.rule, start, end)}
        if lost and (gone := {rule for rule in lost if rule < sections}):
            others |= gone
            # A place that counts for no section does not act.
            acts = acts and any(use.rule < sections and use.rule not in lost for use in meaning.uses)
        if ((cased[end - 1] == "-" or cased[start] == "-") and _is_attribute(hay, start, end, found)) or (
            kind in _COUNTRY and text.startswith(_EMBASSY, end)
        ):
            value *= weights.ATTRIBUTE
            acts = False
            if first and in_title:
                spared.update([rule for rule, _, _ in meaning.uses])
        elif acts:
            first = False
        if in_title:
            value *= weights.HEADLINE * _role(hay, start, end, kind, acts)
            if acts:
                elsewhere = others - spared
        elif acts:
            value *= weights.LEAD
        mentioned = 1.0 if in_title or acts else weights.PASSING  # for topics: where somebody is from, one of a list
        if len(reading) == 1:  # a sea that several countries share does not name any of them
            codes.setdefault(reading[0], (start, end))
        shares = further[in_title]
        for rule, weight, term in meaning.uses:
            share = shares.get(rule, 1.0)
            shares[rule] = share * weights.FURTHER
            counts = min(weight * weights.LIVE, max(weight, weights.OUTRANKED)) if start < live else weight
            if rule not in lost:
                said = share * mentioned if rule >= sections else share
                evidence.append(Evidence(rule, value * counts * said, start, end, term, True))
    return Named(evidence, codes, elsewhere, abroad)


def _live(cased: str) -> int:
    """The length of the heading that a text of live news begins with: "Iran war live: Trump ..."; 0 if it has none."""
    found = _LIVE.match(cased) if ":" in cased[:_LONGEST_HEADING] else None
    return found.end() if found else 0


def _is_attribute(hay: Haystack, start: int, end: int, found: list[Found]) -> bool:
    """Whether the name is only part of an adjective: a "Liberian-flagged" tanker, "US-made" jets, a "pro-Russian" party, or the
    "Israel-Hamas" war, unless it heads live news ("Israel-Hamas war live: Gaza ..."). Who leads a "US-led" war acts."""
    text = hay.text
    if hay.cased[end - 1] == "-":
        first = text[end : end + 24].split(" ", 1)[0]
        if first in _ATTRIBUTE:
            return True
        return _of_conflict(hay, end + len(first) + 1) and any(hit[1] == end - 1 for hit, _, _ in found)
    return _of_conflict(hay, end) or text.endswith(_SIDES, 0, start)


def _of_conflict(hay: Haystack, end: int) -> bool:
    """Whether a conflict follows the names of its parties, and not a colon after it."""
    if not hay.text.startswith(_CONFLICT, end) or hay.text.startswith(_NO_CONFLICT, end):
        return False
    return ":" not in hay.cased[end : end + _HEADING]


def _role(hay: Haystack, start: int, end: int, kind: str, first: bool) -> float:
    """The factor for the role of a place in the headline: the actor, the scene or subject ("in", "about"), or a person's origin."""
    before = hay.text[max(0, start - 30) : start].rsplit(None, 2)[-2:]
    if before and before[-1] in _SCENE_WORDS:
        tried = before[-1] == "in" and before[0] in _TRIED
        return weights.SUBJECT if tried else weights.SCENE
    value = weights.SUBJECT if first else 1.0
    if kind in _COUNTRY:
        after = hay.text[end : end + 16].split(" ", 1)[0]
        if after in _PERSON:
            value *= weights.PERSON_FROM
    return value
