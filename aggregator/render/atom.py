"""Atom 1.0 (RFC 4287): the feed by feedgen, the entries here."""

from __future__ import annotations

from aggregator.model.feed import Rendered, Stream
from aggregator.render.entry import FeedEntry
from aggregator.render.xmlfeed import element, picture, quoted, text, written

TYPE = "application/atom+xml"


def render(stream: Stream) -> Rendered:
    return written(stream, "atom", TYPE, write=lambda feed: bytes(feed.atom_str()), entry=_entry, end="</feed>")


def _entry(entry: FeedEntry, language: str) -> str:
    """An `<entry>`. `language`: that of the feed."""
    summary, lang = text(entry.summary), entry.lang
    updated = entry.updated.isoformat()
    return "".join(
        (
            f'<entry xml:lang="{quoted(lang)}">' if lang and lang != language else "<entry>",
            f"<id>{text(entry.id)}</id><title>{text(entry.title)}</title><updated>{updated}</updated>"
            f"<author><name>{text(entry.author)}</name></author>"
            f'<content type="html">{text(entry.body)}</content>',
            element("link", rel="alternate", href=entry.link),  # the default, which GNOME Feeds does not know
            f"<summary>{summary}</summary>" if summary else "",
            *(element("category", term=id, label=title) for id, title in entry.tags),
            f"<published>{entry.published.isoformat()}</published>",
            _source(entry, updated),
            *(
                element("link", rel="enclosure", href=one.url, type=one.type, length=one.length)
                for one in entry.enclosures
            ),
            picture(entry),
            "</entry>",
        )
    )


def _source(entry: FeedEntry, updated: str) -> str:
    if not entry.source:
        return ""
    title, address = entry.source
    icon = f"<icon>{text(entry.icon)}</icon>" if entry.icon else ""
    return (
        f"<source><id>{text(address)}</id><title>{text(title)}</title><updated>{updated}</updated>"
        f"{element('link', rel='self', href=address)}{icon}</source>"
    )
