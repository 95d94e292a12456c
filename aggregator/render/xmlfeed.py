"""What RSS and Atom share: a feedgen generator filled from a Stream, and extensions for what feedgen does not write.

feedgen writes only `rel=self` links into RSS, uses the current time for dates that are not set, and prepends entries by default. So
here all dates are set, and entries are appended. Elements that both formats have are set once, by their name in Atom or in RSS: the id
becomes the guid too, the summary the description, the image the logo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from feedgen.entry import FeedEntry as GenEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator.model.feed import Stream
from aggregator.render.entry import FeedEntry, entries
from aggregator.render.fit import fit

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA = "http://search.yahoo.com/mrss/"
PORTION = 500  # entries; feeds that are not archives have at most so many
ICON = 144  # width and height of `Stream.icon` in pixels; the largest width that RSS allows


class WireExtension(BaseExtension):  # type: ignore[misc]  # feedgen publishes no types
    """Adds the links of RFC 5005 to both formats, and declares the namespaces that entries use."""

    def __init__(self) -> None:
        self.links: list[tuple[str, str]] = []
        self.archive = False

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "fh": HISTORY, "media": MEDIA}

    def extend_rss(self, feed: Any) -> Any:
        channel = feed[0]
        self._add(channel, f"{{{ATOM}}}link")
        return feed

    def extend_atom(self, feed: Any) -> Any:
        self._add(feed, "link")  # feedgen's Atom elements have no namespace of their own, only the default one
        return feed

    def _add(self, parent: Any, tag: str) -> None:
        for rel, href in self.links:
            etree.SubElement(parent, tag, {"rel": rel, "href": href})
        if self.archive:
            etree.SubElement(parent, f"{{{HISTORY}}}archive")


class WireEntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Adds to an entry its language, if it differs from that of the feed; to an RSS item author and pictures; to an Atom entry its source
    feed and its enclosures (feedgen omits the `rel` of links of entries)."""

    def __init__(self) -> None:
        self.entry: FeedEntry | None = None
        self.language = ""  # of the feed

    def extend_rss(self, item: Any) -> Any:
        if self.entry is None:
            return item
        etree.SubElement(item, f"{{{DC}}}creator").text = self.entry.author
        if lang := self._lang():
            etree.SubElement(item, f"{{{DC}}}language").text = lang
        self._thumbnail(item)
        for url, type, length in filter(is_picture, self.entry.enclosures):
            told = _attributes(url=url, medium="image", type=type, fileSize=length)
            etree.SubElement(item, f"{{{MEDIA}}}content", told)
        return item

    def extend_atom(self, item: Any) -> Any:
        if self.entry is None:
            return item
        if self.entry.source:
            title, address = self.entry.source
            source = etree.SubElement(item, "source")
            etree.SubElement(source, "id").text = address
            etree.SubElement(source, "title").text = title
            etree.SubElement(source, "updated").text = self.entry.updated.isoformat()
            etree.SubElement(source, "link", {"rel": "self", "href": address})
            if self.entry.icon:
                etree.SubElement(source, "icon").text = self.entry.icon
        for url, type, length in self.entry.enclosures:
            etree.SubElement(item, "link", _attributes(rel="enclosure", href=url, type=type, length=length))
        if lang := self._lang():
            item.set(LANG, lang)
        self._thumbnail(item)
        return item

    def _lang(self) -> str | None:
        return self.entry.lang if self.entry and self.entry.lang != self.language else None

    def _thumbnail(self, item: Any) -> None:
        if self.entry and self.entry.image:
            etree.SubElement(item, f"{{{MEDIA}}}thumbnail", {"url": self.entry.image})


def _attributes(**values: str | int | None) -> dict[str, str]:
    """XML attributes: the values that are not None (or empty), as text."""
    return {name: str(value) for name, value in values.items() if value}


def is_picture(enclosure: tuple[str, str | None, int | None]) -> bool:
    """Whether an enclosure is a picture. In RSS pictures become media:content, since feed readers take enclosures for podcasts."""
    return (enclosure[1] or "").startswith("image/")


def written(stream: Stream, extension: str, mime: str, write: Callable[[FeedGenerator], bytes], end: bytes) -> bytes:
    """The document. `extension`: that of the feed's address; `mime`: its media type; `write` serialises a generator; `end`: the bytes
    after the last entry.

    It is assembled from portions, because feedgen and lxml need many times the bytes of an entry, and a month may have tens of
    thousands of entries."""
    told = iter(entries(stream))

    def document(portion: Iterable[FeedEntry]) -> bytes:
        return write(generator(stream, extension, mime, portion))

    first, portion = document(islice(told, PORTION)), list(islice(told, PORTION))
    if not portion:
        return first
    start = len(document(())) - len(end)
    parts = [first.removesuffix(end)]
    while portion:
        parts.append(document(portion)[start:].removesuffix(end))
        portion = list(islice(told, PORTION))
    return b"".join([*parts, end])


def generator(stream: Stream, extension: str, mime: str, told: Iterable[FeedEntry]) -> FeedGenerator:
    """A FeedGenerator for a stream with the entries `told`."""
    feed = FeedGenerator()
    feed.register_extension("wire", WireExtension, WireEntryExtension)
    page = stream.address + stream.query
    self_link = f"{stream.address}.{extension}{stream.part}"
    feed.id(page)
    title = fit(stream.title)
    feed.title(title)
    feed.description(stream.description)
    feed.link(href=self_link, rel="self", type=mime)
    feed.link(href=page, rel="alternate", type="text/html")
    feed.language(stream.language)
    feed.updated(stream.updated)
    feed.generator("Aggregator")
    feed.ttl(stream.ttl)
    if stream.icon:
        feed.icon(stream.icon)
        feed.image(url=stream.icon, title=title, link=page, width=str(ICON), height=str(ICON))
    documents = (("prev-archive", stream.previous), ("next-archive", stream.next), ("current", stream.current))
    feed.wire.links = [(rel, f"{address}.{extension}{stream.selection}") for rel, address in documents if address]
    if stream.older and not stream.previous:  # if there are archives, readers follow those
        rel = "prev-archive" if stream.current else "next"  # a part of a month is an archive, too
        feed.wire.links.append((rel, f"{stream.address}.{extension}{stream.older}"))
    feed.wire.archive = stream.archive
    for entry in told:
        target = feed.add_entry(order="append")
        _add(target, entry, rss=extension == "rss")
        target.wire.language = stream.language
    return feed


def _add(target: GenEntry, entry: FeedEntry, *, rss: bool) -> None:
    target.id(entry.id)
    target.title(entry.title)
    target.link(href=entry.link, rel="alternate")
    target.summary(entry.summary or entry.title)
    target.content(entry.body, type="html")
    target.published(entry.published)
    target.updated(entry.updated)
    target.author(name=entry.author)
    if entry.source and rss:  # in Atom, the extension writes a more complete one
        target.source(url=entry.source[1], title=entry.source[0])
    for id, title in entry.tags:
        target.category(term=id, label=title)
    attached = [one for one in entry.enclosures if not is_picture(one)] if rss else []
    for url, type, length in attached[:1]:  # RSS allows one per item
        target.enclosure(url=url, length=str(length or 0), type=type or "application/octet-stream")
    target.wire.entry = entry
