"""Recognises the kind of a document from its first bytes, and describes documents that are not feeds: what they are, and which feeds they
offer."""

from __future__ import annotations

import re

from aggregator.errors import ParseError
from aggregator.model.source import Candidates
from aggregator.parse.charset import of_page
from aggregator.parse.discover import candidates

_HEAD = 8192
_PAGE = 1 << 20  # bytes of a page that are searched for links to feeds, which are in its head
# Atomic groups, so that an unclosed comment takes one pass over the document, without backtracking.
_SKIP = re.compile(
    rb"\A(?>\s+|<!--(?>.*?-->)|<\?(?>.*?\?>)|<!(?!doctype\s+html)[^>\[]*+(?:\[(?>.*?\])\s*)?>)++",
    re.DOTALL | re.IGNORECASE,
)
_PAGE_STARTS = frozenset(b"html head body title meta link base script style".split())  # the first two may be left out
_HTML = re.compile(rb"<!doctype\s+html", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:([\w.-]+):)?([A-Za-z][\w.-]*)")
_FEED_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_SHOWABLE = re.compile(r"https?://[\w.-]{1,253}(?::\d{1,5})?(?:/[\w./%~&=?+,;:@-]{0,200})?", re.ASCII)  # addresses

_OTHER_ROOTS = {
    b"opml": "an OPML list of feeds, not a feed: use `aggregator import`",
    b"urlset": "a sitemap, not a feed",
    b"sitemapindex": "a sitemap, not a feed",
    b"svg": "an image, not a feed",
    b"error": "an error message of the server, not a feed",
}
# (pattern, description): the first entry that is found in the page applies.
_OBSTACLES = (
    (rb"cf-browser-verification|challenge-platform|cf-chl|just a moment\.\.\.", "a Cloudflare check for browsers"),
    (rb"captcha", "a captcha"),
    (rb"captive portal|hotspot|wlan login|wi-fi login", "the login page of a network (captive portal)"),
    (rb"type=(?:password|'password'|\"password\")", "a login page"),
    (rb"enable javascript|requires javascript", "a page that requires JavaScript"),
)


def kind(body: bytes) -> str:
    """`json`, `html` or, for anything else, `xml`, by the first thing in the document that is not white space or a comment."""
    head = body[:_HEAD]
    rest = _SKIP.sub(b"", head)
    if rest[:1] in (b"{", b"["):
        return "json"
    root = _ROOT.match(rest)
    page = _HTML.match(rest) or (root and root[2].lower() in _PAGE_STARTS)
    return "html" if page and not _FEED_ROOT.search(head) else "xml"


def no_feed(body: bytes, url: str) -> ParseError:
    """The error for a document that is not a feed. It says what the document is and, if the page links to a feed, the address of that."""
    root = _ROOT.match(_SKIP.sub(b"", body[:_HEAD]))
    if root and (other := _OTHER_ROOTS.get(root[2].lower())):
        return ParseError("not-a-feed", f"the address answers with {other}")
    if kind(body) != "html":
        return ParseError("not-a-feed", "the address answers with something that is not a feed")
    head = body[: 4 * _HEAD].lower()
    named = filter(_SHOWABLE.fullmatch, candidates(body[: 8 * _HEAD], url).declared)
    advice = next((f"; the page names a feed at {address}" for address in named), "")
    # A page that links to a feed is not an obstacle, although many such pages load a captcha script or have a login form.
    obstacles = () if advice else _OBSTACLES
    what = next((said for pattern, said in obstacles if re.search(pattern, head)), "a web page")
    return ParseError("not-a-feed", f"the address answers with {what}, not a feed{advice}")


def offered(body: bytes, content_type: str | None, url: str) -> Candidates:
    """Where the feeds of a page that was fetched from `url` may be. Raises ParseError if the document is no HTML page."""
    page = of_page(body[:_PAGE], content_type)
    if kind(page) != "html":
        raise ParseError("not-a-page", "the document is no page")
    return candidates(page, url)
