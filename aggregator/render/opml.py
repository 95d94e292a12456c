"""OPML 2.0 (opml.org): lists of feeds to subscribe to, or of the sources polled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.model.stream import Rendered
from aggregator.render.bytes import rendered

TYPE = "text/x-opml"


def render(title: str, outlines: Iterable[tuple[str, str, str]], modified: datetime) -> Rendered:
    """`outlines` are (title, address of the feed, address of the page or "" where it is not known), in order."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateModified").text = format_datetime(modified, usegmt=True)
    body = etree.SubElement(root, "body")
    for text, feed, page in outlines:
        about = {"type": "rss", "text": text, "title": text, "xmlUrl": feed}
        etree.SubElement(body, "outline", {**about, "htmlUrl": page} if page else about)
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return rendered(data, f"{TYPE}; charset=utf-8", modified)
