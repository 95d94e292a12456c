"""Recognises the kind of a document from its first bytes, and describes documents that are not feeds."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from aggregator.errors import ParseError
from aggregator.text.references import unescape

_HEAD = 8192
# Atomic groups, so that an unclosed comment takes one pass over the document, without backtracking.
_SKIP = re.compile(
    rb"\A(?>\s+|<!--(?>.*?-->)|<\?(?>.*?\?>)|<!(?!doctype\s+html)[^>\[]*+(?:\[(?>.*?\])\s*)?>)++",
    re.DOTALL | re.IGNORECASE,
)
_PAGE_STARTS = frozenset(b"html head body title meta link base script style".split())  # the first two may be left out
_HTML = re.compile(rb"<!doctype\s+html", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:([\w.-]+):)?([A-Za-z][\w.-]*)")
_FEED_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_ALTERNATE = re.compile(
    rb"<link\b[^<>]*\btype\s*=\s*[\"']?application/(?:rss|atom|feed)\+(?:xml|json)[^<>]*>", re.IGNORECASE
)
_HREF = re.compile(rb"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)

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
    advice = _advice(body, url)
    # A page that links to a feed is not an obstacle, although many such pages load a captcha script or have a login form.
    obstacles = () if advice else _OBSTACLES
    what = next((said for pattern, said in obstacles if re.search(pattern, head)), "a web page")
    return ParseError("not-a-feed", f"the address answers with {what}, not a feed{advice}")


def _advice(body: bytes, url: str) -> str:
    link = _ALTERNATE.search(body[: 8 * _HEAD])
    href = _HREF.search(link[0]) if link else None
    if href is None:
        return ""
    target = unescape((href[1] or href[2] or href[3] or b"").decode("utf-8", "replace")).strip()
    try:
        address = urljoin(url, target)
    except ValueError:
        return ""
    plain = re.fullmatch(r"https?://[\w.-]{1,253}(?::\d{1,5})?(?:/[\w./%~&=?+,;:@-]{0,200})?", address, re.ASCII)
    return f"; the page names a feed at {address}" if plain else ""
