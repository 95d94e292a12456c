"""Words of a text: tokens, folded for comparison, and their stems.

A token is a run of letters and digits with their vowel signs and accents. Scripts without spaces between words (Han, kana, Thai,
Lao, Khmer, Myanmar) give overlapping pairs of characters instead. Stems are those of Snowball (https://snowballstem.org); languages
without a stemmer, and unknown ones, use the English one, since stems serve only to be compared. In English, all spellings of a word
(`data/spellings.txt`) have the same stem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any, Generic, TypeVar

import snowballstemmer

from aggregator.text.fold import key
from aggregator.text.scripts import MARKS, UNSPACED

SPELLINGS = "spellings.txt"
_RUN = rf"(?:[^\W_]++[{MARKS}]*+)++"
# U.S., F.C, O'Brien and 10,000 are one token.
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]++(?:[.'][A-Za-z0-9]++|[,:][0-9]++)*+")
_TOKEN = re.compile(r"[^\W_]++(?:[.'’][^\W_]++|[,:]\d++)*+")
_MARKED = re.compile(f"[{MARKS}{UNSPACED}]")
_MARKED_TOKEN = re.compile(rf"{_RUN}(?:[.'’]{_RUN}|[,:]\d+)*")
_UNSPACED_RUN = re.compile(f"([{UNSPACED}]+)")
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sh": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

_ELIDED = {
    lang: re.compile(rf"\A(?:{joined})['’](?=\w\w)", re.IGNORECASE)
    for lang, joined in {
        "ca": "[dlmnst]",
        "fr": "[cdjlmnst]|(?:jus|lors|puis|quoi)?qu",
        "it": "[cdlmnstv]|(?:a|da|de|ne|su|que|be)ll|un|quest|sant|tutt",
    }.items()
}
"""Language → short words (articles, prepositions) that lose their vowel and are joined to the next word: l’Ukraine, dell'Iran."""


def tokens(text: str) -> list[str]:
    """The words of a plain text, as written, in order."""
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    if not _MARKED.search(text):  # nearly all other texts: they have accents, dashes or the like
        return _TOKEN.findall(text)
    found: list[str] = _MARKED_TOKEN.findall(text)
    if not _UNSPACED_RUN.search(text):
        return found
    return [part for token in found for run in _UNSPACED_RUN.split(token) for part in _pairs(run) if part]


def _pairs(run: str) -> list[str]:
    if len(run) < 3 or not _UNSPACED_RUN.match(run):
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


Made = TypeVar("Made")


class _Memo(dict[str, Made], Generic[Made]):
    """A cache of the results of a function of words, filled on demand. When all caches together become large, all are cleared: feeds may
    be in thirty languages, each of which has its own."""

    MOST = 1 << 17  # words in all caches together: some 20 MB
    LONGEST = 40  # characters; longer words are rare, but could fill hundreds of megabytes
    kept = 0  # words in all caches together

    def __init__(self, change: Callable[[str], Made]) -> None:
        super().__init__()
        self._change = change
        _MEMOS.append(self)

    def __missing__(self, word: str) -> Made:
        if len(word) > self.LONGEST:
            return self._change(word)
        if _Memo.kept >= self.MOST:
            for memo in _MEMOS:
                memo.clear()
            _NUMBERED.clear()
            _Memo.kept = 0
        _Memo.kept += 1
        self[word] = changed = self._change(word)
        return changed


_MEMOS: list[_Memo[Any]] = []


def unelided(words: list[str], lang: str) -> list[str]:
    """The words without the short words that French, Italian and Catalan join to them, so that names compare equal: `l’Ukraine` →
    `Ukraine`."""
    joined = _ELIDED.get(_language(lang))
    return [joined.sub("", word) for word in words] if joined else words


def plains(words: Iterable[str]) -> list[str]:
    """Of each word, in order, the form in which words are compared: lower case, without diacritics, possessive and the dots of
    abbreviations."""
    return list(map(_PLAIN.__getitem__, words))  # the fastest way to look up many


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():  # nearly all words: nothing to fold
        return word.lower()
    folded = key(word)
    return folded if folded[:1].isdigit() else folded.replace(".", "").replace("'", "")


_PLAIN = _Memo(_plain)


