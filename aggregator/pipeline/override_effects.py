"""What `stories: join`, `split` and `hide` of a proposed file would do to stored stories, without doing it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from aggregator.model.story import PendingItem, StoryState
from aggregator.pipeline.moved import with_moved_addresses
from aggregator.pipeline.overrides import partings, unions
from aggregator.pipeline.policy import Policy
from aggregator.ports import EditionStore


@dataclass(frozen=True, slots=True)
class Union:
    """`younger` would become part of `older`, which keeps its id."""

    older: StoryState
    younger: tuple[StoryState, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """`leaving` would leave `story`: the first item of each address that is split off."""

    story: StoryState
    leaving: tuple[PendingItem, ...]


@dataclass(frozen=True, slots=True)
class Hiding:
    """Articles of `story` that would be hidden, and that would be shown again; `whole`: nothing of it would remain
    visible."""

    story: StoryState
    hiding: tuple[PendingItem, ...]
    showing: tuple[PendingItem, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class OverrideEffects:
    """`unknown` are the addresses of the file that no stored item has."""

    unions: tuple[Union, ...] = ()
    partings: tuple[Parting, ...] = ()
    hidings: tuple[Hiding, ...] = ()
    unknown: tuple[str, ...] = ()


def override_effects(store: EditionStore, policy: Policy, hidden: frozenset[str] = frozenset()) -> OverrideEffects:
    """Everything in the file that is not yet so in the archive; `hidden` are the addresses that are hidden now."""
    meant = with_moved_addresses(policy, store)
    return OverrideEffects(
        _unions(store, meant),
        _partings(store, meant.apart),
        _hidings(store, with_moved_addresses(replace(policy, hidden=hidden), store), meant),
        _unknown(store, policy),
    )


def _unions(store: EditionStore, policy: Policy) -> tuple[Union, ...]:
    merged = unions(store, policy)
    states = store.stories({*merged, *merged.values()})
    return tuple(
        Union(states[n], tuple(states[one] for one, older in sorted(merged.items()) if older == n and one in states))
        for n in sorted(set(merged.values()))
        if n in states
    )


def _partings(store: EditionStore, apart: Collection[str]) -> tuple[Parting, ...]:
    _, found = partings(store, apart)
    states = store.stories(found)
    return tuple(
        Parting(states[n], tuple(members[0].item for address, members in groups.items() if address is not None))
        for n, groups in sorted(found.items())
        if n in states
    )


def _hidings(store: EditionStore, before: Policy, after: Policy) -> tuple[Hiding, ...]:
    stored = store.placed_at(before.hidden ^ after.hidden)
    homes = {home for found in stored.values() for home in found.values()}
    states = store.stories(homes)
    found = []
    for n, members in sorted(store.members(homes).items()):
        items = [member.item for member in members]
        hiding = tuple(item for item in items if after.hides(item) and not before.hides(item))
        showing = tuple(item for item in items if before.hides(item) and not after.hides(item))
        if n in states:
            found.append(Hiding(states[n], hiding, showing, all(map(after.hides, items))))
    return tuple(found)


def _unknown(store: EditionStore, policy: Policy) -> tuple[str, ...]:
    wanted = policy.apart.union(policy.hidden, policy.pinned, *policy.joined)
    return tuple(sorted(wanted - store.placed_at(wanted).keys()))
