"""Scripts without spaces between words, and scripts that run from right to left."""

from __future__ import annotations

import re
import unicodedata

# The full-text index depends on this table: a change needs a migration that indexes the affected texts again.
UNSPACED = (
    "\u3040-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
)
"""The letters of scripts without spaces between words, as ranges for a character class of a regular expression."""
HANGUL = "\uac00-\ud7a3"
"""The syllables of Korean, which has spaces but attaches particles to words."""

MARKS = "\u200d" + "".join(
    char
    for char in map(chr, (*range(0x300, 0x1D00), *range(0xA800, 0xAC00)))
    if unicodedata.category(char) in ("Mn", "Mc")
)
"""Marks that belong to the letter before them, but do not match `\\w` of `re`: accents, the vowel signs of Arabic, Thai and Indic
scripts, and the zero-width joiner of Indic scripts."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def unspaced(char: str) -> bool:
    """Whether this letter belongs to a script without spaces between words."""
    return _UNSPACED.match(char) is not None


_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic, Syriac, Thaana, N'Ko and others


def direction(text: str) -> str:
    """`rtl` or `ltr`: the direction of most letters of a text. (`dir="auto"` of HTML goes by the first letter alone, which is Latin in
    many Arabic headlines: "Reuters: …".)"""
    leftwards = len(_LEFTWARDS.findall(text))
    return "rtl" if leftwards and leftwards * 2 > sum(map(str.isalpha, text)) else "ltr"
