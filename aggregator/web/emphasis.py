"""The editor's subjects, and how much less other stories weigh, as well as those that report no news. Pure."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.settings import Rules, Settings
from aggregator.model.story import StoryHead, StoryRank
from aggregator.model.stream import StreamName
from aggregator.text.headline import is_about_leisure, is_leisure, tells
from aggregator.text.regions import codes_of

# a section with more countries is about a region; with so many or fewer (two countries at war) it is about a subject
FEW = 3
# A story outside the editor's subjects, or whose headline reports no news, has its weight multiplied by 1 - MATTERS / (number of
# outlets), but at least by LEAST: what many outlets report is news whatever it is about.
LEAST = 0.5
MATTERS = 2
LEISURE = 0.4  # factor in addition outside the editor's subjects, if the outlet files the article under sports, entertainment or leisure


def followed(settings: Settings) -> frozenset[StreamName]:
    """The editor's subjects: the topics of the file, and the sections that are not about a region. Empty if the file has no topics."""
    sections = (one for one in settings.sections if not _is_of_a_region(one) and one.id != settings.fallback)
    return frozenset(one.stream for one in (*settings.topics, *sections)) if settings.topics else frozenset()


def _is_of_a_region(section: Rules) -> bool:
    return len({code for term in section.places for place in term.parts for code in codes_of(place)}) > FEW


def is_followed(story: StoryHead, subjects: Collection[StreamName]) -> bool:
    """Whether a story belongs to one of the subjects, or there are none. Sports and celebrities usually belong only to a region. If what an
    outlet files there belongs to a section that is a subject (the sale of a club to Economy), that is not enough, unless the section is
    about just that: a topic is."""
    sections = [id for id, _ in story.scores if is_about_leisure(id) or not _is_leisure(story)]
    held = (*(StreamName("topic", id) for id in story.topics), *(StreamName("section", id) for id in sections))
    return not subjects or any(one in subjects for one in held)


def _is_leisure(story: StoryHead) -> bool:
    return story.link is not None and is_leisure(story.link)


def emphasis(story: StoryHead, subjects: Collection[StreamName]) -> float:
    """The factor on the weight of a story: 1 for news about one of the subjects; less if it is about none, and still less if it is of
    sports, entertainment or leisure; less if its headline asks, explains or follows something live; the product if several apply."""
    return _emphasis(story.independent, story.title, story.link, is_followed(story, subjects))


def announced(story: StoryRank, section: str) -> float:
    """The same factor, by what the entry of a story says alone, since topics may change without it."""
    leisure = story.link is not None and is_leisure(story.link) and not is_about_leisure(section)
    return _emphasis(story.outlets, story.title, story.link, not leisure)


def _emphasis(outlets: int, title: str, link: str | None, followed: bool) -> float:
    less = max(LEAST, 1 - MATTERS / outlets)
    factor = 1.0 if tells(title, link) else less
    if not followed:
        factor *= less * LEISURE if link is not None and is_leisure(link) else less
    return factor
