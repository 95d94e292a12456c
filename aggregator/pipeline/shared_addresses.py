"""Addresses that do not identify an article: pages to which several entries of a source link, such as weather warnings and live
tickers. These entries are separate items, and must not be united into one story only because their addresses are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from aggregator.model.story import PendingItem
from aggregator.normalise.identity import SEVERAL
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive

NEWEST = 100  # only so many stored items at an address are considered: a page of warnings may have had thousands


def shared(told: Iterable[tuple[str, str, str, bool]]) -> frozenset[str]:
    """From (address, source, title, whether the address is on the publisher's own site): the addresses for which a source has at least
    SEVERAL titles. (Two titles may be an article with a changed headline.) If the outlet's own article is at the address, only its own
    titles count: on link sites, readers post one article several times, each with their own words."""
    distinct = set(told)
    homes = {address for address, _, _, at_home in distinct if at_home}
    counts = Counter((address, source) for address, source, _, at_home in distinct if at_home or address not in homes)
    return frozenset(address for (address, _), count in counts.items() if count >= SEVERAL)


def without_shared_addresses(
    items: Sequence[PendingItem], placed: Mapping[str, Mapping[int, int]], archive: Archive, policy: Policy
) -> list[PendingItem]:
    """The items, without the addresses that are `shared` among them and the stored items there. `placed`: canonical address → {stored item:
    its story}."""
    there = Counter(item.canonical for item in items if item.canonical)
    there.update({address: len(numbers) for address, numbers in placed.items()})
    crowded = {address for address, count in there.items() if count >= SEVERAL}
    here = {item.n: item for item in items if item.canonical in crowded}
    stored = {n: address for address in crowded for n in [*placed.get(address, ())][-NEWEST:] if n not in here}
    known = archive.edition.items(stored) if stored else []
    told = [(item.canonical or "", item) for item in here.values()] + [(stored[item.n], item) for item in known]
    several = shared((address, item.source, item.title or str(item.n), policy.at_home(item)) for address, item in told)
    return [replace(item, canonical=None) if item.canonical in several else item for item in items]
