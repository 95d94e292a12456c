"""RSS 2.0: the channel by feedgen, the items here."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime

from aggregator.model.feed import Rendered, Stream
from aggregator.render.entry import FeedEntry
from aggregator.render.xmlfeed import element, is_picture, picture, text, written

TYPE = "application/rss+xml"


def render(stream: Stream) -> Rendered:
    return written(stream, "rss", TYPE, write=lambda feed: bytes(feed.rss_str()), entry=_item, end="</channel></rss>")


def _item(entry: FeedEntry, language: str) -> str:
    """An `<item>`. `language`: that of the feed."""
    summary, lang = text(entry.summary), entry.lang
    attached = [one for one in entry.enclosures if not is_picture(one)][:1]  # RSS allows one per item
    pictures = [one for one in entry.enclosures if is_picture(one)] if entry.enclosures else ()
    return "".join(
        (
            f"<item><title>{text(entry.title)}</title><link>{text(entry.link)}</link>",
            f"<description>{summary}</description>" if summary else "",  # readers would show the headline twice
            f'<content:encoded>{text(entry.body)}</content:encoded><guid isPermaLink="false">{text(entry.id)}</guid>',
            *(f"<category>{text(title)}</category>" for _, title in entry.tags),
            *(
                element("enclosure", url=one.url, length=one.length or "0", type=one.type or "application/octet-stream")
                for one in attached
            ),
            f"<pubDate>{format_datetime(entry.published.astimezone(UTC))}</pubDate>",
            element("source", entry.source[0], url=entry.source[1]) if entry.source else "",
            f"<dc:creator>{text(entry.author)}</dc:creator>",
            f"<dc:language>{text(lang)}</dc:language>" if lang and lang != language else "",
            picture(entry),
            *(
                element("media:content", url=one.url, medium="image", type=one.type, fileSize=one.length)
                for one in pictures
            ),
            "</item>",
        )
    )