def stem(word: str, lang: str = "en") -> str:
    """The stem of a word as written, folded: `stem("Sanctions") == "sanction"`. Numbers stay as they are."""
    return _stems(_language(lang))[word]


def stems(words: Iterable[str], lang: str = "en") -> list[str]:
    """The stem of each word, in order."""
    known = _stems(_language(lang))
    return [known[word] for word in words]


@lru_cache(maxsize=1 << 14)
def spelled(word: str) -> str:
    """For an English word with several spellings, the stem that all of them share (`defence`, `defense`); any other word unchanged."""
    stem_word, known, compared = _english()
    own = stem_word(word)
    return known.get(own, own if own in compared else word)


def other_spellings(word: str) -> list[str]:
    """The other spellings of an English word in lower case (`data/spellings.txt`), in alphabetical order. Also for words with an ending
    (organisation, from organise), but not for plurals."""
    return sorted(_spelled_alike().get(word, frozenset()) - {word})


def stem_ids(words: Iterable[str], lang: str = "en") -> list[int]:
    """The `word_id` of each word's stem, in order."""
    return list(map(_ids(_language(lang)).__getitem__, words))


def _language(lang: str) -> str:
    """The language whose stemmer is used. This limits the number of caches, whatever language tags feeds use."""
    code = lang.partition("-")[0]
    return code if code in _STEMMERS else "en"


@cache
def _ids(lang: str) -> _Memo[int]:
    stemmed = _stemmer(lang)

    def numbered(word: str) -> int:
        stem = stemmed(word)
        number = word_id(stem)
        if len(word) <= _Memo.LONGEST:
            _NUMBERED[number] = stem
        return number

    return _Memo(numbered)


_NUMBERED: dict[int, str] = {}
"""`word_id` → stem, for the stems that `stem_ids` met recently."""


def numbered_stem(number: int) -> str | None:
    """The stem with this `word_id`, if `stem_ids` met it recently."""
    return _NUMBERED.get(number)


@cache
def _stems(lang: str) -> _Memo[str]:
    return _Memo(_stemmer(lang))


def _snowball(lang: str) -> Callable[[str], str]:
    stemmer = snowballstemmer.stemmer(_STEMMERS[lang])
    stemmer.maxCacheSize = 0  # stems are cached here already, and a look-up in its own cache is slower than stemming
    stem_word: Callable[[str], str] = stemmer.stemWord
    return stem_word


@cache
def _stemmer(lang: str) -> Callable[[str], str]:
    stem_word, spelled = _english()[:2] if lang == "en" else (_snowball(lang), {})

    def stemmed(word: str) -> str:
        plain = _plain(word)
        if plain[:1].isdigit():
            return plain
        stem = stem_word(plain)
        return spelled.get(stem, stem)

    return stemmed


@cache
def listed(name: str) -> tuple[tuple[str, ...], ...]:
    """The words of each line of a list in `data/`, without its comments."""
    lines = (files("aggregator.text") / "data" / name).read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if not line.startswith("#"))


@cache
def _spelled_alike() -> dict[str, frozenset[str]]:
    """Word → all its spellings, for each word of the list with each of `_ENDINGS`."""
    alike: dict[str, set[str]] = {}
    for one, other in listed(SPELLINGS):  # `other` stands for all
        alike.setdefault(other, {other}).add(one)
    return {
        word: frozenset(words)
        for spellings in alike.values()
        for words in ({_ended(word, ending) for word in spellings} for ending in _ENDINGS)
        for word in words
    }


_ENDINGS = ("", "ed", "ing", "er", "ation", "ational", "able", "al", "ful")


def _ended(word: str, ending: str) -> str:
    return f"{word.removesuffix('e') if ending[:1] in tuple('aei') else word}{ending}"


@cache
def _english() -> tuple[Callable[[str], str], dict[str, str], frozenset[str]]:
    """(the stemmer, stem of a spelling → stem of the spelling that stands for all of them, all the latter stems)."""
    stem_word = _snowball("en")
    known = {stem_word(one): stem_word(other) for one, other in listed(SPELLINGS)}
    return stem_word, known, frozenset(known.values())


def word_id(text: str) -> int:
    """A stable number below 2⁶³ that represents a stem (or another text) in the store and in the data files."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1
