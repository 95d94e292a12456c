"""Overrides name an article, wherever its outlet moves it: a live page that becomes a report, a corrected slug."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.pipeline.policy import Policy
from aggregator.ports import EditionStore


def with_moved_addresses(policy: Policy, store: EditionStore) -> Policy:
    """The policy with the current addresses of the articles that it names, in addition to those given in `feeds.yaml`."""
    found = store.placed_at(policy.named) if policy.named else {}
    now = {item.n: item.canonical for item in store.items({n for items in found.values() for n in items})}
    moved = {address: {to for n in items if (to := now.get(n))} - {address} for address, items in found.items()}
    if not any(moved.values()):
        return policy

    def whole(addresses: Iterable[str]) -> frozenset[str]:
        return frozenset(one for address in addresses for one in (address, *moved.get(address, ())))

    apart = whole(policy.apart)
    return replace(
        policy,
        apart=apart,
        hidden=whole(policy.hidden),
        joined=tuple(whole(group) - apart for group in policy.joined),
        pinned={one: section for address, section in policy.pinned.items() for one in whole([address])},
    )
