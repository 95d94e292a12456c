"""Warns of lines that are valid but probably a mistake: a list written as one phrase, an address with a comma at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from aggregator.config.characters import CURLY, INVISIBLE
from aggregator.config.schema import FeedsFile, IncludedFile, Publisher, Rules, Source
from aggregator.config.tree import Items, Table, Text
from aggregator.errors import Problem
from aggregator.model.settings import Term
from aggregator.normalise.address import typed
from aggregator.text.languages import function_words
from aggregator.text.match import needle

SEVERAL = re.compile(r"[\w.]\s*(?:[,;]\s|[、，；])\s*\w|[^\W\d]\s*[,;][^\W\d]")  # commas or semicolons between words
ONE_NAME = re.compile(r"[^,;]*[^\s,;.], (?:(?:\w+\.)+|DC|Inc|Jr|LLC|Ltd|Sr)")  # one name with a comma: Washington, D.C.
NAMES = re.compile(r"[A-Z]{2,}(?: [A-Z]{2,})+")  # in brackets, these are probably separate words: [NATO EU]
# Invisible characters. U+200C and U+200D are allowed after letters that are not ASCII, since Persian and Hindi need them.
HIDDEN = re.compile(rf"(?<![^\x00-\x7f])[\u200c\u200d]|(?!\u200c|\u200d)[{INVISIBLE}]")
FOUR = re.compile(r"[a-z]+(?: [a-z]+){3,}")  # four words or more: three may as well be a phrase as a list
TIMES = re.compile(r"(.*\w)\s(?:[x×]\s?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s?[x×])")  # a weight, miswritten: NATO x2
OPERATOR = re.compile(r"\s(OR|AND|NOT|\+|=)\s")
SUFFIX = re.compile(r"(ac|co|com|edu|ne|net|or|org)\.[a-z]{2}")  # open to everybody; gov.uk is an outlet
LANGUAGE_MEANT = {
    "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "il": "he", "ir": "fa", "jp": "ja", "ua": "uk", "us": "en",
}  # fmt: skip
"""Codes of countries that are not codes of languages, each with the language that is probably meant."""
PRONOUNS = frozenset(("it", "us", "who"))  # in capitals a sector, a country and an agency of the UN
PAIR = "words that must both be found, with a weight, are {all: [a, b], weight: 3}, on one line"


def slips(parts: Iterable[IncludedFile], main: FeedsFile) -> Iterator[Problem]:
    """A warning for each such line, which says what to do."""
    for part in parts:
        for rules in (*part.sections, *part.topics):
            yield from _of_rules(rules)
        for source in part.sources:
            yield from _of_source(source)
        for publisher in part.publishers:
            yield from _of_publisher(publisher)
    yield from _of_joins(main)


def _of_rules(rules: Rules) -> Iterator[Problem]:
    yield from _of_name(rules, "title")
    for key in ("words", "not", "never"):
        lines = rules.written(key)
        for line in lines:
            if isinstance(line, Text):
                brackets = isinstance(lines, Items) and lines.brackets
                yield from _of_phrase(line, brackets, brackets and len(lines) == 1)
            elif (
                isinstance(line, Table)
                and (name := next(iter(line), "")) in ("all", "weight")
                and isinstance(line[name], Text)
            ):
                yield line.at.warning(f"`{name}` is a word here; {PAIR}")
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


def _needles(term: Term) -> tuple[object, ...]:
    return tuple(sorted((tuple(map(needle, choice)) for choice in term.choices), key=str))


def _of_phrase(line: Text, brackets: bool, alone: bool) -> Iterator[Problem]:
    if not line.plain:
        return  # text in quotes is meant as it is written
    if SEVERAL.search(line) and not ONE_NAME.fullmatch(line):
        yield line.at.warning(f"`{line}` is one phrase: write a line with - for each, or quote it if it is meant so")
    elif (brackets and NAMES.fullmatch(line)) or (alone and _enumerates(line)):
        yield line.at.warning(
            f"`{line}` is one phrase, found word for word: if these are words of their own, put commas between them; if not, quote it"
        )
    elif times := TIMES.fullmatch(line):
        yield line.at.warning(
            f"`{line}` is one phrase: a weight follows a colon and a space (`{times[1]}: {times[2] or times[3]}`), or quote it if "
            "it is meant so"
        )
    elif sign := OPERATOR.search(line):
        yield line.at.warning(
            f"`{line}` is one phrase, in which {sign[1]} is a word: {_instead(sign[1])}, or quote it if it is meant so"
        )
    elif line.startswith("-"):
        yield line.at.warning(
            f"`{line}` counts as `{line.lstrip('-')}`: what must not count goes under `not` or `never`"
        )


def _enumerates(line: str) -> bool:
    """Whether the text is probably a list: four words or more, none of which is a function word (`of`, `the`) in any language.

    Of 2,000 phrases with three words or fewer in a file, some have no function word; of those with four, nearly none.
    """
    joining = chain.from_iterable(function_words().values())
    return FOUR.fullmatch(line) is not None and {*line.split()}.isdisjoint(joining)


def _instead(sign: str) -> str:
    if sign in ("AND", "+"):
        return "two words that must both be found are {all: [a, b]}"
    if sign == "NOT":
        return "what must not count goes under `not` or `never`"
    return "a weight follows a colon and a space (`quad: 2`)" if sign == "=" else "write a line with - for each"


def _of_source(source: Source) -> Iterator[Problem]:
    if hidden := HIDDEN.search(source.url):
        yield source.at("url").warning(
            f"the address has an invisible character in it (U+{ord(hidden[0]):04X}): type it anew"
        )
    yield from _of_name(source, "name")
    if source.url[-1] in ",;":
        yield source.at("url").warning(
            f"the address ends with `{source.url[-1]}`: delete it, unless the outlet writes it so"
        )
    if "&amp;" in source.url:
        yield source.at("url").warning(
            "`&amp;` is how HTML writes `&`: write `&` alone, unless the outlet writes it so"
        )
    if meant := LANGUAGE_MEANT.get((source.lang or "").lower()):
        yield source.at("lang").warning(f"`{source.lang}` is a country, not a language; did you mean `{meant}`?")


def _of_name(entry: Source | Rules, key: str) -> Iterator[Problem]:
    name = entry.unquoted(key)
    if name and re.fullmatch(f"[{CURLY}][^{CURLY}]+[{CURLY}]", name):
        yield name.at.warning(f"the quotes in `{name}` are part of the text: YAML knows only \" and '")


def _of_publisher(publisher: Publisher) -> Iterator[Problem]:
    for index, domain in enumerate(publisher.domains):
        if SUFFIX.fullmatch(domain):
            yield publisher.at("domains", index).warning(
                f"everybody's domains end with `{domain}`: all of them would be this outlet's"
            )


def _of_joins(main: FeedsFile) -> Iterator[Problem]:
    said = main.stories.overrides
    apart = {typed(url): one.at for one in said.split for url in one.urls}
    for one in said.join:
        articles = [typed(url) for url in one.urls]
        if len(set(articles)) < 2:
            yield one.at.warning("join: these are one article, so nothing is joined")
        for article in dict.fromkeys(articles):
            if article in apart:
                yield one.at.warning(
                    f"join: `split` on line {apart[article].line} takes one of these articles out again: keep one of the two"
                )
