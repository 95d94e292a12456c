"""The outlets that a card names, and where each tells the story. Pure."""

from __future__ import annotations

from markupsafe import Markup, escape

from aggregator.model.story import StoryView
from aggregator.text.scripts import direction


def heading(story: StoryView) -> str:
    """The outlet whose headline is shown, by its present name: feeds keep the one that it had when the story was announced."""
    names = [report.publisher for report in story.reports if report.url == story.link]
    return story.entry.publisher if story.entry.publisher in names or not names else names[0]


def outlets(story: StoryView) -> list[tuple[str, str | None]]:
    """(name, address of its article) of each outlet of a story: first the one whose headline is shown, then the others in the order in
    which they joined."""
    earliest = {report.publisher: report.url for report in reversed(story.reports) if report.url}
    lead = heading(story)
    addresses = {**earliest, lead: story.link or earliest.get(lead)}
    named = dict.fromkeys((lead, *story.publishers) if lead in story.publishers else story.publishers)
    return [(name, addresses.get(name)) for name in named]


NAMED = 3  # outlets on a card
_LINK = Markup('<a href="%s" rel="noopener nofollow">%s</a>')


def named_outlets(story: StoryView) -> Markup:
    """The outlets of a story on its card. Each leads to its own article, so that who wants to read one need not pass by the story's
    page."""
    told = outlets(story)
    named = Markup(", ").join([_LINK % (url, apart(name)) if url else apart(name) for name, url in told[:NAMED]])
    if len(told) > 1:
        named = Markup("<b>%s outlets</b> ") % len(told) + named
    return named + Markup("&nbsp;…") if told[NAMED:] else named


def apart(name: str) -> Markup:
    """A name for use within left-to-right text. A right-to-left name is put into `<bdi>`; it would otherwise reorder what is around it
    (the next name, numbers, an ellipsis)."""
    return Markup("<bdi>{}</bdi>").format(name) if direction(name) == "rtl" else escape(name)
