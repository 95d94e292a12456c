"""Text that any format can carry: what normalising lets through is fit already, words of a search may be anything."""

from __future__ import annotations

import re

_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
"""No characters of XML 1.0 (2.2), or overrides of writing direction, which reach beyond the text they stand in."""


def fit(text: str) -> str:
    return _UNFIT.sub("", text)
