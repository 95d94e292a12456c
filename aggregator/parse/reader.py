"""Parses a document: decides which parsers are tried, and in which order."""

from __future__ import annotations

from msgspec.structs import replace

from aggregator.errors import ParseError
from aggregator.model.item import ParsedFeed, ParsedItem
from aggregator.parse import channel, charset, fast, jsonfeed, sniff, tolerant
from aggregator.parse.channel import Head
from aggregator.parse.document import ENTRY, Document
from aggregator.parse.repair import repair


def parse(body: bytes, content_type: str | None, url: str) -> ParsedFeed:
    """Parse RSS, Atom, RSS 1.0 or JSON Feed in any encoding. `content_type` is the header as received, `url` the final address. Raises
    ParseError of kind `empty`, `not-a-feed`, `too-deep` or `malformed`."""
    if not body.strip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n\f\v"):
        raise ParseError("empty", "the answer was empty")
    data, flaws = charset.to_utf8(body, content_type)
    document = Document(data, url, flaws)
    kind = sniff.kind(data)
    if kind == "json":
        return jsonfeed.read(document)
    if kind == "html":
        raise sniff.no_feed(data, url)
    return _xml(repair(document), data)


def _xml(document: Document, original: bytes) -> ParsedFeed:
    head = channel.read(document)
    try:
        parser, items = _entries(document)
    except ParseError as error:
        raise sniff.no_feed(original, document.url) if error.kind == "not-a-feed" else error from error
    if not items and not head.format:
        raise sniff.no_feed(original, document.url)
    return ParsedFeed(
        format=head.format or "rss",
        parser=parser,
        items=tuple(_inheriting(item, head) for item in items) if head.author else items,
        channel=head.channel,
        flaws=document.flaws,
        left_out=document.left_out,
    )


def _entries(document: Document) -> tuple[str, tuple[ParsedItem, ...]]:
    """(name of the parser, its items). The fast parser is tried first. If its result cannot be trusted, that is used only if the tolerant
    one finds fewer items. A document in which no entry begins is not read: the tolerant parser takes long for what is large and no feed."""
    if not ENTRY.search(document.data):
        return "none", ()
    found, trusted = fast.read(document)
    if found and trusted:
        return "fastfeedparser", found
    try:
        items = tolerant.read(document)
    except ParseError:
        if not found:
            raise
        items = ()
    return ("feedparser", items) if len(items) >= len(found) else ("fastfeedparser", found)


def _inheriting(item: ParsedItem, head: Head) -> ParsedItem:
    """The item with the authors of its feed, where it has none. An entry with a <source> was taken from another feed, whose authors are
    others."""
    return replace(item, author=item.author or (None if item.publisher else head.author))
