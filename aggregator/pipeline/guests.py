"""Reports that link to another outlet's article, and what the grouping makes of its address.

Equal addresses are one story. So whoever lists the articles of others before they are polled, under one headline, would unite what
these outlets report of different events, and have them corroborate each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from aggregator.model.story import PendingItem
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive


def guests(items: Sequence[PendingItem], policy: Policy) -> frozenset[int]:
    """Those at whose address an outlet has an article of its own among the items: they go where that goes, and unite it with
    nothing else."""
    listed: dict[str, list[PendingItem]] = {}
    for item in items:
        if item.canonical:
            listed.setdefault(item.canonical, []).append(item)
    found: set[int] = set()
    for reports in listed.values():
        hosts = {item.publisher for item in reports if len(reports) > 1 and policy.at_home(item)}
        found.update(item.n for item in reports if hosts and item.publisher not in hosts)
    return frozenset(found)


def without_addresses_of_guests(
    items: Sequence[PendingItem],
    placed: Mapping[str, Mapping[int, int]],
    archive: Archive,
    policy: Policy,
    again: Collection[int],
) -> list[PendingItem]:
    """The items, without the address of those whose outlet is at home there and which only others listed before, in a story with
    reports of something else: their words tell whether they belong to it. `placed` is what the archive has at their addresses,
    `again` are stories by themselves."""
    wanted = {item.canonical for item in items}
    there = {
        address: [n for n in numbers if n not in again] for address, numbers in placed.items() if address in wanted
    }
    known = {item.n: item for item in archive.edition.items({n for numbers in there.values() for n in numbers})}
    stories = {address: placed[address][numbers[0]] for address, numbers in there.items() if numbers}
    members = archive.past.members(set(stories.values())) if stories else {}

    def strange(item: PendingItem) -> bool:
        address = item.canonical or ""
        story = stories.get(address)
        if story is None:
            return False
        here = {n for n in there[address] if placed[address][n] == story}
        outlets = {policy.publisher(known[n]) for n in here if n in known}
        return item.publisher not in outlets and not here.issuperset(members.get(story, ())) and policy.at_home(item)

    return [replace(item, canonical=None) if strange(item) else item for item in items]
