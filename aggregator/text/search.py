"""Prepares texts for the full-text index, so that readers find what they see.

The index splits a text into runs of letters and digits and removes accents. Two things must be done before that: letters of
scripts without spaces between words, and of Korean, whose particles are attached to words, are separated so that each is a word of
its own (a search for several of them becomes a phrase and finds them anywhere); and letters that are not a base letter with an
accent (ø, ł, ß) are replaced by what readers without them type.
"""

from __future__ import annotations

import re

from aggregator.text.scripts import UNSPACED

_HANGUL = "\uac00-\ud7a3"
# Separate from the table in `fold`, because a change here needs a migration that rebuilds the index.
_PLAIN = {
    "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n",
    "Ŋ": "N", "ə": "e", "Ə": "E", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
}  # fmt: skip
_CHANGED = re.compile(f"[{UNSPACED}{_HANGUL}{''.join(_PLAIN)}]")


def indexed(text: str) -> str:
    """The text in the form in which it is indexed and searched. Most texts are already in this form."""
    return text if text.isascii() else _CHANGED.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    char = found[0]
    return _PLAIN.get(char) or f" {char} "
