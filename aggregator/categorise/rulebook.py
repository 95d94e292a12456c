"""Rules of sections and topics, compiled: one automaton over all their words and all names of places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from aggregator.categorise import weights
from aggregator.model.settings import Rules, Term
from aggregator.text.match import Matcher, Needle, needle
from aggregator.text.places import Place, gazetteer
from aggregator.text.regions import REGIONS, countries


class Use(NamedTuple):
    """A line of a rule that names a place, or one word or phrase alone."""

    rule: int
    weight: float
    term: Term


@dataclass(frozen=True, slots=True, eq=False)
class AllUse:
    """A rule's term of several parts, by the numbers of their words, and those of the summary (~number): one of each of `parts` must
    be found, and none of `unless`.
    `never`: it excludes the rule."""

    rule: int
    weight: float
    term: Term
    parts: tuple[frozenset[int], ...]
    unless: frozenset[int]
    never: bool = False

    def found(self, words: Iterable[int]) -> bool:
        """Whether these words are enough."""
        for part in self.parts:
            if part.isdisjoint(words):
                return False
        return self.unless.isdisjoint(words)


class Word(NamedTuple):
    """What a word or phrase of the rules means to them: `uses`, one per line that lists it; `several` the terms of several
    parts to look for where it is found; `nots` the rules for which nothing inside it counts; `nevers` those it excludes."""

    uses: tuple[Use, ...]
    several: tuple[AllUse, ...]
    nots: tuple[int, ...]
    nevers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One reading of a name: `uses`, one per rule; `elsewhere` the sections with places, none of which is this one, if
    some section has it; `abroad` all rules with places, none of which is this one."""

    uses: tuple[Use, ...]
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
    words: tuple[Word, ...]  # by their number, which is that of the needle - first_word
    using: tuple[frozenset[int], ...]  # for each word the rules that list it
    repeated: frozenset[int]  # words that two lines of one rule list
    mutes: dict[
        int, tuple[AllUse, ...]
    ]  # terms of `not` of several parts, by the words where to look for them, as in `AllUse`
    meanings: dict[tuple[str, ...], Meaning]  # by the countries and regions that a name stands for
    ids: dict[str, int] = field(repr=False)  # section id → its number
    least: tuple[float, ...]  # for each section the evidence without which it holds nothing


class _Words:
    """The words met so far, by number, with what they mean to the rules."""

    def __init__(self) -> None:
        self.needles: dict[Needle, int] = {}
        self._uses: defaultdict[int, list[Use]] = defaultdict(list)
        self._nots: defaultdict[int, list[int]] = defaultdict(list)
        self._nevers: defaultdict[int, list[int]] = defaultdict(list)
        self._alls: list[AllUse] = []
        self._mutes: list[AllUse] = []

    def _number(self, phrase: str) -> int | None:
        made = needle(phrase)
        return None if made is None else self.needles.setdefault(made, len(self.needles))

    def _numbers(self, phrases: Iterable[str]) -> frozenset[int]:
        return frozenset(number for phrase in phrases if (number := self._number(phrase)) is not None)

    def add(self, rule: int, term: Term, never: bool = False) -> None:
        """A term of `words`, or of `never`."""
        parts = [self._numbers(choices) for choices in term.choices]
        if not all(parts):
            return  # nothing but signs: nothing to look for
        if len(parts) > 1:
            unless = _in_both(self._numbers(term.unless))
            self._alls.append(AllUse(rule, term.weight, term, tuple(map(_in_both, parts)), unless, never))
            return
        for number in parts[0]:
            if never:
                self._nevers[number].append(rule)
            else:
                self._uses[number].append(Use(rule, term.weight, term))

    def blank(self, rule: int, term: Term) -> None:
        """A term of `not`."""
        parts = [self._numbers(choices) for choices in term.choices]
        if len(parts) > 1:
            if all(parts):
                self._mutes.append(AllUse(rule, 0.0, term, tuple(map(_in_both, parts)), frozenset()))
            return
        for number in parts[0]:
            self._nots[number].append(rule)

    def frozen(self) -> tuple[Word, ...]:
        uses, several, nots, nevers = self._uses.get, _by_part(self._alls).get, self._nots.get, self._nevers.get
        return tuple(
            Word(tuple(uses(n, ())), tuple(several(n, ())), tuple(nots(n, ())), tuple(nevers(n, ())))
            for n in self.needles.values()
        )

    def mutes(self) -> dict[int, tuple[AllUse, ...]]:
        found = _by_part(self._mutes)
        return {key: tuple(terms) for number, terms in found.items() for key in (number, ~number)}


