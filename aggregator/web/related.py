"""Related News of a story, in this order:

1. chapters of the same running event;
2. stories of its language with the same topics, those that share the rarest topics and are most similar in meaning first;
3. stories that share the words of a chapter, but are hardly similar in meaning: half of them have no more than a name in common. Those
   of which this is certain must be more similar, here and as chapters;
4. to fill the list, the most important recent stories, first of the same section.

A topic that every tenth story has does not relate two stories by itself: a truce in one country and floods in another are not related
because both mention the United States. Nor does a rare name if the stories are about quite different things, such as a prisoner deal
and a car race in Qatar, nor one topic with little else, such as two shootings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.story import StoryHead
from aggregator.model.stream import StreamName, StreamQuery
from aggregator.text.fold import key
from aggregator.web.emphasis import emphasis, followed
from aggregator.web.library import Library
from aggregator.web.ranking import heaviest_first

if TYPE_CHECKING:
    from aggregator.stories.relatives import Sense

SHOWN = 10
LOOKED_AT = 40  # candidates of each kind
DAY = 86_400
TOPICS = 6  # a story is compared with those of so many of its topics …
RAREST = 3  # … and with those of its time of so many of them
TOGETHER = 25  # chapters are read for so many stories at a time, since each query is a round trip to the database
RECENT = timedelta(days=30)  # maximum age of stories that fill the list
TELLING = 3.0  # minimum total rarity of shared topics; 3 is one topic that one in twenty stories has
FEW = 5  # a topic of so many stories counts as if it had none, so that it is rare in a small archive too, …
YOUNG = 100  # … and an archive counts as if it had at least so many stories
CLOSE = 0.4  # minimum cosine of embeddings
CHAPTER = 0.5  # … of a chapter, and of what shares one name alone, …
SURELY = 0.6  # … which is a chapter only with this one; stories of the same topics are related then, …
AKIN = 2.6  # … or if cosine × rarity of shared topics (`_together`) is at least this: a country alone is not enough
ALONE = 4.5  # no topic counts as rarer for this: a small country in common is not enough either
ALIKE = 0.75  # minimum cosine of what has one topic in common and no rare word of both headlines


class Relative(Struct, frozen=True):
    """A related story. `filled`: it only fills the list, because it is important."""

    story: StoryHead
    filled: bool = False


class Background(Struct, dict=True):
    """What does not depend on the story: how rare each topic is, and the important stories of each section."""

    lib: Library
    _weighed: dict[StreamQuery, list[StoryHead]] = field(default_factory=dict)

    @cached_property
    def rarities(self) -> dict[str, float]:
        """-log of the share of stories with each topic. (The total is summed over sections, so a story counts once for each of its
        sections.)"""
        reading, now = self.lib.archive.reading, self.lib.seconds()
        held = max(YOUNG, sum(total for total, _ in reading.counts("section", now).values()))
        counts = reading.counts("topic", now).items()
        return {id: math.log(held / max(1, total - FEW)) for id, (total, _) in counts}

    def important(self, section: str) -> Iterator[StoryHead]:
        """Recent stories of several outlets, first of the section, then of all; then the other stories of the section. Stories outside the
        editor's subjects, and those that report no news, come later, as on the front page."""
        own = StreamQuery("section", section, primary=True, limit=LOOKED_AT)
        several = StreamQuery("latest", min_publishers=2, limit=LOOKED_AT)
        for query in (replace(own, min_publishers=2), several, own):
            yield from self._heaviest(query)

    def _heaviest(self, query: StreamQuery) -> list[StoryHead]:
        """The recent stories of a stream, the most important first."""
        if query not in self._weighed:
            since = self.lib.hour() - RECENT
            listed = self.lib.archive.reading.heads([query], self.lib.seconds())[query]
            recent = [other for other in listed if other.published >= since]
            weights = {other.id: other.independent * emphasis(other, self._followed) for other in recent}
            self._weighed[query] = sorted(recent, key=lambda other: heaviest_first(other, weights[other.id]))
        return self._weighed[query]

    @cached_property
    def _followed(self) -> frozenset[StreamName]:
        return followed(self.lib.in_force().settings)


