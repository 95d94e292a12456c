"""The results of reading a text: values shared by judging, receipts and proposals."""

from __future__ import annotations

from typing import NamedTuple

from aggregator.model.settings import Term

Hit = tuple[int, int, int]  # needle, start, end
Spans = dict[int, list[tuple[int, int]]]
"""Rule → spans of the text that do not count for it."""


class Evidence(NamedTuple):
    """`value` supports `rule` because of the text from `start` to `end` of the haystack, by `term`. `place` is whether
    the term is of `places:`."""

    rule: int
    value: float
    start: int
    end: int
    term: Term
    place: bool


class TextReading(NamedTuple):
    """`excluded` are the rules a `never` rules out; `codes` the countries and regions found, headline first, each with where
    it is first named; `covered` would be evidence, but stands inside or around what weighs more. `elsewhere` are the sections whose
    words count for little, since the headline begins with a place of others."""

    evidence: list[Evidence]
    excluded: frozenset[int]
    codes: dict[str, tuple[int, int]]
    covered: list[Evidence]
    elsewhere: frozenset[int]
