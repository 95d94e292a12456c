"""Suggestions for a search that found little: `or` and `and` as operators, a word with any ending, or without quotes. For a search that
found nothing: with a typing error corrected. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from string import ascii_lowercase

from aggregator.text.search import EITHER, alternatives
from aggregator.text.words import stem_ids_once
from aggregator.web.terms import MAX_QUERY, terms

FEW = 10
"""With so many results or more, nothing is suggested."""
MOST = 4  # suggestions
SUSPECTS = 3
"""If a search found nothing, so many of its words (the rarest) are searched alone, to find one that no text has."""
NEAREST = 8
"""So many similar words are tried instead of a word that no text has."""
Known = Callable[[Collection[int]], Mapping[int, int]]
"""Stem → number of texts with it, as the grouping counts them. That is an approximation: it includes words of addresses and texts that
were hidden or changed since, but not words far down in a text."""
_PART = 3  # minimum letters of each of two words that may have been written as one
Place = tuple[int, int]
"""Position of a word in a search: (index of its term, index of the alternative in the term)."""
_LONGEST = 30  # letters; longer words are not respelled, since there are 53 candidates for each letter
# letters; shorter words are rarely meant, and with a star they find too much: `war*` finds warm and warehouse
_SHORTEST = 4


def suggestions(words: Sequence[str], without: Sequence[str]) -> list[tuple[str, ...]]:
    """At most `MOST` variants of the search, each with one word changed, or with all operators that were not typed in capitals. Phrases
    stay as they are."""
    found = (_with_other(words, place, other) for word, place in _places(words) for other in _otherwise(word))
    variants = dict.fromkeys(chain(_operating(words), found))
    return [others for others in variants if len(as_typed(others, without)) <= MAX_QUERY][:MOST]


def _operating(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The search with `or` and `and` as operators, which readers type small, too; then they are words that must occur."""
    capitals = [word.upper() if word.lower() in ("or", "and") else word for word in words]
    text = " ".join(capitals)  # longer than what was typed if groups were multiplied out
    if capitals != [*words] and {*capitals} - {"OR", "AND"} and len(text) <= MAX_QUERY:
        yield terms(text)[0]


def rarest(words: Sequence[str], known: Known) -> list[str]:
    """At most `SUSPECTS` words that may be misspelled, the rarest first."""
    there = [
        word
        for word in dict.fromkeys(word for word, _ in _places(words))
        if word.isascii() and word.isalpha() and _SHORTEST <= len(word) <= _LONGEST
    ]
    ids = stem_ids_once(there)
    counts = known(set(ids))
    ordered = sorted(zip(ids, there, strict=True), key=lambda one: counts.get(one[0], 0))
    return [word for _, word in ordered][:SUSPECTS]


def narrowest(words: Sequence[str], word: str) -> str:
    """The term with the fewest alternatives among those that contain the word. (Groups in parentheses put a word into several terms.)"""
    return min((term for term in words if word in alternatives(term)), key=lambda term: len(alternatives(term)))


def everywhere(words: Sequence[str], word: str, other: str) -> tuple[str, ...]:
    """The terms with `word` replaced by `other` everywhere, since groups in parentheses repeat words."""
    return tuple(EITHER.join(other if one == word else one for one in alternatives(term)) for term in words)


def _places(words: Sequence[str]) -> list[tuple[str, Place]]:
    return [(one, (at, n)) for at, word in enumerate(words) for n, one in enumerate(alternatives(word))]


def _with_other(words: Sequence[str], place: Place, other: str) -> tuple[str, ...]:
    """The terms with the word at one place replaced by `other`."""
    at, n = place
    either = alternatives(words[at])
    return (*words[:at], EITHER.join((*either[:n], other, *either[n + 1 :])), *words[at + 1 :])


def respelled(word: str, known: Known) -> list[str]:
    """At most `NEAREST` known words that differ from `word` by one typing error, the most common first. Of those that count as one word,
    the one with the same letters comes first (`hamsa` is Hamas rather than Hama). Short words come after longer ones (`putn` is more
    likely Putin than put). Last come pairs of words that may have been written as one."""
    word = word.lower()
    near = sorted(_slipped(word))
    apart = [(word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1)]
    parts = [part for two in apart for part in two]
    ids = dict(zip([*near, *parts], stem_ids_once([*near, *parts]), strict=True))
    found = known(set(ids.values()))
    counts = {one: found[id] for one, id in ids.items() if id in found}
    letters = sorted(word)
    short = {one for one in near if len(one.removesuffix("s")) < _SHORTEST}  # `puts` is counted with put
    there = sorted((one in short, -counts[one], sorted(one) != letters, one) for one in near if one in counts)
    two = sorted((-min(counts[a], counts[b]), f'"{a} {b}"') for a, b in apart if a in counts and b in counts)
    return [*(one for *_, one in there), *(one for _, one in two)][:NEAREST]


def _slipped(word: str) -> set[str]:
    """All words that differ by one typing error: a letter omitted, added or changed, or two letters exchanged."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {head + tail[1:] for head, tail in parts}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    more = {head + letter + tail for head, tail in parts for letter in ascii_lowercase}
    others = {head + letter + tail[1:] for head, tail in parts if tail for letter in ascii_lowercase}
    return (fewer | swapped | more | others) - {word}


def as_typed(words: Sequence[str], without: Sequence[str]) -> str:
    """The search as typed in `q`: excluded words have a minus."""
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
