"""Finds the items at an address: those that were first found there, and those that their outlet moved there later. The same SQL for all
backends."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aggregator.addresses import host_of, one_site
from aggregator.store.dialect import Reads
from aggregator.store.rows import address_hash, grouped, to_id


def items_at(db: Reads, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> dict[str, list[int]]:
    """Canonical address → numbers of its items. First those that were found there, oldest first, then those that were moved there, without
    `strangers_at`."""
    found, moved = _found_and_moved(db, canonicals)
    strangers = _strangers(db, found, moved, arriving)
    for address, numbers in moved.items():
        came = [n for n in numbers if n not in strangers.get(address, ())]
        found[address] = list(dict.fromkeys([*found.get(address, ()), *came]))
    return found


def strangers_at(db: Reads, canonicals: Collection[str], arriving: Mapping[int, str]) -> frozenset[int]:
    """Items that their outlet moved to one of these addresses, although an item of another outlet was found there first. The editor's
    instructions for such an address mean that one, not these items. An article that its outlet moved on the site of its feed (the host of
    the feed; where no feed is on that, that of the feed's link) is no stranger there: the others only link to it."""
    strangers = _strangers(db, *_found_and_moved(db, canonicals), arriving)
    return frozenset(n for numbers in strangers.values() for n in numbers)


def _strangers(
    db: Reads, found: dict[str, list[int]], moved: dict[str, list[int]], arriving: Mapping[int, str]
) -> dict[str, set[int]]:
    first = {address: found[address][0] for address in moved if address in found}
    numbers = {*first.values(), *(n for address in first for n in moved[address])}
    placed = dict(db.select("SELECT item, publisher FROM placements WHERE item IN", numbers))
    outlets = {**arriving, **placed}
    strange = {
        address: numbers
        for address, one in first.items()
        if one in outlets and (numbers := {n for n in moved[address] if outlets.get(n, outlets[one]) != outlets[one]})
    }
    if not strange:
        return {}
    there = {n for address, numbers in strange.items() for n in (*found[address], *numbers)}
    # Many outlets have their feeds on another host than their articles; a feed's link names the site that it is of.
    query = "SELECT i.n, s.url, s.feed_link FROM items i JOIN sources s ON s.n = i.source WHERE i.n IN"
    feeds = {n: (url, link or "") for n, url, link in db.select(query, there)}
    hosts = {feed: [host_of(url) for url in feed] for feed in set(feeds.values())}
    for address, numbers in strange.items():
        # Each feed is compared once: at a page, an outlet may have found thousands of items.
        site = host_of(address) or ""
        here = {feeds[n] for n in (*found[address], *numbers)}
        own, linked = ({feed for feed in here if (host := hosts[feed][at]) and one_site(site, host)} for at in (0, 1))
        homes = own or linked  # any feed can link to another outlet's site, but not be on it
        if not any(feeds[n] in homes for n in found[address]):
            numbers.difference_update([n for n in numbers if feeds[n] in homes])
    return strange


def _found_and_moved(db: Reads, canonicals: Collection[str]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    wanted = {hashed: address for address in canonicals if (hashed := address_hash(address)) is not None}
    found, moved = (
        grouped((wanted[hashed], n) for n, hashed in sorted(db.select(f"{query} WHERE address IN", list(wanted))))
        for query in ("SELECT n, address FROM items", "SELECT item, address FROM addresses")
    )
    return found, moved


def placed_at(db: Reads, canonicals: Collection[str], arriving: Mapping[int, str] = {}) -> dict[str, dict[int, int]]:
    """Canonical address → {item: story} of its placed items, in the order of `items_at`; of those `arriving` the story is 0."""
    found = items_at(db, canonicals, arriving)
    items = {n for numbers in found.values() for n in numbers}
    placed = dict(db.select("SELECT item, story FROM placements WHERE item IN", items))
    story = {**dict.fromkeys(arriving, 0), **placed}
    placed = {address: {n: story[n] for n in numbers if n in story} for address, numbers in found.items()}
    return {address: found for address, found in placed.items() if found}


def own_at(db: Reads, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, list[str]]]:
    """Source → canonical address → ids of its items at that address, newest last. `wanted`: source → canonical addresses."""
    there, moved = _found_and_moved(db, {address for addresses in wanted.values() for address in addresses})
    found = {address: {*there.get(address, ()), *moved.get(address, ())} for address in {**there, **moved}}
    items = {n for numbers in found.values() for n in numbers}
    query = f"SELECT i.n, s.id, i.id FROM sources s JOIN items i ON i.source = s.n WHERE {db.dialect.one_of.format('s.id')} AND i.n IN"
    own: dict[str, dict[int, bytes]] = {source: {} for source in wanted}
    for n, source, id in db.select(query, items, "", db.dialect.listed(wanted)):
        own[source][n] = id
    return {
        source: {
            address: [to_id(own[source][n]) for n in numbers]
            for address in addresses
            if (numbers := sorted(own[source].keys() & found.get(address, set())))
        }
        for source, addresses in wanted.items()
    }
