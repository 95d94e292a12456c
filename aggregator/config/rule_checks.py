"""Checks the rules of one section or topic: unknown places, words that are listed twice, rules without effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from aggregator.config.rules import MAX_WEIGHT, place_meant
from aggregator.config.schema import Rules
from aggregator.errors import Problem
from aggregator.model.settings import Term
from aggregator.text.countries import countries
from aggregator.text.match import Needle, needle
from aggregator.text.regions import codes_of, known_place

WEIGHED = re.compile(r"(.*[^\W\d]) ?: ?([0-9]+(?:\.[0-9]+)?)")  # a word and its weight, read as one text


def rule_problems(rules: Rules, kind: str) -> Iterator[Problem]:
    """The problems of a section or topic (`kind`)."""
    for term in rules.places:
        code = term.parts[0]
        if not known_place(code):
            yield term.at.problem(f"places: `{code}` is not a known place{place_meant(code)}")
    if rules.nots and not (rules.words or rules.places):
        yield rules.at("not").problem(
            f"`not` only restricts what `words` or `places` find, and this {kind} has neither"
        )
    if kind == "topic" and not (rules.words or rules.places):
        meant = next(
            (f" (the country is `places: [{code}]`)" for code, (slug, _) in countries().items() if slug == rules.id), ""
        )
        yield rules.at().warning(f"topic `{rules.id}` has neither words nor places: nothing will be found{meant}")
    yield from _twice(rules.places, "place", _place)
    for terms in (rules.words, rules.nots, rules.never):
        yield from _twice(terms, "word", _word)
    for term in rules.words:
        said = WEIGHED.fullmatch(term.parts[0]) if len(term.parts) == 1 and term.weight == 1 else None
        if said and float(said[2]) <= MAX_WEIGHT:  # else a name, such as `iso:9001`
            yield term.at.warning(
                f"`{said[0]}` is a phrase without a weight; one stands outside quotes, after a colon and a space: "
                f"`{said[1]}: {said[2]}`",
            )


def _word(word: str) -> str:
    return str(needle(word) or Needle(word))


def _place(place: str) -> str:
    codes = codes_of(place)
    return next(iter(codes)) if len(codes) == 1 else place.lower()


def _twice(terms: list[Term], kind: str, meaning: Callable[[str], str]) -> Iterator[Problem]:
    first: dict[object, Term] = {}
    for term in terms:
        parts = sorted(sorted(map(meaning, choice)) for choice in term.choices)
        other = first.setdefault((str(parts), frozenset(term.unless)), term)
        if other is not term:
            says, meant = (" + ".join(one.parts) for one in (term, other))
            yield term.at.warning(
                f"`{says}` is listed twice, first on line {other.at.line}: keep one"
                if says.lower() == meant.lower()
                else f"`{says}` is the same {kind} as `{meant}` on line {other.at.line}: keep one",
            )
