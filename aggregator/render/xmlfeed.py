"""What RSS and Atom share: the document around the entries, from feedgen, and how text is written into XML.

feedgen uses the current time for dates that are not set, so all are set. Elements that both formats have are set once, by their name in
Atom or in RSS: the description becomes the subtitle too, the icon that of both.

The links of RFC 5005 are written here, since feedgen writes only `rel=self` links into RSS; and so are the entries, for which feedgen takes
five times as long, and sets the locale of the whole process for each date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator

from aggregator.model.feed import Rendered, Stream
from aggregator.model.item import Enclosure
from aggregator.render.entry import FeedEntry, entries
from aggregator.render.fit import fit

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "media": "http://search.yahoo.com/mrss/",
}
ICON = 144  # width and height of `Stream.icon` in pixels; the largest width that RSS allows


class Namespaces(BaseExtension):  # type: ignore[misc]  # feedgen publishes no types
    """Declares the namespaces of what is written here."""

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES


def is_picture(enclosure: Enclosure) -> bool:
    """Whether an enclosure is a picture. In RSS pictures become media:content, since feed readers take enclosures for podcasts."""
    return (enclosure.type or "").startswith("image/")


def text(of: str) -> str:
    """Text as the content of an element."""
    return escape(of, quote=False).replace("\r", "&#13;")


def quoted(value: str) -> str:
    """Text as the value of an attribute, where a parser would make spaces of line breaks and tabs."""
    return text(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def element(name: str, content: str = "", /, **attributes: str | int | None) -> str:
    """An element with the attributes that are not None (or empty)."""
    told = "".join([f' {name}="{quoted(str(value))}"' for name, value in attributes.items() if value])
    return f"<{name}{told}>{text(content)}</{name}>" if content else f"<{name}{told}/>"


def picture(entry: FeedEntry) -> str:
    """The picture of an entry, written twice, since some readers know only media:thumbnail, and others only media:content. An enclosure
    is written as such in any case."""
    if not entry.image:
        return ""
    enclosed = any(one.url == entry.image for one in entry.enclosures)
    content = "" if enclosed else element("media:content", url=entry.image, medium="image")
    return element("media:thumbnail", url=entry.image) + content


def written(
    stream: Stream,
    extension: str,
    mime: str,
    *,
    write: Callable[[FeedGenerator], bytes],
    link: str,
    entry: Callable[[FeedEntry, str], Iterator[str]],
    end: str,
) -> Rendered:
    """The document. `extension`: that of its address; `mime`: its media type; `write` serialises the document without entries, which
    ends with `end`; `link`: the name of Atom's link in it; `entry` gives the parts of an entry of a feed in a language."""
    start = (
        write(_generator(stream, extension, mime)).removesuffix(end.encode())
        + _history(stream, extension, link).encode()
    )
    # Encoded one by one: a month has megabytes. `fit` once more, since one character that XML forbids would spoil them all.
    told = (fit("".join(entry(one, stream.language))).encode() for one in entries(stream))
    return Rendered.of(b"".join([start, *told, end.encode()]), f"{mime}; charset=utf-8", stream.modified)


def _generator(stream: Stream, extension: str, mime: str) -> FeedGenerator:
    """A FeedGenerator for a stream, without its entries."""
    feed = FeedGenerator()
    feed.register_extension("namespaces", Namespaces)
    page = stream.address + stream.query
    self_link = f"{stream.address}.{extension}{stream.part}"
    feed.id(page)
    feed.title(stream.title)
    feed.description(stream.description)
    feed.link(href=self_link, rel="self", type=mime)
    feed.link(href=page, rel="alternate", type="text/html")
    feed.language(stream.language)
    feed.updated(stream.updated)
    feed.generator("Aggregator")
    feed.ttl(stream.ttl)
    feed.icon(stream.icon)
    feed.image(url=stream.icon, title=stream.title, link=page, width=str(ICON), height=str(ICON))
    return feed


def _history(stream: Stream, extension: str, link: str) -> str:
    """What RFC 5005 adds to the document."""
    documents = (("prev-archive", stream.previous), ("next-archive", stream.next), ("current", stream.current))
    links = [(rel, f"{address}.{extension}{stream.selection}") for rel, address in documents if address]
    if stream.older and not stream.previous:  # if there are archives, readers follow those
        rel = "prev-archive" if stream.current else "next"  # a part of a month is an archive, too
        links.append((rel, f"{stream.address}.{extension}{stream.older}"))
    told = "".join(element(link, rel=rel, href=href) for rel, href in links)
    return f"{told}<fh:archive/>" if stream.archive else told
