"""Applies a policy to stored items."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.joining import Joining
from aggregator.model.story import Member, PendingItem, Placed
from aggregator.pipeline.policy import Policy


def folded(item: PendingItem, policy: Policy) -> PendingItem:
    """The item with the canonical name of its publisher."""
    publisher = policy.publisher(item)
    return item if publisher == item.publisher else replace(item, publisher=publisher)


def rejudged(member: Member, policy: Policy) -> Member:
    """The member judged under the policy. If its text was pruned, its judgement stays, because the headline alone would give another.
    (It is judged all the same: `plan` counts which lines of the rules match.)"""
    item = folded(member.item, policy)
    judged = policy.judge(item)
    return Member(item, policy.renamed.judgement(member.judgement) if item.pruned else judged, member.counted_as)


def stays(before: Member, after: Member, policy: Policy) -> bool:
    """Whether an item is already stored as the policy places it."""
    return (
        before.judgement == after.judgement
        and before.counted_as == after.item.publisher
        and before.item.hidden == policy.overrides.hides(after.item)
    )


def placed(member: Member, story: int, policy: Policy, why: str = "", joining: Joining | None = None) -> Placed:
    """The placement of a member, for the store. If `why` is empty, the stored reason for joining stays."""
    item = member.item
    return Placed(
        item.n, story, item.publisher, member.judgement, why, joining, policy.overrides.hides(item), item.hash
    )
