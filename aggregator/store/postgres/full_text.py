"""Splits a text into words and folds them as SQLite's tokenizer `unicode61 remove_diacritics 2` does, so that a search
finds the same on either backend: runs of letters and digits, without case and diacritics. PostgreSQL gets the finished
words; its own parsers, which recognise hosts, signs and languages, are not used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aggregator.text.search import begun, indexed

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 500
"""Letters of a word that count; PostgreSQL's limit is 2 KB."""


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """A letter without its diacritics, if that leaves a Latin letter; a diacritic alone becomes nothing."""
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
    """A tsvector. No phrase extends from the headline into the summary: a position between them is left free."""
    positions: dict[str, list[str]] = {}
    head = tokens(title)
    for position, word in enumerate(head, 1):
        positions.setdefault(word, []).append(str(position))
    for position, word in enumerate(tokens(summary), len(head) + 2):
        positions.setdefault(word, []).append(str(position))
    return " ".join(f"'{word}':{','.join(found)}" for word, found in positions.items())


def query(wanted: Sequence[Sequence[str]], every: bool) -> str:
    """A tsquery of phrases."""
    parts = [" | ".join(filter(None, map(_phrase, forms))) for forms in wanted]
    return (" & " if every else " | ").join(f"({part})" for part in parts if part)


def _phrase(phrase: str) -> str:
    return " <-> ".join(f"'{word}'" for word in tokens(phrase)) + (":*" if begun(phrase) else "")
