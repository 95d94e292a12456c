"""Topics found among the categories of feeds. `survey.py` finds them and notes them in the store; editions assign them to items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import msgspec

from aggregator.categorise.category_topics import CategoryTopics
from aggregator.model.judgement import Judgement
from aggregator.model.notes import Note
from aggregator.model.story import PendingItem
from aggregator.pipeline.policy import Policy


class Survey(msgspec.Struct, frozen=True, rename={"topics": "labels"}):
    """The topics found, and when (epoch seconds; None: the survey has not finished). `former`: id → title of topics that earlier surveys
    found and this one did not. Their feeds remain for subscribers, but are empty until the topic is found again."""

    topics: CategoryTopics = CategoryTopics()
    at: int | None = None
    former: dict[str, str] = {}

    @property
    def titles(self) -> dict[str, str]:
        """Id → title of the topics found and of the former ones."""
        return {**self.former, **self.topics.titles}


SURVEY = Note("labels", Survey)


class Upkeep(Protocol):
    def noted(self, note: Note[Survey]) -> Survey | None: ...


def with_category_topics(policy: Policy, topics: CategoryTopics) -> Policy:
    """The policy with topics from categories. An item's topics come in this order: from rules, from categories, from places."""
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


def last_survey(upkeep: Upkeep) -> Survey:
    return upkeep.noted(SURVEY) or Survey()
