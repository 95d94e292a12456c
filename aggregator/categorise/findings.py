"""The results of reading a text: values that judging, receipts and proposals share."""

from __future__ import annotations

from msgspec import Struct

from aggregator.model.settings import Term

Spans = dict[int, list[tuple[int, int]]]
"""For each rule (by number) the spans of the text that do not count for it."""


class Evidence(Struct, frozen=True):
    """The text from `start` to `end` of the haystack matches `term`, and so supports `rule` (a number) by `value`.

    `place`: the term is a line of `places:`.
    """

    rule: int
    value: float
    start: int
    end: int
    term: Term
    place: bool


class TextReading(Struct, frozen=True):
    """The result of reading a text.

    Attributes:
        evidence: what counts.
        excluded: the rules that a `never` excludes.
        codes: the countries and regions named, headline first, each with the span where it is first named.
        covered: would be evidence, but overlaps heavier evidence of the same rule.
        elsewhere: the sections whose words count for little, since the headline begins with a place of other sections.
    """

    evidence: list[Evidence]
    excluded: frozenset[int]
    codes: dict[str, tuple[int, int]]
    covered: list[Evidence]
    elsewhere: frozenset[int]
