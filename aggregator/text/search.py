"""Prepares texts and queries for the full-text index, so that readers find what they see.

The index itself splits a text into runs of letters and digits and removes accents from Latin letters. Before that, `indexed` does
five things:
- It puts spaces around each letter of a script without spaces between words, and of Korean (whose particles are attached to words),
  so that each is a word of its own. A search for several of them becomes a phrase, which is found anywhere.
- It replaces letters by what most people type for them: ø, ł, ß, Greek letters with accents and symbols made of Greek letters (µ),
  Arabic letters with hamza or vowel signs, Hebrew points, the Russian ё, Georgian capitals, and Latin letters and digits that are of full
  width, joined (ﬁ), raised, lowered (CO₂) or styled (𝗡𝗔𝗧𝗢).
- It replaces letters that stand for apostrophes (the ʼ of Обʼєднання, the ʻ of Hawaiʻi) by apostrophes, which part words.
- It replaces symbols by spaces that SQLite would take for letters (its tables are those of Unicode 6.1 of 2012) and so join words.
- It joins what some outlets write as one word and others with punctuation: U.S. and US, J. D. Vance and JD Vance, F-35 and F35.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from string import ascii_letters, digits

from aggregator.text.scripts import HANGUL, UNSPACED

# Not shared with `fold`, because a change here needs a migration that rebuilds the index.
_PLAIN = {
    "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n",
    "Ŋ": "N", "ə": "e", "Ə": "E", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
    "ё": "е", "Ё": "Е",
}  # fmt: skip
_WITH_ACCENTS = (*range(0x370, 0x400), *range(0x1F00, 0x2000), *range(0x620, 0x700))  # Greek, Arabic
_MARKS = (
    *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7,  # Hebrew
    *range(0x610, 0x61B), 0x640, *range(0x64B, 0x660), 0x670,  # Arabic
    *range(0x300, 0x370),  # accents that are no part of the letter before; SQLite would part words at some
)  # fmt: skip
_PLAIN |= {chr(code): unicodedata.normalize("NFD", chr(code))[0] for code in _WITH_ACCENTS}
_PLAIN |= dict.fromkeys(map(chr, _MARKS), "")
_PLAIN |= {"µ": "μ", "ϐ": "β", "ϑ": "θ", "ϕ": "φ", "ϖ": "π", "ϰ": "κ", "ϱ": "ρ", "ϵ": "ε", "ſ": "s", "ẛ": "s"}
_PLAIN |= {chr(ord(char) + 0xFEE0): char for char in f"{ascii_letters}{digits}.-"}  # full width
_STYLED = (
    0xB2, 0xB3, 0xB9, 0x2070, *range(0x2074, 0x207A), *range(0x2080, 0x208A),  # raised and lowered
    *range(0xFB00, 0xFB07),  # joined
    *range(0x1D400, 0x1D800),  # styled
)  # fmt: skip
_PLAIN |= {chr(code): unicodedata.normalize("NFKD", chr(code)) for code in _STYLED}
_PLAIN |= {chr(code): chr(code).lower() for code in range(0x1C90, 0x1CC0)}  # Georgian capitals, of Unicode 11
_PLAIN |= dict.fromkeys("ʹʻʼʾʿ", "'")
_PLAIN |= {"ς": "σ", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643", "\u0629": "\u0647"}
_PLAIN = {char: plain for char, plain in _PLAIN.items() if char != plain}
# Direction marks, currency symbols (₺, ₽), arrows and the like, punctuation, emoji. Private-use characters are left alone.
_SIGNS = "\u061c\u2066-\u2069\u20ba-\u20cf\u23f4-\u23ff\u2b4d-\u2bff\u2e32-\u2e7f\U0001f300-\U0001faff"
_SIGN = re.compile(f"[{_SIGNS}]")
_BEGUN = re.compile(r"[^\W_]{3}\*$")
# As ranges: with each of a thousand styled letters `re` would compare every character of a text that it does not change.
_RANGES = [list(run) for _, run in groupby(enumerate(sorted(map(ord, _PLAIN))), lambda pair: pair[1] - pair[0])]
_PLAINER = "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in _RANGES)
_CHANGED = re.compile(f"[{UNSPACED}{HANGUL}{_SIGNS}{_PLAINER}]")
_CAPITAL = "[A-ZΑ-ΩА-Я]"
EITHER = " OR "
"""Separates alternatives in a search: `drone OR "air raid"`."""
_ALTERNATIVE = re.compile(rf'("[^"]*"|.+?)(?:{EITHER}|$)')
INITIALS = rf"(?:{_CAPITAL}\. )+{_CAPITAL}\."
"""A regular expression for initials separated by spaces (`J. D. Vance`), which count as one word."""
_JOINED = re.compile(
    r"\.(?<=(?<!\w)[^\W\d_]\.)(?=[^\W\d_](?!\w))"  # the dot between single letters: U.S.
    rf"|\. (?<=(?<![\w.]){_CAPITAL}\. )(?={_CAPITAL}\.)"  # that and the space between initials: J. D.
    r"|[-\u2010\u2011](?<=(?<!\w)[^\W\d_].)(?=\d)"  # the hyphen between a single letter and a number: F-35
)


def indexed(text: str) -> str:
    """The form in which a text is indexed and a query is searched. Most texts are already in this form."""
    return _JOINED.sub("", text if text.isascii() else _CHANGED.sub(_written, text))


def alternatives(term: str) -> tuple[str, ...]:
    """The alternatives of a search term, mostly only one: `drone OR "air raid"` → `drone`, `"air raid"`."""
    return tuple(_ALTERNATIVE.findall(term)) if EITHER in term else (term,)


def begun(phrase: str) -> bool:
    """Whether a search term ends with the beginning of a word, of at least three letters: `missile*`."""
    return _BEGUN.search(phrase) is not None


def _written(found: re.Match[str]) -> str:
    char = found[0]
    return _PLAIN.get(char, " " if _SIGN.match(char) else f" {char} ")
