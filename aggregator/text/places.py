"""Places in texts: names of countries, peoples, cities, leaders and bodies → ISO 3166 codes and region slugs.

`data/places.tsv.gz` has one line for all names with one meaning. Its columns: kind, codes, ranges of capitals, `?` if the names are
also first names or `~` if they are also words, then the needles. `benchmarks/build_places.py` builds it from CLDR, GeoNames and the
hand-written `benchmarks/places/names.txt`; `data/NOTICE.md` names the licences.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from itertools import repeat

from msgspec import Struct

from aggregator.text.match import Haystack, Hit, Matcher, Needle, Spans

# Code → places whose mention shows that this reading of an ambiguous name is meant: Georgia is the country if Russia is named.
_NEAR = {"GE": frozenset({"RU", "AM", "AZ", "UA", "eu", "nato"}), "KP": frozenset({"KP"})}
LONG = 5  # a headline in title case capitalises all words of at least so many letters, except these:
_LINK_WORDS = (
    "about above across after again against along amid among around before behind below between beyond during from "
    "inside into outside since than their these those through toward towards under until where which while with within "
    "without would"
)
_LINKS = frozenset(_LINK_WORDS.split())
_PLACE_WORDS = (
    "air airbase airport airspace armed army attorney bank base bases beach border bridge capital center central city club "
    "coast congress council county court courts democrat democrats district east embassy fire foreign general gov government "
    "governor harbor harbour high hospital house international king legislature mayor metro military minister mountain museum "
    "national new north parliament police port president pride prime prince princess queen rep republican republicans river "
    "school schools sen senate senator sheriff south southern stadium state station stock supreme team town university valley "
    "west western zoo"
)
_OF_A_PLACE = frozenset(_PLACE_WORDS.split())
# English given names, common ones chosen by hand: none that is also a word or place (Mark, Grant, Jordan), or that headlines give to royals
# and popes (Charles, Francis).
_GIVEN_NAMES = (
    "abigail adam adrian alan albert alex alexander alice alison amanda amber amelia amy andrea angela anna anthony arthur ashley "
    "ava barbara becky ben benjamin betty beverly bobby brandon brenda brian bruce bryan carl carol caroline carolyn catherine "
    "cheryl chris christina christine christopher claire clara clive colin craig cynthia dan daniel danielle darren dave david "
    "debbie deborah denise dennis denzel derek dominic donna dorothy doug duncan dylan edith eleanor elizabeth ella ellen ellie "
    "emily emma eric erin ethan eva evelyn fiona freya gabriel gareth gary gavin geoff gerald gloria gordon graham greg gregory "
    "hannah heather helen henry howard hugh ian isaac isabel isabella jack jacob jacqueline jake james jamie jane janet janice "
    "jason jean jeff jeffrey jennifer jenny jeremy jerry jesse jessica jill jim joan joanna joanne joel john johnny jon jonathan "
    "joseph joshua joyce judith judy julia julian julie karen karl katherine kathleen kathryn keith kelly ken kenneth kerry kevin "
    "kimberly kirsty kyle larry laura lauren lawrence leon leonard liam linda lisa lori louise lucas lucy luke lynn malcolm marcus "
    "margaret marie marilyn martha martin mary matt matthew megan michael michelle mike miles nancy naomi natalie nathan neil "
    "nicholas nick nicola nicole nigel nina noah nora oliver olivia owen pamela patricia patrick paul paula penny peter phil philip "
    "phoebe rachel ralph raymond rebecca richard rob robert robin rodney roger ron ronald rory rosie ruth ryan sally sam samantha "
    "samuel sandra sara sarah sean sebastian sharon shaun sheila shirley simon sophia stephanie stephen steve steven stuart susan "
    "suzanne tara teresa theo theresa thomas tim timothy tina todd tom tony tracy trevor vanessa walter wendy willie zachary zoe "
)
_GIVEN = frozenset(_GIVEN_NAMES.split())
_WHERE = (" in ", " near ", " outside ")
_OPENING = ("", "\n", *".!?:|-–—'\"")  # what stands before the first word of a sentence
_QUOTING = "'\"("  # what it may begin with
_FEAT = re.compile(
    r"(?:scores|scored|nets|averages|averaged) [1-9]\d |(?:slam )?dunks? |buzzer beater|(?:double|triple) doubles? |"
    r"touchdowns? |homers |home runs? |free throws? |three pointers? "
)


class Place(Struct, frozen=True):
    """What a name stands for. `choices` are its possible readings, each one or more codes; empty if it only looks like a place.

    `kind` is country, demonym, city, person, body, institution (a body that other countries have too, such as a senate),
    generic (counts only if no other country is named) or none. `first_name`: the name is not a place if another name follows
    ("Jordan Peele"). `word`: it is one only where its capitals tell so (`is_word`).
    """

    kind: str
    choices: tuple[tuple[str, ...], ...]
    first_name: bool = False
    word: bool = False


class Gazetteer(Struct, frozen=True):
    matcher: Matcher
    places: tuple[Place, ...]  # by the numbers of the matcher's needles
    choices: frozenset[tuple[str, ...]]  # of all places


@cache
def gazetteer() -> Gazetteer:
    """The names in `data/places.tsv.gz`."""
    raw = files("aggregator.text").joinpath("data/places.tsv.gz").read_bytes()
    shared: dict[Place, Place] = {}
    needles: list[Needle] = []
    places: list[Place] = []
    for line in gzip.decompress(raw).decode().splitlines():
        kind, codes, capitals, first, *names = line.split("\t")
        choices = tuple(tuple(choice.split("+")) for choice in codes.split("|")) if codes != "-" else ()
        place = Place(kind, choices, first == "?", first == "~")
        needles += map(Needle._make, zip(names, repeat(_spans(capitals))))
        places += repeat(shared.setdefault(place, place), len(names))
    every = frozenset(choice for place in shared for choice in place.choices)
    return Gazetteer(Matcher(needles), tuple(places), every)


def _spans(text: str) -> Spans:
    if not text:
        return ()
    return tuple((int(a), int(b)) for a, _, b in (pair.partition("-") for pair in text.split(",")))


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """The leftmost longest of overlapping hits (index, start, end), which are in order of end. Two hits may share the space between
    them."""
    kept: list[Hit] = []
    last = 0
    for hit in hits:
        if hit[1] < last:
            break
        last = hit[2] - 1
    else:
        return list(hits)  # none overlap, which is most frequent
    last = 0
    for hit in sorted(hits, key=_order):
        if hit[1] >= last:
            kept.append(hit)
            last = hit[2] - 1
    return kept


def _order(hit: Hit) -> tuple[int, int]:
    return hit[1], -hit[2]


def is_first_name(hay: Haystack, end: int) -> bool:
    """Whether the name that ends at `end` is a first name, because another name follows ("Jordan Peele", but not "Jordan Valley").
    False for a text in title case, where capitals do not show a name."""
    after = hay.cased[end : end + 2]
    if len(after) < 2 or not (after[0].isupper() and after[1].islower()) or hay.cased[end - 1] != " ":
        return False
    if hay.text[end : hay.text.index(" ", end)] in _OF_A_PLACE:
        return False
    return not _in_title_case(hay, end)


def is_word(hay: Haystack, start: int, end: int) -> bool:
    """Whether a name that is also a word or a phrase may be meant as such: in a headline in title case, and at the beginning of a
    sentence if no later word of it has a capital. "In Mobile" is a place even there."""
    if hay.text.endswith(_WHERE, 0, start + 1):
        return False
    opens = hay.cased[start - 1 : start] in _OPENING or hay.cased[start] in _QUOTING
    return (opens and not any(map(str.isupper, hay.cased[start + 2 : end]))) or _in_title_case(hay, end)


def _in_title_case(hay: Haystack, end: int) -> bool:
    """Whether capitals show no name in the field of a match that ends at `end`."""
    field = hay.cased[: hay.split] if end < hay.split else hay.cased[hay.split :]
    return not any(word[0].islower() and len(word) >= LONG and word not in _LINKS for word in field.split())


def is_surname(hay: Haystack, start: int) -> bool:
    """Whether the name that begins at `start` is a family name, because a given name stands before it ("Denzel Washington"). A further
    name before that is of a person, a storm or a firm: "John Kerry China trip", "Hurricane Helen Florida", "Lockheed Martin Poland"."""
    given = hay.text.rfind(" ", 0, start) + 1
    if hay.text[given:start] not in _GIVEN:
        return False
    if hay.cased[start] != " " or not (hay.cased[start + 1].isupper() and hay.cased[given].isupper()):
        return False
    before = hay.text.rfind(" ", 0, given - 1) + 1
    if not hay.cased[before].isupper():
        return True
    return hay.cased[before + 1].isupper() and not hay.all_caps  # the BBC's Zoe Conway


def is_player(hay: Haystack, end: int) -> bool:
    """Whether the name that ends at `end` is a player's, because a sporting feat follows ("Jordan scores 41")."""
    return _FEAT.match(hay.text, end) is not None


def disambiguate(choices: tuple[tuple[str, ...], ...], named: Collection[str]) -> tuple[str, ...]:
    """The first of several readings that is supported by other places in the text (`named`: their codes), else the first reading."""
    for choice in choices:
        if any(code in named for code in choice):
            return choice
    for choice in choices:
        if any(not _NEAR.get(code, frozenset()).isdisjoint(named) for code in choice):
            return choice
    return choices[0]
