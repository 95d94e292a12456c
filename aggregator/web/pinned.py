"""Stories that the editor pinned to the top of a section's page and of its block on the front page: `stories: pin`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from aggregator.model.story import StoryHead, StoryView
from aggregator.model.stream import StreamQuery
from aggregator.normalise.address import typed
from aggregator.web.library import Library

Story = TypeVar("Story", bound=StoryHead)


def pinned(library: Library, section: str) -> list[StoryView]:
    """The stories pinned to a section, in the order of the file. Pins end with their last day in the site's time zone. A pin in force makes
    the section the primary one: if it is another, a pin of the same article or story replaces this one."""
    today = library.today()
    pins = [pin for pin in library.in_force().settings.overrides.pin if pin.section == section and pin.holds(today)]
    addresses = [address for pin in pins if (address := typed(pin.url))]
    found = library.archive.reading.stories_at(addresses) if addresses else []
    return [story for story in found if story.section == section]


def held(library: Library, query: StreamQuery) -> list[StoryView]:
    """The pinned stories at the top of a stream's page; none for an archive, a search or a list of items."""
    if query.kind != "section" or query.window or not query.filter.empty or query.view != "stories":
        return []
    found = pinned(library, query.id or "")
    if query.min_publishers == 1 or not found:
        return found
    enough = library.archive.reading.corroborated([one.n for one in found], query.min_publishers)
    return [one for one in found if one.n in enough]


def without(pinned: Iterable[StoryHead], stories: Iterable[Story]) -> list[Story]:
    """The stories that are not among the pinned ones."""
    known = {story.id for story in pinned}
    return [story for story in stories if story.id not in known]
