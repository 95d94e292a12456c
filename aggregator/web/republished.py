"""Texts of articles for feeds and the API, if `republish_full_text` says that the outlets agreed."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model.story import ItemView, StoryView
from aggregator.web.library import Library


def republished(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Id of a story or item → safe HTML of its (lead's) article, if there is one; empty unless the site allows it."""
    settings = library.in_force().settings
    full = {source.id for source in settings.sources if source.full_text}
    if not settings.site.republish_full_text or not full:
        return {}
    wanted = {story.id: story.lead for story in stories if any(report.source in full for report in story.reports)}
    wanted |= {item.id: item.n for item in items if item.story and item.source in full}
    texts = library.archive.reading.extracted(list(wanted.values()))
    return {id: text for id, n in wanted.items() if (text := texts.get(n))}
