"""Makes overrides follow an article whose outlet changes its address (a live page that becomes a report, a corrected slug)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.pipeline.policy import Policy
from aggregator.ports import EditionStore


def with_moved_addresses(policy: Policy, store: EditionStore) -> Policy:
    """The policy with the present addresses of the articles that overrides name, in addition to the addresses in `feeds.yaml`. An
    address at which another outlet has an article is not added: by moving its own article an outlet could otherwise hide, join or
    split that of another."""
    if not policy.named:
        return policy
    policy = replace(policy, strangers=store.strangers_at(policy.named))
    found = store.placed_at(policy.named)
    items = {item.n: item for item in store.items({n for numbers in found.values() for n in numbers})}
    moved = {
        address: {to for n in numbers if n in items and (to := items[n].canonical)} - {address}
        for address, numbers in found.items()
    }
    if not any(moved.values()):
        return policy
    there = store.placed_at({to for addresses in moved.values() for to in addresses})
    items |= {item.n: item for item in store.items({n for numbers in there.values() for n in numbers} - items.keys())}

    def outlets(numbers: Iterable[int]) -> set[str]:
        return {policy.publisher(items[n]) for n in numbers if n in items}

    def whole(addresses: Iterable[str]) -> frozenset[str]:
        return frozenset(
            one
            for address in addresses
            for one in (address, *moved.get(address, ()))
            if one == address or outlets(there.get(one, ())) <= outlets(found[address])
        )

    apart = whole(policy.apart)
    return replace(
        policy,
        apart=apart,
        hidden=whole(policy.hidden),
        hidden_items=frozenset(n for address in policy.hidden for n in found.get(address, ())),
        joined=tuple(whole(group) - apart for group in policy.joined),
        pinned={one: section for address, section in policy.pinned.items() for one in whole([address])},
    )
