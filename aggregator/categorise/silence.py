"""Finds what the lines of `not` exclude in a text: for each rule the spans of its words and places that do not count."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from operator import itemgetter

from msgspec import Struct

from aggregator.categorise.findings import Spans
from aggregator.categorise.rulebook import Rulebook
from aggregator.text.match import Haystack, Hit
from aggregator.text.scripts import unspaced

Fields = dict[int, list[Hit]]
"""The hits of words, by the number of the word in the headline, and by ~number in the summary."""
Ranges = Collection[tuple[int, int]]


class Silence(Struct, frozen=True):
    """For each rule the spans that do not count: what overlaps those that are `blanked` (a phrase of `not`), and what is within those that
    are `muted` (a word of a line of several parts; sorted, and none is within another)."""

    blanked: Spans
    muted: dict[int, list[tuple[int, int]]]

    def __bool__(self) -> bool:
        return bool(self.blanked or self.muted)

    def covers(self, hay: Haystack, rule: int, start: int, end: int) -> bool:
        """Whether the span does not count for the rule."""
        return overlaps(hay, start, end, self.blanked.get(rule, ())) or _within(start, end, self.muted.get(rule, ()))

    def first(self, hay: Haystack, rule: int, hits: Sequence[Hit]) -> Hit | None:
        """The first of the hits that counts for the rule."""
        if rule not in self.blanked and rule not in self.muted:
            return hits[0]
        return next((hit for hit in hits if not self.covers(hay, rule, hit[1], hit[2])), None)

    def also(self, blanked: Spans) -> Silence:
        """With these spans blanked, too."""
        return Silence(
            {rule: [*self.blanked.get(rule, ()), *blanked.get(rule, ())] for rule in self.blanked | blanked}, self.muted
        )

    def spans(self) -> list[tuple[int, int]]:
        """Those of all rules."""
        return [span for own in (*self.blanked.values(), *self.muted.values()) for span in own]


NO_SILENCE = Silence({}, {})


def silence(book: Rulebook, hay: Haystack, fields: Fields) -> Silence:
    return Silence(_blanked(book, hay, fields), _muted(book, hay, fields))


def _blanked(book: Rulebook, hay: Haystack, fields: Fields) -> Spans:
    """For each rule the words that its phrases of `not` exclude: whole ones, also if a phrase is open (`*burn` excludes Sunburn)."""
    spans: Spans = {}
    for key in fields.keys() & book.blanks.keys():
        for rule in book.blanks[key]:
            spans.setdefault(rule, []).extend(words_around(hay, start, end) for _, start, end in fields[key])
    return spans


def _muted(book: Rulebook, hay: Haystack, fields: Fields) -> dict[int, list[tuple[int, int]]]:
    """For each rule the words of its terms of `not` of several parts of which the text has all parts."""
    found = [use for key in fields for use in book.mutes.get(key, ()) if use.found(fields)]
    keys = {(use.rule, key) for use in found for part in use.parts for key in part if key in fields}
    spans: Spans = {}
    for rule, key in keys:
        spans.setdefault(rule, []).extend(words_around(hay, start, end) for _, start, end in fields[key])
    return {rule: _outermost(own) for rule, own in spans.items()}


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


def overlaps(hay: Haystack, start: int, end: int, spans: Ranges) -> bool:
    """Whether the span shares more than a boundary space with one of `spans`."""
    return any(hay.text[max(start, first) : min(end, last)].strip(" ") for first, last in spans)


def words_around(hay: Haystack, start: int, end: int) -> tuple[int, int]:
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
