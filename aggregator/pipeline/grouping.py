"""Groups the items of a batch: new ones, and again those whose text has changed ("Explosion in harbour" becomes a full report, or an outlet
adopts another's headline). Of the latter only an item that is a story by itself is grouped again, as if it had just arrived. If it belongs
to another story, the two merge: the older one keeps its id and its places, the other one redirects, and a publisher that comes with it is
announced. An item in a story with others stays there, so that readers do not see stories fall apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aggregator.model.story import EditionItem, KnownItem, Merge
from aggregator.normalise.address import is_article
from aggregator.pipeline.equal_addresses import (
    NEWEST,
    guests,
    without_addresses_of_guests,
    without_others_addresses,
    without_shared_addresses,
)
from aggregator.pipeline.overrides import overruled
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_at import StoredAt, stories_at
from aggregator.ports import Archive, Past
from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping, Join

if TYPE_CHECKING:
    from aggregator.stories.feature_cache import FeatureCache


def grouped(archive: Archive, policy: Policy, items: Sequence[EditionItem], cache: FeatureCache | None) -> Grouping:
    """Of the items that are new, and of those that are a story by themselves and have changed. Without items that the editor split
    off."""
    from aggregator.stories.grouping import group

    apart = policy.overrides.apart
    fresh = [item for item in items if item.story is None]
    again = [item for item in _alone(items, archive) if item.canonical not in apart]
    known_alone = {item.n for item in again}
    new = [item for item in fresh if item.canonical not in apart]
    listed = [*new, *without_others_addresses(again, archive.past)]
    stored = StoredAt.read(archive.edition, {item.canonical for item in listed if item.canonical}, NEWEST)
    listed = without_shared_addresses(listed, stored, policy)
    # The memory has forgotten what is set apart, but not the address that such an article had before.
    set_apart = stories_at(archive.edition, apart)
    hosts = guests(listed, stored, policy, set_apart)
    tied = without_addresses_of_guests(listed, stored, archive, policy, known_alone)
    candidates = [candidate(item) for item in tied if item.n not in hosts]
    left_out = known_alone | set_apart
    past = Without(archive.past, left_out, stored)
    if archive.edition.outdated(policy.epoch, 1):
        past = UnderTodaysNames(archive.past, left_out, stored, archive, policy)
    grouping = group(candidates, past, cache=cache)
    if hosts:
        story = {n: home for homes in stored.stories.values() for n, home in homes.items()}
        story |= {join.item: join.story for join in grouping.joins}
        with_hosts = [Join(n, story[host], "same address", 1.0) for n, host in hosts.items()]
        grouping = replace(grouping, joins=(*grouping.joins, *with_hosts))
    grouping = _regrouped(grouping, known_alone, {item.n for item in fresh})
    if policy.overrides.joined_or_apart:
        grouping = overruled(grouping, fresh, archive, policy)
    return grouping


def candidate(item: EditionItem) -> Candidate:
    """The item as the grouping reads it. The address counts only if it is that of an article: a front page says nothing about the
    event."""
    address = item.canonical if is_article(item.canonical) else None
    return Candidate(item.n, item.title, item.summary, item.publisher, address, item.at, item.lang)


def _alone(items: Sequence[EditionItem], archive: Archive) -> list[EditionItem]:
    """The items that were placed before and are the only item of a story. Only items that the grouping remembers: not those that the
    editor split off, nor old ones."""
    founders = [item.n for item in items if item.story == item.n]
    remembered = archive.past.known(founders) if founders else {}
    members = archive.past.members(remembered) if remembered else {}
    return [item for item in items if list(members.get(item.n, ())) == [item.n]]


class Without:
    """A `Past` without some items, each of which is a story by itself. What is `stored` at the addresses of the batch is known already."""

    def __init__(self, past: Past, items: Collection[int], stored: StoredAt) -> None:
        self._past = past
        self._items = frozenset(items)
        self._stored = stored

    def documents(self) -> int:
        return self._past.documents()

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        return self._past.frequencies(words)

    def postings(self, words: Collection[int], since: int, until: int, most: int) -> Mapping[int, Sequence[int]]:
        return self._left(self._past.postings(words, since, until, most))

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        return self._past.known([item for item in items if item not in self._items])

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        return self._past.members([story for story in stories if story not in self._items])

    def same_address(self, canonicals: Collection[str]) -> Mapping[str, int]:
        found = self._stored.stories
        first = {address: next(iter(found[address].values())) for address in found.keys() & canonicals}
        return {address: story for address, story in first.items() if story not in self._items}

    def same_headline(self, keys: Collection[int], since: int, until: int) -> Mapping[int, Sequence[int]]:
        return self._left(self._past.same_headline(keys, since, until))

    def _left(self, found: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[int]]:
        if not self._items:
            return found
        return {key: [item for item in items if item not in self._items] for key, items in found.items()}


class UnderTodaysNames(Without):
    """A `Past` with the present names of publishers. The store keeps the earlier name of an item's publisher until its story is
    re-placed. Until then a renamed outlet would count as two outlets, and its daily column would join that of the day before. `items`
    are left out as in `Without`."""

    def __init__(self, past: Past, items: Collection[int], stored: StoredAt, archive: Archive, policy: Policy) -> None:
        super().__init__(past, items, stored)
        self._archive, self._policy = archive, policy

    def known(self, items: Collection[int]) -> Mapping[int, KnownItem]:
        found = super().known(items)
        names = {item.n: self._policy.publisher(item) for item in self._archive.edition.items(found)}
        return {n: one._replace(publisher=names.get(n, one.publisher)) for n, one in found.items()}


def _regrouped(grouping: Grouping, again: Collection[int], new: Collection[int]) -> Grouping:
    """The grouping of a batch in which the items `again` are stories already, and the items `new` are not. If a story of `again` joins
    another one, this becomes a merge. If it joins a story that a new item founds, the new item joins it instead."""
    if not again:
        return grouping
    parts: defaultdict[int, list[Join]] = defaultdict(list)
    for join in grouping.joins:
        parts[join.story].append(join)
    joins: list[Join] = []
    merges = list(grouping.merges)
    for story, part in parts.items():
        old = {join.item for join in part if join.item in again} | ({story} - set(new))
        home = min(old, default=story)
        merges += [Merge(home, younger) for younger in sorted(old - {home})]
        joins += [_at(home, join, part) for join in part if join.item != home or join.item not in again]
    joins.sort(key=lambda join: join.reason != "founder")
    return replace(grouping, joins=tuple(joins), merges=tuple(merges))


def _at(home: int, join: Join, part: Sequence[Join]) -> Join:
    """The join changed to the story `home`. An item that would have founded a story gets reason, score and shared words from the most
    similar item that would have joined it."""
    if join.reason != "founder" or join.item == home:
        return replace(join, story=home)
    nearest = max((other for other in part if other is not join), key=lambda other: other.score)
    return replace(join, story=home, reason=nearest.reason, score=nearest.score, shared=nearest.shared)
