"""Splits a text into words for the full-text index, in the same way as SQLite's tokenizer `unicode61 remove_diacritics 2`, so that a search
has the same result on both backends. Words are runs of letters and digits, without case and diacritics. PostgreSQL gets the finished words:
its own parsers, which recognise hosts, punctuation and languages, are not used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aggregator.text.search import begun, indexed

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 500
"""Longer words are cut to so many characters; PostgreSQL's limit is 2 KB."""


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """A letter without its diacritics, if that is an ASCII letter; else the letter itself. A combining diacritic becomes empty."""
    if "\u0300" <= char <= "\u0331":
        return ""
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() and base.isalpha() else char


def tokens(text: str) -> list[str]:
    text = indexed(text).lower().replace("ς", "σ")
    if not text.isascii():
        text = "".join(map(_folded, text))
    return [word[:_LONGEST] for word in _WORD.findall(text)]


def vector(title: str, summary: str) -> str:
    """The tsvector of an item. One position between headline and summary is left free, so that no phrase matches across them."""
    positions: dict[str, list[str]] = {}
    head = tokens(title)
    for position, word in enumerate(head, 1):
        positions.setdefault(word, []).append(str(position))
    for position, word in enumerate(tokens(summary), len(head) + 2):
        positions.setdefault(word, []).append(str(position))
    return " ".join(f"'{word}':{','.join(found)}" for word, found in positions.items())


def query(wanted: Sequence[Sequence[str]], every: bool) -> str:
    """A tsquery: one phrase of each group must occur (`every`), or one of any group."""
    parts = [" | ".join(filter(None, map(_phrase, forms))) for forms in wanted]
    return (" & " if every else " | ").join(f"({part})" for part in parts if part)


def _phrase(phrase: str) -> str:
    return " <-> ".join(f"'{word}'" for word in tokens(phrase)) + (":*" if begun(phrase) else "")
