"""Which language an item is written in, and which words are everyday words there.

The background of news (`rarity`) is English. Beside it every "der" and "niños" would be a rare word that tells much, and all
reports in German or Spanish would be alike. So `data/everyday.bin` lists the commoner stems of some forty other languages with the
share of news items that hold each: rows of a number of eight bytes and a share of two, ascending. An everyday stem has a number of
its own in each language, since "war" and "die" are other words in English; names and rarer words have the same number in all.
`data/function_words.tsv` lists the commonest short words of each language, by which a text tells what it is written in.
`benchmarks/build_languages.py` makes both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

import numpy as np

from aggregator.stories.arrays import Floats, Ints, looked_up
from aggregator.text.words import Memo, plain, stem_ids, text_id

ENGLISH = ("", "en")  # so is read what tells of no language
PLAINLY = frozenset(("the", "and", "with", "that", "this", "from", "which", "their"))  # no words of other languages
ENOUGH = 3  # function words from which a text tells its language
CLEARLY = 2  # … and how many times those of the language that its feed says, where it is another
ALIASES = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "iw": "he", "tl": "fil"}
ROW = np.dtype([("word", "<i8"), ("share", "<f2")])
SCRIPTS = (  # first and last character, and the languages that it speaks for
    ("\u0370", "\u03ff", ("el",)), ("\u0590", "\u05ff", ("he",)), ("\u0900", "\u097f", ("hi",)), ("\u0980", "\u09ff", ("bn",)),
    ("\u0b80", "\u0bff", ("ta",)), ("\u0e00", "\u0e7f", ("th",)), ("\u3040", "\u30ff", ("ja",)), ("\u4e00", "\u9fff", ("zh", "ja")),
    ("\uac00", "\ud7a3", ("ko",)),
)  # fmt: skip


def language(words: Sequence[str], said: str | None) -> str:
    """The code of the language that these words of a text are written in: what its feed says, unless it says nothing or
    the text is plainly in another that we know (most software says English where it was not told). "" where neither
    tells."""
    code = _code(said) if said else ""
    if code and code not in _function_words():
        return code
    if code in ENGLISH and len(PLAINLY.intersection(words)) > 1:  # nearly all: counting would cost as much as the rest
        return "en"
    votes = Counter(chain.from_iterable(map(_speaks_for().__getitem__, set(words))))
    if not votes:
        return code
    most, _, found = max((count, one == code, one) for one, count in votes.items())
    return found if most >= ENOUGH and most >= CLEARLY * votes[code] else code


def word_ids(words: Iterable[str], lang: str) -> list[int]:
    """The number of each word's stem, in order: its own in this language where it is an everyday word there."""
    if lang in ENGLISH or lang not in _function_words():
        return stem_ids(words, lang)
    return list(map(_numbers(lang).__getitem__, words))


def everyday(words: Ints) -> Floats:
    """The share of news items that hold each of these words in the language whose everyday word it is, 0 for others."""
    listed, shares = _everyday()
    place, there = looked_up(words, listed)
    share: Floats = np.where(there, shares[place], 0.0)
    return share


def own(number: int, lang: str) -> int:
    """The number of an everyday stem in a language of which `number` is that in all."""
    return number ^ text_id(f"language {lang}")


@lru_cache(maxsize=256)
def _code(said: str) -> str:
    code = said.partition("-")[0].partition("_")[0].lower()
    return ALIASES.get(code, code)


@cache
def _numbers(lang: str) -> Memo[int]:
    listed, _ = _everyday()

    def number(word: str) -> int:
        (common,) = stem_ids((word,), lang)
        mine = own(common, lang)
        return mine if looked_up(np.array([mine]), listed)[1][0] else common

    return Memo(number)


@cache
def _everyday() -> tuple[Ints, Floats]:
    rows = np.frombuffer((files("aggregator.stories") / "data" / "everyday.bin").read_bytes(), ROW)
    return np.ascontiguousarray(rows["word"]), rows["share"].astype(np.float64)


@cache
def _function_words() -> dict[str, tuple[str, ...]]:
    content = (files("aggregator.stories") / "data" / "function_words.tsv").read_text("utf-8")
    return {lang: tuple(words.split()) for lang, _, words in (line.partition("\t") for line in content.splitlines())}


@cache
def _speaks_for() -> Memo[tuple[str, ...]]:
    """Word, as written → the languages of which it is a function word, or whose script it is written in."""
    words: dict[str, list[str]] = {}
    for lang, listed in _function_words().items():
        for word in listed:
            words.setdefault(word, []).append(lang)
    known = {word: tuple(langs) for word, langs in words.items()}

    def speaks_for(word: str) -> tuple[str, ...]:
        if word[:1] > "\u036f":
            for first, last, langs in SCRIPTS:
                if first <= word[0] <= last:
                    return langs
        return known.get(plain(word), ())

    return Memo(speaks_for)
