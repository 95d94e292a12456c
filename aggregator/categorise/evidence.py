"""What in a text supports which rule: the single reading that judging and receipts share."""

from __future__ import annotations

from collections.abc import Sequence
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
    first: dict[int, Hit] = {}  # by the number of the word
    shift, split, known = book.first_word, hay.split, book.words
    for hit in words:
        needle, start, end = hit
        in_title = start < split
        if (needle, in_title) in seen:
            continue
        seen.add((needle, in_title))
        number = needle - shift
        first.setdefault(number, hit)
        word = known[number]
        factor = weights.HEADLINE if in_title else 1.0
        for rule, weight, term in word.uses:
            evidence.append(Evidence(rule, _word_value(weight, factor, rule in elsewhere), start, end, term, False))
        if word.nevers:
            excluded.update(word.nevers)
    for number in first:
        for use in known[number].several:
            if not use.parts <= first.keys():
                continue
            if use.never:
                excluded.add(use.rule)
            else:
                evidence += _of_several(use, [first[part] for part in use.parts], split, use.rule in elsewhere)
    return frozenset(excluded)


def _word_value(weight: float, factor: float, elsewhere: bool) -> float:
    """A word of weight 5 or more outranks any single place, wherever the two are."""
    if weight >= weights.HEAVY:
        return weight * factor + weights.OUTRANKING
    return weight * factor * weights.YIELDING if elsewhere else weight * factor


def _of_several(use: AllUse, hits: Sequence[Hit], split: int, elsewhere: bool) -> list[Evidence]:
    """A term of several parts counts if all are found; as in the headline, if all are there."""
    factor = weights.HEADLINE if all(start < split for _, start, _ in hits) else 1.0
    share = _word_value(use.weight, factor, elsewhere) / len(hits)
    return [Evidence(use.rule, share, start, end, use.term, False) for _, start, end in hits]


def _blanked(book: Rulebook, words: list[Hit]) -> Spans:
    """Rule → the spans that its `not` phrases exclude."""
    spans: Spans = {}
    shift, known = book.first_word, book.words
    for needle, start, end in words:
        for rule in known[needle - shift].nots:
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
        if len(own) == 1:
            kept += own
            continue
        own.sort(key=lambda one: (-one.value, one.start - one.end))
        counted: list[tuple[int, int]] = []
        for one in own:
            start, end = one.start, whole(hay, one)
            if any((first <= start and end <= last) or (start <= first and last <= end) for first, last in counted):
                covered.append(one)
            else:
                counted.append((start, end))
                kept.append(one)
    return kept, covered


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
