"""Folding: the form in which words of rules and words of texts are compared.

Case is kept by `fold` (all-capital words match capitals only) and dropped by `lower`, which never changes the
length. What folds: diacritics (Erdoğan = Erdogan), compatibility forms (full width, ligatures), dashes to `-`,
apostrophes to `'`, dots of abbreviations (U.S. = US, J.D. = JD, Gen. = Gen), the possessive (Ukraine's = Ukraine),
prefixes written apart (de-escalation = deescalation, so that neither holds the word escalation), white space.
`span` leads from a place in the folded text back to the original, for receipts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Letters that Unicode does not decompose, and signs that stand in a name without being part of it.
_SINGLE = {
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ł": "l",
    "Ł": "L",
    "ð": "d",
    "Ð": "D",
    "ħ": "h",
    "Ħ": "H",
    "ı": "i",
    "ŋ": "n",
    "Ŋ": "N",
    "ə": "e",
    "Ə": "E",
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "þ": "th",
    "Þ": "TH",
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("‘’‚‛′ʼʻʿʾʹ`´＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("™®©℠\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    "…": "...",
    "ς": "σ",
}


class _Folding(dict[int, str]):
    """A table for str.translate, filled as characters are met (bounded by the size of Unicode)."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_char(chr(code))
        return folded


def _is_dropped_mark(char: str) -> bool:
    """Accents, Arabic vowel signs and Hebrew points go; vowel signs of Indic scripts and kana voicing stay."""
    return (
        "\u0300" <= char <= "\u036f"
        or "\u064b" <= char <= "\u065f"
        or char in "\u0670\u0640"
        or ("\u0591" <= char <= "\u05c7" and unicodedata.category(char) == "Mn")
    )


def _fold_char(char: str) -> str:
    if char in _SINGLE:
        return _SINGLE[char]
    if char.isspace() or unicodedata.category(char) == "Cc":
        return " "
    parts = unicodedata.normalize("NFKD", char)
    bare = "".join(_SINGLE.get(part, part) for part in parts if not _is_dropped_mark(part))
    # Recomposed: Hangul stays in syllables, voiced kana stay voiced.
    return unicodedata.normalize("NFC", bare)


_TABLE = _Folding()

# What folding leaves out. Each alternative begins with its sign, which keeps the search quick.
_TITLES = "St Mt Ft Gen Sen Rep Gov Lt Col Sgt Maj Adm Dr Mr Mrs Ms Jr Sr vs"
_PREFIXES = "De de DE Re re RE Co co CO"
_DROPS = (
    # the dot after a single letter, where another single letter follows, or came before: U.S., J.D.
    r"\.(?<=(?<!\w)[^\W\d_]\.)(?:(?=[^\W\d_](?!\w))|(?<=\.[^\W\d_]\.)(?!\w))"
    # the dot of a shortened title before a name
    + r"|\.(?:" + "|".join(rf"(?<=\b{title}\.)" for title in _TITLES.split()) + r")(?= )"
    # the possessive
    r"|'(?<=\w')[sS](?!\w)|'(?<=[sS]')(?= )"
    # the hyphen of a prefix
    + r"|-(?:" + "|".join(rf"(?<=(?<![\w'-]){prefix}-)" for prefix in _PREFIXES.split()) + r")(?=[^\W\d_]{3})"
)  # fmt: skip
_DROP = re.compile(_DROPS)
_DROP_SPACES = re.compile(_DROPS + r"| (?<=  )")


def _drops(mapped: str) -> re.Pattern[str]:
    return _DROP_SPACES if "  " in mapped else _DROP


def fold(text: str) -> str:
    """The folded text, case kept."""
    if not text.isascii() or not text.isprintable():
        text = text.translate(_TABLE)
    return _drops(text).sub("", text)


def lower(folded: str) -> str:
    """Lower case, of the same length as its argument."""
    return folded.lower().replace("ς", "σ")


def key(text: str) -> str:
    """Folded, lower case, trimmed: equal keys, equal names."""
    return lower(fold(text)).strip()


_BEYOND = re.compile(r"[^\x00-\x7f]")


def _mapped(text: str) -> tuple[str, Sequence[int]]:
    """The text before anything is left out, and where each character came from."""
    if text.isascii() and text.isprintable():
        return text, range(len(text))
    mapped = text.translate(_TABLE)
    longer = [at for match in _BEYOND.finditer(text) if len(_TABLE[ord(text[at := match.start()])]) != 1]
    if not longer:  # dashes, quotes, letters with accents: one for one
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
    """For each character of `fold(text)`, the index of the character of `text` that it came from."""
    mapped, origins = _mapped(text)
    result: list[int] = []
    done = 0
    for match in _drops(mapped).finditer(mapped):
        result.extend(origins[done : match.start()])
        done = match.end()
    result.extend(origins[done:])
    return result


def span(text: str, start: int, end: int, origins: Sequence[int] | None = None) -> tuple[int, int]:
    """The part of `text` that `fold(text)[start:end]` came from, accents included. `origins` is `offsets(text)`
    where the caller has it."""
    origins = offsets(text) if origins is None else origins
    if start >= end or end > len(origins):
        return (len(text), len(text))
    first, last = origins[start], origins[end - 1] + 1
    while last < len(text) and not _TABLE[ord(text[last])]:
        last += 1
    return first, last


def shouts(text: str) -> bool:
    """Whether a text is written in capitals throughout, so that capitals say nothing about its words."""
    return text.isupper() and sum(len(word) >= 5 for word in text.split()) >= 2
