"""Topics found among the categories of feeds: noted in the store by `survey.py`, assigned by editions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.categorise.category_topics import CategoryTopics, topics_of
from aggregator.model import notes
from aggregator.model.judgement import Judgement
from aggregator.model.story import PendingItem
from aggregator.pipeline.policy import Policy
from aggregator.ports import Archive


def with_category_topics(policy: Policy, topics: CategoryTopics) -> Policy:
    """The policy with the topics from categories: after those of rules, before those from places."""
    if not topics.ids:
        return policy

    def judge(item: PendingItem) -> Judgement:
        judged = policy.judge(item)
        own = topics.of(item.categories)
        return replace(judged, topics=_between(judged.topics, own, policy)) if own else judged

    return replace(
        policy,
        judge=judge,
        topic_titles={**topics.titles, **policy.topic_titles},
        found_topics=policy.found_topics | (topics.titles.keys() - policy.topic_titles.keys()),
    )


def _between(topics: Iterable[str], own: Iterable[str], policy: Policy) -> tuple[str, ...]:
    ruled = [topic for topic in topics if topic not in policy.found_topics]
    return tuple(dict.fromkeys((*ruled, *own, *topics)))


def noted_topics(noted: object) -> CategoryTopics:
    """The topics in a survey's note, `{at, labels}`."""
    return topics_of(noted.get("labels") if isinstance(noted, dict) else None)


def titles_of(noted: object) -> dict[str, str]:
    """The topics in a survey's note, and those that earlier surveys found and this one did not, so that whoever subscribed to one of
    these keeps a feed, which is empty until the topic is found again. Id → title."""
    former = noted.get("former") if isinstance(noted, dict) else None
    return {**(former if isinstance(former, dict) else {}), **noted_topics(noted).titles}


def stored_topics(archive: Archive) -> CategoryTopics:
    """The topics that the last survey found."""
    return noted_topics(archive.upkeep.noted(notes.CATEGORY_TOPICS))
