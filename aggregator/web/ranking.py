"""Which stories stand at the top of the front page. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model.story import StoryView

HALVING_HOURS = 8.0


def weight(story: StoryView, now: int) -> float:
    """Independent publishers, worth half as much every eight hours after the event was first told."""
    hours = max(0.0, (now - story.published.timestamp()) / 3600)
    return float(len(story.publishers) * 0.5 ** (hours / HALVING_HOURS))


def foremost(stories: Iterable[StoryView], now: int) -> list[StoryView]:
    return sorted(stories, key=lambda story: (-weight(story, now), story.id))
