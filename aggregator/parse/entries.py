"""Reads from the XML tree what fastfeedparser omits of an entry: its <source>, xml:base, unusual dates, categories in one element, and
pictures that are beside other media or in another namespace.

Building the tree takes several times as long as fastfeedparser, so a search over the bytes decides first whether it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from msgspec.structs import replace

from aggregator.model.item import Enclosure, ParsedItem
from aggregator.parse.document import XML, Document
from aggregator.parse.fields import (
    caption,
    dated,
    followed,
    original,
    people,
    person,
    shown,
    size,
    thumbnail,
    widest,
    within,
)

# Dates as in RFC 822 or RFC 3339 with a plausible year and offset. For all others fastfeedparser guesses, based on today's date.
_DATE = (
    rb"(?:[A-Z][a-z]{2},\s+\d{1,2}\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s(?:19(?:7[1-9]|[89]\d)|20\d\d)\s(?:[01]\d|2[0-3]):\d\d(?::[0-5]\d)?\s(?:[+-](?:0\d|1[0-3])[0-5]\d|GMT|UTC?|Z|[ECMP][SD]T)"
    rb"|(?:19(?:7[1-9]|[89]\d)|20\d\d)-(?:0\d|1[0-2])-\d\dT(?:[01]\d|2[0-3]):\d\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d))"
)
_DATE_NAMES = (
    rb"(?:pubDate|dc:date|published|updated|issued|modified|created|lastBuildDate|atom:published|atom:updated)"
)
_NEEDED = re.compile(
    rb"<(?:(?:News:S|s)ource[\s>]|categories>|(?:item|entry|title)\s[^<>]*xml:lang|(?:dcterms:)?created[\s>]|feedburner:o"
    rb"|dc:(?:language|title|description)[\s>]"
    rb"|(?!a10:|atom:|dc:|rss:)[\w-]+:(?:title|description|summary)[\s>]"
    rb"|(?:\w+:)?link\s[^<>]*rel=[\"'](?i:enclosure)"
    rb"|" + _DATE_NAMES + rb"(?:\s[^<>]*)?/?>(?!\s*" + _DATE + rb"\s*<))"
    rb"|</(\w+:)?(?:author|creator)>\s*<\1?(?:author|creator)[\s>]"
)
# Not for Atom, where all authors have elements inside, which fastfeedparser reads.
_NESTED_AUTHOR = re.compile(rb"<(?:\w+:)?author>\s*<")
_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss", "http://www.rssboard.org/media-rss")
# Namespaces whose title and description are not those of the item.
_FOREIGN = (
    *_MEDIA,
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "http://www.itunes.com/DTDs/Podcast-1.0.dtd",
    "http://www.google.com/schemas/play-podcasts/1.0",
)
_BING = "News"  # prefix of a namespace that is another for each search
_SUBTITLES = tuple(f"{{{space}}}subtitle" for space in _FOREIGN if "itunes" in space)
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/"
# Found by libxml2: in Python each entry that is nested thousands deep would take a millisecond.
_BASES: Any = etree.XPath("ancestor-or-self::*/@xml:base", smart_strings=False)
_UPDATED = ("updated", "modified", "lastbuilddate")
_ATOM = "{http://www.w3.org/2005/Atom}"


def needed(markup: bytes) -> bool:
    """Whether an entry may have something that fastfeedparser omits. `markup` is the document without CDATA sections."""
    if b"xml:base" in markup or _NEEDED.search(markup) is not None:
        return True
    if b"<rss" not in markup[:2000]:
        return b":creator" in markup or b":subject" in markup
    beside = sum(name in markup for name in (b"<author", b":creator", b":author")) > 1
    return beside or _NESTED_AUTHOR.search(markup) is not None


def pictured(markup: bytes, body: bytes) -> bool:
    """Whether an entry may have a picture that fastfeedparser omits. `markup` is the document without CDATA sections, `body` the part of it
    from the first entry on."""
    unknown = b"rssboard.org/media-rss" in markup  # this namespace, if `repair` did not replace it
    return (
        b"<image" in body
        or b"<itunes:image" in body
        or b"<News:Image" in body
        or (b":thumbnail" in body) + (b":content" in body) + unknown > 1
    )


def complete(document: Document, items: tuple[ParsedItem, ...]) -> tuple[ParsedItem, ...]:
    """Complete the items from the tree. They stay unchanged if tree and fastfeedparser disagree about the number of entries."""
    parser = etree.XMLParser(recover=True, no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(document.data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return items
    found = list(root.iter("{*}item", "{*}entry")) if root is not None else []
    if len(found) != len(items):
        found = list(filter(_is_listed, found))
    if len(found) != len(items):
        return items
    return tuple(map(_complete, items, found))


def _is_listed(element: etree._Element) -> bool:
    """Whether it is an entry of the feed, and not an element of another vocabulary that is called like one."""
    parent, space = element.getparent(), element.tag.removesuffix("item").removesuffix("entry")
    return parent is not None and parent.tag in (space + "channel", space + "feed")


def _complete(item: ParsedItem, element: etree._Element) -> ParsedItem:
    texts, source, authors = _children(element)
    published, updated = dated(map(texts.get, _PUBLISHED)), dated(map(texts.get, _UPDATED))
    publisher, address = _source(source)
    if (link := _link(element, item.link)) != item.link:
        guid = texts.get("id") if _is_atom(element) else element.findtext(_ATOM + "id") or texts.get("guid")
        item = replace(item, link=link, guid=None if guid == link else guid)
    base = base_of(element)
    summary = _summary(item, texts, element)
    # A text is taken for none if it is equal to a description of media, which fastfeedparser took for the summary.
    encoded = (element.findtext(_ENCODED) or "").strip() or None
    link = within(_base_of_link(element, item.link) or base, item.link) if item.link else None
    return replace(
        item,
        link=original(texts.get("origlink"), item.guid) or link,
        title=texts.get("title") or item.title or _of_media(element, "title"),
        summary=summary,
        content=item.content or (encoded if encoded != summary else None),
        published=published or updated,
        updated=updated,
        author=people(authors) or person(element.findtext("author")) or item.author or _author(source),
        categories=item.categories or _categories(element),
        enclosures=tuple(_enclosures(element, base)),
        image=_image(element),
        publisher=publisher,
        publisher_url=address,
        language=item.language or _language(element) or texts.get("language"),
        base=base_of(_text(element)),
    )


def _summary(item: ParsedItem, texts: dict[str, str], element: etree._Element) -> str | None:
    """The entry's own summary, else the description of its media. (fastfeedparser makes a summary from the content: that is dropped.)"""
    own = texts.get("description") or texts.get("summary")
    if own or item.content:
        return own
    told = _of_media(element, "description")
    if item.summary and item.summary != told:
        return item.summary
    return caption(told) or next(
        (text for one in element.iterchildren(*_SUBTITLES) if (text := one.text or "").strip()), None
    )


