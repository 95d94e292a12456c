"""What stands on the front page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice

from aggregator.model.settings import Rules
from aggregator.model.story import StoryView
from aggregator.model.stream import StreamName, StreamQuery
from aggregator.text.headline import tells
from aggregator.web.affairs import AROUND, RECENT, Affairs
from aggregator.web.followed import followed, is_followed
from aggregator.web.library import Library
from aggregator.web.pinned import pinned, without

PER_SECTION = 6  # stories of each section
FOREMOST = 11  # stories at the top
SEVERAL = 60  # newest stories of several outlets, of which those at the top are chosen
MANY = (2, 4, 8)  # outlets, of each so many: those that more outlets report weigh longer, and few come after them
CHAPTERS = 3  # stories of the affair of the first one, beneath it
NEWEST = 9  # stories that have just come in, beside them


@dataclass(frozen=True, slots=True)
class FrontPage:
    """Each story appears once, except those that the editor pinned to a section."""

    top: list[StoryView]  # the most important ones that several outlets report
    chapters: list[StoryView]  # others of the affair of the first of these
    newest: list[StoryView]
    sections: list[tuple[Rules, list[StoryView]]]  # those that hold something; their stories, the most important first
    pinned: frozenset[str]  # ids of those that are pinned to their primary section


def front_page(lib: Library) -> FrontPage:
    reading, now, settings = lib.archive.reading, lib.seconds(), lib.in_force().settings
    sections = settings.sections
    newest, _ = reading.stories(StreamQuery("latest", limit=AROUND), now)
    subjects = followed(settings)
    affairs = Affairs(newest, lib.now(), subjects)
    pins = {section.id: pinned(lib, section.id) for section in sections}
    held = {id: [story for story in stories if story.section == id] for id, stories in pins.items()}
    homes = frozenset(story.id for story in chain.from_iterable(held.values()))
    several = of_many_outlets(lib, StreamQuery("latest", limit=SEVERAL), now)
    top = affairs.foremost((story for story in several if story.id not in homes), FOREMOST)
    chapters = affairs.chapters(top[0], CHAPTERS, without=chain(top, *pins.values())) if top else []
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
    come = just_in([one for one in newest if one.id not in seen], subjects, since=lib.now() - RECENT)
    return FrontPage(top, chapters, come, shown, homes)


def just_in(newest: Sequence[StoryView], subjects: Collection[StreamName], since: datetime) -> list[StoryView]:
    """The newest that tell the news of the editor's subjects; others, such as matches and columns, only where fewer than `NEWEST` of
    these are published `since`: where few sources are polled, further ones would be weeks old. In order of the times that are shown
    beside them: what one poll brought late would stand above what others brought before."""

    def wanted(one: StoryView) -> bool:
        return one.published >= since and is_followed(one, subjects) and tells(one.title, one.link)

    first = islice(filter(wanted, newest), NEWEST)
    ids = list(dict.fromkeys(one.id for one in chain(first, newest)))[:NEWEST]
    return sorted((one for one in newest if one.id in ids), key=lambda one: one.published, reverse=True)


def of_many_outlets(lib: Library, query: StreamQuery, now: int) -> list[StoryView]:
    """The newest stories of a stream that several outlets report, and the newest of those that many do: the sixty newest may have
    come within few hours, when what leads is older."""
    found = (
        lib.archive.reading.stories(replace(query, min_publishers=max(least, query.min_publishers)), now)[0]
        for least in MANY
    )
    return list({story.id: story for story in chain.from_iterable(found)}.values())
