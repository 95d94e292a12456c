"""Extracts the text of an article from its page, with trafilatura. That is a large import, so this module is imported only where it is
needed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import trafilatura
from lxml import etree

from aggregator.errors import ParseError
from aggregator.parse import charset
from aggregator.parse.fields import within
from aggregator.text.references import unescape

LARGEST = 4 << 20  # bytes; larger pages are not articles
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,30}/[a-z0-9.+-]{1,60}", re.IGNORECASE)
# The schema.org property with which outlets mark articles for subscribers.
_PAID = re.compile(
    rb"\bisAccessibleForFree[\"']?\s*(?::|\bcontent\s*=)\s*+[\"']?+\s*+(?:https?://schema\.org/)?(true|false)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(rb"<h1(?:\s[^<>]*)?>((?:(?!<h1\b).){0,2000}?)</h1\s*>", re.DOTALL | re.IGNORECASE)
# The head of each post of a live page, which trafilatura drops, and the sub-heading in it.
_POST = re.compile(rb"<header\b[^<>]*>((?:(?!</?header\b).)*+)</header\s*>", re.DOTALL | re.IGNORECASE)
_SUBHEADING = re.compile(rb"<(h[2-6])\b[^<>]*>(?:(?!</?h[1-6]\b|<a\b).)*+</\1\s*>", re.DOTALL | re.IGNORECASE)
_BASE = re.compile(rb"""<base\s[^<>]{0,200}?\bhref\s*=\s*+["']?+([^"'\s<>]{1,2000})""", re.IGNORECASE)
# What the page tells machines of the article (JSON-LD).
_DATA = re.compile(rb"""<script\s[^<>]{0,200}?\btype\s*=\s*["']?application/ld\+json\b[^<>]*>""", re.IGNORECASE)
# References to characters that XML forbids (`&#8;`, `&#xFFFE;`): with one in its text, trafilatura finds no article.
_FORBIDDEN = re.compile(
    rb"&#(?:0*+(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|x0*+(?:[1-8bcef]|1[\da-f]|fff[ef])(?![\da-f]));?",
    re.IGNORECASE,
)
# Tags such as `<o:p>`, which Word writes: with one in a list, trafilatura finds no article. Not what only looks like one in a
# comment (also one that ends in `--!>`, or `<![CDATA[`) or attribute, whose end would be taken with it.
_NO_HTML = re.compile(
    rb"</?[a-z][\w-]*+[^\s\w<>/\"'-](?:[^<>\"']|\"[^<>\"]*\"|'[^<>']*')*+(?<!--)(?<!--!)(?<!\]\])>", re.IGNORECASE
)
_PARTED = re.compile(r"<(?:p|div|h[1-6]|[uo]l)\b", re.IGNORECASE)  # HTML that has paragraphs
# HTML in lines of plain text
_WORDED = re.compile(r"</(?:a|b|i|em|strong|span|u|sup|sub|q|cite)>|<br\b", re.IGNORECASE)
_NESTED = 20  # levels of that data that are searched
# trafilatura's names of elements, and those of HTML.
_ELEMENTS = {
    "list": "ul", "item": "li", "code": "pre", "quote": "blockquote", "lb": "br", "ref": "a", "row": "tr", "cell": "td",
}  # fmt: skip
_WITHIN_TEXT = {"code": "code", "quote": "q"}  # the same for those that are a part of a sentence
_TEXTS = frozenset(["p", "li", "td", "th", "a", "h1", "h2", "h3", "h4", "h5", "h6", "pre"])
_RENDERED = {"#i": "i", "#b": "strong", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}


def article(body: bytes, content_type: str | None, url: str) -> str:
    """The article as HTML, not sanitised: paragraphs, sub-headings, lists, quotations, tables and links.

    Raises:
        ParseError: the document is not a web page, contains no article, or contains one for subscribers only.
    """
    if content_type and "html" not in content_type.lower():
        kind = _MEDIA_TYPE.match(content_type)
        raise ParseError("not-a-page", f"the article is sent as {kind[0] if kind else 'something else'}, not as a page")
    if len(body) > LARGEST:
        raise ParseError("too-large", f"the page is larger than {LARGEST >> 20} MiB")
    if (paid := _PAID.search(body)) and paid[1].lower() == b"false":
        raise ParseError("paid", "the outlet gives this article to subscribers only")
    body = _FORBIDDEN.sub(b"", charset.of_page(body, content_type))
    if b"LiveBlogPosting" in body:  # so schema.org calls it
        body = _POST.sub(_subheadings, body)
    found: Any = trafilatura.bare_extraction(
        _NO_HTML.sub(b"", body),
        output_format="html",
        include_links=True,
        include_formatting=True,
        include_images=False,
        include_comments=False,
        favor_precision=True,
        with_metadata=False,
    )
    text = _html(found.body, _base(body, url)) if found is not None else _for_machines(body)
    if not text:
        raise ParseError("no-article", "no article was found on the page")
    return text


def _subheadings(header: re.Match[bytes]) -> bytes:
    """What a live page keeps of a header: its sub-headings, unless it is that of the page or has none."""
    if b"<h1" in header[1].lower():
        return header[0]
    return b"".join(heading[0] for heading in _SUBHEADING.finditer(header[1])) or header[0]


def _html(body: Any, base: str) -> str:
    """What trafilatura found, as HTML with absolute links.

    Its own conversion makes all lists unnumbered and all code and quotations blocks, and takes links as relative to the root of the site.
    """
    for element in list(body.iter(etree.Element)):
        parent = element.getparent()
        around = parent.tag if parent is not None else ""
        kind, rendered, target = element.tag, element.get("rend") or "", element.get("target")
        tag = _ELEMENTS.get(kind, kind)
        if kind == "head":
            tag = rendered if rendered in _TEXTS else "h3"
        elif kind == "hi":
            tag = _RENDERED.get(rendered, "i")
        elif kind == "list" and rendered == "ol":
            tag = "ol"
        elif kind == "cell" and element.get("role") == "head":
            tag = "th"
        elif around in _TEXTS:
            tag = _WITHIN_TEXT.get(kind, tag)
        elif kind == "row" and parent.index(element) == 0 and (caption := _caption(element)):
            element[:] = []
            tag, element.text = "caption", caption
        if tag != kind:  # which may be no name that can be set, such as `b<p` of `<b<p>`
            element.tag = tag
        element.attrib.clear()
        if kind == "ref" and target:
            element.set("href", within(base, target))
    return html.escape(body.text or "") + "".join(
        etree.tostring(block, encoding="unicode", method="html") for block in body
    )


def _caption(row: Any) -> str:
    """The caption of a table, which trafilatura writes into the first cell of a row of empty ones."""
    cells = [" ".join(cell.itertext()).strip() for cell in row]
    return cells[0] if len(cells) > 1 and not any(cells[1:]) else ""


def _base(body: bytes, url: str) -> str:
    """The address to which the page's links are relative."""
    own = _BASE.search(body)
    return within(url, unescape(own[1].decode(errors="ignore"))) if own else url


def _for_machines(body: bytes) -> str:
    """The longest text that the page tells machines, for pages that show theirs only with JavaScript. It is plain text or HTML."""
    text = max(_texts(body), key=len, default="")
    if "&lt;" in text:
        text = unescape(text)
    if _PARTED.search(text):
        return text
    if not _WORDED.search(text):
        text = html.escape(unescape(text), quote=False)
    return "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())


def _texts(body: bytes) -> Iterator[str]:
    for part in body.split(b"</script"):
        if not (script := _DATA.search(part)):
            continue
        try:
            told = [json.loads(part[script.end() :])]
        except (ValueError, RecursionError):
            continue
        for _ in range(_NESTED):
            told = [one for one in told if isinstance(one, (dict, list))]
            bodies = (one.get("articleBody") for one in told if isinstance(one, dict))
            yield from (text for text in bodies if isinstance(text, str))
            told = [inner for one in told for inner in (one.values() if isinstance(one, dict) else one)]


def headings(body: bytes, content_type: str | None) -> list[str]:
    """The first `<h1>` headings of a page, as HTML. The page's `<title>` is no evidence of the article: login pages often have the same
    title."""
    found = _HEADING.finditer(charset.of_page(body, content_type))
    return [one[1].decode(errors="ignore") for one in islice(found, 3)]
