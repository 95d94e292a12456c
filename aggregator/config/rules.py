"""Converts one line of `words`, `places`, `not` or `never` to a Term.

- A word or phrase is text. `*` at its end stands for any ending, at its beginning for any beginning.
- `{phrase: weight}` gives it a weight. The default is 1.
- `{all: [drone, taiwan], weight: 2}` counts if all its parts are found. The weight is that of the whole, not of each part.
- A part may have alternatives: `[moscow | kremlin, truce]`.
- With `unless: [gaza, syria*]`, the term does not count where one of these is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from aggregator.config.environment import quoted
from aggregator.config.scalars import Wrong, position, shown, text
from aggregator.config.suggest import closest, did_you_mean
from aggregator.config.syntax import CURLED, no_quote
from aggregator.config.tree import Items, Table, kind
from aggregator.model.settings import LONGEST_WORD, Position, Term, alternatives
from aggregator.text.match import needle
from aggregator.text.regions import COUNTRIES, REGIONS, countries
from aggregator.text.scripts import MARKS

MAX_WEIGHT = 100.0
MAX_PARTS = 8
MAX_CHOICES = 100  # alternatives of a part; words of `unless`
STEM = 2  # at least so many letters before *: fewer would match a tenth of the dictionary
TAIL = 3  # … and after it
PATTERN = re.compile(r"[\\^$|\[\]{}()<>?]|\.[*+]|\*[*+]|\+\*")  # C++ is a word
SIGNS = re.compile(rf"\A[\W_]+|(?:(?![{MARKS}])[\W_])+\Z")  # around a word, which may end in a vowel sign or an accent
# In headlines these stand for a continent; in this file the group is meant.
GROUPS_MEANT = {
    "balkan": "balkans",
    "baltic-states": "baltic",
    "baltics": "baltic",
    "gulf-states": "gulf",
    "maghreb": "northern-africa",
    "nordics": "nordic",
    "scandinavia": "nordic",
}
ALL_KEYS = ("all", "weight", "unless")
ONE_EACH = "write a line for each: `- quad: 2`"


def read_word(value: object) -> Term:
    """Reads a line of `words`."""
    if isinstance(value, Table):
        return _all(value) if isinstance(value.get("all"), list) else _weighed(value, word)
    if isinstance(value, list):
        raise Wrong("expected text, found a list; words that must all be found are {all: [a | b, c]}", value)
    return Term((word(value),), 1.0, position(value))


def read_place(value: object) -> Term:
    """Reads a line of `places`: an ISO 3166 code, a UN M49 name as a slug (of a country or region), or a named group; optionally with a
    weight."""
    if isinstance(value, Table):
        return _weighed(value, place)
    return Term((place(value),), 1.0, position(value))


def read_unweighed(value: object, key: str, effect: str) -> Term:
    """Reads a line of `not` or `never` (`key`): text, or `{all: [...]}` without a weight. `effect`: what the line does instead."""
    if not isinstance(value, Table):
        return Term((word(value),), 1.0, position(value))
    if not isinstance(value.get("all"), list) or value.keys() & {"weight", "unless"}:
        raise Wrong(f"a line of `{key}` is text or {{all: [a, b]}} without a weight: {effect}")
    return _all(value)


def part(value: object) -> str:
    """Reads a part of `all`: a word, or alternatives of which one must be found: `truce | ceasefire`."""
    at = position(value)
    pieces = [one.strip() for one in text(value, MAX_CHOICES * LONGEST_WORD).split("|")]
    if len(pieces) > 1 and not all(pieces):
        raise Wrong(f"{shown(value)}: a | stands between two words, as in truce | ceasefire", at)
    written = [word(one, at) for one in pieces]
    if len(set(written)) < len(written):
        raise Wrong(f"{shown(value)} names a word twice", at)
    if len(written) > MAX_CHOICES:
        raise Wrong(f"{len(written)} words between |, {MAX_CHOICES} are allowed", at)
    return " | ".join(written)


def word(value: object, at: Position | None = None) -> str:
    """Checks that a word or phrase is plain text, not a pattern. `at`: its position, if it is only a piece of a node."""
    at = at or position(value)
    try:
        written = text(value, LONGEST_WORD)
    except Wrong as wrong:
        raise Wrong(str(wrong), at) from None
    bare = written.removeprefix("*").removesuffix("*")
    if written == "*":
        raise Wrong("a lone * would match every word", at)
    if "|" in written:
        raise Wrong(
            f"{shown(value)}: words of which one is enough are a line each, or parts of `all`: {{all: [a | b, c]}}", at
        )
    if PATTERN.search(written) or ("*" in bare and not re.search(r"\w\*\s", bare)):
        if weighed := re.fullmatch(r"([^:]*\w\*):([\d.]+)", written):
            raise Wrong(f"a space comes after the colon: `{weighed[1]}: {weighed[2]}`", at)
        raise Wrong(
            f"words are plain text, not patterns, found {shown(value)}; a word may end in *, as missile*, or begin with it",
            at,
        )
    if "*" in bare:
        raise Wrong(f"* is allowed only at the beginning and the end of the whole phrase, found {shown(value)}", at)
    letters = sum(char.isalnum() for char in bare)
    if not letters:
        raise Wrong(f"{shown(value)} contains no letter or digit", at)
    if written == bare:
        return written
    if written.startswith("*") and letters < TAIL:
        raise Wrong(f"* needs a word of {TAIL} letters or more after it, found {shown(value)}", at)
    if letters < STEM:
        raise Wrong(f"* needs a word of {STEM} letters or more before it, found {shown(value)}", at)
    inner = SIGNS.sub("", bare)
    if (written.startswith("*") and bare[0] != inner[0]) or (written.endswith("*") and bare[-1] != inner[-1]):
        meant = f"{'*' * written.startswith('*')}{inner}{'*' * written.endswith('*')}"
        raise Wrong(f"* stands directly beside a letter or digit, found {shown(value)}; did you mean `{meant}`?", at)
    return written


def place(value: object) -> str:
    """A code or name, known or not (see `rule_checks.unknown_places`)."""
    return text(value, 60)


def place_meant(written: str) -> str:
    """Suggests a group, the code of the place with this name, or a region with a similar name."""
    slug = re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-")
    if group := slug if slug in REGIONS or slug.upper() in COUNTRIES else GROUPS_MEANT.get(slug):
        return f"; did you mean `{group}`?"
    name = needle(written.replace("-", " ").replace("&", "and"))
    if name and (code := _codes().get(name.word)):
        return f"; did you mean `{code}`?"
    if len(slug) <= 3:  # similar codes are of unrelated countries: RUS and US, CHN and HN
        return "; the codes of countries are those of two letters (ISO 3166), such as DE"
    countries_by_name = {name: code for code, (name, _) in countries().items()}
    near = closest(slug, (*REGIONS, *countries_by_name), cutoff=0.8) or closest(slug, REGIONS)
    return f"; did you mean `{countries_by_name.get(near, near)}`?" if near else "; docs/configuration.md lists all"


@cache
def _codes() -> dict[str, str]:
    """The code of the place that each name has first."""
    from aggregator.text.places import gazetteer  # here, since it reads tens of thousands of names

    codes: dict[str, str] = {}
    for known, place in zip(gazetteer().matcher.needles, gazetteer().places, strict=True):
        if place.choices:
            codes.setdefault(known.word, place.choices[0][0])
    return codes


def weight(value: object, phrase: str) -> float:
    """Reads the weight of a word, a place, or `all`."""
    takes = f"{quoted(phrase)} takes a weight such as 2 or 0.5"
    if value == "":
        raise Wrong(f"{takes}, found nothing; a space comes after the colon: `quad: 2`", value)
    if isinstance(value, Items | Table):
        raise Wrong(f"{takes}, found {kind(value)}", value.at)
    written = text(value)
    if not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", written):
        headline = "; quote a phrase that contains a colon" if any(map(str.isalpha, written)) else ""
        raise Wrong(f"{takes}, found {shown(value)}{headline}", value)
    number = float(written)
    if number <= 0:
        raise Wrong(
            f"a weight must be more than 0, found {shown(value)}; what must not count goes under `not` or `never`",
            value,
        )
    if number > MAX_WEIGHT:
        raise Wrong(
            f"a weight is at most {MAX_WEIGHT:g}, found {shown(value)}; from 5 on it outranks any single place", value
        )
    return number


def _weighed(value: Table, read: Callable[[object], str]) -> Term:
    if not value:
        raise Wrong("expected a word, found an empty table")
    if isinstance(value.get("unless"), list) and "all" not in value:
        raise Wrong("`unless` stands beside `all`: {all: [truce, war], unless: [gaza, syria*]}", value["unless"])
    if isinstance(listed := value.get("all"), str) and not re.fullmatch(r"[0-9.]*", listed):
        raise Wrong("`all` takes a list: write {all: [drone, taiwan]}", listed)
    if len(value) == 2 and (rest := [*value][1]).isdigit() and value[rest] == "":
        raise Wrong(f"a comma ends the weight here: write it with a point, such as 1.{rest}", value.keys_at[rest])
    if len(value) > 1:
        known = ALL_KEYS if value.keys() & {*ALL_KEYS} else ()
        stray = next((key for key in value if key not in known), "")
        raise Wrong(
            f"a table names one word and its weight, found {len(value)} keys; {ONE_EACH}{did_you_mean(stray, known) if known else ''}"
        )
    ((phrase, heavy),) = value.items()
    if isinstance(heavy, Items):
        near = "; did you mean `all`?" if closest(phrase, ("all",)) else ""
        raise Wrong(f"`{phrase}` takes a weight, found a list{near}", heavy.at)
    try:
        written = read(phrase)
    except Wrong as wrong:
        raise Wrong(str(wrong), value.keys_at[phrase]) from None
    return Term((written,), weight(heavy, phrase), value.at)


def _all(value: Table) -> Term:
    for key in value:
        if key not in ALL_KEYS:
            raise Wrong(f"unknown key {quoted(key)} beside `all`{did_you_mean(key, ALL_KEYS[1:])}", value.keys_at[key])
    parts = value["all"]
    if not 2 <= len(parts) <= MAX_PARTS:
        raise Wrong(f"`all` takes 2 to {MAX_PARTS} words, found {len(parts)}", parts)
    read = tuple(map(part, parts))
    if len({word for one in read for word in alternatives(one)}) < sum(len(alternatives(one)) for one in read):
        raise Wrong("`all` names a word twice", parts)
    heavy = weight(value["weight"], "all") if "weight" in value else 1.0
    return Term(read, heavy, value.at, _unless(value["unless"], read) if "unless" in value else ())


def _unless(value: object, parts: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong("`unless` takes a list: write unless: [gaza, syria*]", value)
    if not 1 <= len(value) <= MAX_CHOICES:
        raise Wrong(f"`unless` takes 1 to {MAX_CHOICES} words, found {len(value)}", value)
    named = {one for part in parts for one in alternatives(part)}
    read: list[str] = []
    for one in value:
        if (written := word(one)) in named:
            raise Wrong(f"{shown(written)} is a word of `all` too: where it is found, this line does not count", one)
        if written in read:
            raise Wrong("`unless` names a word twice", one)
        read.append(written)
    return tuple(read)


def texts_only(value: object) -> str:
    if isinstance(value, Items | Table):
        curly = CURLED.match(next(iter(value), "")) if isinstance(value, Table) else None
        how = no_quote(curly[1]) if curly else "quote a headline that contains a colon"
        raise Wrong(f"expected text, found {kind(value)}; {how}", value.at)
    return text(value)
