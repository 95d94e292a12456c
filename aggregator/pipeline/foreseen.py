"""What `stories: join` and `split` of a proposed file would do to stored stories, without doing it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aggregator.model.story import PendingItem, StoryState
from aggregator.pipeline.compose import Policy
from aggregator.pipeline.overrides import partings, unions
from aggregator.ports import Desk


@dataclass(frozen=True, slots=True)
class Union:
    """`younger` would become part of `older`, whose id stays."""

    older: StoryState
    younger: tuple[StoryState, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """`leaving` would leave `story`: the first item of each address that is set apart."""

    story: StoryState
    leaving: tuple[PendingItem, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`unknown` are the addresses of the file that no stored item has."""

    unions: tuple[Union, ...] = ()
    partings: tuple[Parting, ...] = ()
    unknown: tuple[str, ...] = ()


def foresee(desk: Desk, policy: Policy) -> Foreseen:
    """Of all that the file says, what is not so yet in the archive."""
    return Foreseen(_unions(desk, policy.joined), _partings(desk, policy.apart), _unknown(desk, policy))


def _unions(desk: Desk, joined: Sequence[frozenset[str]]) -> tuple[Union, ...]:
    merged = unions(desk, joined)
    states = desk.stories({*merged, *merged.values()})
    return tuple(
        Union(states[n], tuple(states[one] for one, older in sorted(merged.items()) if older == n and one in states))
        for n in sorted(set(merged.values()))
        if n in states
    )


def _partings(desk: Desk, apart: Collection[str]) -> tuple[Parting, ...]:
    _, found = partings(desk, apart)
    states = desk.stories(found)
    return tuple(
        Parting(states[n], tuple(members[0].item for address, members in groups.items() if address is not None))
        for n, groups in sorted(found.items())
        if n in states
    )


def _unknown(desk: Desk, policy: Policy) -> tuple[str, ...]:
    wanted = policy.apart.union(*policy.joined)
    return tuple(sorted(wanted - desk.addressed(wanted).keys()))
