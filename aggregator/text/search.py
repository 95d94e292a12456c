"""What the index of a search holds instead of a text, so that readers find what they would see in it.

The index cuts a text into runs of letters and digits and takes accents off. That leaves two things to do before: a
letter of a script without spaces between words, or of Korean, whose particles are glued to the word, is a word of its own
(a search for several is a phrase, and so finds them anywhere in a run); and letters that are more than a base and an
accent (ø, ł, ß) are written as readers without them type them.
"""

from __future__ import annotations

import re

_ALONE = (
    "\u3040-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\uac00-\ud7a3"  # Hangul
)
# Letters that `fold` knows too, in a table of their own: what is changed here asks for a migration that makes the index anew.
_PLAIN = {
    "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n",
    "Ŋ": "N", "ə": "e", "Ə": "E", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
}  # fmt: skip
_CHANGED = re.compile(f"[{_ALONE}{''.join(_PLAIN)}]")


def indexed(text: str) -> str:
    """The text as it goes into the index, or as it is looked for there; most texts are that already."""
    return text if text.isascii() else _CHANGED.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    char = found[0]
    return _PLAIN.get(char) or f" {char} "
