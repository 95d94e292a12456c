"""The outlets that a card names, and where each tells the story. Pure."""

from __future__ import annotations

from aggregator.model.story import StoryView


def outlets(story: StoryView) -> list[tuple[str, str | None]]:
    """(name, address of its article) of each outlet of a story: first the one whose headline is shown, then the others in the order in
    which they joined."""
    earliest = {report.publisher: report.url for report in reversed(story.reports) if report.url}
    heading = [report.publisher for report in story.reports if report.url == story.link]
    lead = story.entry.publisher if story.entry.publisher in heading or not heading else heading[0]
    addresses = {**earliest, lead: story.link or earliest.get(lead)}
    named = dict.fromkeys((lead, *story.publishers) if lead in story.publishers else story.publishers)
    return [(name, addresses.get(name)) for name in named]
