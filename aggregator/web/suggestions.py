"""Other ways to write a search that found little: a word with any ending, or without quotes; one that found nothing, with a slip of the
hand undone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from string import ascii_lowercase

from aggregator.text.search import EITHER, alternatives
from aggregator.text.words import stem_ids_once
from aggregator.web.parameters import MAX_QUERY

FEW = 10
"""Results from which on nothing is suggested."""
MOST = 4
SUSPECTS = 3
"""How many words of a search that found nothing, the rarest, are asked for alone: whether one is nowhere."""
NEAREST = 8
"""How many words that resemble one that is nowhere are tried."""
Known = Callable[[Collection[int]], Mapping[int, int]]
"""Of stems, in how many texts the grouping has met them: also in addresses, and in what is hidden or changed since; not far down."""
_PART = 3  # letters of either of two words written as one
Place = tuple[int, int]
"""Of a word in a search: in which term, and which of its alternatives it is."""
_LONGEST = 30  # letters of a word that may be misspelled in 53 ways for each
_SHORTEST = 4  # letters of what is likely meant, and before a star: `war*` is also warm, warn and warehouse


def suggestions(words: Sequence[str], without: Sequence[str]) -> list[tuple[str, ...]]:
    """The same words with one of them written otherwise; at most four. Phrases stay as they are."""
    found = (with_other(words, place, other) for word, place in _places(words) for other in _otherwise(word))
    return [others for others in dict.fromkeys(found) if len(typed(others, without)) <= MAX_QUERY][:MOST]


def rarest(words: Sequence[str], known: Known) -> list[str]:
    """The words that may be misspelled, the rarest first; a few."""
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
    """Of the terms that have a word, of which groups make several, that with the fewest alternatives."""
    return min((term for term in words if word in alternatives(term)), key=lambda term: len(alternatives(term)))


def everywhere(words: Sequence[str], word: str, other: str) -> tuple[str, ...]:
    """The words with another for one, wherever that stands: groups write it several times."""
    return tuple(EITHER.join(other if one == word else one for one in alternatives(term)) for term in words)


def _places(words: Sequence[str]) -> list[tuple[str, Place]]:
    return [(one, (at, n)) for at, word in enumerate(words) for n, one in enumerate(alternatives(word))]


def with_other(words: Sequence[str], place: Place, other: str) -> tuple[str, ...]:
    """The words with another at one place."""
    at, n = place
    either = alternatives(words[at])
    return (*words[:at], EITHER.join((*either[:n], other, *either[n + 1 :])), *words[at + 1 :])


def respelled(word: str, known: Known) -> list[str]:
    """What may have been meant, but for a slip of the hand: the commonest first, a few. Short words, which are everywhere, come after
    others (`putn` is rather Putin than put), and what may be two words written as one last."""
    word = word.lower()
    near = sorted(_slipped(word))
    apart = [(word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1)]
    parts = [part for two in apart for part in two]
    ids = dict(zip([*near, *parts], stem_ids_once([*near, *parts]), strict=True))
    found = known(set(ids.values()))
    counts = {one: found[id] for one, id in ids.items() if id in found}
    there = sorted((len(one) < _SHORTEST, -counts[one], one) for one in near if one in counts)
    two = sorted((-min(counts[a], counts[b]), f'"{a} {b}"') for a, b in apart if a in counts and b in counts)
    return [*(one for *_, one in there), *(one for _, one in two)][:NEAREST]


def _slipped(word: str) -> set[str]:
    """What a word may have been meant to be: a letter was left out, added, changed, or two changed places."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {head + tail[1:] for head, tail in parts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    more = {head + letter + tail for head, tail in parts for letter in ascii_lowercase}
    others = {head + letter + tail[1:] for head, tail in parts if tail for letter in ascii_lowercase}
    return (fewer | swapped | more | others) - {word}


def typed(words: Sequence[str], without: Sequence[str]) -> str:
    """A search as one types it (`q`): excluded words after a minus."""
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
