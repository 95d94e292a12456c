"""Related stories: chapters of one running event, which share rare words; and how similar two stories are in meaning.

The score is the sum of the rarities of the shared words, so that one name outweighs many common words. A chapter must share two words
of which one is a name, or three words: two rare words that are not names ("pleads guilty", "small programme") may be shared by
chance. Where the two are one name ("Hong Kong", "Tom Brady"), the texts may tell of anything there, and this is said of them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from aggregator.ports import Past
from aggregator.stories.arrays import Bools, Floats
from aggregator.stories.candidate import Candidate
from aggregator.stories.embeddings import DIMENSIONS, embed_text
from aggregator.stories.features import OF, Features, features
from aggregator.stories.locations import Kind, countries, locate
from aggregator.stories.names import maybe_names, named
from aggregator.stories.rarity import Rarity, background
from aggregator.text.languages import language
from aggregator.text.words import tokens

ASKED = 10  # so many of a story's words are looked up, the rarest ones
COMMON = 0.01  # words in more than this share of all items are not looked up
WINDOW = 14 * 86_400  # seconds before and after a story in which chapters are searched
LISTED = 500  # at most so many items are read for each word
SHARED = 2  # words that must be shared if one of them is a name …
UNNAMED = 3  # … and if none is
RARE = 0.004  # share of all news below which a word of two headlines says that they have a subject in common
UNSURE = 0.5  # as a cosine: enough for a chapter, but not for two stories that share one topic, such as the country of their outlet


class Chapter(NamedTuple):
    """An item that shares rare words with a text. `name_alone`: they are the two words of one name."""

    item: int
    score: float
    name_alone: bool


def chapters(of: Sequence[Candidate], past: Past) -> list[list[Chapter]]:
    """For each text the items that share rare words with it, highest score first; of equal ones those that arrived at about the same
    time."""
    own = [features(one) for one in of]
    documents = past.documents()
    frequencies = past.frequencies({word for one in own for word in one.words})
    words, counts = np.array(sorted(frequencies.items()), np.int64).reshape(-1, 2).T
    rarity = Rarity(documents, words, counts)
    rarity.known(words)  # all at once: one by one would take half the time of a page
    most = max(5, COMMON * documents)
    found = []
    for text, candidate in zip(own, of, strict=True):
        telling = (word for word in text.words if 1 < frequencies.get(word, 0) <= most)
        asked = sorted(telling, key=lambda word: (-rarity[word], word))[:ASKED]
        named = {*maybe_names(asked)}.difference(text.figures)
        scored = _scored(_postings(asked, candidate.at, past), rarity, named, _names_of_two(text, named))
        found.append(sorted(scored, key=lambda one: (-one.score, abs(one.item - candidate.item), one.item)))
    return found


def _names_of_two(text: Features, named: Collection[int]) -> set[frozenset[int]]:
    """The pairs of words that may be one name, since they stand beside each other in the headline or the lead and both may be names."""
    beside = (pair for words in (text.title, text.lead) for pair in pairwise(word for word in words if word != OF))
    return {frozenset(pair) for pair in beside if pair[0] in named and pair[1] in named}


def _postings(words: Sequence[int], at: int, past: Past) -> dict[int, set[int]]:
    """Word → the items within `WINDOW` of the time `at` that are indexed under it. The store gives the first ones. For a word that has too
    many, those of smaller windows are added, else a story of today would share it only with reports of two weeks ago."""
    found: dict[int, set[int]] = {
        word: set() for word in words
    }  # in this order, since the order of a sum may change its last digit
    window = WINDOW
    while words and window:
        listed = past.postings(words, at - window, at + window, LISTED)
        for word, items in listed.items():
            found[word].update(items)
        words = [word for word in words if len(listed.get(word, ())) == LISTED]
        window //= 4
    return found


def _scored(
    postings: Mapping[int, Collection[int]],
    rarity: Mapping[int, float],
    named: Collection[int],
    names_of_two: Collection[frozenset[int]],
) -> list[Chapter]:
    scores: dict[int, float] = {}
    shared: dict[int, list[int]] = {}
    namesakes: set[int] = set()
    for word, items in postings.items():
        if word in named:
            namesakes.update(items)
        for item in items:
            scores[item] = scores.get(item, 0.0) + rarity[word]
            shared.setdefault(item, []).append(word)
    return [
        Chapter(item, score, frozenset(shared[item]) in names_of_two)
        for item, score in scores.items()
        if len(shared[item]) >= (SHARED if item in namesakes else UNNAMED)
    ]


class Sense(NamedTuple):
    """What is known of the meaning of a text: its embedding, of length 1, or zero if it is not in English; the code of its language, as
    far as that is known (what its feed claims may be wrong), else ""; and the rare words of its headline that name no place."""

    embedding: Floats
    language: str
    rare: frozenset[int]


@lru_cache(maxsize=8192)  # some 10 MB; the newest stories of each topic are compared for every list
def sense(title: str, summary: str, lang: str | None) -> Sense:
    own = features(Candidate(0, title, summary, "", None, 0, lang))
    words = np.array(own.title, np.int64)
    rare = words[(background(words) < RARE) & (locate(words) & 7 == 0)]
    return Sense(
        embed_text(own.title, own.lead), language(tokens(f"{title}\n{summary}"), lang), frozenset(rare.tolist())
    )


def names(title: str, lang: str | None) -> frozenset[int | tuple[int, int]]:
    """The words of a headline that are names, however it writes them, and the pairs of countries that it names. A place alone says too
    little: there are two shootings in Texas, but Israel and Gaza are the war."""
    words = np.array(features(Candidate(0, title, "", "", None, 0, lang)).title, np.int64)
    always, *_ = named(words)
    where = locate(words)
    kinds = where & 7
    placed = (kinds > 0) & (kinds != Kind.OTHER)
    named_countries = sorted({*countries(where[placed]).tolist()} - {0})
    return frozenset((*words[always & ~placed].tolist(), *combinations(named_countries, 2)))


def closeness(one: Sense, others: Sequence[Sense]) -> list[float]:
    """The cosine of an embedding with each of the others. `UNSURE` if nothing is known that speaks for or against the two: both are zero,
    or one is and they are in one language."""
    if not others:
        return []
    own, all = one.embedding, np.array([other.embedding for other in others])
    there = all.any(axis=1)
    alike = np.array([one.language != "" and other.language == one.language for other in others])
    found: list[float] = np.where(there & own.any(), all @ own, UNSURE * (alike | ~(there | own.any()))).tolist()
    return found


class Subjects(Struct, frozen=True):
    """What some stories are about, with a row for each story."""

    senses: Floats  # embeddings, of shape (stories, DIMENSIONS)
    topics: Floats  # of shape (stories, topics): square root of the rarity of each topic that a story has, else 0

    @classmethod
    def of(cls, stories: Sequence[tuple[Floats, Collection[str]]], rarities: Mapping[str, float]) -> Subjects:
        """From (embedding, topics) of each story, and the rarity of each topic: -log(share of stories that have it)."""
        column = {topic: number for number, topic in enumerate(rarities)}
        topics = np.zeros((len(stories), len(column)))
        for row, (_, held) in enumerate(stories):
            for topic in held:
                if topic in column:
                    topics[row, column[topic]] = math.sqrt(rarities[topic])
        return cls(np.array([sense for sense, _ in stories]).reshape(len(stories), DIMENSIONS), topics)

    def akin(self, others: Subjects, closes: Sequence[float], telling: float) -> list[list[list[int]]]:
        """For each of `closes`, and for each of these stories: the indexes of the `others` that are similar to it. The cosine of their
        embeddings is at least that number (which must be above 0), and the total rarity of their shared topics at least `telling`."""
        cosines, rarities = self.common(others)
        sharing = rarities >= telling
        return [_indexes((cosines >= close) & sharing) for close in closes]

    def common(self, others: Subjects) -> tuple[Floats, Floats]:
        """What each of these stories has in common with each of the others: (cosine of embeddings, total rarity of the shared topics)."""
        return self.senses @ others.senses.T, self.topics @ others.topics.T


def _indexes(found: Bools) -> list[list[int]]:
    """For each row the columns that are true."""
    rows, columns = np.nonzero(found)  # at once: a call for each row would take longer than the products
    starts = np.searchsorted(rows, np.arange(len(found) + 1)).tolist()
    return [columns[start:end].tolist() for start, end in pairwise(starts)]
