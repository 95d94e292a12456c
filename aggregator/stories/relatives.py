"""Which other stories are related: chapters of one running event share rare words, others share topics.

The likeness is the sum of the rarities of shared words (as in the grouping), so that one name outweighs many common
words; a story is a chapter where it shares at least two of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from aggregator.stories.candidate import Candidate
from aggregator.stories.features import features
from aggregator.stories.rarity import Rarity

ASKED = 10  # rarest words of a story that others are looked up by
COMMON = 0.01  # a word in more than this share of all items leads to no chapter
WINDOW = 14 * 86_400  # seconds around a story in which its chapters lie
LISTED = 500  # items looked at under one word
SHARED = 2  # words that a chapter has in common with the story


class Past(Protocol):
    def documents(self) -> int: ...
    def frequencies(self, words: Collection[int]) -> Mapping[int, int]: ...
    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]: ...


def chapters(title: str, summary: str, lang: str | None, at: int, past: Past) -> list[tuple[int, float]]:
    """(item, score) of the items that share rare words with a text, highest first; `at` in epoch seconds."""
    words = features(Candidate(0, title, summary, "", None, at, lang)).words
    documents = past.documents()
    frequencies = past.frequencies(words)
    rarity = Rarity(documents, frequencies)
    most = max(5, COMMON * documents)
    telling = sorted(
        (word for word in words if 1 < frequencies.get(word, 0) <= most), key=lambda word: (-rarity[word], word)
    )
    postings = past.postings(telling[:ASKED], at - WINDOW, at + WINDOW, LISTED)
    scores: dict[int, float] = {}
    shared: dict[int, int] = {}
    for word, items in postings.items():
        for item in items:
            scores[item] = scores.get(item, 0.0) + rarity[word]
            shared[item] = shared.get(item, 0) + 1
    found = [(item, score) for item, score in scores.items() if shared[item] >= SHARED]
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))
