"""Reads what a batch needs of the past, with a small fixed number of calls to the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from aggregator.model.story import KnownItem
from aggregator.ports import Past
from aggregator.stories.candidate import Candidate
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import Features, features
from aggregator.stories.matrix import Matrix
from aggregator.stories.nomination import nominated, posted
from aggregator.stories.rarity import Rarity
from aggregator.stories.tuning import TUNING

LATEST = 20  # of the known items with an equal headline, only so many are considered, the newest ones


class BatchContext(Struct, frozen=True):
    """A batch of new items, and the part of the past that concerns it."""

    new: Sequence[Candidate]  # in order of publication
    features: Mapping[int, Features]  # of the new items
    encoded: Sequence[bytes]  # the same, encoded as for the store, in the order of `new`
    rarity: Rarity
    postings: Sequence[tuple[int, int]]  # (word, new item): the words under which each is indexed
    near: Mapping[int, Sequence[int]]  # new item → known and new items that share rare words with it, the best first
    known: Mapping[int, KnownItem]
    addresses: Mapping[str, int]  # canonical address → story
    headlines: Mapping[int, Sequence[int]]  # key of a headline → known items with it, oldest first
    counts: Mapping[int, int]  # word → how many new items contain it
    cache: FeatureCache


def read(new: Sequence[Candidate], past: Past, cache: FeatureCache) -> BatchContext:
    """`new` must be sorted by `in_order` and not be empty."""
    items = [one.item for one in new]
    kept = {one.item: features(one) for one in new}
    encoded = [one.encode() for one in kept.values()]
    words, _ = cache.matrix(cache.rows(items, encoded))
    counts, rarity, postings, others = _nominate(new, words, past)
    near = dict(zip(items, others, strict=True))
    same = past.same_headline(
        {one.headline for one in kept.values() if one.headline},
        new[0].at - TUNING.same_headline,
        new[-1].at + TUNING.same_headline,
    )
    headlines = {headline: items[-LATEST:] for headline, items in same.items()}
    addresses = past.same_address({one.canonical for one in new if one.canonical})
    named = {item for others in (*near.values(), *headlines.values()) for item in others} - kept.keys()
    known = _known(named, set(addresses.values()), past)
    return BatchContext(new, kept, encoded, rarity, postings, near, known, addresses, headlines, counts, cache)


def _nominate(
    new: Sequence[Candidate], words: Matrix, past: Past
) -> tuple[dict[int, int], Rarity, list[tuple[int, int]], list[list[int]]]:
    """(counts, rarity, postings, near) as in `BatchContext`, but `near` is a list in the order of `new`."""
    every = words.ids.tolist()
    counts = dict(zip(every, words.counts().tolist(), strict=True))
    seen = past.frequencies(every)
    rarity = Rarity(past.documents() + len(new), {word: count + seen.get(word, 0) for word, count in counts.items()})
    asked = posted(words, rarity.of(words.ids))
    indexed = words.ids[np.unique(asked.column)].tolist()
    counted = {word for word in indexed if word in seen}  # a word that was never counted has no postings
    listed = past.postings(counted, new[0].at - TUNING.window, new[-1].at + TUNING.window, TUNING.max_postings + 1)
    items = np.array([one.item for one in new])
    near = nominated(asked, words.ids, items, listed)
    at = np.array([one.at for one in new])
    order = np.lexsort((items[asked.row], at[asked.row], asked.column))  # as the store keeps them
    postings = list(zip(words.ids[asked.column[order]].tolist(), items[asked.row[order]].tolist(), strict=True))
    return counts, rarity, postings, near


def _known(items: set[int], stories: set[int], past: Past) -> dict[int, KnownItem]:
    """These items, and for each of their stories (and of `stories`) its founder and its newest members, which show its present
    subject."""
    known = dict(past.known(items))
    members = past.members(stories | {one.story for one in known.values()})
    sampled = {item for story, held in members.items() for item in _sample(story, held, TUNING.story_sample)}
    known.update(past.known(sampled - known.keys()))
    return known


def _sample(story: int, members: Sequence[int], most: int) -> Iterable[int]:
    return members if len(members) <= most else (story, *members[1 - most :])
