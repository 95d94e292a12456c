"""Finds many phrases in a text in one pass (Aho-Corasick), at word boundaries, and with capitals where a phrase requires them.

The text that is searched (the *haystack*) is folded and in lower case. Everything except letters and digits is replaced by a space,
and there is a space at both ends. Where a Latin letter or digit meets Hangul or a script without spaces, a space is inserted
(NATO首脳, NATO가). A phrase that is searched (a *needle*) includes the spaces at its word boundaries (` nato `), so a hit needs no
further check except for capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, MatchKind
from msgspec import Struct

from aggregator.text.fold import Table, fold, is_all_caps, lower, offsets, span
from aggregator.text.scripts import HANGUL, UNSPACED, unspaced

Hit = tuple[int, int, int]  # number of the needle, start, end
Spans = tuple[tuple[int, int], ...]
"""Ranges of a text: (start, end), end exclusive."""

# In a headline written in capitals, these are more often the common word than the name (US, WHO, IT, …).
_COMMON_WORDS = "us who it is in or as at he me so do go no am all are aid can may mad ice man new old one ph la"
_COMMON = frozenset(_COMMON_WORDS.split())
# After these words, "US" in a headline written in capitals is the pronoun.
_PRONOUN_WORDS = "of to for with from tell tells told let lets between join give gives help all about on at by and"
_PRONOUN_AFTER = frozenset(_PRONOUN_WORDS.split())


_ATTACHING = f"{UNSPACED}{HANGUL}"
_SEAM = re.compile(f"(?<=[0-9A-Za-z])(?=[{_ATTACHING}])|(?<=[{_ATTACHING}])(?=[0-9A-Za-z])")
_PARTING = "\x1f"  # marks an inserted space; `searchable` replaces it by a space


def _parted(folded: str) -> str:
    return folded if folded.isascii() else _SEAM.sub(_PARTING, folded)


def _searchable(char: str) -> str:
    """Letters, digits and marks (such as Indic vowel signs) stay, everything else becomes a space, as does the frame of a keycap."""
    return char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else " "


_SEARCHABLE, _SEARCHABLE_FIELDS = Table(_searchable), Table(_searchable)
_SEARCHABLE_FIELDS[10] = "\n"  # keeps the line break after the title: no phrase spans both fields
_ASCII = bytes(range(128)).lower().decode().translate(_SEARCHABLE_FIELDS).encode().ljust(256)  # both steps at once


def searchable(folded: str) -> str:
    """The form that is searched, from a folded text; its length does not change."""
    return lower(folded).translate(_SEARCHABLE)


def _suffixing(char: str) -> bool:
    """Whether a character is Hangul. Korean attaches particles to words, so a needle may end within a word there."""
    return HANGUL[0] <= char <= HANGUL[-1]


class Needle(NamedTuple):
    """A phrase in the form that is searched. `capitals` are the ranges of `text` that must be in capitals in the haystack."""

    text: str
    capitals: Spans = ()

    @property
    def word(self) -> str:
        return self.text.strip()

    @property
    def begins_within(self) -> bool:
        """Whether it may begin within a word of a script with spaces between words (*brand)."""
        return self.text[0] != " " and not unspaced(self.text[0])


@lru_cache(maxsize=10_000)  # an editor's rules are compiled again and again with one line changed
def needle(phrase: str) -> Needle | None:
    """The needle for a phrase as an editor writes it; None if the phrase has no letters or digits. A `*` at the end stands for any
    ending (missile*), one at the beginning for any beginning (*brand). All-capital words match capitals only (NATO). If the phrase has
    no such word, a `!` at the end requires capitals: words must begin with one as they do in the phrase (Law and Justice!), or if none
    does there, all must (turkey!). Of an abbreviation of one word that ends with a capital all are needed (MoD!, ZiG!)."""
    named = phrase.rstrip().endswith("!")
    phrase = phrase.rstrip().rstrip("!").rstrip() if named else phrase.rstrip()
    open_end = phrase.endswith("*")
    open_start = phrase.startswith("*")
    folded = _parted(fold(phrase.removeprefix("*").removesuffix("*")))
    cased = "".join(c if s != " " else " " for c, s in zip(folded, searchable(folded), strict=True)).strip()
    if not cased:
        return None
    text = searchable(cased)
    start = "" if open_start or unspaced(text[0]) else " "
    end = "" if open_end or unspaced(text[-1]) or _suffixing(text[-1]) else " "
    capitals = _capitals(cased, len(start))
    return Needle(start + text + end, capitals or (_initials(cased, len(start)) if named else ()))


def _initials(cased: str, shift: int) -> Spans:
    """The first letters of the words that begin with a capital, or if none does, of all words. All capitals of an abbreviation: of one
    word that ends with a capital."""
    if " " not in cased and cased[-1].isupper():
        return tuple((i + shift, i + shift + 1) for i, char in enumerate(cased) if char.isupper())
    first = [i for i, char in enumerate(cased) if (char.islower() or char.isupper()) and cased[i - 1 : i] in ("", " ")]
    written = [i for i in first if cased[i].isupper()]
    return tuple((i + shift, i + shift + 1) for i in written or first)


def _capitals(cased: str, shift: int) -> Spans:
    words = re.finditer("[^ ]+", cased)
    return tuple((word.start() + shift, word.end() + shift) for word in words if word[0].isupper())


class Haystack(Struct, frozen=True):
    """Title and summary in the form that is searched: `text` in lower case, `cased` with its case kept, both of the same length.
    `split` is the index at which the summary begins."""

    text: str
    cased: str
    split: int
    all_caps: bool  # the title is written in capitals throughout


def haystack(title: str, summary: str = "") -> Haystack:
    head, body = _parted(fold(title)), _parted(fold(summary))
    cased = f" {head} \n {body} " if body else f" {head} "
    text = cased.encode().translate(_ASCII).decode() if cased.isascii() else lower(cased).translate(_SEARCHABLE_FIELDS)
    return Haystack(text, cased, len(head) + 3, is_all_caps(head))


class Locator:
    """Maps ranges of a haystack back to the title and the summary that it was made from."""

    __slots__ = ("_hay", "_origins", "_texts")

    def __init__(self, title: str, summary: str, hay: Haystack) -> None:
        self._hay = hay
        self._texts = (title, summary)
        self._origins: list[list[int] | range | None] = [None, None]

    def locate(self, start: int, end: int) -> tuple[str, str, int, int]:
        """(field, text, start, end): `title` or `summary`, its text, and the offsets in it, without the spaces at both ends."""
        hay = self._hay.text
        while start < end and hay[start] == " ":
            start += 1
        while end > start and hay[end - 1] == " ":
            end -= 1
        field = int(start >= self._hay.split)
        shift = self._hay.split + 1 if field else 1
        origins = self._origins[field]
        if origins is None:
            origins = self._origins[field] = self._fresh(field, shift)
        text = self._texts[field]
        return (("title", "summary")[field], text, *span(text, start - shift, end - shift, origins))

    def _fresh(self, field: int, shift: int) -> list[int] | range:
        text, cased = self._texts[field], self._hay.cased
        if cased.startswith(f"{text} ", shift):
            return range(len(text))
        return _origins(text) if _PARTING in cased else offsets(text)


def _origins(text: str) -> list[int]:
    """As `fold.offsets`, but for the text with the inserted spaces (`_parted`)."""
    origins = offsets(text)
    for at in [seam.start() for seam in _SEAM.finditer(fold(text))][::-1]:
        origins.insert(at, origins[at])
    return origins


class Matcher:
    """Finds needles in haystacks. Immutable. The automaton is built when it is first needed."""

    __slots__ = ("_automaton", "_capitals", "needles")

    def __init__(self, needles: Sequence[Needle]) -> None:
        self.needles = tuple(needles)
        self._capitals = [made.capitals for made in self.needles]
        self._automaton: BytesAhoCorasick | None = None

    def find(self, hay: Haystack) -> list[Hit]:
        """(index of the needle, start, end) of all hits, including overlapping ones, in order of end."""
        if self._automaton is None:
            needles = (made.text.encode() for made in self.needles)
            self._automaton = BytesAhoCorasick(needles, matchkind=MatchKind.Standard)
        data = hay.text.encode()
        hits = self._automaton.find_matches_as_indexes(data, overlapping=True)
        return self._kept(hay, hits if len(data) == len(hay.text) else list(self._in_characters(data, hits)))

    def _in_characters(self, data: bytes, hits: list[Hit]) -> Iterator[Hit]:
        """The hits in UTF-8, with the numbers of characters in place of those of bytes."""
        end = done = 0
        for index, _, after in hits:
            end += len(data[done:after].decode())
            done = after
            yield index, end - len(self.needles[index].text), end

    def _kept(self, hay: Haystack, hits: list[Hit]) -> list[Hit]:
        """The hits that have the capitals they need and do not begin within a Korean word."""
        capitals, cased = self._capitals, hay.cased
        kept = [hit for hit in hits if not capitals[hit[0]] or self._capital(hay, hit)]
        if _PARTING not in cased:
            return kept
        return [  # ICBM이란, 20대만: no Iran, no Taiwan
            hit for hit in kept if cased[hit[1]] != _PARTING or not _suffixing(cased[hit[1] + 1])
        ]

    def _capital(self, hay: Haystack, hit: Hit) -> bool:
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
