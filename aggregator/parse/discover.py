"""A web page → the feeds it names. Pure; what it returns is not trusted: whoever fetches it does so through the guard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from aggregator.parse.charset import to_utf8

MOST_BYTES = 1 << 20  # links to feeds stand in the head of a page
MOST_LINKS = 20

_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
)
_FEEDLIKE = re.compile(r"(?:^|[/._-])(?:rss|atom|feeds?)(?:$|[/._-])|\.(?:rss|atom|rdf)$|/feed\.json$", re.IGNORECASE)
_NAMED = re.compile(r"rss|atom|(?:rss|atom|news)[ -]?feed|feed|rss 2\.0", re.IGNORECASE)
_COMMENTS = re.compile(r"\bcomments?\b|/comments?/", re.IGNORECASE)

USUAL = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where a site keeps its feed when its pages do not say so."""


@dataclass(frozen=True, slots=True)
class Link:
    """`declared`: by <link rel=alternate>, as it should be; else a link that looks like one to a feed."""

    url: str
    title: str
    declared: bool = True


def discover(body: bytes, content_type: str | None, url: str) -> tuple[Link, ...]:
    """The feeds a page names, those it declares first, feeds of comments last; http(s) addresses alone."""
    data, _ = to_utf8(body[:MOST_BYTES], content_type)
    page = LexborHTMLParser(data.decode("utf-8", "replace"))
    base = next((node.attributes.get("href") for node in page.css("base[href]")), None)
    root = _absolute(url, base or "") or url
    declared = [
        (node.attributes.get("href"), node.attributes.get("title"), True)
        for node in page.css("link[rel][href]")
        if "alternate" in (node.attributes.get("rel") or "").lower().split()
        and (node.attributes.get("type") or "").partition(";")[0].strip().lower() in _TYPES
    ]
    linked = [
        (node.attributes.get("href"), node.text(), False)
        for node in page.css("a[href]")
        if _FEEDLIKE.search(_path(node.attributes.get("href") or "")) or _NAMED.fullmatch(node.text().strip())
    ]
    found: dict[str, Link] = {}
    for href, title, is_declared in declared or linked:
        address = _absolute(root, href or "")
        if address and len(found) < MOST_LINKS:
            found.setdefault(address, Link(address, " ".join((title or "").split())[:200], is_declared))
    return tuple(sorted(found.values(), key=lambda link: bool(_COMMENTS.search(f"{link.title} {link.url}"))))


def usual(url: str) -> tuple[str, ...]:
    """Addresses to try where a page names none."""
    parts = urlsplit(url)
    return tuple(f"{parts.scheme}://{parts.netloc}{path}" for path in USUAL)


def _path(href: str) -> str:
    try:
        return urlsplit(href).path
    except ValueError:
        return ""


def _absolute(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    ours = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"[\s\x00-\x1f]", address)
    return address.partition("#")[0] if ours and len(address) <= 2048 else None
