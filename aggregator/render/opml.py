"""OPML 2.0 (opml.org): lists of feeds to subscribe to, or of the sources that are polled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from lxml import etree

from aggregator.model.feed import Rendered

TYPE = "text/x-opml"


class Outline(NamedTuple):
    """A feed in a list. `page`: address of its web page, "" if unknown; `folder`: names of the folders around it, outermost first."""

    title: str
    feed: str
    page: str = ""
    folder: tuple[str, ...] = ()


def render(title: str, outlines: Iterable[Outline], modified: datetime) -> Rendered:
    """The list as OPML, in the order of `outlines`. A folder is placed where its first feed is."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateModified").text = format_datetime(modified, usegmt=True)
    folders: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for text, feed, page, folder in outlines:
        about = {"type": "rss", "text": text, "title": text, "xmlUrl": feed}
        etree.SubElement(_within(folders, folder), "outline", {**about, "htmlUrl": page} if page else about)
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return Rendered.of(data, f"{TYPE}; charset=utf-8", modified)


def _within(folders: dict[tuple[str, ...], etree._Element], folder: tuple[str, ...]) -> etree._Element:
    if folder not in folders:
        around = _within(folders, folder[:-1])
        folders[folder] = etree.SubElement(around, "outline", {"text": folder[-1], "title": folder[-1]})
    return folders[folder]
