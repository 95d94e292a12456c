"""The language of an item, and the everyday words of languages other than English.

The background of word counts (`rarity`) is English. Compared with it, every "der" and "niños" would be rare and count as strong
evidence, and all reports in German or Spanish would look alike. `data/everyday.bin` therefore lists the common stems of some forty
other languages with the share of news items that contain each. An everyday stem has a number of its own in each language,
because "war" and "die" are different words in English; names and rarer words have the same number in all languages.
`data/function_words.tsv` lists the most frequent short words of each language, which identify the language of a text.
`benchmarks/build_languages.py` builds both files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.arrays import Floats, Ints, look_up
from aggregator.text.words import stem_ids, text_id

ENGLISH = ("", "en")  # an unknown language is read as English
PLAINLY = frozenset(("the", "and", "with", "that", "this", "from", "which", "their"))  # in no other language
ENOUGH = 3  # different function words that identify a language
FEW = 2  # … if the feed says nothing, no other language has as many, and English none
CLEARLY = 2  # to override what the feed says: so many times the function words of that language
ALIASES = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "iw": "he", "tl": "fil"}
ROW = np.dtype([("lang", "u1"), ("stem", "<i8"), ("share", "<f2")])
"""A row of `everyday.bin`: the line of the language in `function_words.tsv`, from 0, or `ALL` for a name; the `word_id` of the
stem; its share. Sorted by the number that the stem has in that language."""
ALL = 255
SCRIPTS = (  # first and last character, and the languages written in it
    ("\u0370", "\u03ff", ("el",)), ("\u0590", "\u05ff", ("he",)), ("\u0900", "\u097f", ("hi",)), ("\u0980", "\u09ff", ("bn",)),
    ("\u0b80", "\u0bff", ("ta",)), ("\u0e00", "\u0e7f", ("th",)), ("\u3040", "\u30ff", ("ja",)), ("\u4e00", "\u9fff", ("zh", "ja")),
    ("\uac00", "\ud7a3", ("ko",)),
)  # fmt: skip


def language(words: Sequence[str], said: str | None) -> str:
    """The code of the language that these words of a text are in: what its feed says, unless the feed says nothing or
    the text is plainly in another language that we know (much software says English by default). "" if unknown."""
    code = _code(said) if said else ""
    if code and code not in _function_words():
        return code
    if code in ENGLISH and len(PLAINLY.intersection(words)) > 1:  # most items; spares the counting
        return "en"
    votes = _votes(words)
    if not votes:
        return code
    most, _, found = max((count, one == code, one) for one, count in votes.items())
    if most == FEW and not code and not votes["en"]:
        return found if sum(count == FEW for count in votes.values()) == 1 else ""
    return found if most >= ENOUGH and most >= CLEARLY * votes[code] else code


def word_ids(words: Iterable[str], lang: str) -> list[int]:
    """The number of each word's stem, in order; everyday words have a number of their own in each language."""
    if lang in ENGLISH or lang not in _function_words():
        return stem_ids(words, lang)
    own = _own(lang)
    return [own.get(id, id) for id in stem_ids(words, lang)]


def everyday(words: Ints) -> Floats:
    """The share of news items in its language that contain each of these everyday words; 0 for other words."""
    rows, numbers = _everyday()
    place, there = look_up(words, numbers)
    share: Floats = np.where(there, rows["share"][place], 0.0)
    return share


def salt(lang: str) -> int:
    """The bits in which the number of an everyday stem in this language differs from its `word_id`."""
    return text_id(f"language {lang}")


@lru_cache(maxsize=256)
def _code(said: str) -> str:
    code = said.partition("-")[0].partition("_")[0].lower()
    return ALIASES.get(code, code)


@cache
def _own(lang: str) -> dict[int, int]:
    """The `word_id` of each everyday stem of a language, and its number there."""
    rows, numbers = _everyday()
    of = rows["lang"] == list(_function_words()).index(lang)
    return dict(zip(rows["stem"][of].tolist(), numbers[of].tolist(), strict=True))


@cache
def _everyday() -> tuple[NDArray[np.void], Ints]:
    """The rows, and the number of each."""
    rows = np.frombuffer((files("aggregator.stories") / "data" / "everyday.bin").read_bytes(), ROW)
    salts = np.zeros(ALL + 1, dtype=np.int64)
    salts[: len(_function_words())] = [salt(lang) for lang in _function_words()]
    return rows, rows["stem"] ^ salts[rows["lang"]]


@cache
def _function_words() -> dict[str, tuple[str, ...]]:
    content = (files("aggregator.stories") / "data" / "function_words.tsv").read_text("utf-8")
    return {lang: tuple(words.split()) for lang, _, words in (line.partition("\t") for line in content.splitlines())}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Function word → the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for lang, words in _function_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), lang)
    return found


def _votes(words: Sequence[str]) -> Counter[str]:
    """How many different words point to each language: its function words in lower case, and words in its script."""
    of = _languages_of()
    votes = Counter([lang for word in of.keys() & words for lang in of[word]])
    if max(words, default="") >= SCRIPTS[0][0]:
        for word in set(words):
            votes.update(lang for first, last, langs in SCRIPTS if first <= word[0] <= last for lang in langs)
    return votes
