"""What in a text speaks for which rule: the one reading that judging and receipts share."""

from __future__ import annotations

from typing import NamedTuple

from aggregator.categorise import weights
from aggregator.categorise.rulebook import Rulebook
from aggregator.model.settings import Term
from aggregator.text.match import Haystack
from aggregator.text.places import Found, is_first_name, longest, settle

Hit = tuple[int, int, int]  # needle, start, end

_SCENE_WORDS = frozenset(("in", "at", "near", "across", "outside", "off"))
_LEGAL = (
    "charged arrested indicted sentenced convicted jailed tried detained extradited imprisoned accused guilty court "
    "trial custody arrest"
)
_TRIED = frozenset(_LEGAL.split())
_PERSONS = (
    "man woman men women boy girl teen teenager couple student students tourist tourists national nationals citizen "
    "citizens doctor nurse mother father family actor actress singer star director journalist reporter climber hiker "
    "backpacker traveler traveller passenger worker workers pilot businessman billionaire dissident"
)
_PERSON = frozenset(_PERSONS.split())


class Evidence(NamedTuple):
    """`value` speaks for `rule` because of the text from `start` to `end` of the haystack, by `term`. `place` is
    whether the term is of `places:`."""

    rule: int
    value: float
    start: int
    end: int
    term: Term
    place: bool


class Reading(NamedTuple):
    """`excluded` are the rules a `never` rules out; `codes` the countries and regions found, headline first."""

    evidence: list[Evidence]
    excluded: frozenset[int]
    codes: list[str]


_NOTHING: frozenset[int] = frozenset()


def read(book: Rulebook, hay: Haystack) -> Reading:
    """All evidence of a text, in no particular order."""
    names: list[Hit] = []
    words: list[Hit] = []
    first_word = book.first_word
    for hit in book.matcher.find(hay):
        (names if hit[0] < first_word else words).append(hit)
    blanked = _blanked(book, words)
    if blanked:
        names, words = _uncovered(hay, names, blanked), _uncovered(hay, words, blanked)
    found = _places(book, hay, names) if names else []
    evidence: list[Evidence] = []
    codes = _weigh_places(book, hay, found, evidence)
    excluded = _weigh_words(book, hay, words, evidence) if words else _NOTHING
    if blanked:
        evidence = [one for one in evidence if not _covered(one, blanked)]
    return Reading(evidence, excluded, codes)


def _places(book: Rulebook, hay: Haystack, names: list[Hit]) -> list[Found]:
    """The names as places: the longest of overlapping ones, no first names, of several readings the likely one."""
    kept = []
    open_readings = False
    for hit in longest(names):
        place = book.places[hit[0]]
        if place.choices and not (place.first_name and is_first_name(hay, hit[2])):
            kept.append((hit, place))
            open_readings = open_readings or len(place.choices) > 1 or place.kind == "generic"
    if not open_readings:
        return [Found(hit[0], hit[1], hit[2], place.kind, place.choices[0]) for hit, place in kept]
    sure = {
        code for _, place in kept if len(place.choices) == 1 and place.kind != "generic" for code in place.choices[0]
    }
    return [
        Found(hit[0], hit[1], hit[2], place.kind, settle(place.choices, sure))
        for hit, place in kept
        if place.kind != "generic" or not sure or not sure.isdisjoint(place.choices[0])
    ]


def _weigh_places(book: Rulebook, hay: Haystack, found: list[Found], evidence: list[Evidence]) -> list[str]:
    counted: dict[tuple[tuple[str, ...], bool], int] = {}
    seen: set[tuple[str, bool]] = set()
    codes: dict[str, None] = {}
    first = True
    for name in found:
        in_title = name.start < hay.split
        text = hay.text[name.start : name.end]
        if (text, in_title) in seen:
            continue
        seen.add((text, in_title))
        value = weights.GENERIC if name.kind == "generic" else 1.0
        if in_title:
            value *= weights.HEADLINE * _role(hay, name, first)
            first = False
        times = counted.get((name.codes, in_title), 0)
        counted[name.codes, in_title] = times + 1
        if times:
            value *= weights.REPEAT
        used: set[int] = set()
        for code in name.codes:
            codes[code] = None
            for use in book.codes.get(code, ()):
                if use.rule not in used:
                    used.add(use.rule)
                    evidence.append(Evidence(use.rule, value * use.weight, name.start, name.end, use.term, True))
    return list(codes)


