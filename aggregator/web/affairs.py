"""Affairs: groups of stories about one large event.

A large event becomes many stories, one for each thing that happens in it, and its outlets are spread over them: the day after a war
broke out, the story with the most outlets was a Nobel prize. So on the front page a story weighs more the more *other* outlets report
on its affair, in stories that share its topics and have a similar meaning. It weighs less for each story of its affair that is
listed before it, and still less if the page has one that seems to tell the same event.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.model.story import StoryHead
from aggregator.model.stream import StreamName
from aggregator.web.emphasis import emphasis
from aggregator.web.ranking import heaviest_first, weight
from aggregator.web.related import YOUNG

if TYPE_CHECKING:
    from aggregator.stories.relatives import Subjects

CLOSE = 0.5  # two stories belong to one affair if the cosine of their embeddings is at least this …
# … and the rarities of their shared topics, -log(share of stories with the topic), add up to at least this
TELLING = 2.0
DOUBLE = 4  # so many other outlets that report on its affair double the weight of a story that many report
ALONE = 1.9  # maximum rarity of one topic: less than TELLING, since two crashes or two shootings are two affairs
# A chapter is shown below a story only if cosine × rarity of shared topics is at least this. Two shootings in one country have less in
# common: they weigh on each other, but the one is no more on the other.
BOUND = 2.4
NAMED = 0.7  # a cosine that is enough if the headlines share `names`: the topics of an affair that fills the news are not rare
AGAIN = 0.6  # factor on the weight of a story for each story of its affair that is listed before it
SAME = 0.8  # two stories of one affair mostly tell one event, which the grouping did not recognise, if their cosine is at least this
TWICE = 0.4  # factor on the weight of a story, in addition, for each such story that is listed before it or elsewhere on the page


class Affairs:
    """The affairs among the `recent` stories. `publishers`: number of a story → its publishers, also of those that are weighed; `followed`:
    the editor's subjects (`emphasis.py`); if empty, all news counts the same."""

    def __init__(
        self,
        recent: Sequence[StoryHead],
        publishers: Mapping[int, Collection[str]],
        now: datetime,
        followed: frozenset[StreamName] = frozenset(),
    ) -> None:
        self._followed = followed
        self._publishers = publishers
        self._recent = recent
        self._now = int(now.timestamp())
        held = Counter(topic for story in self._recent for topic in story.topics)
        stories = max(YOUNG, len(self._recent))
        self._rarities = {topic: min(ALONE, math.log(stories / count)) for topic, count in held.items()}
        self._subjects = self._subjects_of(self._recent)

    def foremost(self, stories: Iterable[StoryHead], most: int, listed: Sequence[StoryHead] = ()) -> list[StoryHead]:
        """At most `most` of these stories, the most important first. `listed`: those that stand elsewhere on the page."""
        given = list(stories)
        subjects = self._subjects_of(given)
        [told] = subjects.akin(self._subjects_of(listed), [SAME], TELLING)
        weights = [one * TWICE ** len(same) for one, same in zip(self._weights(given, subjects), told, strict=True)]
        akin, same = subjects.akin(subjects, [CLOSE, SAME], TELLING)
        order = [heaviest_first(story, weight) for story, weight in zip(given, weights, strict=True)]
        left = set(range(len(given)))
        chosen: list[StoryHead] = []
        while left and len(chosen) < most:
            best = min(left, key=order.__getitem__)
            chosen.append(given[best])
            left.remove(best)
            for other in akin[best]:
                weights[other] *= AGAIN * TWICE if other in same[best] else AGAIN
                order[other] = heaviest_first(given[other], weights[other])
        return chosen

    def chapters(self, story: StoryHead, most: int, without: Iterable[StoryHead]) -> list[StoryHead]:
        """The most important other stories of the affair of `story` that have much in common with it, except those in `without`."""
        from aggregator.stories.relatives import names  # see `_subjects_of`

        shown = [story, *without]
        known = {one.id for one in shown}
        own = names(story.title, story.lang)
        [cosines], [rarities] = self._subjects_of([story]).common(self._subjects)
        bound = (
            one
            for one, cosine, rarity in zip(self._recent, cosines.tolist(), rarities.tolist(), strict=True)
            if cosine >= CLOSE and rarity >= TELLING and one.id not in known
            if cosine * rarity >= BOUND or (cosine >= NAMED and own & names(one.title, one.lang))
        )
        return self.foremost(bound, most, shown)

    def _weights(self, stories: Sequence[StoryHead], subjects: Subjects) -> Iterator[float]:
        """The weight of each story. It increases with the number of outlets that do not report the story itself but something else of its
        affair. A story that only one outlet reports gains nothing by that."""
        [akin] = subjects.akin(self._subjects, [CLOSE], TELLING)
        for story, close in zip(stories, akin, strict=True):
            around = {outlet for n in close for outlet in self._publishers.get(self._recent[n].n, ())}
            others = len(around.difference(self._publishers.get(story.n, ()))) * (1 - story.independent**-2)
            yield weight(story, self._now) * (1 + others / DOUBLE) * emphasis(story, self._followed)

    def _subjects_of(self, stories: Sequence[StoryHead]) -> Subjects:
        from aggregator.stories.relatives import Subjects, sense  # brings numpy, for which the start need not wait

        told = [(sense(story.title, story.summary, story.lang).embedding, story.topics) for story in stories]
        return Subjects.of(told, self._rarities)
