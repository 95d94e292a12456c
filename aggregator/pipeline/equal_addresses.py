"""Which items are of one story because they have one address, and which are not although they have.

Items with equal addresses are united into one story. The functions here take away the addresses that say nothing about the event:

- An address is *shared* if several entries of a source link to it, as weather warnings and live tickers do. These entries are separate
  items.
- An item is a *guest* if its address is that of another outlet's article, as in a feed that collects links. It is in the story of that
  article, whatever its headline says. A source that lists articles of several outlets under one headline, before these outlets are polled,
  would unite reports of different events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence, Set
from functools import cache

from msgspec.structs import replace

from aggregator.model.story import EditionItem
from aggregator.normalise.address import is_article
from aggregator.normalise.identity import SEVERAL
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.stored_at import StoredAt, shared
from aggregator.ports import Archive, Past
from aggregator.text.fold import key

NEWEST = 100  # only so many stored items at an address are read: a page of warnings may have had thousands


def without_shared_addresses(items: Sequence[EditionItem], stored: StoredAt, policy: Policy) -> list[EditionItem]:
    """The items, without the addresses that are `shared` among them and the stored items there."""
    there = Counter(item.canonical for item in items if item.canonical)
    there.update({address: len(numbers) for address, numbers in stored.stories.items()})
    crowded = {address for address, count in there.items() if count >= SEVERAL}
    here = {item.n: item for item in items if item.canonical in crowded}
    told = [(item.canonical or "", item) for item in here.values()]
    told += [(address, item) for address in crowded for item in stored.at(address, without=here)]
    several = shared((address, item.source, item.title or str(item.n), policy.at_home(item)) for address, item in told)
    return [replace(item, canonical=None) if item.canonical in several else item for item in items]


def guests(
    items: Sequence[EditionItem], stored: StoredAt, policy: Policy, set_apart: Collection[int]
) -> dict[int, int]:
    """Guest with another headline → the item of the outlet whose article it links to, among `items` or stored. It goes into the story of
    that article, and its words count for nothing: they would unite that story with the one that they tell of. Nothing goes into the
    stories `set_apart`."""
    listed: dict[str, list[EditionItem]] = {}
    for item in items:
        if item.canonical and is_article(item.canonical):
            listed.setdefault(item.canonical, []).append(item)
    here = {item.n for item in items}
    found: dict[int, int] = {}
    for address, reports in listed.items():
        if len(reports) == 1 and address not in stored.stories:
            continue  # nobody else lists it
        # At this address, even if it has moved since.
        known = [item for item in stored.at(address, without=here) if item.story not in set_apart]
        there = [*reports, *(policy.folded(replace(item, url=address)) for item in known)]
        if hosts := [one for one in there if policy.at_home(one)]:
            outlets, titles = {one.publisher for one in hosts}, {key(one.title) for one in hosts}
            strange = [one for one in reports if one.publisher not in outlets and key(one.title) not in titles]
            found |= dict.fromkeys((one.n for one in strange), min(one.n for one in hosts))
    return found


def without_addresses_of_guests(
    items: Sequence[EditionItem], stored: StoredAt, archive: Archive, policy: Policy, again: Collection[int]
) -> list[EditionItem]:
    """The items, some without their address, so that only their words decide which story they join. This applies to an outlet's own
    article if so far only guests listed it, and these are in a story with other reports, which may be about something else.

    `again`: items that are grouped again, which do not count."""
    there = {
        address: {n: story for n, story in stored.stories[address].items() if n not in again}
        for address in {item.canonical for item in items if item.canonical} & stored.stories.keys()
    }
    first = {address: next(iter(placed.values())) for address, placed in there.items() if placed}
    members = archive.past.members(set(first.values())) if first else {}

    @cache
    def outlets(address: str) -> Set[str] | None:
        """The outlets that are in the story at an address by it; None if the story has no other reports. All items there are read, once,
        as those of the outlet itself may be older than the newest ones."""
        known = {n for n, home in there[address].items() if home == first[address]}
        if known.issuperset(members.get(first[address], ())):
            return None
        return set(map(policy.publisher, archive.edition.items(known)))

    def strange(item: EditionItem) -> bool:
        if item.canonical not in first or not policy.at_home(item):
            return False
        known = outlets(item.canonical)
        return known is not None and item.publisher not in known

    return [replace(item, canonical=None) if strange(item) else item for item in items]


def without_others_addresses(items: Sequence[EditionItem], past: Past) -> list[EditionItem]:
    """The items (each a story by itself), without the address of those that were moved to the address of a younger story. Otherwise that
    story would continue under the older id and at the older place."""
    there = past.same_address({item.canonical for item in items if item.canonical})
    return [replace(item, canonical=None) if there.get(item.canonical or "", 0) > item.n else item for item in items]
