"""Suggests what a misspelt name was probably meant to be: did you mean …?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# What other programs call our keys.
OTHER_NAMES = {
    "interval": "every", "refresh": "every", "frequency": "every", "schedule": "every", "retention": "keep",
    "feed": "url", "link": "url", "address": "url", "xmlurl": "url", "href": "url", "title": "name", "label": "labels", "tags": "labels",
    "keywords": "words", "terms": "words", "phrases": "words", "countries": "places", "regions": "places", "exclude": "not",
    "ignore": "not", "block": "never", "category": "section", "feeds": "sources", "categories": "sections", "paused": "enabled",
    "disabled": "enabled", "tz": "timezone", "language": "lang", "lang": "language", "old": "was", "email": "contact",
}  # fmt: skip


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that was probably meant, or None."""
    by_lower = {name.lower(): name for name in known}
    lower = word.lower()
    other = OTHER_NAMES.get(lower)
    if other in by_lower:
        return other
    near = difflib.get_close_matches(lower, by_lower, n=1, cutoff=cutoff)
    return by_lower[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, else the known names if they are few, else nothing."""
    names = list(known)
    near = closest(word, names)
    if near is not None:
        return f"; did you mean `{near}`?"
    if 0 < len(names) <= 20:
        return f"; there {'are' if len(names) > 1 else 'is only'} {', '.join(f'`{name}`' for name in names)}"
    return ""
