"""Warns of lines that are valid but probably a mistake, such as a list written as one phrase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from aggregator.config.schema import IncludedFile, Publisher, Rules
from aggregator.config.tree import Table, Text
from aggregator.errors import Problem
from aggregator.model.settings import Term
from aggregator.text.match import needle

SEVERAL = re.compile(r"[\w.]\s*(?:[,;]\s|[、，；])\s*\w|[^\W\d]\s*[,;][^\W\d]")  # commas or semicolons between words
ONE_NAME = re.compile(r"[^,;]*[^\s,;.], (?:(?:\w+\.)+|DC|Inc|Jr|LLC|Ltd|Sr)")  # one name with a comma: Washington, D.C.
OPERATOR = re.compile(r"\s(?:OR|AND|NOT|\+)\s")
SUFFIX = re.compile(r"(ac|co|com|edu|ne|net|or|org)\.[a-z]{2}")  # open to everybody; gov.uk is an outlet
PRONOUNS = frozenset(("it", "us", "who"))  # in capitals a sector, a country and an agency of the UN
LANGUAGE_MEANT = {
    "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "il": "he", "ir": "fa", "jp": "ja", "ua": "uk", "us": "en",
}  # fmt: skip
"""Codes of countries that are not codes of languages, each with the language that is probably meant."""
PAIR = "words that must both be found, with a weight, are {all: [a, b], weight: 3}, on one line"


def slips(parts: Iterable[IncludedFile]) -> Iterator[Problem]:
    """A warning for each such line, which says what to do."""
    for part in parts:
        for rules in (*part.sections, *part.topics):
            yield from _of_rules(rules)
        for source in part.sources:
            if meant := LANGUAGE_MEANT.get((source.lang or "").lower()):
                yield source.at("lang").warning(
                    f"`{source.lang}` is a country, not a language; did you mean `{meant}`?"
                )
        for publisher in part.publishers:
            yield from _of_publisher(publisher)


def _of_rules(rules: Rules) -> Iterator[Problem]:
    for line in chain.from_iterable(map(rules.written, ("words", "not", "never"))):
        yield from _of_line(line)
    for term in (*rules.words, *rules.never):
        for word in chain(*term.choices, term.unless):
            if word.lower().replace(".", "") in PRONOUNS and not word.isupper():
                yield term.at.warning(
                    f"`{word}` is a word that most texts have: write `{word.upper()}`, which is found in capitals only"
                )
    found = {_needles(term): term for term in rules.words}
    for key, terms, effect in (("not", rules.nots, "never counts"), ("never", rules.never, "excludes its own items")):
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


def _is_several(line: str) -> bool:
    return OPERATOR.search(line) is not None or (SEVERAL.search(line) is not None and not ONE_NAME.fullmatch(line))


def _needles(term: Term) -> tuple[object, ...]:
    return tuple(sorted((tuple(map(needle, choice)) for choice in term.choices), key=str))


def _of_publisher(publisher: Publisher) -> Iterator[Problem]:
    for index, domain in enumerate(publisher.domains):
        if SUFFIX.fullmatch(domain):
            yield publisher.at("domains", index).warning(
                f"everybody's domains end with `{domain}`: all of them would be this outlet's"
            )
