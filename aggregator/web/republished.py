"""Decides where the texts of articles are shown: on the pages of stories, and if `republish_full_text` says that the outlets have agreed,
also in feeds and the API.

Only texts of sources that have `full_text` now are shown; others may still be in the store until they are pruned."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model.story import ItemView, StoryView
from aggregator.web.library import Library


def text_of(library: Library, item: int) -> str:
    """The text of an item on the page of its story, safe HTML: that of its article if it may be shown, else that of its feed."""
    reading = library.archive.reading
    source, article = reading.extracted([item]).get(item, ("", ""))
    return article if article and source in _full(library) else reading.content(item)


def republished(library: Library, stories: Iterable[StoryView], items: Iterable[ItemView]) -> dict[str, str]:
    """Id of a story or item → safe HTML of its article (of a story, that of its lead). Empty unless `republish_full_text` is set."""
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
