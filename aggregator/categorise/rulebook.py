"""Compiles the rules of sections and topics into one automaton (Aho-Corasick) over all their words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from aggregator.categorise import weights
from aggregator.model.settings import Rules, Term
from aggregator.text.match import Matcher, Needle, needle
from aggregator.text.places import Gazetteer, gazetteer
from aggregator.text.regions import REGIONS, codes_of


class Use(NamedTuple):
    """A line of a rule that names a place, or a single word or phrase (not several parts). `rule` is a number."""

    rule: int
    weight: float
    term: Term


class AllUse(Struct, frozen=True, eq=False):
    """A term of several parts. A text matches if it has at least one word of each of `parts`, and none of `unless`.

    Words are numbers; in the summary they count as ~number. `never`: a match excludes the rule.
    """

    rule: int
    weight: float
    term: Term
    parts: tuple[frozenset[int], ...]
    unless: frozenset[int]
    never: bool = False

    def found(self, words: Iterable[int]) -> bool:
        """Whether a text with these words matches."""
        for part in self.parts:
            if part.isdisjoint(words):
                return False
        return self.unless.isdisjoint(words)


class Word(NamedTuple):
    """A word or phrase, with the rules that use it.

    Attributes:
        uses: one for each line that lists it.
        several: the terms of several parts that must be checked if it is found.
        nevers: rules that it excludes.
    """

    uses: tuple[Use, ...]
    several: tuple[AllUse, ...]
    nevers: tuple[int, ...]


class Meaning(Struct, frozen=True):
    """One reading of a name of a place.

    Attributes:
        uses: one for each rule that lists the place.
        elsewhere: the sections that list places, but not this one; empty if no section lists it.
        abroad: all rules that list places, but not this one.
    """

    uses: tuple[Use, ...]
    elsewhere: frozenset[int]
    abroad: frozenset[int]


class Rulebook(Struct, frozen=True):
    """Everything that judging needs. Rules are numbered: first the sections in the editor's order, then the topics."""

    rules: tuple[Rules, ...]
    sections: int  # how many of the rules are sections
    fallback: str
    names: Gazetteer
    matcher: Matcher  # of the words
    words: tuple[Word, ...]  # by the numbers of the matcher's needles
    using: tuple[frozenset[int], ...]  # for each word the rules that list it
    # Words, numbered as in `AllUse`:
    # Those by which a rule may find one word twice: that two of its lines list, or that may begin within another's.
    repeated: frozenset[int]
    blanks: dict[int, tuple[int, ...]]  # the rules that have this phrase under `not`: words inside it do not count
    mutes: dict[int, tuple[AllUse, ...]]  # the terms of `not` of several parts that must be checked if it is found
    special: frozenset[int]  # the words of these three
    meanings: dict[tuple[str, ...], Meaning]  # by the countries and regions that a name stands for
    ids: dict[str, int]  # section id → its number
    least: tuple[float, ...]  # for each section the evidence without which it holds nothing


class _Words:
    """Collects words while the rules are compiled: gives each a number, and records the rules that use it."""

    def __init__(self) -> None:
        self.needles: dict[Needle, int] = {}
        self._uses: defaultdict[int, list[Use]] = defaultdict(list)
        self._nots: defaultdict[int, list[int]] = defaultdict(list)
        self._nevers: defaultdict[int, list[int]] = defaultdict(list)
        self._alls: list[AllUse] = []
        self._mutes: list[AllUse] = []

    def _numbers(self, phrases: Iterable[str]) -> frozenset[int]:
        made = filter(None, map(needle, phrases))
        return frozenset(self.needles.setdefault(one, len(self.needles)) for one in made)

    def add(self, rule: int, term: Term, key: str) -> None:
        """Adds a term of `words`, `not` or `never` (`key`)."""
        parts = [self._numbers(choices) for choices in term.choices]
        if not all(parts):
            return  # a part consists of punctuation only, which cannot be searched
        if len(parts) > 1:
            unless = _in_both(self._numbers(term.unless))
            use = AllUse(rule, term.weight, term, tuple(map(_in_both, parts)), unless, never=key == "never")
            (self._mutes if key == "not" else self._alls).append(use)
            return
        for number in parts[0]:
            if key == "words":
                self._uses[number].append(Use(rule, term.weight, term))
            else:
                (self._nots if key == "not" else self._nevers)[number].append(rule)

    def frozen(self) -> tuple[Word, ...]:
        uses, several, nevers = self._uses.get, _by_part(self._alls).get, self._nevers.get
        return tuple(
            Word(tuple(uses(n, ())), tuple(several(n, ())), tuple(nevers(n, ()))) for n in self.needles.values()
        )

    def blanks(self) -> dict[int, tuple[int, ...]]:
        return {key: tuple(rules) for number, rules in self._nots.items() for key in (number, ~number)}

    def mutes(self) -> dict[int, tuple[AllUse, ...]]:
        found = _by_part(self._mutes)
        return {key: tuple(terms) for number, terms in found.items() for key in (number, ~number)}


