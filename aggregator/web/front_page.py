"""Chooses the stories of the front page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from aggregator.model.settings import Rules
from aggregator.model.story import StoryHead, StoryView
from aggregator.model.stream import Filter, StreamName, StreamQuery
from aggregator.text.headline import tells
from aggregator.web.affairs import Affairs
from aggregator.web.emphasis import followed, is_followed
from aggregator.web.library import Library
from aggregator.web.pinned import pinned, without

AROUND = 500  # so many of the newest stories are considered
RECENT = timedelta(hours=24)
PAST = timedelta(days=30)  # of stories so much older than the newest one only the `NEWEST` are shown
PAST_TOP = timedelta(days=2)  # stories so much older are not at the top: few outlets may have told them last week
PER_SECTION = 6  # stories of each section
FOREMOST = 11  # stories at the top
SEVERAL = 60  # those at the top are chosen from so many of the newest stories, for each number of outlets in MANY
MANY = (2, 4, 8)  # minimum numbers of outlets; stories of many outlets are rarer and stay important longer
CHAPTERS = 3  # further stories of the affair of the first one, shown below it
NEWEST = 9  # stories that have just come in, shown beside them where those at the top are few (others: `_beside`)
FEW = 5  # fewer stories at the top are a short one


class FrontPage(Struct, frozen=True):
    """Each story appears once, except those that have just come in, which their sections show too, and those that the editor pinned."""

    top: list[StoryView]  # the most important stories that several outlets report
    chapters: list[StoryView]  # further stories of the affair of the first of these
    newest: list[StoryView]  # stories that have just come in
    # sections that are not empty, with their most important stories first
    sections: list[tuple[Rules, list[StoryView]]]
    pinned: frozenset[str]  # ids of stories that are pinned to their primary section

    @property
    def short(self) -> bool:
        """Whether the sections stand below the top, beside what has just come in."""
        return len(self.top) < FEW


def front_page(lib: Library) -> FrontPage:
    reading, settings = lib.archive.reading, lib.in_force().settings
    sections = settings.sections
    latest, of_latest = StreamQuery("latest", limit=AROUND), of_many(StreamQuery("latest", limit=SEVERAL))
    most = PER_SECTION + FOREMOST + CHAPTERS  # so that enough remain if all those at the top are of one section
    of_sections = [StreamQuery("section", section.id, primary=True, limit=most) for section in sections]
    asked = [(query, *of_many(query)) for query in of_sections]
    every = [latest, *of_latest, *chain.from_iterable(asked)]
    listed = _listed(lib, every)
    # What is old is measured against the newest story, not the present: a page of an archive that is no longer polled stays as it was.
    by_time = sorted(each_once(listed.values()), key=lambda story: story.published, reverse=True)
    last = by_time[0].published if by_time else lib.now()
    filling = {story.id for story in by_time[:NEWEST]}
    lists = {
        query: [one for one in stories if one.published >= last - PAST or one.id in filling]
        for query, stories in listed.items()
    }
    newest, several = lists[latest], each_once(lists[query] for query in of_latest)
    held = {section.id: pinned(lib, section.id) for section in sections}
    subjects = followed(settings)
    since = lib.hour() - RECENT  # by the hour, as the date of the page
    known = {story.n for story in chain(chain.from_iterable(lists.values()), chain.from_iterable(held.values()))}
    recent = [story for story in newest if story.published >= since]
    publishers = reading.publishers(known)
    affairs = Affairs(recent, publishers, lib.now(), subjects)
    homes = frozenset(story.id for story in chain.from_iterable(held.values()))
    told = (story for story in several if story.id not in homes and story.published >= last - PAST_TOP)
    top = affairs.foremost(told, FOREMOST)
    chapters = affairs.chapters(top[0], CHAPTERS, without=chain(top[1:], *held.values())) if top else []
    chapters.sort(key=lambda story: story.published, reverse=True)  # by the times that are shown beside them
    seen = {story.id for story in (*top, *chapters)}
    shown: list[tuple[Rules, list[StoryHead]]] = []
    for section, queries in zip(sections, asked, strict=True):
        found = each_once(lists[query][: PER_SECTION + len(seen)] for query in queries)
        others = (story for story in found if story.id not in seen)
        own = held[section.id]
        stories = [*own, *without(own, affairs.foremost(others, PER_SECTION, (*own, *top, *chapters)))][:PER_SECTION]
        if stories:
            shown.append((section, stories))
    come = _just_in(
        [one for one in newest if one.id not in seen], publishers, subjects, since, _beside(len(top), len(chapters))
    )
    full = reading.in_full({story.n for story in chain(top, chapters, come, *(stories for _, stories in shown))})

    def in_full(stories: Iterable[StoryHead]) -> list[StoryView]:
        return [full[story.n] for story in stories if story.n in full]

    blocks = [(section, in_full(stories)) for section, stories in shown]
    return FrontPage(in_full(top), in_full(chapters), in_full(come), blocks, homes)


def _beside(top: int, chapters: int) -> int:
    """How many of the newest stories are about as high, with the chart below them, as what leads, beside which they stand in a wide
    window: a chapter is as high as one of them, a row of two stories as two, with their summaries as three."""
    return max(NEWEST - 3, chapters + top // 2 * 2 + 1) if top >= FEW else NEWEST


def _just_in(
    newest: Sequence[StoryHead],
    publishers: Mapping[int, Collection[str]],
    subjects: Collection[StreamName],
    since: datetime,
    most: int,
) -> list[StoryHead]:
    """The newest stories that report news on the editor's subjects and were published after `since`, at most a third of one outlet alone
    (`publishers`: by number of a story). If there are fewer than `most` of them, more of these outlets follow, then other new stories (such
    as sports and columns): with few sources, further stories on the subjects would be weeks old.

    The result is ordered by publication, which is the time shown beside each story; by time of entering, stories from one late poll
    would come first."""
    held = Counter[frozenset[str]]()

    def is_one_of_few(one: StoryHead) -> bool:
        outlets = frozenset(publishers.get(one.n, ()))
        held[outlets] += 1
        return len(outlets) > 1 or held[outlets] <= most // 3

    wanted = [
        one for one in newest if one.published >= since and is_followed(one, subjects) and tells(one.title, one.link)
    ]
    ids = list(dict.fromkeys(one.id for one in chain(filter(is_one_of_few, wanted), wanted, newest)))[:most]
    return sorted((one for one in newest if one.id in ids), key=lambda one: one.published, reverse=True)


def _listed(lib: Library, queries: Sequence[StreamQuery]) -> dict[StreamQuery, list[StoryHead]]:
    """The stories of several streams. Those of the future, from a clock that was ahead, would stand first for as long, and could fill each
    list. They are left out unless there are no others at all: then the present clock is wrong."""
    until = lib.hour() + timedelta(hours=1, seconds=1)  # the first second of an hour belongs to the one before
    listed = lib.archive.reading.heads(queries, lib.seconds())  # together: most stories are in several
    if all(story.published < until for story in chain.from_iterable(listed.values())):
        return listed
    asked = {query: replace(query, filter=Filter(until=until)) for query in queries}
    before = lib.archive.reading.heads(asked.values(), lib.seconds())
    return {query: before[asked[query]] for query in queries} if any(before.values()) else listed


def of_many(query: StreamQuery) -> list[StreamQuery]:
    """Queries for the newest stories of a stream that at least 2, 4 and 8 outlets report. Each number is asked for separately, because the
    newest stories of two outlets may all be from the last few hours, when the most important story is older."""
    return [replace(query, min_publishers=max(least, query.min_publishers)) for least in MANY]


def each_once(lists: Iterable[Sequence[StoryHead]]) -> list[StoryHead]:
    return list({story.id: story for story in chain.from_iterable(lists)}.values())
