"""Finds topics among the categories of feeds, once a day, in the recent archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from aggregator.categorise.category_topics import CategoryTopics, Use, find_topics
from aggregator.pipeline.category_topics import SURVEY, Survey, last_survey
from aggregator.pipeline.policy import Policy
from aggregator.pipeline.re_placement import decides, re_place_stories
from aggregator.ports import Archive, EditionStore

EVERY = 86_400  # seconds between surveys
YOUNG = 3_600  # the same as long as no topic was found
WINDOW = 14 * 86_400  # seconds; older stories are not read
FORMER = 1_000  # the feeds of so many topics of earlier surveys are kept
STORIES = 20_000  # at most so many stories are read, the newest ones
STEP = 500  # stories that are re-placed in one transaction

StoryUse = tuple[int, Use]
"""(number of a story, categories of one of its items)."""


def survey(
    archive: Archive, policy: Policy, now: Callable[[], int], proceed: Callable[[], bool] = lambda: True
) -> CategoryTopics | None:
    """Look for topics, if a survey is due, and re-place the stories that gain or lose one. The caller must hold the lease of the edition.

    Returns the topics; None if no survey is due, if this process does not decide (`decides`), or if `proceed` stopped it before all
    stories were re-placed (then it is repeated as a whole). Nothing is announced: a story enters the topic at the time at which it would
    have entered it."""
    last, moment = last_survey(archive.upkeep), now()
    known = last.topics
    if last.at is not None and 0 <= moment - last.at < (EVERY if known.titles else YOUNG):
        return None
    if not decides(archive, policy):  # stories of the topics that only the new configuration has would leave them
        return None
    policy = policy.at(moment).with_like(archive.upkeep).with_renamed(archive.upkeep).following(archive.edition)
    used = list(_used(archive.edition, policy, moment - WINDOW))
    names = replace(policy.categories, taken=policy.categories.taken | policy.former_topics)
    topics = find_topics((use for _, use in used), known, names)
    led = known.ids if last.at is not None else {}  # the categories that led to a topic before
    fresh = CategoryTopics(topics.titles, {key: id for key, id in topics.ids.items() if led.get(key) != id})
    # While stories are being re-placed, both the new topics and those that are lost have their pages.
    every = CategoryTopics({**known.titles, **topics.titles}, topics.ids)
    lost = [(id, title) for id, title in last.titles.items() if id not in topics.titles]
    former = dict(lost[-FORMER:])
    archive.upkeep.note(SURVEY, Survey(every, None, former))
    policy = policy.with_topics(topics)
    gone = archive.edition.in_other_topics(policy.topic_titles)
    moving = list(dict.fromkeys([*gone, *(story for story, use in used if fresh.of(use.categories))]))
    for start in range(0, len(moving), STEP):
        if not proceed():
            return None
        re_place_stories(archive, policy, moving[start : start + STEP], now)
    archive.upkeep.note(SURVEY, Survey(topics, moment, former))
    return topics


def _used(store: EditionStore, policy: Policy, since: int) -> Iterator[StoryUse]:
    """The categories of the newest stories. The categories of a wrapper's item count for the wrapper, not for the outlet that it names."""
    for rows in store.pages(since, STORIES):
        for n, members in store.members([n for _, n, _ in rows]).items():
            for member in members:
                item = member.item
                by = item.source if item.source in policy.wrappers else item.publisher
                yield n, Use(by, item.categories, item.url or "")
