"""Finds addresses at which a page may have its feeds: those that it declares, then links that look like feeds, then the usual ones.
The caller fetches them in this order until one is a feed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from itertools import islice
from typing import Final

import ada_url
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.model.source import Candidates

_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"}
)
_ANY_XML: Final = frozenset({"application/xml", "text/xml"})  # older pages declare feeds so, others their own text
_INTERFACE: Final = re.compile("oembed|/wp-json/|rest_route=")  # WordPress declares its own as alternates, in JSON
_COMMENTS: Final = re.compile(r"\bcomments\b", re.IGNORECASE)  # WordPress has it in the address in every language
_LOOKS_LIKE_A_FEED: Final = re.compile(
    r"(?:^|[/._-])(?:rss2?|atom|feeds?|rdf)(?:$|[/._?-])|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
_SAYS_SO: Final = re.compile(r"(?:rss|atom|news|json)?[ -]?(?:rss|atom|feeds?)", re.IGNORECASE)
_USUAL: Final = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "feeds/posts/default")
_MOST: Final = 20
_TAGS: Final = 20_000  # the parser takes quadratic time in the depth of nesting: minutes for a megabyte of tags


def candidates(page: bytes, url: str) -> Candidates:
    """The candidates of an HTML page in UTF-8, at most 20 of each kind."""
    tree = LexborHTMLParser(b"<".join(page.split(b"<", _TAGS)[:_TAGS]))
    base = _base(tree, url)
    named = tree.css("link[href]")
    declared = [link for link in named if _declares(link, _TYPES)] or [
        link for link in named if _declares(link, _ANY_XML)
    ]
    declared.sort(key=lambda link: of_comments(_said(link, "title"), _said(link, "href")))
    links = (
        address
        for link in tree.css("a[href]")
        if _LOOKS_LIKE_A_FEED.search(address := _said(link, "href")) or _SAYS_SO.fullmatch(link.text().strip())
    )
    return Candidates(
        declared=_titled(declared, base),
        linked=_addresses(links, base),
        guessed=_addresses((start + name for name in _USUAL for start in ("./", "/")), url),
    )


def of_comments(title: str, address: str) -> bool:
    """Whether a declared feed is one of readers' comments."""
    return bool(_COMMENTS.search(title) or _COMMENTS.search(address))


def _titled(declared: Iterable[LexborNode], base: str) -> dict[str, str]:
    """Address → the first title that a link to it has."""
    found: dict[str, str] = {}
    for link in declared:
        title = " ".join(_said(link, "title").split())[:200]
        for address in _addresses([_said(link, "href")], base):
            found[address] = found.get(address) or title
    return dict(islice(found.items(), _MOST))


def _declares(link: LexborNode, types: Container[str]) -> bool:
    rel = _said(link, "rel").lower().split()
    kind = _said(link, "type").partition(";")[0].strip().lower()
    if kind == "application/json" and _INTERFACE.search(_said(link, "href")):
        return False
    return "stylesheet" not in rel and ((kind in types and (not rel or "alternate" in rel)) or "feed" in rel)


def _said(node: LexborNode, name: str) -> str:
    """The value of an attribute; empty if there is none."""
    return node.attributes.get(name) or ""


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    found = _addresses([_said(node, "href")], url) if node is not None else ()
    return found[0] if found else url


def _addresses(texts: Iterable[str], base: str) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for text in texts:
        try:
            found = ada_url.URL(text.strip(), base)
        except ValueError:
            continue
        if found.protocol in ("http:", "https:"):
            found.username = found.password = found.hash = ""
            kept[found.href] = None
        if len(kept) == _MOST:
            break
    return tuple(kept)
