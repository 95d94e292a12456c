"""Completes a policy with what the store knows."""

from __future__ import annotations

from dataclasses import replace

from aggregator.pipeline.category_topics import last_survey, with_category_topics
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive, Upkeep


def with_stored(policy: Policy, archive: Archive, now: int) -> Policy:
    """The policy completed from the store: with the earlier configuration that places alike, the topics found among categories, and the
    present addresses of articles that overrides name."""
    policy = with_like(policy.at(now), archive.upkeep)
    return with_category_topics(policy, last_survey(archive.upkeep).topics).following(archive.edition)


def with_like(policy: Policy, upkeep: Upkeep) -> Policy:
    """The policy with `like`, which was stored when its configuration was put in force."""
    return replace(policy, like=upkeep.like(policy.configuration))
