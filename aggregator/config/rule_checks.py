"""Checks the rules of one section or topic: unknown places, words that are listed twice, rules without effect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.config.rules import MAX_WEIGHT
from aggregator.config.schema import Rules
from aggregator.config.suggest import did_you_mean
from aggregator.errors import Problem
from aggregator.model.settings import Position, Term
from aggregator.text.countries import countries
from aggregator.text.fold import key
from aggregator.text.match import Needle, needle
from aggregator.text.regions import KNOWN_PLACES, known_place

WEIGHED = re.compile(r"(.*[^\W\d]) ?: ?([0-9]+(?:\.[0-9]+)?)")  # a word and its weight, read as one text
# In headlines these stand for a continent; in this file the group is meant.
GROUPS_MEANT = {
    "balkan": "balkans",
    "baltics": "baltic",
    "maghreb": "northern-africa",
    "nordics": "nordic",
    "scandinavia": "nordic",
}


def rule_problems(rules: Rules, kind: str) -> Iterator[Problem]:
    """The problems of a section or topic (`kind`)."""
    for term in rules.places:
        code = term.parts[0]
        if not known_place(code):
            yield term.at.problem(f"places: `{code}` is not a known place{_place_meant(code)}")
    if rules.nots and not (rules.words or rules.places):
        yield rules.at("not").problem(
            f"`not` only restricts what `words` or `places` find, and this {kind} has neither"
        )
    if kind == "topic" and not (rules.words or rules.places):
        meant = next(
            (f" (the country is `places: [{code}]`)" for code, (slug, _) in countries().items() if slug == rules.id), ""
        )
        yield _warning(rules.at(), f"topic `{rules.id}` has neither words nor places: nothing will be found{meant}")
    for terms in (rules.places, rules.words, rules.nots, rules.never):
        yield from _twice(terms)
    for term in rules.words:
        said = WEIGHED.fullmatch(term.parts[0]) if len(term.parts) == 1 and term.weight == 1 else None
        if said and float(said[2]) <= MAX_WEIGHT:  # else a name, such as `iso:9001`
            yield _warning(
                term.at,
                f"`{said[0]}` is a phrase without a weight; one stands outside quotes, after a colon and a space: "
                f"`{said[1]}: {said[2]}`",
            )


def _warning(at: Position, message: str) -> Problem:
    return at.problem(message, warning=True)


def _twice(terms: list[Term]) -> Iterator[Problem]:
    first: dict[object, Term] = {}
    for term in terms:
        parts = sorted(sorted(needle(word) or Needle(word) for word in choice) for choice in term.choices)
        other = first.setdefault((str(parts), frozenset(term.unless)), term)
        if other is not term:
            says, meant = (" + ".join(one.parts) for one in (term, other))
            yield _warning(
                term.at,
                f"`{says}` is listed twice, first on line {other.at.line}: keep one"
                if says.lower() == meant.lower()
                else f"`{says}` is the same word as `{meant}` on line {other.at.line}: keep one",
            )


def _place_meant(written: str) -> str:
    """Suggests a group, the code of the place with this name, or a region with a similar name."""
    from aggregator.text.places import gazetteer  # here, since it reads tens of thousands of names

    if group := GROUPS_MEANT.get(written.lower()):
        return f"; did you mean `{group}`?"
    name = key(written.replace("-", " "))
    names = gazetteer()
    for known, place in zip(names.needles, names.places, strict=True):
        if known.word == name and place.choices:
            return f"; did you mean `{place.choices[0][0]}`?"
    if len(written) <= 3:  # similar codes are of unrelated countries: RUS and US, CHN and HN
        return "; the codes of countries are those of two letters (ISO 3166), such as DE"
    return did_you_mean(written, (place for place in KNOWN_PLACES if len(place) > 3))
