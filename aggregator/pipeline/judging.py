"""Stored items as the policy in force sees them."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.joining import Joining
from aggregator.model.story import Member, PendingItem, Placed
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.renamed import judgement_today


def folded(item: PendingItem, policy: Policy) -> PendingItem:
    """An item under its publisher's canonical name."""
    publisher = policy.publisher(item)
    return item if publisher == item.publisher else replace(item, publisher=publisher)


def rejudged(member: Member, policy: Policy) -> Member:
    """If the text of an item is gone, its judgement stays: its headline alone (which `plan` still matches lines
    against) would give a different one."""
    item = folded(member.item, policy)
    judged = policy.judge(item)
    kept = judgement_today(member.judgement, policy.renamed) if policy.renamed else member.judgement
    return Member(item, kept if item.pruned else judged, member.counted_as)


def stays(before: Member, after: Member, policy: Policy) -> bool:
    """Whether an item is stored already as the policy places it."""
    return (
        before.judgement == after.judgement
        and before.counted_as == after.item.publisher
        and before.item.hidden == policy.hides(after.item)
    )


def placed(member: Member, story: int, policy: Policy, why: str = "", joining: Joining | None = None) -> Placed:
    """Where an item is placed, as it is stored; without `why`, the earlier reason for joining stays."""
    item = member.item
    return Placed(item.n, story, item.publisher, member.judgement, why, joining, policy.hides(item), item.hash)
