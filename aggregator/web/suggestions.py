"""Other ways to write a search that found little: a word with any ending, or without quotes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aggregator.web.parameters import MAX_QUERY

FEW = 10
"""Results from which on nothing is suggested."""
MOST = 4
_SHORTEST = 4  # letters before a star: `war*` is also warm, warn and warehouse


def suggestions(words: Sequence[str], without: Sequence[str]) -> list[str]:
    """Searches, as one types them (`q`), in which one word is written otherwise; at most four. Phrases stay as they are."""
    operators = [word for word in words if word not in ("AND", "OR")]
    found = [_typed(operators, without)] if 0 < len(operators) < len(words) else []
    found += [
        _typed([*words[:at], other, *words[at + 1 :]], without)
        for at, word in enumerate(words)
        for other in _otherwise(word)
    ]
    return [query for query in dict.fromkeys(found) if len(query) <= MAX_QUERY][:MOST]


def _typed(words: Sequence[str], without: Sequence[str]) -> str:
    """Excluded words after a minus."""
    return " ".join([*words, *(f"-{word}" for word in without)])


def _otherwise(word: str) -> Iterator[str]:
    if word.startswith('"') and " " not in word:
        yield word.strip('"')
    if not (word.isascii() and word.isalpha()):
        return
    plural = word[-1] in "sS" and word[-2:].lower() != "ss"
    begun = word[:-1] if plural else word
    if len(begun) >= _SHORTEST:
        yield f"{begun}*"