def _by_part(terms: Sequence[AllUse]) -> defaultdict[int, list[AllUse]]:
    """Terms of several parts, each under the part of the fewest words, that the fewest of them have: texts have that most rarely."""
    common = Counter(number for use in terms for number in frozenset().union(*use.parts))
    found: defaultdict[int, list[AllUse]] = defaultdict(list)
    for use in terms:
        parts = sorted(use.parts, key=lambda part: (len(part), sum(common[n] for n in part), sorted(part)))
        # The others first: where a text is asked for them, it has this.
        asked = replace(use, parts=(*parts[1:], parts[0]))
        for number in parts[0]:
            if number >= 0:
                found[number].append(asked)
    return found


def _in_both(words: frozenset[int]) -> frozenset[int]:
    return words | frozenset(~word for word in words)


def compile_rules(sections: Sequence[Rules], topics: Sequence[Rules], fallback: str) -> Rulebook:
    """The rules as a frozen, picklable value; some 100 ms, half of that where most of the words were compiled before; the
    automaton follows when it is needed first. `fallback` is the section of items that no rule places (`Settings.fallback`)."""
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
    known = words.frozen()
    using = tuple(frozenset(use.rule for use in word.uses) for word in known)
    return Rulebook(
        rules=rules,
        sections=len(sections),
        fallback=fallback,
        matcher=Matcher((*names.needles, *words.needles)),
        places=names.places,
        first_word=len(names.needles),
        words=known,
        using=using,
        repeated=frozenset(n for n, word in enumerate(known) if len(using[n]) < len(word.uses)),
        mutes=words.mutes(),
        meanings=_meanings(rules, len(sections)),
        ids=ids,
        least=_least(sections),
    )


def without_place(book: Rulebook, number: int, line: Term) -> Rulebook:
    """As compiled anew without this line of `places` of a rule; the automaton stays."""
    rules = list(book.rules)
    rules[number] = replace(rules[number], places=tuple(term for term in rules[number].places if term != line))
    return replace(
        book,
        rules=tuple(rules),
        meanings=_meanings(rules, book.sections),
        least=_least(rules[: book.sections]),
    )


def _least(sections: Sequence[Rules]) -> tuple[float, ...]:
    return tuple(weights.LEAST if section.places else weights.TOPIC for section in sections)


def _meanings(rules: Sequence[Rules], sections: int) -> dict[tuple[str, ...], Meaning]:
    codes = _codes(rules)
    listing = {number for number, rule in enumerate(rules) if rule.places}
    placed = {number for number in listing if number < sections}
    found: dict[tuple[str, ...], Meaning] = {}
    for choice in gazetteer().choices:
        uses: dict[int, Use] = {}
        for code in choice:
            for use in codes.get(code, ()):
                uses.setdefault(use.rule, use)
        own = placed & uses.keys()
        elsewhere = frozenset(placed - own if own else ())
        spoken = tuple(use for use in uses.values() if use.weight >= weights.MARK)
        found[choice] = Meaning(spoken, elsewhere, frozenset(listing - uses.keys()))
    return found


def _codes(rules: Sequence[Rules]) -> dict[str, tuple[Use, ...]]:
    """For each country the rules that list it, and for each region those that list more than half of it. A country
    listed by itself weighs what its own line says, whatever its region weighs."""
    found: dict[str, list[Use]] = {}
    for number, rule in enumerate(rules):
        uses: dict[str, Use] = {}
        sizes: dict[str, int] = {}
        for term in rule.places:
            use = Use(number, term.weight, term)
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
