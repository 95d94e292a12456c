"""Related News: other stories that share topics, the rarer the better, filled up with what is recent."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

from aggregator.model.story import StoryView
from aggregator.model.stream import Filter, StreamQuery
from aggregator.web.library import Library

SHOWN = 10
LOOKED_AT = 40


def related(lib: Library, story: StoryView) -> list[StoryView]:
    """Up to ten other stories; those that share rare topics first, then recent ones of the same section."""
    reading = lib.archive.reading
    now = int(lib.now().timestamp())
    scores: dict[str, float] = defaultdict(float)
    found: dict[str, StoryView] = {}
    for topic in story.topics[:6]:
        query = StreamQuery("topic", topic, limit=LOOKED_AT)
        others, _ = reading.stories(query, now)
        weight = 1 / math.log(2 + len(others))
        for other in others:
            if other.id != story.id:
                found[other.id] = other
                scores[other.id] += weight
    best = sorted(found.values(), key=lambda other: (-scores[other.id], -other.published.timestamp(), other.id))[:SHOWN]
    if len(best) < SHOWN:
        known = {story.id, *(other.id for other in best)}
        recent, _ = reading.stories(
            StreamQuery("section", story.section, primary=True, limit=SHOWN * 2, filter=Filter()), now
        )
        best += [replace(other) for other in recent if other.id not in known][: SHOWN - len(best)]
    return best