def _role(hay: Haystack, name: Found, first: bool) -> float:
    """Who acts, or merely where it happens, or where somebody is from."""
    before = hay.text[max(0, name.start - 30) : name.start].split()[-2:]
    if before and before[-1] in _SCENE_WORDS:
        tried = before[-1] == "in" and before[0] in _TRIED
        return weights.SUBJECT if tried else weights.SCENE
    value = weights.SUBJECT if first else 1.0
    if name.kind in ("demonym", "country"):
        after = hay.text[name.end : name.end + 16].split(" ", 1)[0]
        if after in _PERSON:
            value *= weights.PERSON_FROM
    return value


def _weigh_words(book: Rulebook, hay: Haystack, words: list[Hit], evidence: list[Evidence]) -> frozenset[int]:
    """Adds what words say; answers which rules are excluded. A word counts once a field."""
    excluded: set[int] = set()
    seen: set[tuple[int, bool]] = set()
    parts: dict[int, dict[int, Hit]] = {}
    shift = book.first_word
    for hit in words:
        number = hit[0] - shift
        in_title = hit[1] < hay.split
        if (number, in_title) in seen:
            continue
        seen.add((number, in_title))
        factor = weights.HEADLINE if in_title else 1.0
        for use in book.words[number]:
            evidence.append(Evidence(use.rule, _word_value(use.weight, factor), hit[1], hit[2], use.term, False))
        for term in book.parts[number]:
            parts.setdefault(term, {}).setdefault(number, hit)
        excluded.update(book.nevers[number])
    for term, hits in parts.items():
        if len(hits) == len(book.alls[term].parts):
            if book.alls[term].never:
                excluded.add(book.alls[term].rule)
            else:
                _weigh_all(book, hay, term, hits, evidence)
    return frozenset(excluded)


def _word_value(weight: float, factor: float) -> float:
    """A word of weight 5 or more outranks any single place, wherever the two stand."""
    return weight * factor + (weights.OUTRANKING if weight >= weights.HEAVY else 0.0)


def _weigh_all(book: Rulebook, hay: Haystack, term: int, hits: dict[int, Hit], evidence: list[Evidence]) -> None:
    """A term of several parts counts when all are found, as in the headline when all are there."""
    use = book.alls[term]
    in_title = all(hit[1] < hay.split for hit in hits.values())
    value = _word_value(use.weight, weights.HEADLINE if in_title else 1.0) / len(hits)
    for hit in hits.values():
        evidence.append(Evidence(use.rule, value, hit[1], hit[2], use.term, False))


Spans = dict[int, list[tuple[int, int]]]


def _blanked(book: Rulebook, words: list[Hit]) -> Spans:
    """Rule → the stretches that its `not` phrases take out."""
    spans: Spans = {}
    for number, start, end in words:
        for rule in book.nots[number - book.first_word]:
            spans.setdefault(rule, []).append((start, end))
    return spans


def _uncovered(hay: Haystack, hits: list[Hit], blanked: Spans) -> list[Hit]:
    """The hits, without those inside a `not` phrase where the same word stands elsewhere in the field: a word counts
    once, and it should be the occurrence that counts for every rule."""
    spans = [span for own in blanked.values() for span in own]
    inside = [hit for hit in hits if _overlaps(hit[1], hit[2], spans)]
    free = {(hit[0], hit[1] < hay.split) for hit in hits if hit not in inside}
    return [hit for hit in hits if hit not in inside or (hit[0], hit[1] < hay.split) not in free]


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a stretch shares more than a boundary space with one of others."""
    return any(first < end - 1 and start < last - 1 for first, last in spans)


def _covered(one: Evidence, blanked: Spans) -> bool:
    return _overlaps(one.start, one.end, blanked.get(one.rule, []))
