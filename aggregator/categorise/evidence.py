"""Finds the evidence in a text for each rule. Judging and receipts share this one reading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from operator import itemgetter

from msgspec import Struct

from aggregator.categorise import weights
from aggregator.categorise.findings import Evidence, Spans, TextReading
from aggregator.categorise.place_evidence import named
from aggregator.categorise.rulebook import AllUse, Rulebook
from aggregator.text.match import Haystack, Hit
from aggregator.text.scripts import unspaced

_NOTHING: frozenset[int] = frozenset()

Fields = dict[int, list[Hit]]
"""The hits of words, by the number of the word in the headline, and by ~number in the summary."""
Ranges = Collection[tuple[int, int]]
Muted = dict[int, list[tuple[int, int]]]
"""The spans of each rule, sorted; none is within another."""


class _Silent(Struct, frozen=True):
    """For each rule the spans that do not count: what overlaps those that are `blanked`, and what is within those that are `muted`."""

    blanked: Spans
    muted: Muted

    def first(self, hay: Haystack, rule: int, hits: Sequence[Hit]) -> Hit | None:
        """The first of the hits that counts for the rule."""
        if rule not in self.blanked and rule not in self.muted:
            return hits[0]
        blanked, muted = self.blanked.get(rule, ()), self.muted.get(rule, ())
        for hit in hits:
            if not _overlaps(hay, hit[1], hit[2], blanked) and not _within(hit[1], hit[2], muted):
                return hit
        return None


def read(book: Rulebook, hay: Haystack) -> TextReading:
    """All evidence of a text, in no particular order."""
    names, words = book.names.matcher.find(hay), book.matcher.find(hay)
    fields = _by_field(hay, words)
    special = not book.special.isdisjoint(fields)
    blanked = _blanked(book, hay, fields) if special else {}
    muted = _muted(book, hay, fields) if special else {}
    if blanked or muted:
        names = _uncovered(hay, names, [span for own in (*blanked.values(), *muted.values()) for span in own])
    places = named(book, hay, names)
    evidence, elsewhere = places.evidence, places.elsewhere
    for rule, spans in places.abroad.items():
        blanked.setdefault(rule, []).extend(spans)
    if blanked:
        evidence = [
            one
            for one in evidence
            if one.rule not in blanked or not _overlaps(hay, one.start, one.end, blanked[one.rule])
        ]
    if muted:
        evidence = [one for one in evidence if not _within(one.start, one.end, muted.get(one.rule, ()))]
    excluded = _NOTHING
    if words:
        of_words, excluded = _weigh_words(book, hay, fields, _Silent(blanked, muted), elsewhere)
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
    book: Rulebook, hay: Haystack, fields: Fields, silent: _Silent, elsewhere: frozenset[int]
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
    all_count = not (silent.blanked or silent.muted)
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
        unmuted = _Silent(silent.blanked, {})  # a term of several parts says more than its words
        if use.never:
            excluded.add(use.rule)
        elif counting := _counting(hay, use, fields, unmuted):
            passing = use.rule >= sections and any(start > late for _, start, _ in counting)
            evidence += _of_several(use, counting, split, use.rule in elsewhere, weights.PASSING if passing else 1.0)
    return evidence, frozenset(excluded) if excluded else _NOTHING


def _muted(book: Rulebook, hay: Haystack, fields: Fields) -> Muted:
    """For each rule the words of its terms of `not` of several parts of which the text has all parts."""
    found = [use for key in fields for use in book.mutes.get(key, ()) if use.found(fields)]
    keys = {(use.rule, key) for use in found for part in use.parts for key in part if key in fields}
    spans: Spans = {}
    for rule, key in keys:
        spans.setdefault(rule, []).extend(_words(hay, start, end) for _, start, end in fields[key])
    return {rule: _outermost(own) for rule, own in spans.items()}


def _counting(hay: Haystack, use: AllUse, fields: Fields, silent: _Silent) -> list[Hit]:
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


def _blanked(book: Rulebook, hay: Haystack, fields: Fields) -> Spans:
    """For each rule the words that its phrases of `not` exclude: whole ones, also if a phrase is open (`*burn` excludes Sunburn)."""
    spans: Spans = {}
    for key in fields.keys() & book.blanks.keys():
        for rule in book.blanks[key]:
            spans.setdefault(rule, []).extend(_words(hay, start, end) for _, start, end in fields[key])
    return spans


def _uncovered(hay: Haystack, hits: list[Hit], spans: Ranges) -> list[Hit]:
    """The names, without those inside a phrase of `not` if the same name also occurs elsewhere in the field.

    A name counts once per field, so the occurrence that counts for every rule is preferred.
    """
    inside = [hit for hit in hits if _overlaps(hay, hit[1], hit[2], spans)]
    free = {(hit[0], hit[1] < hay.split) for hit in hits if hit not in inside}
    return [hit for hit in hits if hit not in inside or (hit[0], hit[1] < hay.split) not in free]


def _overlaps(hay: Haystack, start: int, end: int, spans: Ranges) -> bool:
    """Whether the span shares more than a boundary space with one of `spans`."""
    return any(hay.text[max(start, first) : min(end, last)].strip(" ") for first, last in spans)


def _outermost(spans: Ranges) -> list[tuple[int, int]]:
    """The spans that are within no other, sorted by their starts, and therefore by their ends too."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def _within(start: int, end: int, outermost: Sequence[tuple[int, int]]) -> bool:
    n = bisect_right(outermost, start, key=itemgetter(0))
    return n > 0 and end <= outermost[n - 1][1]


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

    If a word and a phrase around it are both of one rule (`flood` and `flood warning`), only the heavier of them counts. A term of
    several parts neither covers others nor is covered.
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
    return _words(hay, one.start, one.end)


def _words(hay: Haystack, start: int, end: int) -> tuple[int, int]:
    """(start, end) of the words, with the spaces around them, in which a term begins and ends."""
    text = hay.text
    if text[start] != " " and not unspaced(text[start]):
        while text[start] != " " and not unspaced(text[start - 1]):
            start -= 1
    if text[end - 1] != " ":
        while text[end] != " " and not unspaced(text[end]):
            end += 1
        end += text[end] == " "
    return start, end