def _of_media(element: etree._Element, name: str) -> str | None:
    """The first title or description of the entry's media (those in Atom, which fastfeedparser does not read)."""
    found = (one.text or "" for space in _MEDIA for one in element.iter(f"{{{space}}}{name}"))
    return next((text for one in found if (text := one.strip())), None)


def _link(element: etree._Element, found: str | None) -> str | None:
    """The link of an entry; `found` is the one that fastfeedparser found, which for an RSS item may be another element or the guid. If an
    RSS item has several <link> elements, the last one counts, as in feedparser, newsboat and Miniflux. Some feeds of Atom write it as in
    RSS; there the text of a link with an address is no address."""
    own = element.tag.removesuffix("item").removesuffix("entry")
    links = [
        link
        for link in element.iterchildren(f"{own}link", reversed=True)
        if link.get("rel", "alternate").lower() == "alternate"
    ]
    texts = [(link.text or "").strip() for link in links]
    attributes = [link.get("href", "").strip() for link in links]
    found_first = (found, *texts) if _is_atom(element) else (*texts, found)
    return followed([link for link in (*found_first, *attributes) if link])


def _base_of_link(element: etree._Element, link: str) -> str | None:
    """The xml:base of the <link> with this address, if it has one of its own."""
    links = (one for one in element.iterchildren("{*}link") if one.get(XML + "base"))
    return next((base_of(one) for one in links if (one.get("href") or one.text or "").strip() == link), None)


def _is_atom(element: etree._Element) -> bool:
    return element.tag.endswith("entry")


