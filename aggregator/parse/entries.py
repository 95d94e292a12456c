"""What fastfeedparser drops of an entry, read from the tree: its <source>, xml:base, and the text of odd dates.

The tree costs several times the fast parser, so a search over the bytes first says whether it is needed at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

from lxml import etree

from aggregator.model.item import ParsedItem
from aggregator.parse.document import Document

# A date as RFC 822 or RFC 3339 have it, of a credible year; the fast parser guesses at others by today's date.
_DATE = (
    rb"(?:[A-Z][a-z]{2},\s+\d{1,2}\s[A-Z][a-z]{2}\s(?:19[7-9]|20)\d{2,3}\s(?:[01]\d|2[0-3]):\d\d(?::[0-5]\d)?\s(?:[+-]\d{4}|GMT|UTC?|Z|[ECMP][SD]T)"
    rb"|(?:19[7-9]|20)\d{2,3}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))"
)
_DATE_NAMES = rb"(?:pubDate|dc:date|published|updated|issued|modified|created|lastBuildDate)"
_NEEDED = re.compile(
    rb"<(?:source[\s>]|item\s[^>]*xml:lang|" + _DATE_NAMES + rb"(?:\s[^>]*)?(?<!/)>(?!\s*" + _DATE + rb"\s*<))"
)
_SANE = re.compile(_DATE.decode())
_XML = "{http://www.w3.org/XML/1998/namespace}"
_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_UPDATED = ("updated", "modified", "lastbuilddate")


def needed(markup: bytes) -> bool:
    """Whether an entry holds something that only the tree tells; `markup` is the document without CDATA sections."""
    return b"xml:base" in markup or _NEEDED.search(markup) is not None


def complete(document: Document, items: tuple[ParsedItem, ...]) -> tuple[ParsedItem, ...]:
    """The items with what the tree adds; as they are where tree and parser do not agree on the number of entries."""
    parser = etree.XMLParser(recover=True, no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(document.data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return items
    found = list(_entries(root)) if root is not None else []
    if len(found) != len(items):
        return items
    based = b"xml:base" in document.data
    return tuple(_complete(item, element, based) for item, element in zip(items, found, strict=True))


def _entries(root: etree._Element) -> Iterator[etree._Element]:
    return root.iter("{*}item", "{*}entry")


def _complete(item: ParsedItem, element: etree._Element, based: bool) -> ParsedItem:
    texts: dict[str, str] = {}
    source = None
    creators = []
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue  # type: ignore[unreachable] # the stubs forget comments, whose tag is a function
        local = tag.rpartition("}")[2].lower()
        if local == "source":
            source = child
        elif local == "creator" and child.text:
            creators.append(child.text.strip())
        elif local in _PUBLISHED or local in _UPDATED:
            texts.setdefault(local, (child.text or "").strip())
    published = next((texts[name] for name in _PUBLISHED if texts.get(name)), None)
    updated = next((texts[name] for name in _UPDATED if texts.get(name)), None)
    publisher, address = _source(source)
    return replace(
        item,
        published=item.published if _sane(published or updated) else None,
        updated=item.updated if _sane(updated) else None,
        published_text=published or updated,
        author=", ".join(creators) or item.author,
        publisher=publisher,
        publisher_url=address,
        base=_base(element) if based else item.base,
        language=item.language or element.get(_XML + "lang"),
    )


def _sane(text: str | None) -> bool:
    return text is not None and _SANE.fullmatch(text) is not None


def _source(element: etree._Element | None) -> tuple[str | None, str | None]:
    """Name and address: RSS has text and `url`, Atom a feed in miniature (title, link or id)."""
    if element is None:
        return None, None
    children = {child.tag.rpartition("}")[2]: child for child in element if isinstance(child.tag, str)}
    title, link = children.get("title"), children.get("link")
    name = (title.text if title is not None else element.text) or ""
    address = element.get("url") or (link.get("href") if link is not None else None)
    return name.strip() or None, address


def _base(element: etree._Element) -> str | None:
    """The xml:base in force, itself possibly relative to those further out (XML Base)."""
    bases: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        if base := node.get(_XML + "base"):
            bases.append(base)
        node = node.getparent()
    whole = ""
    for base in reversed(bases):
        try:
            whole = urljoin(whole, base.strip())
        except ValueError:
            continue
    return whole or None
