"""Texts of articles: on the pages of stories, and in feeds and the API if `republish_full_text` says that the outlets agreed.
Only of sources that have `full_text` now: those of one where it is switched off may be there until they are pruned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aggregator.model.story import ItemView, StoryView
from aggregator.web.library import Library


def members_of(library: Library, story: StoryView) -> list[ItemView]:
    """The items of a story, with the texts of their articles as its page may show them."""
    full = _full(library)
    members = library.archive.reading.members(story.n)
    return [item if item.source in full else replace(item, extracted="") for item in members]


def republished(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Id of a story or item → safe HTML of its (lead's) article, if there is one; empty unless the site allows it."""
    full = _full(library)
    if not library.in_force().settings.site.republish_full_text or not full:
        return {}
    wanted = {story.id: story.lead for story in stories if any(report.source in full for report in story.reports)}
    wanted |= {item.id: item.n for item in items if item.story and item.source in full}
    texts = library.archive.reading.extracted(list(wanted.values()))
    found = {id: texts.get(n, ("", "")) for id, n in wanted.items()}
    return {id: text for id, (source, text) in found.items() if text and source in full}


def _full(library: Library) -> set[str]:
    return {source.id for source in library.in_force().settings.sources if source.full_text}
