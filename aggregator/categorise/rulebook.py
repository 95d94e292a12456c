"""Rules of sections and topics, compiled: one automaton over all their words and all names of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from aggregator.categorise import weights
from aggregator.model.settings import Rules, Term
from aggregator.text.match import Matcher, Needle, needle
from aggregator.text.places import Place, gazetteer
from aggregator.text.regions import REGIONS, countries

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WordUse:
    """One word of one rule that consists of this word alone."""

    rule: int
    weight: float
    term: Term


@dataclass(frozen=True, slots=True)
class AllUse:
    """A rule's term of several parts; `parts` are the needles of each. `never`: it excludes the rule."""

    rule: int
    weight: float
    term: Term
    parts: tuple[int, ...]
    never: bool = False


@dataclass(frozen=True, slots=True)
class PlaceUse:
    rule: int
    weight: float
    term: Term


@dataclass(frozen=True, slots=True)
class Meaning:
    """One reading of a name: `uses`, one per rule; `elsewhere` the sections with places, none of which is this one, if
    some section has it; `abroad` all rules with places, none of which is this one."""

    uses: tuple[PlaceUse, ...]
    elsewhere: frozenset[int]
    abroad: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything judging needs. Rules are numbered: sections in the editor's order, then topics."""

    rules: tuple[Rules, ...]
    sections: int  # how many of the rules are sections
    fallback: str
    matcher: Matcher
    places: tuple[Place, ...]  # of the needles before `first_word`
    first_word: int
    words: tuple[tuple[WordUse, ...], ...]  # by needle - first_word
    parts: tuple[tuple[int, ...], ...]  # by needle - first_word: the terms of several parts it belongs to
    alls: tuple[AllUse, ...]
    nots: tuple[tuple[int, ...], ...]  # by needle - first_word: rules for which it is not counted
    nevers: tuple[tuple[int, ...], ...]  # by needle - first_word: rules it excludes
    meanings: dict[tuple[str, ...], Meaning]  # by the countries and regions that a name stands for
    ids: dict[str, int] = field(repr=False)  # section id → its number


class _Words:
    """Needles of words met so far, with what they mean to the rules."""

    def __init__(self) -> None:
        self.index: dict[Needle, int] = {}
        self.words: list[list[WordUse]] = []
        self.parts: list[list[int]] = []
        self.nots: list[list[int]] = []
        self.nevers: list[list[int]] = []
        self.alls: list[AllUse] = []

    def number(self, phrase: str) -> int | None:
        made = needle(phrase)
        if made is None:
            return None
        found = self.index.setdefault(made, len(self.index))
        if found == len(self.words):
            for column in (self.words, self.parts, self.nots, self.nevers):
                column.append([])
        return found

    def add(self, rule: int, term: Term, never: bool = False) -> None:
        """A term of `words`, or of `never`."""
        numbers = [number for part in term.parts if (number := self.number(part)) is not None]
        if len(numbers) != len(term.parts):
            return  # nothing but signs: nothing to look for
        if len(numbers) == 1 and never:
            self.nevers[numbers[0]].append(rule)
            return
        if len(numbers) == 1:
            self.words[numbers[0]].append(WordUse(rule, term.weight, term))
            return
        for number in set(numbers):
            self.parts[number].append(len(self.alls))
        self.alls.append(AllUse(rule, term.weight, term, tuple(dict.fromkeys(numbers)), never))

    def blank(self, rule: int, term: Term) -> None:
        """A term of `not`."""
        for part in term.parts:
            number = self.number(part)
            if number is not None:
                self.nots[number].append(rule)


def compile_rules(sections: Sequence[Rules], topics: Sequence[Rules], fallback: str) -> Rulebook:
    """The rules as a frozen, picklable value; some 100 ms, most of it the automaton. `fallback` is the section of items
    that no rule places (`Settings.fallback`)."""
    rules = (*sections, *topics)
    words = _Words()
    for number, rule in enumerate(rules):
        for term in rule.words:
            words.add(number, term)
        for term in rule.nots:
            words.blank(number, term)
        for term in rule.nevers:
            words.add(number, term, never=True)
    names = gazetteer()
    ids = {section.id: number for number, section in enumerate(sections)}
    return Rulebook(
        rules=rules,
        sections=len(sections),
        fallback=fallback,
        matcher=Matcher((*names.needles, *words.index)),
        places=names.places,
        first_word=len(names.needles),
        words=_frozen(words.words),
        parts=_frozen(words.parts),
        alls=tuple(words.alls),
        nots=_frozen(words.nots),
        nevers=_frozen(words.nevers),
        meanings=_meanings(rules, len(sections), names.places),
        ids=ids,
    )


def _frozen(column: list[list[_T]]) -> tuple[tuple[_T, ...], ...]:
    return tuple(tuple(entry) for entry in column)


def _meanings(rules: Sequence[Rules], sections: int, places: Sequence[Place]) -> dict[tuple[str, ...], Meaning]:
    codes = _codes(rules)
    listing = {number for number, rule in enumerate(rules) if rule.places}
    placed = {number for number in listing if number < sections}
    found: dict[tuple[str, ...], Meaning] = {}
    for choice in {choice for place in places for choice in place.choices}:
        uses: dict[int, PlaceUse] = {}
        for code in choice:
            for use in codes.get(code, ()):
                uses.setdefault(use.rule, use)
        own = placed & uses.keys()
        elsewhere = frozenset(placed - own if own else ())
        spoken = tuple(use for use in uses.values() if use.weight >= weights.MARK)
        found[choice] = Meaning(spoken, elsewhere, frozenset(listing - uses.keys()))
    return found


def _codes(rules: Sequence[Rules]) -> dict[str, tuple[PlaceUse, ...]]:
    """For each country the rules that list it, and for each region those that list more than half of it. A country
    listed by itself weighs what its own line says, whatever its region weighs."""
    found: dict[str, list[PlaceUse]] = {}
    for number, rule in enumerate(rules):
        uses: dict[str, PlaceUse] = {}
        sizes: dict[str, int] = {}
        for term in rule.places:
            use = PlaceUse(number, term.weight, term)
            for part in term.parts:
                members = countries(part)
                for code in (*members, part.lower()):
                    if len(members) < sizes.get(code, 1000):
                        uses[code], sizes[code] = use, len(members)
        for slug, members in REGIONS.items():
            listed = [uses[code] for code in sorted(members) if code in uses]
            if slug not in uses and len(listed) * 2 > len(members):
                uses[slug] = listed[0]
        for code, use in uses.items():
            found.setdefault(code, []).append(use)
    return {code: tuple(uses) for code, uses in found.items()}
