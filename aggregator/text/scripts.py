"""Scripts that are written without spaces between words."""

from __future__ import annotations

import re

# The full-text index is written by this table: a change needs a migration that rewrites the texts concerned.
UNSPACED = (
    "\u3040-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
)
"""Their letters, as ranges inside the brackets of a regular expression."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def unspaced(char: str) -> bool:
    """Whether the script of this letter is one of them."""
    return _UNSPACED.match(char) is not None
