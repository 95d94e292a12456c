"""Extracts the text of an article from its page, with trafilatura. That is a large import, so this module is imported only where it is
needed."""

from __future__ import annotations

import re
import sys
import types
from itertools import islice

from aggregator.errors import ParseError
from aggregator.parse import charset

LARGEST = 4 << 20  # bytes; larger pages are not articles
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,30}/[a-z0-9.+-]{1,60}", re.IGNORECASE)
# The schema.org property with which outlets mark articles for subscribers.
_PAID = re.compile(
    rb"\bisAccessibleForFree[\"']?\s*(?::|\bcontent\s*=)\s*+[\"']?+\s*+(?:https?://schema\.org/)?(true|false)\b",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"<h1>.*?</h1>", re.DOTALL)
_HEADING = re.compile(rb"<h1(?:\s[^<>]*)?>(.{0,2000}?)</h1\s*>", re.DOTALL | re.IGNORECASE)


def _import() -> types.ModuleType:
    """Import trafilatura without dateparser, which the parsing child blocks. trafilatura needs it only for dates, which we do not ask
    for."""
    barred = sys.modules.get("dateparser", types) is None
    if barred:
        stub = types.ModuleType("dateparser")
        stub.DateDataParser = lambda **_: None  # type: ignore[attr-defined]
        sys.modules["dateparser"] = stub
    try:
        import trafilatura
    finally:
        if barred:
            sys.modules["dateparser"] = None  # type: ignore[assignment]
    found: types.ModuleType = trafilatura
    return found


def article(body: bytes, content_type: str | None, url: str) -> str:
    """The article as HTML, not sanitised: paragraphs, sub-headings, lists, quotations and links, without the headline.

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
    body = _decoded(body, content_type)
    found = _import().extract(
        body,
        url=url,
        output_format="html",
        include_links=True,
        include_formatting=True,
        include_images=False,
        include_comments=False,
        favor_precision=True,
        with_metadata=False,
    )
    if not found:
        raise ParseError("no-article", "no article was found on the page")
    text: str = _HEADLINE.sub("", found, count=1)
    return text


def heading(body: bytes, content_type: str | None) -> str:
    """The first `<h1>` headings of a page, as HTML. The page's `<title>` is no evidence of the article: login pages often have the same
    title."""
    found = _HEADING.finditer(_decoded(body, content_type))
    return " ".join(one[1].decode(errors="ignore") for one in islice(found, 3))


def _decoded(body: bytes, content_type: str | None) -> bytes:
    """The body in UTF-8 if the header names an encoding (which outranks what the page says), else unchanged."""
    return charset.to_utf8(body, content_type)[0] if charset.of_header(content_type) else body
