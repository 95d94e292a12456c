"""Atom 1.0 (RFC 4287): the feed by feedgen, the entries here."""

from __future__ import annotations

from collections.abc import Iterator

from feedgen.feed import FeedGenerator

from aggregator.model.feed import Rendered, Stream
from aggregator.render.entry import FeedEntry
from aggregator.render.xmlfeed import element, picture, quoted, text, written

TYPE = "application/atom+xml"


def render(stream: Stream) -> Rendered:
    return written(stream, "atom", TYPE, write=FeedGenerator.atom_str, link="link", entry=_entry, end="</feed>")


def _entry(entry: FeedEntry, language: str) -> Iterator[str]:
    """The parts of an `<entry>`. `language`: that of the feed."""
    lang, updated = entry.lang, entry.updated.isoformat()
    yield f'<entry xml:lang="{quoted(lang)}">' if lang and lang != language else "<entry>"
    yield f"<id>{text(entry.id)}</id><title>{text(entry.title)}</title><updated>{updated}</updated>"
    yield f'<author><name>{text(entry.author)}</name></author><content type="html">{text(entry.body)}</content>'
    yield element("link", rel="alternate", href=entry.link)  # the default, which GNOME Feeds does not know
    if entry.summary:
        yield f"<summary>{text(entry.summary)}</summary>"
    for id, title in entry.tags:
        yield element("category", term=id, label=title)
    yield f"<published>{entry.published.isoformat()}</published>"
    if entry.source:
        title, address = entry.source
        yield f"<source><id>{text(address)}</id><title>{text(title)}</title><updated>{updated}</updated>"
        yield element("link", rel="self", href=address)
        yield f"<icon>{text(entry.icon)}</icon></source>" if entry.icon else "</source>"
    for one in entry.enclosures:
        yield element("link", rel="enclosure", href=one.url, type=one.type, length=one.length)
    yield picture(entry)
    yield "</entry>"
