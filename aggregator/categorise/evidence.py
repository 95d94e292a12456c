"""What in a text supports which rule: the single reading that judging and receipts share."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from aggregator.categorise import weights
from aggregator.categorise.findings import Evidence, Hit, Spans, TextReading
from aggregator.categorise.place_evidence import named
from aggregator.categorise.rulebook import AllUse, Rulebook
from aggregator.text.match import Haystack
from aggregator.text.scripts import unspaced

_NOTHING: frozenset[int] = frozenset()


def read(book: Rulebook, hay: Haystack) -> TextReading:
    """All evidence of a text, in no particular order."""
    names: list[Hit] = []
    words: list[Hit] = []
    first_word = book.first_word
    for hit in book.matcher.find(hay):
        (names if hit[0] < first_word else words).append(hit)
    blanked = _blanked(book, words)
    if blanked:
        names = _uncovered(hay, names, blanked)
    evidence, codes, elsewhere, abroad = named(book, hay, names)
    for rule, spans in abroad.items():
        blanked.setdefault(rule, []).extend(spans)
    if blanked:
        words = _uncovered(hay, words, blanked)
    excluded = _weigh_words(book, hay, words, elsewhere, evidence) if words else _NOTHING
    if blanked:
        evidence = _counting(evidence, blanked)
    evidence, covered = said_once(hay, evidence) if _any_overlap(words) else (evidence, [])
    return TextReading(evidence, excluded, codes, covered)


def _weigh_words(
    book: Rulebook, hay: Haystack, words: list[Hit], elsewhere: frozenset[int], evidence: list[Evidence]
) -> frozenset[int]:
    """Adds the evidence of words; returns the rules that are excluded. A word counts once per field, and little for the
    rules `elsewhere`."""
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
            value = _word_value(use.weight, factor, use.rule in elsewhere)
            evidence.append(Evidence(use.rule, value, hit[1], hit[2], use.term, False))
        for term in book.parts[number]:
            parts.setdefault(term, {}).setdefault(number, hit)
        excluded.update(book.nevers[number])
    for term, hits in parts.items():
        use_all = book.alls[term]
        if len(hits) < len(use_all.parts):
            continue
        if use_all.never:
            excluded.add(use_all.rule)
            continue
        factor = weights.HEADLINE if all(hit[1] < hay.split for hit in hits.values()) else 1.0
        value = _word_value(use_all.weight, factor, use_all.rule in elsewhere)
        evidence.extend(_spread(use_all, value, hits.values()))
    return frozenset(excluded)


def _word_value(weight: float, factor: float, elsewhere: bool) -> float:
    """A word of weight 5 or more outranks any single place, wherever the two are."""
    if weight >= weights.HEAVY:
        return weight * factor + weights.OUTRANKING
    return weight * factor * (weights.YIELDING if elsewhere else 1.0)


def _spread(use: AllUse, value: float, hits: Iterable[Hit]) -> list[Evidence]:
    """A term of several parts counts if all are found; as in the headline, if all are there."""
    share = value / len(use.parts)
    return [Evidence(use.rule, share, hit[1], hit[2], use.term, False) for hit in hits]


def _blanked(book: Rulebook, words: list[Hit]) -> Spans:
    """Rule → the spans that its `not` phrases exclude."""
    spans: Spans = {}
    for number, start, end in words:
        for rule in book.nots[number - book.first_word]:
            spans.setdefault(rule, []).append((start, end))
    return spans


def _uncovered(hay: Haystack, hits: list[Hit], blanked: Spans) -> list[Hit]:
    """The hits, without those inside a `not` phrase if the same word also occurs elsewhere in the field: a word counts
    once, and it should be the occurrence that counts for every rule."""
    spans = [span for own in blanked.values() for span in own]
    inside = [hit for hit in hits if _overlaps(hit[1], hit[2], spans)]
    free = {(hit[0], hit[1] < hay.split) for hit in hits if hit not in inside}
    return [hit for hit in hits if hit not in inside or (hit[0], hit[1] < hay.split) not in free]


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a span shares more than a boundary space with one of others."""
    return any(first < end - 1 and start < last - 1 for first, last in spans)


def _counting(evidence: list[Evidence], blanked: Spans) -> list[Evidence]:
    """The evidence outside excluded spans; a term of several parts counts as a whole or not at all."""
    broken = {(one.rule, one.term) for one in evidence if len(one.term.parts) > 1 and _covered(one, blanked)}
    return [one for one in evidence if not _covered(one, blanked) and (one.rule, one.term) not in broken]


def _any_overlap(hits: list[Hit]) -> bool:
    """Whether two of them share more than a boundary space; they are in order of end."""
    return any(after[1] < before[2] - 1 for before, after in pairwise(hits))


def said_once(hay: Haystack, evidence: list[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """The evidence without words that stand inside a phrase of the same rule, or around one, and those words: what is said
    once counts once, as the heavier of the two. A term of several parts says something else than its parts."""
    by_rule: dict[int, list[Evidence]] = {}
    kept: list[Evidence] = []
    covered: list[Evidence] = []
    for one in evidence:
        if one.place or len(one.term.parts) > 1:
            kept.append(one)
        else:
            by_rule.setdefault(one.rule, []).append(one)
    for own in by_rule.values():
        own.sort(key=lambda one: (-one.value, one.start - one.end))
        counted: list[Evidence] = []
        for one in own:
            (covered if any(_nested(hay, one, other) for other in counted) else counted).append(one)
        kept += counted
    return kept, covered


def _nested(hay: Haystack, one: Evidence, other: Evidence) -> bool:
    end, last = whole(hay, one), whole(hay, other)
    return (other.start <= one.start and end <= last) or (one.start <= other.start and last <= end)


def whole(hay: Haystack, one: Evidence) -> int:
    """The end of the word that a term with an open end found: `flood*` found Flooding, not Flood."""
    end = one.end
    if one.place or hay.text[end - 1] == " " or not any(part.endswith("*") for part in one.term.parts):
        return end
    while hay.text[end] != " " and not unspaced(hay.text[end]):
        end += 1
    return end + (hay.text[end] == " ")


def _covered(one: Evidence, blanked: Spans) -> bool:
    return _overlaps(one.start, one.end, blanked.get(one.rule, []))
