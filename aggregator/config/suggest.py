"""Suggests what a misspelt name was probably meant to be: did you mean …?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

# What other programs call our keys.
OTHER_NAMES = {
    "interval": "every", "refresh": "every", "frequency": "every", "schedule": "every", "retention": "keep",
    "feed": "url", "link": "url", "address": "url", "xmlurl": "url", "href": "url", "label": "labels", "tags": "labels",
    "keywords": "words", "terms": "words", "phrases": "words", "countries": "places", "regions": "places", "exclude": "not",
    "ignore": "not", "block": "never", "category": "section", "feeds": "sources", "categories": "sections", "paused": "enabled",
    "disabled": "enabled", "tz": "timezone", "language": "lang", "lang": "language", "old": "was", "email": "contact",
    "title": "name", "name": "title",
}  # fmt: skip


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that was probably meant, or None."""
    by_lower, letters = _index(tuple(known))
    lower = word.lower()
    other = OTHER_NAMES.get(lower)
    if other in by_lower:
        return by_lower[other]
    size, own = len(lower), _letters(lower)
    # difflib's similarity is twice the number of common letters by that of all; most names share too few to be compared in full.
    possible = [
        name
        for name, theirs in letters
        if 2 * min(size - (own & ~theirs).bit_count(), len(name) - (theirs & ~own).bit_count())
        >= cutoff * (size + len(name))
    ]
    near = difflib.get_close_matches(lower, possible, n=1, cutoff=cutoff)
    return by_lower[near[0]] if near else None


@lru_cache(maxsize=8)  # a check asks for thousands of words among the same names
def _index(known: tuple[str, ...]) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """(name in lower case → name, [(name in lower case, its `_letters`)])."""
    by_lower = {name.lower(): name for name in known}
    return by_lower, [(name, _letters(name)) for name in by_lower]


def _letters(text: str) -> int:
    """The set of letters of a text, as bits. Different letters may have the same bit."""
    found = 0
    for letter in text:
        found |= 1 << (ord(letter) % 64)
    return found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, else the known names if they are few, else nothing."""
    names = list(known)
    near = closest(word, names)
    if near is not None:
        return f"; did you mean `{near}`?"
    if 0 < len(names) <= 20:
        return f"; there {'are' if len(names) > 1 else 'is only'} {', '.join(f'`{name}`' for name in names)}"
    return ""
