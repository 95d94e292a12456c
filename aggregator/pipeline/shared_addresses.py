"""Addresses that tell of no single article: pages to which several entries of a source link, as those of weather warnings and live
tickers do. Entries with guids are items of their own there, and must not be one story for having one address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from aggregator.model.story import PendingItem
from aggregator.normalise.identity import SEVERAL
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive

NEWEST = 100  # stored items at an address that are looked at: a page of warnings has had thousands


def shared(told: Iterable[tuple[str, str, str, bool]]) -> frozenset[str]:
    """Of (address, source, title, whether the source is at home there): the addresses at which a source has several titles. Of two,
    it may be an article with a new one. Where the outlet's own article is, its titles alone count: readers post it several times,
    each under words of their own."""
    distinct = set(told)
    homes = {address for address, _, _, at_home in distinct if at_home}
    counts = Counter((address, source) for address, source, _, at_home in distinct if at_home or address not in homes)
    return frozenset(address for (address, _), count in counts.items() if count >= SEVERAL)


def without_shared_addresses(
    items: Sequence[PendingItem], placed: Mapping[str, Mapping[int, int]], archive: Archive, policy: Policy
) -> list[PendingItem]:
    """The items, without an address that several titles of a source share, among them and what is `placed` at their addresses."""
    there = Counter(item.canonical for item in items if item.canonical)
    there.update({address: len(numbers) for address, numbers in placed.items()})
    crowded = {address for address, count in there.items() if count >= SEVERAL}
    here = {item.n: item for item in items if item.canonical in crowded}
    stored = {n: address for address in crowded for n in [*placed.get(address, ())][-NEWEST:] if n not in here}
    known = archive.edition.items(stored) if stored else []
    told = [(item.canonical or "", item) for item in here.values()] + [(stored[item.n], item) for item in known]
    several = shared((address, item.source, item.title or str(item.n), policy.at_home(item)) for address, item in told)
    return [replace(item, canonical=None) if item.canonical in several else item for item in items]
