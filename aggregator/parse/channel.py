"""Reads what a document says about itself: title, link, language, icon, and how often to poll it.

Only what is before the first and after the last entry is parsed, with lxml, whichever parser reads the entries. Formats: RSS 2.0,
Atom (RFC 4287), RSS 1.0 with mod_syndication, the iTunes and webfeeds namespaces.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from aggregator.model.item import Channel
from aggregator.parse.document import ENTRY, ENTRY_END, XML, Document
from aggregator.parse.entries import base_of
from aggregator.parse.fields import people, size, within

_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")  # as datetime counts them
_ROOTS = {"rss": "rss", "feed": "atom", "rdf": "rdf"}


class Head(Struct, frozen=True):
    """`format` is empty if the root element is not that of a feed. Entries that have none themselves inherit `author`, the authors of an
    Atom feed (RFC 4287, 4.2.1)."""

    format: str
    channel: Channel
    author: str | None = None


def read(document: Document) -> Head:
    """Never raises: fields that cannot be read are absent."""
    try:
        parser = etree.XMLParser(
            recover=True, no_network=True, resolve_entities=False, load_dtd=False, collect_ids=False
        )
        root = etree.fromstring(_without_entries(document.data), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return Head("", Channel())
    name = _local(root)
    within_root = root.iterchildren("*") if name in ("rss", "rdf") else ()
    own = next((child for child in within_root if _local(child) == "channel"), None)
    channel = root if own is None else own
    base, said = base_of(channel), _channel(root, channel)
    is_feed = name != "rdf" or own is not None or root.nsmap.get(None) in _RDF_FEEDS  # RDF may be about anything
    return Head(
        format=_ROOTS.get(name, "") if is_feed else "",
        channel=replace(said, link=said.link and within(base, said.link), icon=said.icon and within(base, said.icon)),
        author=people(_listed(channel, "atom:author", "name")),
    )


def _without_entries(data: bytes) -> bytes:
    first = ENTRY.search(data)
    if first is None:
        return data
    end = first.start()
    tail_from = max(end, len(data) - 65536)
    for last in ENTRY_END.finditer(data, tail_from):
        end = last.end()
    return data[: first.start()] + (data[end:] if end > first.start() else b"")


def _channel(root: etree._Element, channel: etree._Element) -> Channel:
    texts: dict[str, str] = {}
    for child in channel.iterchildren("*"):
        if text := _text(child):
            texts.setdefault(_name(child), text)
    hours, days = _listed(channel, "skiphours", "hour"), map(str.lower, _listed(channel, "skipdays", "day"))
    return Channel(
        title=texts.get("title") or texts.get("atom:title") or texts.get("dc:title"),
        link=texts.get("link") or _link(channel),
        language=texts.get("language")
        or texts.get("dc:language")
        or channel.get(XML + "lang")
        or root.get(XML + "lang"),
        icon=texts.get("webfeeds:icon")
        or texts.get("atom:icon")
        or _image(*channel.iterchildren("*"), *root.iterchildren("*"))  # in RSS 1.0 it is a sibling of the channel
        or texts.get("atom:logo"),
        ttl=_number(texts.get("ttl"), 525600),  # minutes of a year
        # The older specification counts the hours from 1 to 24.
        skip_hours=tuple(
            sorted({number % 24 for hour in hours if (number := size(hour)) is not None and number <= 24})
        ),
        skip_days=tuple(sorted({_DAYS.index(day) for day in days if day in _DAYS})),
        update_seconds=_update_seconds(texts.get("sy:updateperiod"), texts.get("sy:updatefrequency")),
    )


_PREFIXES = {
    "http://www.w3.org/2005/Atom": "atom:",
    "https://www.w3.org/2005/Atom": "atom:",
    "http://purl.org/atom/ns#": "atom:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://www.itunes.com/DTDs/Podcast-1.0.dtd": "itunes:",
    "http://webfeeds.org/rss/1.0": "webfeeds:",
    "http://search.yahoo.com/mrss/": "media:",
}
_RDF_FEEDS = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
_PLAIN = (*_RDF_FEEDS, "http://backend.userland.com/rss2")


def _name(element: etree._Element) -> str:
    space, _, local = element.tag.rpartition("}")
    parent = element.getparent()
    around = "" if parent is None else parent.tag
    if not space or around == f"{space}}}channel":  # RSS has no namespace, but some feeds declare one
        return local.lower()
    if around == f"{space}}}feed":  # drafts of Atom had several
        return f"atom:{local.lower()}"
    return (_PREFIXES.get(space[1:]) or ("" if space[1:] in _PLAIN else "?:")) + local.lower()


def _text(element: etree._Element) -> str:
    """The text of an element; for a title in XHTML, the text of all elements inside it."""
    if element.get("mode") == "base64" or "/octet" in element.get("type", ""):
        return _from_base64(element.text or "")
    if len(element) and element.tag.endswith("title"):
        return "".join(map(str, element.itertext())).strip()
    return (element.text or "").strip()


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text).decode("utf-8", "replace").strip()
    except ValueError:
        return ""


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _link(channel: etree._Element) -> str | None:
    """The link of an Atom feed to its web page."""
    links = (child for child in channel.iterchildren("*") if _name(child) in ("atom:link", "link"))
    return next((href for link in links if link.get("rel") in ("alternate", None) and (href := link.get("href"))), None)


def _image(*elements: etree._Element) -> str | None:
    for element in elements:
        name = _name(element)
        if name == "image":
            addresses = [
                child.text.strip() for child in element.iterchildren("*") if _local(child) == "url" and child.text
            ]
            if addresses:  # in RSS 1.0 that of the channel only refers to the one beside it
                return addresses[0]
        if name == "itunes:image" and element.get("href"):
            return element.get("href")
    return None


def _number(text: str | None, most: int) -> int | None:
    number = size(text)
    return None if number is None else min(most, number)


def _listed(channel: etree._Element, outer: str, inner: str) -> Iterator[str]:
    """The texts of the elements `inner` of the elements `outer` of the channel."""
    for element in channel.iterchildren("*"):
        if _name(element) == outer:
            texts = (_text(child) for child in element.iterchildren("*") if _local(child) == inner)
            yield from filter(None, texts)


def _update_seconds(period: str | None, frequency: str | None) -> int | None:
    seconds = _PERIODS.get((period or ("daily" if frequency else "")).lower())
    return None if seconds is None else seconds // (_number(frequency, 1000) or 1)