class Relatives(Struct, dict=True):
    """Finds related stories for the `stories` of one request. What several of them need is read only once."""

    lib: Library
    stories: Sequence[StoryHead]
    _chapters: dict[str, list[tuple[StoryHead, bool]]] = field(default_factory=dict)

    def of(self, story: StoryHead) -> list[Relative]:
        """At most `SHOWN` other stories. Each headline appears only once, since an outlet's column may come again under the same one."""
        found: dict[str, Relative] = {}
        own = key(story.title)
        for one in self._ranked(story):
            headline = key(one.story.title)
            if headline != own:
                found.setdefault(headline, one)
            if len(found) == SHOWN:
                break
        return list(found.values())

    def _ranked(self, story: StoryHead) -> Iterator[Relative]:
        """All candidates, best first, including the story itself and repetitions. Each kind is computed only if it is needed."""
        weak, chapters = [], self._chapters_of(story)
        closes = _closeness(story, [other for other, _ in chapters])
        for (other, name_alone), close in zip(chapters, closes, strict=True):
            if close >= (SURELY if name_alone else CHAPTER):
                yield Relative(other)
            elif close >= (CHAPTER if name_alone else CLOSE):
                weak.append(other)
        yield from map(Relative, self._by_topics(story))
        yield from map(Relative, weak)
        yield from (Relative(other, filled=True) for other in self._background.important(story.section))

    def _chapters_of(self, story: StoryHead) -> Sequence[tuple[StoryHead, bool]]:
        """The stories that share rare words, those that share most first, and whether these are one name alone."""
        if story.id not in self._chapters:
            start = self.stories.index(story)
            self._chapters = self._read_chapters(self.stories[start : start + TOGETHER])
        return self._chapters[story.id]

    def _read_chapters(self, stories: Sequence[StoryHead]) -> dict[str, list[tuple[StoryHead, bool]]]:
        from aggregator.stories.candidate import Candidate
        from aggregator.stories.relatives import chapters  # brings numpy, for which the start need not wait

        texts = [
            Candidate(story.n, story.title, story.summary, "", None, int(story.published.timestamp()), story.lang)
            for story in stories
        ]
        past = self.lib.archive.past
        reports = past.members([story.n for story in stories])
        items = []
        for story, found in zip(stories, chapters(texts, past), strict=True):
            own = frozenset(reports.get(story.n, ()))  # they share most words, and in a large story would leave no room
            items.append([one for one in found if one.item not in own][:LOOKED_AT])
        told = self.lib.archive.reading.heads_by_item({one.item for found in items for one in found})
        return {
            story.id: [(told[one.item], one.name_alone) for one in found if one.item in told]
            for story, found in zip(stories, items, strict=True)
        }

    def _by_topics(self, story: StoryHead) -> Iterator[StoryHead]:
        rarities, about = self._background.rarities, story.topics[:TOPICS]
        queries = [*map(_newest_of, about), *self._of_its_time(story, self._of_topics)]
        found = {other.n: other for query in queries for other in self._of_topics[query]}
        shared = {n: [rarities.get(topic, 0.0) for topic in about if topic in found[n].topics] for n in found}
        telling = [found[n] for n, rare in shared.items() if sum(rare) >= TELLING]
        if own := _sense(story).language:  # embeddings do not tell what texts in two languages have in common
            telling = [other for other in telling if _sense(other).language in (own, "")]
        akin: dict[int, float] = {}
        rare_words = _sense(story).rare
        for other, close in zip(telling, _closeness(story, telling), strict=True):
            rare = shared[other.n]
            more = len(rare) > 1 or close >= ALIKE or not rare_words.isdisjoint(_sense(other).rare)
            if more and (close >= SURELY or (close >= CLOSE and close * _together(rare) >= AKIN)):
                akin[other.n] = close * sum(rare)
        related = [found[n] for n in akin]
        yield from sorted(related, key=lambda other: heaviest_first(other, akin[other.n]))

    def _of_its_time(self, story: StoryHead, newest: Mapping[StreamQuery, Sequence[StoryHead]]) -> list[StreamQuery]:
        """What entered those of its rarest topics whose newest stories are all later, before the end of the day after the story: who reads
        of last month would otherwise see only what a busy topic had today. (Whole days, so that stories of one day share a query.)"""
        before = (int(story.published.timestamp()) // DAY + 2) * DAY, 0
        rarities = self._background.rarities
        rarest = sorted(story.topics[:TOPICS], key=lambda topic: -rarities.get(topic, 0.0))[:RAREST]
        return [
            replace(query, before=before)
            for query in map(_newest_of, rarest)
            if len(newest[query]) == LOOKED_AT and newest[query][-1].published > story.published
        ]

    @cached_property
    def _of_topics(self) -> dict[StreamQuery, list[StoryHead]]:
        """The newest stories of each topic that one of the stories has, and those of the time of stories to which they do not reach."""
        reading, now = self.lib.archive.reading, self.lib.seconds()
        topics = dict.fromkeys(topic for story in self.stories for topic in story.topics[:TOPICS])
        newest = reading.heads(map(_newest_of, topics), now)
        earlier = dict.fromkeys(query for story in self.stories for query in self._of_its_time(story, newest))
        return {**newest, **reading.heads(earlier, now)}

    @cached_property
    def _background(self) -> Background:
        return self.lib.lasting(Background)


def _closeness(one: StoryHead, others: Sequence[StoryHead]) -> list[float]:
    from aggregator.stories.relatives import closeness  # brings numpy, for which the start need not wait

    return closeness(_sense(one), list(map(_sense, others)))


def _sense(story: StoryHead) -> Sense:
    from aggregator.stories.relatives import sense

    return sense(story.title, story.summary, story.lang)


def _together(rarities: Sequence[float]) -> float:
    """How rare it is that two stories share all these topics. Those beside the rarest one count by half, since many come together: whoever
    tells of US politics tells of the United States."""
    capped = [min(one, ALONE) for one in rarities]
    return (sum(capped) + max(capped)) / 2


def _newest_of(topic: str) -> StreamQuery:
    return StreamQuery("topic", topic, limit=LOOKED_AT)
