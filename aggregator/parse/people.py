"""Names of authors, out of the ways in which feeds write them."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"\s*[^\s()]+@[^\s()]+\s*\(([^()]+)\)\s*")
_BEFORE_ADDRESS = re.compile(r"\s*([^<>()@]{1,200}?)\s*(?:[<(\[]|\s)(?:mailto:)?[^\s<>()@]+@[^\s<>()@]+[)>\]]?\s*")


def name(text: str | None) -> str | None:
    """The name out of `name@host (Name)`, `Name <name@host>` and `Name (name@host)`."""
    if not text or "@" not in text or len(text) > 500:
        return text
    match = _IN_BRACKETS.fullmatch(text) or _BEFORE_ADDRESS.fullmatch(text)
    return match[1] if match else text
