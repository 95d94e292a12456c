"""Reads what a batch needs of the past, with a small number of calls to the store for each span of its items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct

from aggregator.model.story import KnownItem
from aggregator.ports import Past
from aggregator.stories.arrays import Ints
from aggregator.stories.candidate import Candidate
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import Features, grouped
from aggregator.stories.matrix import Matrix
from aggregator.stories.nomination import nominated, posted
from aggregator.stories.rarity import Rarity
from aggregator.stories.traits import Traits
from aggregator.stories.tuning import TUNING

LATEST = 20  # of the known items with an equal headline, and of those in the batch, only so many are considered, the newest ones


class BatchContext(Struct, frozen=True):
    """A batch of new items, and the part of the past that concerns it."""

    new: Sequence[Candidate]  # in order of publication
    features: Mapping[int, Features]  # of the new items
    encoded: Sequence[bytes]  # the same, encoded as for the store, in the order of `new`
    rarity: Rarity
    postings: tuple[Ints, Ints, Ints]  # word, publication, new item that is indexed under the word
    # New item, in the order of `new` → known and new items that share rare words with it, the best first
    near: Mapping[int, Sequence[int]]
    known: Mapping[int, KnownItem]
    addresses: Mapping[str, int]  # canonical address → story
    headlines: Mapping[int, Sequence[int]]  # new item → known items with its headline, oldest first
    counts: tuple[tuple[int, int], ...]  # (word, how many new items contain it), ascending
    cache: FeatureCache


class Span(Struct, frozen=True):
    """Items of the batch without a gap in time that is longer than the window, so that no item of another span can be compared with
    them. Each span has a window of its own: an old item does not widen that of the news with which it arrives."""

    rows: slice  # of the items, in order of publication
    first: int  # when the first one was published
    last: int  # and the last one


def read(new: Sequence[Candidate], past: Past, cache: FeatureCache) -> BatchContext:
    """`new` must be sorted by `in_order` and not be empty."""
    items = [one.item for one in new]
    kept = {one.item: grouped(one) for one in new}
    encoded = [one.encode() for one in kept.values()]
    words, traits = cache.matrix(cache.rows(items, encoded))
    before = cache.frequencies(words, past)
    at = np.array([one.at for one in new])
    spans = [*_spans(at)]
    counts, rarity, postings, others = _nominate(np.array(items), at, spans, (words, traits, before), past)
    near = dict(zip(items, others, strict=True))
    headlines = _same_headline([one.headline for one in kept.values()], spans, past)
    addresses = past.same_address({one.canonical for one in new if one.canonical})
    named = set[int]().union(*near.values(), *headlines) - kept.keys()
    known = _known(named, set(addresses.values()), past)
    same = dict(zip(items, headlines, strict=True))
    return BatchContext(new, kept, encoded, rarity, postings, near, known, addresses, same, counts, cache)


def _spans(at: Ints) -> Iterator[Span]:
    """The spans of items that were published at these times, ascending."""
    breaks = np.flatnonzero(np.diff(at) > TUNING.window) + 1
    for start, end in pairwise([0, *breaks.tolist(), len(at)]):
        yield Span(slice(start, end), int(at[start]), int(at[end - 1]))


def _nominate(
    items: Ints, at: Ints, spans: Iterable[Span], told: tuple[Matrix, Traits, Ints], past: Past
) -> tuple[tuple[tuple[int, int], ...], Rarity, tuple[Ints, Ints, Ints], list[list[int]]]:
    """(counts, rarity, postings, near) as in `BatchContext`, but `near` is a list in the order of `items`. `told`: as by
    `FeatureCache.matrix`, and how many known items contain each word."""
    words, traits, before = told
    held = words.counts()
    counts = tuple(zip(words.ids.tolist(), held.tolist(), strict=True))
    rarity = Rarity(past.documents() + len(items), words.ids, held + before)
    asked = posted(words, rarity.of(words.ids, traits["share"]))
    near: list[list[int]] = []
    for span in spans:
        since, until = span.first - TUNING.window, span.last + TUNING.window
        own = asked.of(span.rows)
        indexed = np.flatnonzero(np.bincount(own.column))
        counted = words.ids[indexed[before[indexed] > 0]]  # a word that was never counted has no postings
        listed = past.postings(counted.tolist(), since, until, TUNING.max_postings + 1)
        near += nominated(span.rows, own, ids=words.ids, items=items, past=listed)
    ordered = np.lexsort((items, at))  # as the store keeps them under each word
    column, place = np.divmod(np.sort(asked.column * len(items) + np.argsort(ordered)[asked.row]), len(items))
    row = ordered[place]
    return counts, rarity, (words.ids[column], at[row], items[row]), near


def _same_headline(keys: Sequence[int], spans: Iterable[Span], past: Past) -> list[Sequence[int]]:
    """For each new item the known ones with its headline. `keys`: those of the headlines, 0 for none."""
    found: list[Sequence[int]] = []
    for span in spans:
        own = keys[span.rows]
        since, until = span.first - TUNING.same_headline, span.last + TUNING.same_headline
        same = past.same_headline({key for key in own if key}, since, until)
        found += [same.get(key, ())[-LATEST:] for key in own]
    return found


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