def _by_part(terms: Sequence[AllUse]) -> defaultdict[int, list[AllUse]]:
    """Terms of several parts, by the words of one part: the part that texts contain most rarely, so that few terms are checked.

    That is the part with the fewest words, and of these the one whose words the fewest terms use.
    """
    common = Counter(number for use in terms for number in frozenset().union(*use.parts))
    found: defaultdict[int, list[AllUse]] = defaultdict(list)
    for use in terms:
        parts = sorted(use.parts, key=lambda part: (len(part), sum(common[n] for n in part), sorted(part)))
        # This part last: if the term is checked, the text has it already.
        asked = replace(use, parts=(*parts[1:], parts[0]))
        for number in parts[0]:
            if number >= 0:
                found[number].append(asked)
    return found


def _in_both(words: frozenset[int]) -> frozenset[int]:
    return words | frozenset(~word for word in words)


def compile_rules(sections: Sequence[Rules], topics: Sequence[Rules], fallback: str) -> Rulebook:
    """The compiled rules, as a frozen value.

    This takes about 50 ms, or half of that if most of the words were compiled before. `fallback` is the section of items that match no
    rule (`Settings.fallback`).
    """
    rules = (*sections, *topics)
    words = _Words()
    for number, rule in enumerate(rules):
        for key in ("words", "not", "never"):
            for term in rule.lists[key]:
                words.add(number, term, key)
    ids = {section.id: number for number, section in enumerate(sections)}
    known = words.frozen()
    using = tuple(frozenset(use.rule for use in word.uses) for word in known)
    twice = (n for n, word in enumerate(known) if len(using[n]) < len(word.uses))
    within = (n for made, n in words.needles.items() if made.begins_within)
    repeated = _in_both(frozenset((*twice, *within)))
    blanks, mutes = words.blanks(), words.mutes()
    return Rulebook(
        rules=rules,
        sections=len(sections),
        fallback=fallback,
        names=gazetteer(),
        matcher=Matcher([*words.needles]),
        words=known,
        using=using,
        repeated=repeated,
        blanks=blanks,
        mutes=mutes,
        special=repeated.union(blanks, mutes),
        meanings=_meanings(rules, len(sections)),
        ids=ids,
        least=_least(sections),
    )


def without_place(book: Rulebook, number: int, line: Term) -> Rulebook:
    """The rulebook without the given line of `places` of a rule; equal to compiling again, but reuses the automaton."""
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
        listed: dict[int, list[Use]] = {}
        for code in choice:
            for use in codes.get(code, ()):
                listed.setdefault(use.rule, []).append(use)
        # The Kurds live in three countries: a topic of one of these is not about them.
        uses = {rule: own[0] for rule, own in listed.items() if rule < sections or len(own) * 2 >= len(choice)}
        own = placed & uses.keys()
        elsewhere = frozenset(placed - own if own else ())
        spoken = tuple(use for use in uses.values() if use.weight >= weights.MARK)
        found[choice] = Meaning(spoken, elsewhere, frozenset(listing - uses.keys()))
    return found


def _codes(rules: Sequence[Rules]) -> dict[str, tuple[Use, ...]]:
    """For each country the rules that list it, and for each region the rules that list more than half of its countries.

    If a rule lists both a country and its region, the country has the weight of its own line.
    """
    found: dict[str, list[Use]] = {}
    for number, rule in enumerate(rules):
        if not rule.places:
            continue
        uses: dict[str, Use] = {}
        sizes: dict[str, int] = {}
        for term in rule.places:
            use = Use(number, term.weight, term)
            for part in term.parts:
                members = codes_of(part)
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
