"""Guests: items whose address is that of another outlet's article, as in a feed that collects links.

Items with equal addresses are united into one story. So a source that lists articles of several outlets under one headline, before
these outlets are polled, would unite reports of different events. The functions here prevent that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from aggregator.model.story import PendingItem
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive


def guests(items: Sequence[PendingItem], policy: Policy) -> frozenset[int]:
    """Numbers of the items whose address is that of an article that its own outlet lists among these items. They go into the story of
    that article, and their headlines do not unite it with anything else."""
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
    """The items, some without their address, so that only their words decide which story they join. This applies to an outlet's own
    article if so far only guests listed it, and these are in a story with other reports, which may be about something else.

    `placed`: canonical address → {stored item there: its story}; `again`: items that are grouped again, which do not count."""
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
