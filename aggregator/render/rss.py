"""RSS 2.0: the channel by feedgen, the items here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime

from feedgen.feed import FeedGenerator

from aggregator.model.feed import Rendered, Stream
from aggregator.render.entry import FeedEntry
from aggregator.render.xmlfeed import element, is_picture, picture, text, written

TYPE = "application/rss+xml"


def render(stream: Stream) -> Rendered:
    write = FeedGenerator.rss_str
    return written(stream, "rss", TYPE, write=write, link="atom:link", entry=_item, end="</channel></rss>")


def _item(entry: FeedEntry, language: str) -> Iterator[str]:
    """The parts of an `<item>`. `language`: that of the feed."""
    yield f"<item><title>{text(entry.title)}</title><link>{text(entry.link)}</link>"
    if entry.summary:  # without one, readers would show the headline twice
        yield f"<description>{text(entry.summary)}</description>"
    yield f'<content:encoded>{text(entry.body)}</content:encoded><guid isPermaLink="false">{text(entry.id)}</guid>'
    for _, title in entry.tags:
        yield f"<category>{text(title)}</category>"
    attached = next((one for one in entry.enclosures if not is_picture(one)), None)  # RSS allows one per item
    if attached:
        mime = attached.type or "application/octet-stream"
        yield element("enclosure", url=attached.url, length=attached.length or "0", type=mime)
    yield f"<pubDate>{format_datetime(entry.published.astimezone(UTC))}</pubDate>"
    if entry.source:
        yield element("source", entry.source[0], url=entry.source[1])
    yield f"<dc:creator>{text(entry.author)}</dc:creator>"
    if entry.lang and entry.lang != language:
        yield f"<dc:language>{text(entry.lang)}</dc:language>"
    yield picture(entry)
    for one in sorted(entry.enclosures, key=is_picture, reverse=True):  # some readers show the first as the picture
        if one is not attached:
            kind = (one.type or "").partition("/")[0]
            medium = kind if kind in ("image", "audio", "video") else None
            yield element("media:content", url=one.url, medium=medium, type=one.type, fileSize=one.length)
    yield "</item>"
