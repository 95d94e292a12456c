"""Text that every format can carry. Normalised texts already are; the words of a search can be anything."""

from __future__ import annotations

import re

_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
"""Characters that XML 1.0 (2.2) forbids, and bidirectional overrides, which affect text after them."""


def fit(text: str) -> str:
    """The text without such characters."""
    return _UNFIT.sub("", text)
