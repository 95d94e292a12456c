"""Chooses the stories of the front page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from msgspec import Struct
from msgspec.structs import replace

from aggregator.model.settings import Rules
from aggregator.model.story import StoryView
from aggregator.model.stream import StreamName, StreamQuery
from aggregator.text.headline import tells
from aggregator.web.affairs import Affairs
from aggregator.web.emphasis import followed, is_followed
from aggregator.web.library import Library
from aggregator.web.pinned import pinned, without

AROUND = 500  # so many of the newest stories are considered
RECENT = timedelta(hours=24)
PER_SECTION = 6  # stories of each section
FOREMOST = 11  # stories at the top
SEVERAL = 60  # those at the top are chosen from so many of the newest stories, for each number of outlets in MANY
MANY = (2, 4, 8)  # minimum numbers of outlets; stories of many outlets are rarer and stay important longer
CHAPTERS = 3  # further stories of the affair of the first one, shown below it
NEWEST = 9  # stories that have just come in, shown beside them


class FrontPage(Struct, frozen=True):
    """Each story appears once, except those that have just come in, which their sections show too, and those that the editor pinned."""

    top: list[StoryView]  # the most important stories that several outlets report
    chapters: list[StoryView]  # further stories of the affair of the first of these
    newest: list[StoryView]  # stories that have just come in
    # sections that are not empty, with their most important stories first
    sections: list[tuple[Rules, list[StoryView]]]
    pinned: frozenset[str]  # ids of stories that are pinned to their primary section


def front_page(lib: Library) -> FrontPage:
    reading, now, settings = lib.archive.reading, lib.seconds(), lib.in_force().settings
    sections = settings.sections
    newest, _ = reading.stories(StreamQuery("latest", limit=AROUND), now)
    subjects = followed(settings)
    since = lib.hour() - RECENT  # by the hour, as the date of the page
    affairs = Affairs([story for story in newest if story.published >= since], lib.now(), subjects)
    held = {section.id: pinned(lib, section.id) for section in sections}
    homes = frozenset(story.id for story in chain.from_iterable(held.values()))
    several = of_many_outlets(lib, StreamQuery("latest", limit=SEVERAL), now)
    top = affairs.foremost((story for story in several if story.id not in homes), FOREMOST)
    chapters = affairs.chapters(top[0], CHAPTERS, without=chain(top, *held.values())) if top else []
    chapters.sort(key=lambda story: story.published, reverse=True)  # by the times that are shown beside them
    seen = {story.id for story in (*top, *chapters)}
    shown = []
    for section in sections:
        query = StreamQuery("section", section.id, primary=True, limit=PER_SECTION + len(seen))
        found = [*reading.stories(query, now)[0], *of_many_outlets(lib, query, now)]
        others = {story.id: story for story in found if story.id not in seen}.values()
        own = held[section.id]
        stories = [*own, *without(own, affairs.foremost(others, PER_SECTION))][:PER_SECTION]
        if stories:
            shown.append((section, stories))
    come = just_in([one for one in newest if one.id not in seen], subjects, since)
    return FrontPage(top, chapters, come, shown, homes)


def just_in(newest: Sequence[StoryView], subjects: Collection[StreamName], since: datetime) -> list[StoryView]:
    """The newest stories that report news on the editor's subjects and were published after `since`. If there are fewer than `NEWEST` of
    them, other new stories (such as sports and columns) follow: with few sources, further stories on the subjects would be weeks old.

    The result is ordered by publication, which is the time shown beside each story; by time of entering, stories from one late poll
    would come first."""

    def wanted(one: StoryView) -> bool:
        return one.published >= since and is_followed(one, subjects) and tells(one.title, one.link)

    first = islice(filter(wanted, newest), NEWEST)
    ids = list(dict.fromkeys(one.id for one in chain(first, newest)))[:NEWEST]
    return sorted((one for one in newest if one.id in ids), key=lambda one: one.published, reverse=True)


def of_many_outlets(lib: Library, query: StreamQuery, now: int) -> list[StoryView]:
    """The newest stories of a stream that at least 2, 4 and 8 outlets report. Each is asked for separately, because the newest stories of
    two outlets may all be from the last few hours, when the most important story is older."""
    found = (
        lib.archive.reading.stories(replace(query, min_publishers=max(least, query.min_publishers)), now)[0]
        for least in MANY
    )
    return list({story.id: story for story in chain.from_iterable(found)}.values())
