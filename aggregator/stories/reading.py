"""What a batch needs of the past, read in a fixed small number of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.stories.candidate import Candidate
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import Features, features
from aggregator.stories.matrix import Matrix
from aggregator.stories.nomination import nominated, posted
from aggregator.stories.rarity import Rarity
from aggregator.stories.tuning import Tuning
from aggregator.stories.values import History, Known

LATEST = 20  # known items under one headline that are looked at


@dataclass(frozen=True, slots=True)
class Reading:
    """`near` lists, for each new item, the known and new ones that share rare words with it, the most likely first."""

    new: Sequence[Candidate]  # in order of time
    features: Mapping[int, Features]  # of the new ones
    encoded: Sequence[bytes]  # … as known ones are kept
    rarity: Rarity
    postings: Sequence[tuple[int, int]]  # (word, new item): each under its rarest words
    near: Mapping[int, Sequence[int]]
    known: Mapping[int, Known]
    addresses: Mapping[str, int]
    headlines: Mapping[int, Sequence[int]]
    counts: Mapping[int, int]
    cache: FeatureCache


def read(new: Sequence[Candidate], history: History, tuning: Tuning, cache: FeatureCache) -> Reading:
    """`new` is not empty and sorted by time."""
    items = [one.item for one in new]
    kept = {one.item: features(one) for one in new}
    encoded = [one.encode() for one in kept.values()]
    words, _ = cache.matrix(cache.rows(items, encoded))
    counts, rarity, postings, others = _nominate(new, words, history, tuning)
    near = dict(zip(items, others, strict=True))
    told = history.same_headline(
        {one.headline for one in kept.values() if one.headline},
        new[0].at - tuning.same_headline,
        new[-1].at + tuning.same_headline,
    )
    headlines = {headline: items[-LATEST:] for headline, items in told.items()}
    addresses = history.same_address({one.canonical for one in new if one.canonical})
    named = {item for others in (*near.values(), *headlines.values()) for item in others} - kept.keys()
    known = _known(named, set(addresses.values()), history, tuning)
    return Reading(new, kept, encoded, rarity, postings, near, known, addresses, headlines, counts, cache)


def _nominate(
    new: Sequence[Candidate], words: Matrix, history: History, tuning: Tuning
) -> tuple[dict[int, int], Rarity, list[tuple[int, int]], list[list[int]]]:
    """How often each word stands in the batch, how rare each is, under which each item is posted, and what is near it."""
    every = words.ids.tolist()
    counts = dict(zip(every, words.counts().tolist(), strict=True))
    past = history.frequencies(every)
    rarity = Rarity(history.documents() + len(new), {word: count + past.get(word, 0) for word, count in counts.items()})
    asked = posted(words, rarity.of(words.ids), tuning)
    told = words.ids[asked.column].tolist()
    seen = {word for word in told if word in past}  # nothing is listed under a word that was never counted
    listed = history.postings(seen, new[0].at - tuning.window, new[-1].at + tuning.window, tuning.crowded + 1)
    items = np.array([one.item for one in new])
    near = nominated(asked, words.ids, items, listed, tuning)
    return counts, rarity, list(zip(told, items[asked.row].tolist(), strict=True)), near


def _known(items: set[int], stories: set[int], history: History, tuning: Tuning) -> dict[int, Known]:
    """The items named, the founders of their stories and the newest members: what a running story is about now."""
    known = dict(history.known(items))
    members = history.members(stories | {one.story for one in known.values()})
    sampled = {item for story, held in members.items() for item in _sample(story, held, tuning.sample)}
    known.update(history.known(sampled - known.keys()))
    return known


def _sample(story: int, members: Sequence[int], most: int) -> Iterable[int]:
    return members if len(members) <= most else (story, *members[1 - most :])
