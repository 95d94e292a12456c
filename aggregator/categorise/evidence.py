"""Finds the evidence in a text for each rule. Judging and receipts share this one reading."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.categorise import weights
from aggregator.categorise.findings import Evidence, TextReading
from aggregator.categorise.place_evidence import named
from aggregator.categorise.rulebook import AllUse, Rulebook
from aggregator.categorise.silence import NO_SILENCE, Fields, Ranges, Silence, overlaps, silence, words_around
from aggregator.text.match import Haystack, Hit

_NOTHING: frozenset[int] = frozenset()


def read(book: Rulebook, hay: Haystack) -> TextReading:
    """All evidence of a text, in no particular order."""
    names, words = book.names.matcher.find(hay), book.matcher.find(hay)
    fields = _by_field(hay, words)
    special = not book.special.isdisjoint(fields)
    silent = silence(book, hay, fields) if special else NO_SILENCE
    if silent:
        names = _uncovered(hay, names, silent.spans())
    places = named(book, hay, names, silent)
    evidence, elsewhere, abroad = places.evidence, places.elsewhere, places.abroad
    if abroad:
        evidence = [
            one for one in evidence if one.rule not in abroad or not overlaps(hay, one.start, one.end, abroad[one.rule])
        ]
        silent = silent.also(abroad)
    excluded = _NOTHING
    if words:
        of_words, excluded = _weigh_words(book, hay, fields, silent, elsewhere)
        evidence += of_words
    repeats = (special and not book.repeated.isdisjoint(fields)) or _overlap(book, hay, words)
    evidence, covered = said_once(hay, evidence) if repeats else (evidence, [])
    return TextReading(evidence, excluded, places.codes, covered, elsewhere)


def _by_field(hay: Haystack, words: list[Hit]) -> Fields:
    fields: Fields = {}
    split = hay.split
    for hit in words:
        key = hit[0] if hit[1] < split else ~hit[0]
        if key in fields:
            fields[key].append(hit)
        else:
            fields[key] = [hit]
    return fields


def _weigh_words(
    book: Rulebook, hay: Haystack, fields: Fields, silent: Silence, elsewhere: frozenset[int]
) -> tuple[list[Evidence], frozenset[int]]:
    """The evidence of words, and the numbers of the rules that a `never` excludes.

    A word counts once per field (headline, summary), at its first occurrence that is not `silent` for the rule. It counts little for the
    rules `elsewhere`, and for topics less after the opening of the summary.
    """
    evidence: list[Evidence] = []
    excluded: set[int] = set()
    several: list[AllUse] = []
    split, known, sections = hay.split, book.words, book.sections
    late, heavy = split + weights.OPENING, weights.HEAVY
    all_count = not silent
    for key, hits in fields.items():
        uses, terms, nevers = known[key if key >= 0 else ~key]
        for rule, weight, term in uses:
            if counts := hits[0] if all_count else silent.first(hay, rule, hits):
                factor = weights.HEADLINE if key >= 0 else 1.0
                value = weight * factor
                if weight >= heavy or rule in elsewhere:
                    value = word_value(weight, factor, rule in elsewhere)
                if counts[1] > late and rule >= sections:
                    value *= weights.PASSING
                evidence.append(Evidence(rule, value, counts[1], counts[2], term, False))
        if terms:
            several += terms
        if nevers:
            excluded.update(nevers)
    said = set(fields) if several else ()
    several = [use for use in several if not use.parts[0].isdisjoint(said) and use.found(said)]
    for use in dict.fromkeys(several):
        unmuted = Silence(silent.blanked, {})  # a term of several parts says more than its words
        if use.never:
            excluded.add(use.rule)
        elif counting := _counting(hay, use, fields, unmuted):
            passing = use.rule >= sections and any(start > late for _, start, _ in counting)
            evidence += _of_several(use, counting, split, use.rule in elsewhere, weights.PASSING if passing else 1.0)
    return evidence, frozenset(excluded) if excluded else _NOTHING


def _counting(hay: Haystack, use: AllUse, fields: Fields, silent: Silence) -> list[Hit]:
    """For each part of a term its earliest hit that counts, of any of its alternatives; empty if a part has none."""
    counting = []
    for part in use.parts:
        hits = [one for key in part if key in fields and (one := silent.first(hay, use.rule, fields[key]))]
        if not hits:
            return []
        counting.append(min(hits, key=lambda hit: hit[1]))
    return counting


def word_value(weight: float, factor: float, elsewhere: bool) -> float:
    """The evidence of a word. A word of weight 5 or more outranks any single place, wherever in the text the two are."""
    if weight >= weights.HEAVY:
        return weight * factor + weights.OUTRANKING
    return weight * factor * weights.YIELDING if elsewhere else weight * factor


def _of_several(use: AllUse, hits: Sequence[Hit], split: int, elsewhere: bool, share: float) -> list[Evidence]:
    """The evidence of a term of several parts that were all found: `share` of its value, divided equally among the hits.

    It counts as in the headline only if all hits are there.
    """
    factor = weights.HEADLINE if all(start < split for _, start, _ in hits) else 1.0
    share *= word_value(use.weight, factor, elsewhere) / len(hits)
    return [Evidence(use.rule, share, start, end, use.term, False) for _, start, end in hits]


def _uncovered(hay: Haystack, hits: list[Hit], spans: Ranges) -> list[Hit]:
    """The names, without those inside a phrase of `not` if the same name also occurs elsewhere in the field.

    A name counts once per field, so the occurrence that counts for every rule is preferred.
    """
    inside = [hit for hit in hits if overlaps(hay, hit[1], hit[2], spans)]
    free = {(hit[0], hit[1] < hay.split) for hit in hits if hit not in inside}
    return [hit for hit in hits if hit not in inside or (hit[0], hit[1] < hay.split) not in free]


def _overlap(book: Rulebook, hay: Haystack, hits: list[Hit]) -> bool:
    """Whether two hits of one rule overlap by more than a boundary space. The hits are sorted by their ends."""
    rules, text = book.using, hay.text
    last = 0  # the end of the previous hit
    for after, (word, start, end) in enumerate(hits):
        if last > start + 1 or (last > start and text[start] != " "):
            before = after - 1
            while before >= 0 and hits[before][2] - (text[hits[before][2] - 1] == " ") > start:
                if not rules[word].isdisjoint(rules[hits[before][0]]):
                    return True
                before -= 1
        last = end
    return False


def said_once(hay: Haystack, evidence: list[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Splits the evidence into what counts and what is covered by heavier evidence of the same rule.

    If a word and a phrase around it are both of one rule (`flood` and `flood warning`), only the heavier of them counts. A place
    or a term of several parts neither covers others nor is covered.
    """
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
            start, end = whole(hay, one)
            if any((first <= start and end <= last) or (start <= first and last <= end) for first, last in counted):
                covered.append(one)
            else:
                counted.append((start, end))
                kept.append(one)
    return kept, covered


def whole(hay: Haystack, one: Evidence) -> tuple[int, int]:
    """(start, end) of the evidence, extended to whole words if the term is open: for `flood*` all of Flooding, not only Flood."""
    if one.place or not any("*" in part for part in one.term.parts):
        return one.start, one.end
    return words_around(hay, one.start, one.end)
