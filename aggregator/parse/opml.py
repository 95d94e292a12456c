"""Reads the feeds that an OPML file (opml.org, versions 1 and 2) lists. Pure.

OPML files are not trusted: they are parsed without entities and network access, and within limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from msgspec import Struct

from aggregator.errors import ParseError
from aggregator.parse import repair
from aggregator.parse.charset import to_utf8
from aggregator.parse.document import Document

MOST_BYTES = 8 << 20
MOST_OUTLINES = 10_000
DEEPEST = 32

_DECLARES = re.compile(rb"<!ENTITY|<!DOCTYPE[^<>]*\[", re.IGNORECASE)
_FEED_TYPES = frozenset(("rss", "atom", "pie", "feed"))
_READ = frozenset(("text", "title", "type", "url", "xmlurl"))


class Listed(Struct, frozen=True):
    """A listed feed. `url` is as in the file, not checked; `folder`: titles of the outlines around it, outermost first; `scraped`: there is
    a page at the address, from which the other reader made a feed."""

    title: str
    url: str
    folder: tuple[str, ...]
    scraped: bool = False


class FeedList(Struct, frozen=True):
    """The feeds that could be read, in order. `broken`: the line from which on the file is not valid XML; None if all of it is."""

    feeds: tuple[Listed, ...]
    broken: int | None = None


def read_opml(data: bytes) -> FeedList:
    """The feeds of an OPML file.

    Raises:
        ParseError: it is empty, not OPML (`not-a-feed`), not XML or declares entities (`malformed`), too large or too deep (`too-deep`).
    """
    if len(data) > MOST_BYTES:
        raise ParseError("too-deep", f"larger than {MOST_BYTES >> 20} MiB; no list of feeds is that large")
    if not data.strip():
        raise ParseError("empty", "is empty, so it is no OPML")
    text, _ = to_utf8(data, None)
    if _DECLARES.search(text):
        raise ParseError("malformed", "declares its own entities, which OPML does not need: refused")
    document = Document(text, "")
    for step in (repair.without_controls, repair.with_known_entities, repair.without_forbidden_references):
        document = step(document)
    root, broken = _tree(document.data)
    if root is None or (_name(root) not in ("opml", "outline", "body") and root.find(".//{*}outline") is None):
        raise ParseError("not-a-feed", "is not OPML: expected <opml> with <outline> elements")
    found = []
    for count, (attributes, folder) in enumerate(_outlines(root), 1):
        if count > MOST_OUTLINES:
            raise ParseError("too-deep", f"more than {MOST_OUTLINES} outlines: split the file")
        if listed := _listed(attributes, folder):
            found.append(listed)
    return FeedList(tuple(found), broken)


def _tree(text: bytes) -> tuple[etree._Element | None, int | None]:
    """(root, line from which on the text is not valid XML, or None)."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError("malformed", "is not OPML: it is not XML") from error
    above = text[: len(text) - len(text.lstrip())].count(b"\n")
    fatal = parser.error_log.filter_from_fatals()
    return root, fatal[0].line + above if fatal else None


def _outlines(root: etree._Element) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
    """The attributes of each outline with the titles of the outlines around it, in document order. Not recursive, so that depth cannot
    exhaust Python's stack."""
    stack: list[tuple[etree._Element, tuple[str, ...], int]] = [(root, (), 0)]
    while stack:
        element, folder, depth = stack.pop()
        if depth > DEEPEST:
            raise ParseError("too-deep", f"nested more than {DEEPEST} deep: refused")
        inner = folder
        if _name(element) == "outline":
            attributes = _attributes(element)
            yield attributes, folder
            title = _title(attributes)
            inner = (*folder, title) if title else folder
        stack += [(child, inner, depth + 1) for child in element.iterchildren("*", reversed=True)]


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower()  # not `QName`, which rejects some names that libxml2 accepts


def _attributes(element: etree._Element) -> dict[str, str]:
    """The attributes that are read, by name in lower case, since files spell xmlUrl in various ways. Not with `items`, which takes time
    quadratic in their number: hours for a file of a few megabytes."""
    names = [str(name) for name in element.attrib if str(name).lower() in _READ]
    return {name.lower(): element.get(name, "") for name in names}


def _title(attributes: dict[str, str]) -> str:
    return " ".join((attributes.get("text") or attributes.get("title") or "").split())[:200]


def _listed(attributes: dict[str, str], folder: tuple[str, ...]) -> Listed | None:
    url, kind = attributes.get("xmlurl"), attributes.get("type", "").lower()
    if url is None and kind in _FEED_TYPES:
        url = attributes.get("url", "")
    # FreshRSS: HTML+XPath, JSON+DotNotation; but a media type (application/rss+xml) is that of a feed
    scraped = "+" in kind and "/" not in kind
    return None if url is None else Listed(_title(attributes), url.strip(), folder, scraped)
