"""Names of authors, from the forms in which feeds write them."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"\s*[^\s()@]+@[^\s()]+\s*\(([^()]+)\)\s*")
_ADDRESS_LAST = re.compile(r"(?:[<(\[]|\s)(?:mailto:)?[^\s<>()@]+@[^\s<>()@]+[)>\]]?\s*\Z")


def name(text: str | None) -> str | None:
    """The name in `name@host (Name)`, `Name <name@host>` or `Name (name@host)`; other texts are returned as they are."""
    if not text or "@" not in text or len(text) > 500:
        return text
    if match := _IN_BRACKETS.fullmatch(text):
        return match[1]
    address = _ADDRESS_LAST.search(text)
    before = text[: address.start()].strip() if address else ""
    return before if 0 < len(before) <= 200 and not set("<>()@") & set(before) else text
