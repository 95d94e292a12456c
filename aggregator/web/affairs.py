"""Affairs: what else outlets report around a story.

A large event becomes many stories, one for each thing that happens in it, and none of them has the outlets that all of them have: on
the day after a war broke out, most outlets agreed on a Nobel prize. So on the front page a story weighs more the more other outlets
have news of its affair, in stories that share its topics and are close to it in sense; and less for each story of its affair that is
listed before it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from aggregator.model.story import StoryView
from aggregator.web.ranking import weight
from aggregator.web.related import YOUNG

AROUND = 500  # newest stories that are looked at
RECENT = timedelta(hours=24)
CLOSE = 0.5  # cosine of embeddings from which two stories belong to one affair …
TELLING = 2.0  # … if what topics they share is as rare: -log of the share of stories that have it, added up
DOUBLE = 8  # so many other outlets with news of its affair double the weight of a story
AGAIN = 0.6  # what is left of its weight, for each story of its affair that is listed before it


class Affairs:
    """The affairs of those of the `newest` stories that are recent."""

    def __init__(self, newest: Iterable[StoryView], now: datetime) -> None:
        self._recent = [story for story in newest if story.published >= now - RECENT]
        self._now = int(now.timestamp())
        held = Counter(topic for story in self._recent for topic in story.topics)
        self._rarities = {topic: math.log(max(YOUNG, len(self._recent)) / count) for topic, count in held.items()}

    def foremost(self, stories: Iterable[StoryView], most: int) -> list[StoryView]:
        """The most important of these stories, in order. Of those of one weight, as all have after a year, the newest comes
        first."""
        given = list(stories)
        weights = dict(zip([story.id for story in given], self._weights(given), strict=True))
        akin = dict(zip(weights, self._near(given, given), strict=True))
        left = {story.id: story for story in given}
        chosen: list[StoryView] = []
        while left and len(chosen) < most:
            best = min(left.values(), key=lambda one: (-weights[one.id], -one.published.timestamp(), one.id))
            chosen.append(left.pop(best.id))
            for other in akin[best.id]:
                weights[other.id] *= AGAIN
        return chosen

    def chapters(self, story: StoryView, most: int, without: Iterable[StoryView]) -> list[StoryView]:
        """The most important other stories of its affair."""
        known = {story.id, *(one.id for one in without)}
        [close] = self._near([story], self._recent)
        return self.foremost((one for one in close if one.id not in known), most)

    def _weights(self, stories: Sequence[StoryView]) -> Iterator[float]:
        """The weight of each, and more the more outlets that do not report it report something else of its affair."""
        for story, close in zip(stories, self._near(stories, self._recent), strict=True):
            around = {outlet for other in close for outlet in other.publishers}
            yield weight(story, self._now) * (1 + len(around.difference(story.publishers)) / DOUBLE)

    def _near(self, stories: Sequence[StoryView], others: Sequence[StoryView]) -> list[list[StoryView]]:
        """For each of the stories those of the others that belong to its affair."""
        from aggregator.stories.relatives import embedding, near  # brings numpy, which a command need not wait for

        own, theirs = ([embedding(one.title, one.summary, one.lang) for one in group] for group in (stories, others))
        found = zip(stories, near(own, theirs, CLOSE), strict=True)
        return [[others[n] for n in close if self._shared(story, others[n]) >= TELLING] for story, close in found]

    def _shared(self, one: StoryView, other: StoryView) -> float:
        return sum(self._rarities.get(topic, 0.0) for topic in {*one.topics} & {*other.topics})
