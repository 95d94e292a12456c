"""Other ways to write a search that found little: a word with any ending, or without quotes; one that found nothing, with a slip of the
hand undone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from string import ascii_lowercase

from aggregator.text.words import stem_ids
from aggregator.web.parameters import MAX_QUERY

FEW = 10
"""Results from which on nothing is suggested."""
MOST = 4
NEAREST = 8
"""How many words that resemble one that is nowhere are tried."""
_SHORTEST = 4  # letters before a star: `war*` is also warm, warn and warehouse


def suggestions(words: Sequence[str], without: Sequence[str]) -> list[str]:
    """Searches, as one types them (`q`), in which one word is written otherwise; at most four. Phrases stay as they are."""
    operators = [word for word in words if word not in ("AND", "OR")]
    found = [typed(operators, without)] if 0 < len(operators) < len(words) else []
    found += [
        typed([*words[:at], other, *words[at + 1 :]], without)
        for at, word in enumerate(words)
        for other in _otherwise(word)
    ]
    return [query for query in dict.fromkeys(found) if len(query) <= MAX_QUERY][:MOST]


def respelled(words: Sequence[str], known: Callable[[Collection[int]], Mapping[int, int]]) -> Iterator[tuple[str, ...]]:
    """The words of a search, of which one that no text has is replaced by one that differs by a slip of the hand: the commonest first.
    `known`: of stems, in how many texts they are, as far as that is known."""
    for at, word in enumerate(words):
        if not (word.isascii() and word.isalpha() and len(word) >= _SHORTEST) or known(stem_ids([word])):
            continue
        near = sorted(_slipped(word.lower()))
        ids = stem_ids(near)
        counts = known(set(ids))
        told = sorted((-counts[id], other) for other, id in zip(near, ids, strict=True) if id in counts)
        yield from ((*words[:at], other, *words[at + 1 :]) for _, other in told[:NEAREST])


def _slipped(word: str) -> set[str]:
    """What a word may have been meant to be: a letter was left out, added, changed, or two changed places."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {head + tail[1:] for head, tail in parts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    more = {head + letter + tail for head, tail in parts for letter in ascii_lowercase}
    others = {head + letter + tail[1:] for head, tail in parts if tail for letter in ascii_lowercase}
    return (fewer | swapped | more | others) - {word}


def typed(words: Sequence[str], without: Sequence[str]) -> str:
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
