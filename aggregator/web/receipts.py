"""Why a story is where it is, and who reports it: receipts computed on demand, coverage by labels. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from aggregator.model.judgement import Receipt
from aggregator.model.settings import Settings
from aggregator.model.story import ItemView, StoryView
from aggregator.normalise.address import canonical
from aggregator.web.library import InForce

EXPLAINED = 6
"""Texts of a story that are examined for its receipts."""


def receipts_of(
    force: InForce, stories: Iterable[StoryView], items: Iterable[ItemView]
) -> dict[str, tuple[Receipt, ...]]:
    found = {story.id: why(force, story) for story in stories}
    return found | {item.id: force.receipts(item.title, item.summary, item.source) for item in items}


def why(force: InForce, story: StoryView) -> tuple[Receipt, ...]:
    """Receipts of a story for its sections and topics: from its lead, and from the other headlines for those that the
    lead alone does not explain."""
    missing = {name for name, _ in story.scores} | set(story.topics)
    found: list[Receipt] = []
    lead = next((report for report in story.reports if report.url == story.link), None)
    texts = [(story.title, story.summary, lead.source if lead else None)]
    texts += [(report.title, "", report.source) for report in story.reports if report is not lead]
    for title, summary, source in texts[:EXPLAINED]:
        if not missing:
            break
        fresh = [one for one in force.receipts(title, summary, source) if one.section in missing]
        missing -= {one.section for one in fresh}
        found += fresh
    pinned = pinned_to(force.settings, story)
    found = pinned + [one for one in found if one.section not in {pin.section for pin in pinned}]
    order = [name for name, _ in story.scores] + list(story.topics)
    scores = dict(story.scores)
    return tuple(
        replace(one, score=scores.get(one.section, one.score))
        for one in sorted(found, key=lambda one: order.index(one.section))
    )


def pinned_to(settings: Settings, story: StoryView) -> list[Receipt]:
    """The receipt for a section set by `stories: pin`, if any."""
    pinned = [pin for pin in settings.overrides.pin if pin.section == story.section]
    addresses = {canonical(report.url) for report in story.reports} if pinned else set()
    pins = [pin for pin in pinned if canonical(pin.url) in addresses]
    return [Receipt(pin.section, 1.0, "stories: pin", pin.at, (), None) for pin in pins[:1]]


def coverage(settings: Settings, story: StoryView) -> dict[str, list[tuple[str, int]]]:
    """How many of a story's publishers have which label, most frequent first: {"country": [("GB", 3), …], …}. Empty if
    fewer than two of them have any."""
    labels = {publisher.name: publisher.labels for publisher in settings.publishers}
    found: dict[str, Counter[str]] = {}
    for publisher in story.publishers:
        for key, value in labels.get(publisher, ()):
            found.setdefault(key, Counter())[value] += 1
    return {key: counts.most_common() for key, counts in sorted(found.items()) if counts.total() > 1}
