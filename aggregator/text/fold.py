"""Folding: the form in which words of rules and words of texts are compared.

`fold` keeps case, because all-capital words match capitals only; `lower` converts to lower case and never changes the length.
`fold` removes or unifies:
- diacritics (Erdoğan = Erdogan), selectors of variants (⚠️) and compatibility forms (full width, ligatures);
- dashes (to `-`), apostrophes (to `'`) and white space;
- the dots of abbreviations and initials (U.S. = US, J.D. = JD, Gen. = Gen, Gerald R. Ford = Gerald R Ford);
- the possessive (Ukraine's = Ukraine);
- the hyphen after a prefix (de-escalation = deescalation, so that a rule for `escalation` does not match it).

`span` maps a range of the folded text back to the original, for receipts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import groupby

# Letters that Unicode does not decompose, variants of punctuation, and characters that are removed.
_SINGLE = {
    "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n",
    "Ŋ": "N", "ə": "e", "Ə": "E", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
    "ς": "σ", "…": "...",
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("‘’‚‛′ʼʻʿʾʹ`´＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("™®©℠\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
}  # fmt: skip


class Table(dict[int, str]):
    """A table for `str.translate`, filled on demand by a function of a character. It holds characters up to U+FFFF: with all of Unicode,
    which a feed may list, it would take a hundred megabytes."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def __missing__(self, code: int) -> str:
        changed = self._change(chr(code))
        if code <= 0xFFFF:
            self[code] = changed
        return changed


def _is_dropped_mark(char: str) -> bool:
    """Whether folding removes this mark: accents, Arabic vowel signs, Hebrew points and what only selects a variant of the sign before
    (as of many emoji, at which a word may begin), but not the vowel signs of Indic scripts or the voicing marks of kana."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u064b" <= char <= "\u065f"
        or char in "\u0670\u0640"
        or ("\u0591" <= char <= "\u05c7" and unicodedata.category(char) == "Mn")
        or "VARIATION SELECTOR" in unicodedata.name(char, "")
    )


def _fold_char(char: str) -> str:
    if char in _SINGLE:
        return _SINGLE[char]
    if char.isspace() or unicodedata.category(char) == "Cc":
        return " "
    parts = unicodedata.normalize("NFKD", char)
    bare = "".join(_SINGLE.get(part, part) for part in parts if not _is_dropped_mark(part))
    # Recomposed, so that Hangul stays in syllables and voiced kana stay voiced.
    return unicodedata.normalize("NFC", bare)


_TABLE = Table(_fold_char)
_COMMON = [(sign, _fold_char(sign)) for sign in "’‘“”–—…`"]
"""Most non-ASCII characters of English texts. Replacing these one by one is ten times as fast as `str.translate`. (The last one is
ASCII; it is folded only in texts that contain others.)"""

# What folding removes. Each alternative begins with a literal character, which keeps the search fast.
_TITLES = "St Mt Ft Gen Sen Rep Gov Lt Col Sgt Maj Adm Dr Mr Mrs Ms Jr Sr vs"
_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
_PREFIXES = "De de DE Re re RE Co co CO"


def _after(words: str) -> str:
    """A regular expression that matches the position after one of these words and a dot. It has one lookbehind for each length of
    word (a lookbehind must have a fixed length), not one for each word: most dots end a sentence, so failing must be cheap."""
    of = groupby(sorted(words.split(), key=len), len)
    return "(?i:" + "|".join(rf"(?<=\b(?:{'|'.join(group)})\.)" for _, group in of) + ")"


_DROPS = (
    # the dot after a single letter, if another single letter follows or precedes it: U.S., J.D.
    r"\.(?<=(?<!\w)[^\W\d_]\.)(?:(?=[^\W\d_](?!\w))|(?<=\.[^\W\d_]\.)(?!\w)"
    # or a name: R. Ford
    r"|(?= [^\W\d_][\w.]))"
    # the dot of a shortened title before a name, and of a month before its day
    rf"|\.(?= )(?:{_after(_TITLES)}|(?= \d){_after(_MONTHS)})"
    # the possessive
    r"|'(?<=\w')[sS](?!\w)|'(?<=[sS]')(?= )"
    # the hyphen of a prefix
    + r"|-(?:" + "|".join(rf"(?<=(?<![\w'-]){prefix}-)" for prefix in _PREFIXES.split()) + r")(?=[^\W\d_]{3})"
    # no text has a NUL here: with a fourth first character `re` looks each up in a table, where it compares it with three
    + r"|\0"
)  # fmt: skip
_DROP = re.compile(_DROPS)
_DROP_SPACES = re.compile(_DROPS + r"| (?<=  )")


def _drops(mapped: str) -> re.Pattern[str]:
    return _DROP_SPACES if "  " in mapped else _DROP


def fold(text: str) -> str:
    """The folded text, case kept."""
    if not text.isascii():
        for sign, plain in _COMMON:
            text = text.replace(sign, plain)
    if not text.isascii() or not text.isprintable():
        text = text.translate(_TABLE)
    return _drops(text).sub("", text)


def lower(folded: str) -> str:
    """The folded text in lower case; its length does not change."""
    return folded.lower().replace("ς", "σ")


def key(text: str) -> str:
    """The text folded, in lower case and stripped: the form in which names are compared."""
    return lower(fold(text)).strip()


_BEYOND = re.compile(r"[^\x00-\x7f]")


def _mapped(text: str) -> tuple[str, Sequence[int]]:
    """The text with its characters folded but without the removals of `_DROPS`, and for each character its index in `text`."""
    if text.isascii() and text.isprintable():
        return text, range(len(text))
    mapped = text.translate(_TABLE)
    longer = [at for match in _BEYOND.finditer(text) if len(_TABLE[ord(text[at := match.start()])]) != 1]
    if not longer:  # each character became exactly one (dashes, quotes, letters with accents)
        return mapped, range(len(text))
    origins: list[int] = []
    done = 0
    for at in longer:
        origins.extend(range(done, at))
        origins.extend([at] * len(_TABLE[ord(text[at])]))
        done = at + 1
    origins.extend(range(done, len(text)))
    return mapped, origins


def offsets(text: str) -> list[int]:
    """For each character of `fold(text)` the index in `text` of the character that it came from."""
    mapped, origins = _mapped(text)
    result: list[int] = []
    done = 0
    for match in _drops(mapped).finditer(mapped):
        result.extend(origins[done : match.start()])
        done = match.end()
    result.extend(origins[done:])
    return result


def span(text: str, start: int, end: int, origins: Sequence[int]) -> tuple[int, int]:
    """The range (start, end) of `text` that became `fold(text)[start:end]`, including combining accents. `origins` is `offsets(text)`."""
    if start >= end or end > len(origins):
        return (len(text), len(text))
    first, last = origins[start], origins[end - 1] + 1
    while last < len(text) and not _TABLE[ord(text[last])]:
        last += 1
    return first, last


def is_all_caps(text: str) -> bool:
    """Whether a text is written in capitals throughout, so that its capitals say nothing. At least two words must have five letters or
    more ("US, UK" is not all caps). False if it has letters of a script without capitals."""
    capitals = text.isupper() and all(map(str.isupper, filter(str.isalpha, text)))
    return capitals and sum(len(word) >= 5 for word in text.split()) >= 2
