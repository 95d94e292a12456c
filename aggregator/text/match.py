"""Finds many phrases in a text in one pass (Aho-Corasick), at word boundaries, with capitals if a phrase requires them.

A text is searched in its folded form in lower case, with every sign that is not a letter or digit replaced by a space, with a space
at both ends, and one where a Latin letter or digit stands beside Hangul or a letter of a script without spaces (NATO首脳, NATO가).
Needles contain their word boundaries as spaces, so a hit needs no further check except for capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from aggregator.text.fold import fold, is_all_caps, lower, offsets, span
from aggregator.text.scripts import HANGUL, UNSPACED, unspaced

Spans = tuple[tuple[int, int], ...]
"""Ranges of a text: (start, end), end exclusive."""

# In a headline in capitals these are more often the common word than the name.
_COMMON_WORDS = "us who it is in or as at he me so do go no am all are aid can may mad ice man new old one"
_COMMON = frozenset(_COMMON_WORDS.split())
# After these, "US" in capitals throughout is the pronoun.
_PRONOUN_WORDS = "of to for with from tell tells told let lets between join give gives help all about on at by and"
_PRONOUN_AFTER = frozenset(_PRONOUN_WORDS.split())


_ATTACHING = f"{UNSPACED}{HANGUL}"
_SEAM = re.compile(f"(?<=[0-9A-Za-z])(?=[{_ATTACHING}])|(?<=[{_ATTACHING}])(?=[0-9A-Za-z])")
_PARTING = "\x1f"  # a space where it is searched


def _parted(folded: str) -> str:
    return folded if folded.isascii() else _SEAM.sub(_PARTING, folded)


class _Searchable(dict[int, int]):
    """Table for str.translate: letters, digits and the vowel signs of Indic scripts stay, everything else becomes a space."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        self[code] = kept = code if char.isalnum() or unicodedata.category(char)[0] == "M" else 32
        return kept


_SEARCHABLE = _Searchable()
_SEARCHABLE_FIELDS = _Searchable({10: 10})  # the line break between title and summary, which no phrase bridges, stays


def searchable(folded: str) -> str:
    """The form in which needles are searched; it has the length of the folded text."""
    return lower(folded).translate(_SEARCHABLE)


def _suffixing(char: str) -> bool:
    """Whether the script is Hangul."""
    return HANGUL[0] <= char <= HANGUL[-1]


class Needle(NamedTuple):
    """A phrase in the form in which it is searched. `capitals` are the ranges that must be written in capitals."""

    text: str
    capitals: Spans = ()

    @property
    def word(self) -> str:
        return self.text.strip()


@lru_cache(maxsize=10_000)  # the rules are compiled again and again with one line changed
def needle(phrase: str) -> Needle | None:
    """The needle for a phrase as an editor writes it: `*` at the end stands for any ending, all-capital words match capitals
    only, and if there are none of these, a `!` at the end asks for words that begin with capitals. None if the phrase has no letters or
    digits."""
    if phrase.rstrip().endswith("!"):
        made = needle(phrase.rstrip().rstrip("!"))
        return made if made is None or made.capitals else _capitalised(made)
    open_end = phrase.rstrip().endswith("*")
    folded = _parted(fold(phrase.rstrip().removesuffix("*")))
    cased = "".join(c if s != " " else " " for c, s in zip(folded, searchable(folded), strict=True)).strip()
    if not cased:
        return None
    text = searchable(cased)
    start = "" if unspaced(text[0]) else " "
    end = "" if open_end or unspaced(text[-1]) or _suffixing(text[-1]) else " "
    return Needle(start + text + end, _capitals(cased, len(start)))


def _capitalised(made: Needle) -> Needle:
    """It matches only if its words begin with capitals: Turkey, not turkey."""
    at = [i + 1 for i, char in enumerate(made.text[:-1]) if char == " "]
    return Needle(made.text, tuple((i, i + 1) for i in at if made.text[i].islower()))


def _capitals(cased: str, shift: int) -> Spans:
    found = []
    at = shift
    for word in cased.split(" "):
        if word.isupper():
            found.append((at, at + len(word)))
        at += len(word) + 1
    return tuple(found)


class Haystack(NamedTuple):
    """Title and summary in the form in which they are searched: `text` lower case, `cased` folded with case kept, both of the
    same length. `split` is the index where the summary begins."""

    text: str
    cased: str
    split: int
    all_caps: bool  # the title is written in capitals throughout