def _children(element: etree._Element) -> tuple[dict[str, str], etree._Element | None, list[str]]:
    """(texts, source, authors): texts of the item's elements by local name, those in its own namespace before others, whereas
    fastfeedparser takes whichever comes first (not those of `_FOREIGN`); the <source>; the names of the authors. <source> and <language>
    count only in the item's own namespace, Dublin Core (language) and that of Bing (source), as elsewhere."""
    own = element.tag.rpartition("}")[0]
    texts: dict[str, str] = {}
    others: dict[str, str] = {}
    source = None
    authors: list[str] = []
    for child in element.iterchildren("*"):
        space, _, local = child.tag.rpartition("}")
        local, text = local.lower(), (child.text or "").strip()
        if local == "source":
            if space == own or child.prefix == _BING:
                source = child
        elif local in ("creator", "author"):
            authors += _named(child)
        elif text and space[1:] not in _FOREIGN and (local != "language" or space in (own, _DUBLIN_CORE)):
            (texts if space == own else others).setdefault(local, text)
    if "summary" in texts:
        others.pop("description", None)  # would come before it
    return others | texts, source, authors


def _categories(element: etree._Element) -> tuple[str, ...]:
    """The categories of an RSS item that are together in an element, and the subjects of Dublin Core, which are not read in Atom."""
    found = (*element.iterfind("categories/category"), *element.iterfind(_DUBLIN_CORE + "}subject"))
    return tuple(text for one in found if (text := (one.text or "").strip()))


def _named(author: etree._Element) -> list[str]:
    """The names in an author element. dc:creator contains the name, an Atom author a <name>. The <author> of RSS is an e-mail address,
    which is left to fastfeedparser."""
    inside = [child.text.strip() for child in author.iterchildren("*") if child.text and child.tag.endswith("name")]
    if inside or not author.tag.endswith("creator"):
        return inside
    name = (author.text or "").strip()
    return [name] if name else []


def _enclosures(element: etree._Element, base: str | None) -> Iterator[Enclosure]:
    """The enclosures of Atom and RSS, with their lengths."""
    for child in element.iterchildren("{*}link", "{*}enclosure"):
        address = child.get("href") or child.get("url")
        if address and ((child.get("rel") or "").lower() == "enclosure" or child.tag.endswith("enclosure")):
            own = base_of(child) if child.get(XML + "base") else base
            yield Enclosure(within(own, address), child.get("type"), size(child.get("length")))


def _image(element: etree._Element) -> str | None:
    """The widest picture of media:content, else the widest thumbnail, else an <image> (that of iTunes, of Bing, or one with its address
    inside)."""
    media, thumbnails = (
        [dict(one.attrib) for space in _MEDIA for one in element.iter(f"{{{space}}}{name}")]
        for name in ("content", "thumbnail")
    )
    images = element.iterchildren("{*}image", "{*}Image")
    covers = (one.get("href") or shown(one.text, one.findtext("{*}url"), one.findtext("{*}link")) for one in images)
    return widest(media) or thumbnail(thumbnails) or next(filter(None, covers), None)


def _source(element: etree._Element | None) -> tuple[str | None, str | None]:
    """(name, address) of a <source>: in RSS its text and attribute `url` (Bing News: only the text), in Atom the elements of a feed
    (title, link)."""
    if element is None:
        return None, None
    children = {child.tag.rpartition("}")[2]: child for child in element.iterchildren("*")}
    title, link = children.get("title"), children.get("link")
    name = (title.text if title is not None else element.text) or ""
    address = element.get("url") or (link.get("href") if link is not None else None)
    return name.strip() or None, address


def _author(source: etree._Element | None) -> str | None:
    """The authors of the feed that an entry of Atom was taken from, which are its own unless it names others (RFC 4287, 4.2.1)."""
    authors = source.iterchildren("{*}author") if source is not None else ()
    return people(name for author in authors for name in _named(author))


def _text(element: etree._Element) -> etree._Element:
    """The element whose xml:base applies to the text: content or summary if it has its own xml:base (Jekyll writes the address of the
    article there), else the entry."""
    names = ("content", "encoded", "summary", "description")
    texts = (one for name in names for one in element.iterchildren("{*}" + name))
    return next((one for one in texts if one.get(XML + "base")), element)


def _language(element: etree._Element) -> str | None:
    """The xml:lang of the entry, else of its title."""
    titles = element.iterchildren("{*}title")
    return next((said for one in (element, *titles) if (said := one.get(XML + "lang"))), None)


def base_of(element: etree._Element) -> str | None:
    """The xml:base that applies to an element. Each xml:base may be relative to that of an outer element (XML Base)."""
    whole = ""
    for base in _BASES(element):
        with suppress(ValueError):
            whole = urljoin(whole, base.strip())
    return whole or None
