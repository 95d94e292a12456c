"""What a batch needs of the past, read in a fixed small number of calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from aggregator.stories.features import Features, told
from aggregator.stories.rarity import Rarity
from aggregator.stories.tuning import Tuning
from aggregator.stories.values import Candidate, History, Known


@dataclass(frozen=True, slots=True)
class Reading:
    """`near` lists, for each new item, the known and new ones that share rare words with it, the most likely first."""

    new: Sequence[Candidate]  # in order of time
    features: Mapping[int, Features]  # of the new ones
    words: Mapping[int, list[str]]  # … and the words they were made of
    rarity: Rarity
    rare: Mapping[int, Mapping[int, float]]  # new item → ids of its rarest words, with how rare
    near: Mapping[int, Sequence[int]]
    known: Mapping[int, Known]
    addresses: Mapping[str, int]
    headlines: Mapping[int, Sequence[int]]
    counts: Mapping[int, int]


def read(new: Sequence[Candidate], history: History, tuning: Tuning) -> Reading:
    """`new` is not empty and sorted by time."""
    texts = {one.item: told(one) for one in new}
    kept = {item: found for item, (found, _) in texts.items()}
    words = {item: found for item, (_, found) in texts.items()}
    counts = Counter(chain.from_iterable([one.title + one.lead for one in kept.values()]))
    past = history.frequencies(counts.keys())
    seen = {word: count + past.get(word, 0) for word, count in counts.items()}
    rarity = Rarity(history.documents() + len(new), seen)
    rare = {item: _telling(one, rarity, tuning) for item, one in kept.items()}
    since, until = new[0].at, new[-1].at
    near = _near(rare, history, since - tuning.window, until + tuning.window, tuning)
    headlines = history.same_headline(
        {one.headline for one in kept.values() if one.headline},
        since - tuning.same_headline,
        until + tuning.same_headline,
    )
    addresses = history.same_address({one.canonical for one in new if one.canonical})
    items = {item for others in (*near.values(), *headlines.values()) for item in others} - kept.keys()
    known = _known(items, set(addresses.values()), history, tuning)
    return Reading(new, kept, words, rarity, rare, near, known, addresses, headlines, counts)


def _telling(one: Features, rarity: Rarity, tuning: Tuning) -> dict[int, float]:
    """The ids of an item's most telling words, with their weight: rare ones, those of the headline first."""
    weights = {word: rarity[word] for word in one.lead}
    weights.update((word, tuning.headline * rarity[word]) for word in one.title)
    ranked = sorted(weights, key=weights.__getitem__, reverse=True)
    return {word: weights[word] for word in ranked[: tuning.posted]}


def _near(
    rare: Mapping[int, Mapping[int, float]], history: History, since: int, until: int, tuning: Tuning
) -> dict[int, list[int]]:
    """For each new item those that share its rarest words, by the weight of what they share."""
    postings: defaultdict[int, list[int]] = defaultdict(list)
    for word, items in history.postings({word for words in rare.values() for word in words}, since, until).items():
        postings[word].extend(items)
    for item, words in rare.items():
        for word in words:
            postings[word].append(item)
    near = {}
    for item, words in rare.items():
        votes: dict[int, float] = {}
        for word, weight in words.items():
            listed = postings[word]
            if 1 < len(listed) <= tuning.crowded:
                for other in listed:
                    votes[other] = votes.get(other, 0.0) + weight
        votes.pop(item, None)
        near[item] = sorted(votes, key=votes.__getitem__, reverse=True)[: tuning.nominees]
    return near


def _known(items: set[int], stories: set[int], history: History, tuning: Tuning) -> dict[int, Known]:
    """The items named, the founders of their stories and the newest members: what a running story is about now."""
    known = dict(history.known(items))
    members = history.members(stories | {one.story for one in known.values()})
    sampled = {item for story, held in members.items() for item in _sample(story, held, tuning.sample)}
    known.update(history.known(sampled - known.keys()))
    return known


def _sample(story: int, members: Sequence[int], most: int) -> Iterable[int]:
    return members if len(members) <= most else (story, *members[1 - most :])
