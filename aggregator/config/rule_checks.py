"""Checks the rules of sections and topics (unknown places, words that are listed twice, rules without effect), and warns of lines that are
valid but probably a mistake, such as a list written as one phrase."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from aggregator.config.rules import MAX_WEIGHT, place_meant
from aggregator.config.scalars import shown
from aggregator.config.schema import IncludedFile, Rules
from aggregator.config.tree import Table, Text
from aggregator.errors import ConfigError, Problem
from aggregator.model.settings import Term
from aggregator.text.match import Needle, needle
from aggregator.text.regions import codes_of, countries
from aggregator.text.scripts import MARKS

PLACE = re.compile(r"[A-Za-z0-9]{2,}(?:-[A-Za-z0-9]+)*")
WEIGHED = re.compile(rf"(.*(?:[^\W\d]|[{MARKS}])) ?: ?([0-9]+(?:\.[0-9]+)?)")  # a word and its weight, read as one text
SEVERAL = re.compile(rf"[\w.{MARKS}]\s*(?:[,;]\s|[、，；])\s*\w|(?:[^\W\d]|[{MARKS}])\s*[,;][^\W\d]")  # between words
ONE_NAME = re.compile(r"[^,;]*[^\s,;.], (?:(?:\w+\.)+|DC|Inc|Jr|LLC|Ltd|Sr)")  # one name with a comma: Washington, D.C.
OPERATOR = re.compile(r"\s(?:OR|AND|NOT|\+)\s")
LETTER = re.compile(rf"([^\W\d_])[^\w\s!{MARKS}]+")  # a letter with signs that do not count: C#, C++
SLASHED = re.compile(r"/(.+)/(?:g?i|ig)")  # as JavaScript and Perl write patterns; /pol/ and /r/gis are names
SUFFIX = re.compile(r"(ac|co|com|edu|ne|net|or|org)\.[a-z]{2}")  # open to everybody; gov.uk is an outlet
PRONOUNS = frozenset(("it", "us", "who"))  # in capitals a sector, a country and an agency of the UN
LANGUAGE_MEANT = {
    "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "il": "he", "ir": "fa", "jp": "ja", "ua": "uk", "us": "en",
}  # fmt: skip
"""Codes of countries that are not codes of languages, each with the language that is probably meant."""
PAIR = "words that must both be found, with a weight, are {all: [a, b], weight: 3}, on one line"


def rule_problems(rules: Rules, kind: str) -> Iterator[Problem]:
    """The problems of a section or topic (`kind`)."""
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
    for terms in (rules.words, rules.nots, rules.nevers):
        yield from _twice(terms, "word", _word)
    for term in rules.words:
        said = WEIGHED.fullmatch(term.parts[0]) if len(term.parts) == 1 and term.weight == 1 else None
        if said and float(said[2]) <= MAX_WEIGHT:  # else a name, such as `iso:9001`
            yield term.at.warning(
                f"`{said[0]}` is a phrase without a weight; one stands outside quotes, after a colon and a space: "
                f"`{said[1]}: {said[2]}`"
            )


def unknown_places(entries: Iterable[Rules]) -> Iterator[Problem]:
    """The places of all sections, or of all topics, that are not known. To find what was meant, each is compared with some 300 names: that
    is done for as many as are listed."""
    lines = (line for rules in entries for line in zip(rules.places, rules.written("places"), strict=True))
    unknown = ((term, line) for term, line in lines if not codes_of(term.parts[0]))
    for count, (term, line) in enumerate(unknown):
        code = term.parts[0]
        found = shown(line if isinstance(line, Text) else code)  # a variable by its name: its value may be secret
        meant = place_meant(code) if count < ConfigError.MOST else ""
        yield term.at.problem(
            f"places: {found} is not a known place{meant}"
            if PLACE.fullmatch(code)
            else f"places: a place is a code such as CN or a name such as eastern-asia, found {found}{meant}"
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
                else f"`{says}` is the same {kind} as `{meant}` on line {other.at.line}: keep one"
            )


def slips(parts: Iterable[IncludedFile]) -> Iterator[Problem]:
    """A warning for each line that is probably a mistake, which says what to do."""
    for part in parts:
        for rules in (*part.sections, *part.topics):
            yield from _of_rules(rules)
        for source in part.sources:
            if meant := LANGUAGE_MEANT.get((source.lang or "").lower()):
                yield source.at("lang").warning(
                    f"`{source.lang}` is a country, not a language; did you mean `{meant}`?"
                )
        for publisher in part.publishers:
            for index, domain in enumerate(publisher.domains):
                if SUFFIX.fullmatch(domain):
                    message = f"everybody's domains end with `{domain}`: all of them would be this outlet's"
                    yield publisher.at("domains", index).warning(message)


def _of_rules(rules: Rules) -> Iterator[Problem]:
    for line in chain.from_iterable(map(rules.written, ("words", "not", "never"))):
        yield from _of_line(line)
    for term in (*rules.words, *rules.nevers):
        for word in chain(*term.choices, term.unless):
            if word.lower().replace(".", "") in PRONOUNS and not word.isupper():
                yield term.at.warning(
                    f"`{word}` is a word that most texts have: write `{word.upper()}`, which is found in capitals only"
                )
    for term in (*rules.words, *rules.nots, *rules.nevers):
        first: dict[Needle | None, str] = {}
        for word in chain(*term.choices, term.unless):
            if (other := first.setdefault(needle(word), word)) != word:
                yield term.at.warning(f"`{word}` is the same word as `{other}` in this line: keep one")
    found = {_needles(term): term for term in rules.words}
    for key, terms, effect in (("not", rules.nots, "never counts"), ("never", rules.nevers, "excludes its own items")):
        for term in terms:
            if key == "not" and len(term.parts) > 1:
                continue  # its words do not count, but a line of `words` with all of them does
            if here := found.get(_needles(term)):
                yield term.at.warning(
                    f"{key}: `{' + '.join(term.parts)}` is under `words` too, on line {here.at.line}, and so {effect}"
                )


def _of_line(line: object) -> Iterator[Problem]:
    if isinstance(line, Table):
        name = next(iter(line), "")
        if name in ("all", "weight") and isinstance(line[name], Text):
            yield line.at.warning(f"`{name}` is a word here; {PAIR}")
    elif isinstance(line, Text) and line.plain:  # text in quotes is meant as it is written
        if _is_several(line):
            yield line.at.warning(
                f"`{line}` is one phrase: write a line with - for each word, or {{all: [a, b]}} if all must be found, "
                "or quote it if it is meant so"
            )
        elif line.startswith("-"):
            yield line.at.warning(
                f"`{line}` counts as `{line.lstrip('-')}`: what must not count goes under `not` or `never`"
            )
        elif letter := LETTER.fullmatch(line):
            yield line.at.warning(
                f"`{line}` counts as `{letter[1]}`, since signs at the end of a word do not count: write phrases, such as "
                f"`{line} code`"
            )
        elif slashed := SLASHED.fullmatch(line):
            yield line.at.warning(
                f"`{line}` is found as it is written: words are plain text, not patterns; write `{slashed[1]}`, "
                "or quote it if it is meant so"
            )


def _is_several(line: str) -> bool:
    return OPERATOR.search(line) is not None or (SEVERAL.search(line) is not None and not ONE_NAME.fullmatch(line))


def _needles(term: Term) -> tuple[object, ...]:
    return tuple(sorted((tuple(map(needle, choice)) for choice in term.choices), key=str))
