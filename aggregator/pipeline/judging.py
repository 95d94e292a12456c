"""Stored items as the policy in force sees them."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.joining import Joining
from aggregator.model.story import Member, PendingItem, Placed
from aggregator.pipeline.policy import Policy


def folded(item: PendingItem, policy: Policy) -> PendingItem:
    """An item under its publisher's one name."""
    publisher = policy.publisher(item)
    return item if publisher == item.publisher else replace(item, publisher=publisher)


def rejudged(member: Member, policy: Policy) -> Member:
    """Where the text that it was judged by is gone, an item's judgement stays: its headline alone (which `plan` counts lines
    by all the same) would say something else."""
    item = folded(member.item, policy)
    judged = policy.judge(item)
    return Member(item, member.judgement if item.pruned else judged, member.counted_as)


def placed(member: Member, story: int, policy: Policy, why: str = "", joining: Joining | None = None) -> Placed:
    """An item's place as the store is to keep it; without `why`, why it joined stays as it was told."""
    item = member.item
    return Placed(item.n, story, item.publisher, member.judgement, why, joining, policy.hides(item))