def haystack(title: str, summary: str = "") -> Haystack:
    head, body = _parted(fold(title)), _parted(fold(summary))
    cased = f" {head} \n {body} " if body else f" {head} "
    text = lower(cased).translate(_SEARCHABLE_FIELDS)
    return Haystack(text, cased, len(head) + 3, is_all_caps(head))


class Locator:
    """Maps ranges of a haystack back to the texts that it was made from."""

    __slots__ = ("_hay", "_origins", "_texts")

    def __init__(self, title: str, summary: str, hay: Haystack) -> None:
        self._hay = hay
        self._texts = (title, summary)
        self._origins: list[list[int] | range | None] = [None, None]

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """(field, start, end): `title` or `summary`, and the offsets in it, without boundary spaces."""
        text = self._hay.text
        while start < end and text[start] == " ":
            start += 1
        while end > start and text[end - 1] == " ":
            end -= 1
        field = int(start >= self._hay.split)
        shift = self._hay.split + 1 if field else 1
        origins = self._origins[field]
        if origins is None:
            origins = self._origins[field] = self._fresh(field, shift)
        return (("title", "summary")[field], *span(self._texts[field], start - shift, end - shift, origins))

    def _fresh(self, field: int, shift: int) -> list[int] | range:
        text = self._texts[field]
        same = self._hay.cased.startswith(text, shift) and self._hay.cased[shift + len(text)] == " "
        return range(len(text)) if same else _origins(text)


def _origins(text: str) -> list[int]:
    """As `offsets`, of the parted text."""
    origins = offsets(text)
    for at in [seam.start() for seam in _SEAM.finditer(fold(text))][::-1]:
        origins.insert(at, origins[at])
    return origins


def _automaton(texts: tuple[str, ...]) -> AhoCorasick:
    return AhoCorasick(texts, matchkind=MatchKind.Standard)


_large = lru_cache(maxsize=1)(_automaton)
"""The last one is kept, since most edits of rules change no words, and building it takes most of the time of compiling them."""
LARGE = 1000  # needles


class Matcher:
    """Finds needles in haystacks. Immutable; pickled as its needles, from which the automaton is rebuilt (0.1 s with the gazetteer) when
    it is needed first."""

    __slots__ = ("_automaton", "_capitals", "needles")

    def __init__(self, needles: Sequence[Needle]) -> None:
        self.needles = tuple(needles)
        self._capitals = [made.capitals for made in self.needles]
        self._automaton: AhoCorasick | None = None

    def __reduce__(self) -> tuple[type[Matcher], tuple[tuple[Needle, ...]]]:
        return Matcher, (self.needles,)

    def find(self, hay: Haystack) -> list[tuple[int, int, int]]:
        """(index of the needle, start, end) of all hits, including overlapping ones, in order of end."""
        if self._automaton is None:
            build = _automaton if len(self.needles) < LARGE else _large
            self._automaton = build(tuple(made.text for made in self.needles))
        return self._kept(hay, self._automaton.find_matches_as_indexes(hay.text, overlapping=True))

    def find_once(self, hay: Haystack) -> list[tuple[int, int, int]]:
        """As `find`, without building the automaton of all needles: for a matcher that is used for one text alone."""
        numbers = [number for number, made in enumerate(self.needles) if made.text in hay.text]
        there = _automaton(tuple(self.needles[number].text for number in numbers))
        hits = there.find_matches_as_indexes(hay.text, overlapping=True)
        return self._kept(hay, [(numbers[index], start, end) for index, start, end in hits])

    def _kept(self, hay: Haystack, hits: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Those with the capitals that they need, and not within a word."""
        capitals, cased = self._capitals, hay.cased
        return [
            hit
            for hit in hits
            if (not capitals[hit[0]] or self._capital(hay, hit))
            and (cased[hit[1]] != _PARTING or not _suffixing(cased[hit[1] + 1]))  # ICBM이란, 20대만: no Iran, no Taiwan
        ]

    def _capital(self, hay: Haystack, hit: tuple[int, int, int]) -> bool:
        index, start, _ = hit
        cased = hay.cased
        for i, j in self._capitals[index]:
            if not cased[start + i : start + j].isupper() or cased[start + j] == "$":  # US$5 is money
                return False
        return not (hay.all_caps and start < hay.split and self._is_common(hay, index, start))

    def _is_common(self, hay: Haystack, index: int, start: int) -> bool:
        word = self.needles[index].word
        if word not in _COMMON:
            return False
        before = hay.text[:start].split()
        return word != "us" or bool(before and before[-1] in _PRONOUN_AFTER)
