"""Computes what `stories: join`, `split`, `hide` and `pin` of a proposed file would do to stored stories, without doing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from aggregator.model.story import Batch, EditionItem, Member, StoryState
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.overrides import joined, parted, partings, survivor
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_at import stories_at
from aggregator.ports import EditionStore, StoredStories

Union = tuple[StoryState, tuple[StoryState, ...]]
"""(a story, those that would become part of it)"""
Parting = tuple[StoryState, tuple[EditionItem, ...]]
"""(a story, articles that would be split off from it: the first item of each address)"""


class Regrouped:
    """Stored stories as `overrule` would leave them. `own`: the stories that it would compose again; `founded`: stored story → those
    that split off from it and are not stored yet; `unions`: the merges."""

    def __init__(self, store: StoredStories, policy: Policy) -> None:
        self._store = store
        self._members: dict[int, list[Member]] = {}
        self._into: dict[int, int] = {}
        self.own: dict[int, StoryState] = {}
        self._take(parted(store, policy, 0))
        merging = joined(self, policy, 0)
        self.unions = self._unions(merging)
        self._take(merging)
        stored = store.stories(self.own)
        self.founded: defaultdict[int | None, list[int]] = defaultdict(list)
        for item in store.items(self.own.keys() - stored.keys()):
            self.founded[item.story].append(item.n)

    def _take(self, batch: Batch) -> None:
        items = {item.n: item for item in self._store.items([one.item for one in batch.placed])}
        found: defaultdict[int, list[Member]] = defaultdict(list)
        for one in batch.placed:
            item = replace(items[one.item], story=one.story)
            found[one.story].append(Member(item, one.judgement, one.publisher))
        self._members |= {n: sorted(members, key=lambda member: member.order) for n, members in found.items()}
        self.own |= {state.n: state for state in batch.stories}
        for merge in batch.merges:
            self._into[merge.younger] = merge.older
            self.own.pop(merge.younger, None)

    def _unions(self, batch: Batch) -> tuple[Union, ...]:
        younger: defaultdict[int, list[int]] = defaultdict(list)
        for merge in batch.merges:
            younger[merge.older].append(merge.younger)
        states = self.stories({*younger, *(merge.younger for merge in batch.merges)})
        return tuple((states[n], tuple(states[one] for one in sorted(younger[n]))) for n in sorted(younger))

    def home(self, story: int) -> int:
        """The story of which `story` would be a part: itself, unless it merges."""
        return survivor(self._into, story)

    def joins(self, story: int) -> bool:
        """Whether `story` would merge into another one, or another one into it."""
        return story in self._into or story in self._into.values()

    def items(self, numbers: Collection[int]) -> list[EditionItem]:
        return self._store.items(numbers)

    def placed_at(self, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> dict[str, dict[int, int]]:
        homes = {member.item.n: n for n, members in self._members.items() for member in members}
        stored = self._store.placed_at(canonicals, arriving)
        return {address: {n: homes.get(n, home) for n, home in found.items()} for address, found in stored.items()}

    def members(self, stories: Collection[int]) -> dict[int, list[Member]]:
        own = {n: self._members[n] for n in stories if n in self._members}
        return self._store.members(set(stories) - own.keys()) | own

    def stories(self, numbers: Collection[int]) -> dict[int, StoryState]:
        own = {n: self.own[n] for n in numbers if n in self.own}
        return self._store.stories(set(numbers) - own.keys()) | own


class Hiding(Struct, frozen=True):
    """Articles of `story` that would be hidden, and others that would be shown again. `whole`: the whole story would be hidden."""

    story: StoryState
    hiding: tuple[EditionItem, ...]
    showing: tuple[EditionItem, ...]
    whole: bool


class OverrideEffects(Struct, frozen=True):
    """`unknown`: addresses in the file that no stored item has."""

    unions: tuple[Union, ...] = ()
    partings: tuple[Parting, ...] = ()
    hidings: tuple[Hiding, ...] = ()
    unknown: tuple[str, ...] = ()


def override_effects(store: EditionStore, policy: Policy, hidden: frozenset[str]) -> OverrideEffects:
    """The effects of all overrides that do not yet apply to the archive. `hidden`: the addresses that are hidden now."""
    said, after = policy.overrides, policy.following(store)
    before = replace(policy, overrides=replace(said, hidden=hidden)).following(store)
    meant, regrouped = after.overrides, Regrouped(store, after)
    return OverrideEffects(
        regrouped.unions,
        _partings(store, meant.apart),
        _hidings(regrouped, before.overrides, meant),
        tuple(said.unknown(store)),
    )


def _partings(store: EditionStore, apart: Collection[str]) -> tuple[Parting, ...]:
    _, found = partings(store, apart)
    states = store.stories(found)
    return tuple(
        (states[n], tuple(members[0].item for address, members in groups.items() if address is not None))
        for n, groups in sorted(found.items())
        if n in states
    )


def _hidings(store: StoredStories, before: OverrideIndex, after: OverrideIndex) -> tuple[Hiding, ...]:
    homes = unhidden(store, before, after) | unhidden(store, after, before)
    states = store.stories(homes)
    found = []
    for n, members in sorted(store.members(homes).items()):
        items = [member.item for member in members]
        hiding = tuple(item for item in items if after.hides(item) and not before.hides(item))
        showing = tuple(item for item in items if before.hides(item) and not after.hides(item))
        if n in states and (hiding or showing):
            found.append(Hiding(states[n], hiding, showing, all(map(after.hides, items))))
    return tuple(found)


def unhidden(store: StoredStories, before: OverrideIndex, after: OverrideIndex) -> set[int]:
    """Stories with articles that `before` hides and `after` does not, and some with others at their addresses."""
    strangers = store.items(before.strangers | after.strangers)
    # hidden by the address to which they moved, although `stories_at` knows them not by it
    moved = {one.story for one in strangers if one.story is not None and before.hides(one) and not after.hides(one)}
    return stories_at(store, before.hidden - after.hidden) | moved
