"""Scripts that are written without spaces between words, and those that are written from right to left."""

from __future__ import annotations

import re
import unicodedata

# The full-text index is written by this table: a change needs a migration that rewrites the texts concerned.
UNSPACED = (
    "\u3040-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
)
"""Their letters, as ranges inside the brackets of a regular expression."""
HANGUL = "\uac00-\ud7a3"
"""Korean has spaces, but attaches particles to the word before them."""

MARKS = "\u200d" + "".join(
    char
    for char in map(chr, (*range(0x300, 0x1D00), *range(0xA800, 0xAC00)))
    if unicodedata.category(char) in ("Mn", "Mc")
)
"""Signs that belong to the letter before them and are none to `re`: accents, the vowel signs of Arabic, Thai and Indic scripts,
and the joiner of the latter."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def unspaced(char: str) -> bool:
    """Whether the script of this letter is one of them."""
    return _UNSPACED.match(char) is not None


_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic, Syriac, Thaana, N'Ko and others


def direction(text: str) -> str:
    """`rtl` or `ltr`, as most of its letters run. A browser's `auto` asks the first letter alone, which is Latin in many an
    Arabic headline ("Reuters: …")."""
    leftwards = len(_LEFTWARDS.findall(text))
    return "rtl" if leftwards and leftwards * 2 > sum(map(str.isalpha, text)) else "ltr"
