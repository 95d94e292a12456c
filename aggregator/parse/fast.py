"""Parses with fastfeedparser, which is fast, and correct for well-formed RSS and Atom. Recognises documents for which its result
cannot be trusted, so that the tolerant parser reads them instead. These are:

- RSS 1.0, in which fastfeedparser finds no entries, and documents whose own elements have a prefix, which are rare (the searches below
  look for names without);
- documents in which it finds fewer entries than begin;
- malformed XML, because fields after an error may be missing (unless the document is so long that the tolerant parser would take
  seconds);
- a title, summary or description with unescaped markup, because fastfeedparser stops at the first tag;
- in Atom, a plain summary with an escaped <, because fastfeedparser does not tell it from HTML;
- text in base64;
- the text of an item in an element of a module (xhtml:body; fullitem; a10:content, in which .NET writes full texts into RSS), or in
  XHTML with a prefix, because fastfeedparser drops its tags.

What fastfeedparser omits otherwise (<source>, xml:base, unusual dates, some pictures) is read by `entries` from the tree, only in
documents in which it occurs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import fastfeedparser
from msgspec.structs import replace

from aggregator.model.item import Enclosure, ParsedItem
from aggregator.parse import entries
from aggregator.parse.document import ENTRY_START, MALFORMED, Document
from aggregator.parse.fields import as_meant, caption, followed, person, size, to_article, widest

_MARKUP_INSIDE = re.compile(
    rb"<(?:(title|description|summary|content:encoded)(?:\s[^<>]*)?(?<!/)>[^<]*<(?!/\1|!)"
    rb"|content(?:\s(?![^<>]*xhtml)[^<>]*)?(?<!/)>[^<]*<(?!/content|!))"
)
_BASE64 = re.compile(
    rb"<(?:title|summary|content)\s[^<>]*(?:mode=[\"']base64|type=[\"'](?!text|html|xhtml|application/xhtml))"
)
_PLAIN = re.compile(rb"<summary(?![^<>]*\stype=[\"'](?!text[\"']))(?:\s[^<>]*)?(?<!/)>[^<]*&(?:lt|#60|#[xX]3[cC]);")
_MODULE = re.compile(rb"<(?:[\w-]+:(?:body|div)|body|fullitem|(?:a10|atom):content)[\s>]")
_MISREAD = {False: (_MARKUP_INSIDE, _BASE64, _MODULE), True: (_MARKUP_INSIDE, _PLAIN, _BASE64, _MODULE)}  # by `is_atom`
_LONGEST_MALFORMED = 1 << 20  # bytes
_SUMMARY = re.compile(rb"<(?:[\w-]+:)?(?:description|summary)[\s>]")
# An empty one counts as none: fastfeedparser would make one, with the CSS of the content. By whether the document is Atom, since the
# content may have the <summary> of HTML.
_NO_SUMMARY = {
    is_atom: re.compile(rb"<%s(?:\s[^<>]*)?(?<!/)>(?:\s|<!\[CDATA\[\s*\]\]>)*+</%s\s*>" % (name, name))
    for is_atom, name in ((False, b"description"), (True, b"summary"))
}
_DATE = re.compile(rb"<(?:pubDate|dc:date|published|issued)(?:\s[^<>]*)?(?<!/)>")
_DATE_OF_RSS = re.compile(rb"<(?:pubDate|dc:date)\b")
_LINK = re.compile(rb"<(?:[\w.-]+:)?link\b[^<>]*>(\s*</link>)?")
_BESIDE = re.compile(rb"<[\w.-]+:link\s(?![^<>]*\brel=[\"'](?!alternate[\"']))")
_IDENTITY = re.compile(rb"<(?:[\w.-]+:)?(?:guid|id)[\s>]|rdf:about")
_SOURCE = re.compile(rb"<source>(?:(?!<source>)[\s\S])*?</source>")
# fastfeedparser returns XHTML with the surrounding <content> and <div>, which are not part of it (RFC 4287, section 3.1.1.3).
_XHTML = re.compile(r"\s*<content\b[^>]*>\s*<div\b[^>]*>(.*)</div>\s*</content>\s*", re.DOTALL)
# An element that XHTML ends in its tag and HTML would leave open, as it does where an outlet writes `<i/>` into HTML. (In what lxml writes,
# no attribute has a `<` or `>`.)
_EMPTY = re.compile(
    r"<(?!(?i:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)[\s/])([^\s<>/!?]++)([^<>]*)/>"
)
_UNREAD = re.compile(rb"<(?:RDF|[\w.-]+:(?:RDF|feed|rss))\b")


def read(document: Document) -> tuple[tuple[ParsedItem, ...], bool]:
    """(entries in document order, whether the result can be trusted). If not, there may be entries all the same; they are used if no other
    parser finds more."""
    if (empty := _NO_SUMMARY[document.is_atom]).search(document.data):
        document = document.changed(empty.sub(b"", document.data))
    data, markup, atom = document.data, document.markup, document.is_atom
    if _UNREAD.search(data, 0, 4096) or any(pattern.search(markup) for pattern in _MISREAD[atom]):
        return (), False
    try:
        found: Sequence[Mapping[str, Any]] = fastfeedparser.parse(data)["entries"]
    except Exception:  # noqa: BLE001 (it may raise anything)
        return (), False
    head, *parts = ENTRY_START.split(markup)
    if len(found) < len(parts):
        return (), False
    # If an entry has no summary, fastfeedparser makes one from the content; if an RSS item has no date, it parses the guid as one. In Atom
    # it reads no date of RSS.
    own = sum(_SUMMARY.search(part) is not None for part in parts)
    dated = (
        not _DATE_OF_RSS.search(markup) if atom else sum(_DATE.search(part) is not None for part in parts) >= len(found)
    )
    items = tuple(_item(entry, bool(own), atom) for entry in found)
    matched = len(parts) == len(items)  # entries with a namespace prefix are not among the parts
    if matched:
        items = tuple(map(_with_its_guid, items, found, parts))
    linked = (
        b"</link>" not in markup or all(one.link for one in items) if atom else not any(map(_hides_its_link, parts))
    )
    alike = matched and own in (0, len(items)) and dated and linked
    pictured = all(one.image for one in items) or not entries.pictured(markup, markup[len(head) :])
    told = b"<itunes:subtitle" not in markup or all(one.text for one in items)
    several = any(part.count(b"</author>") > 1 or part.count(b"</dc:creator>") > 1 for part in parts)
    if several or not (alike and pictured and told) or entries.needed(markup):
        items = entries.complete(document, items)
    trusted = len(data) > _LONGEST_MALFORMED or not (
        MALFORMED in document.flaws or (matched and any(map(_hides_more, items, parts, repeat(atom))))
    )
    return items, trusted


def _item(entry: Mapping[str, Any], summarised: bool, atom: bool) -> ParsedItem:
    get = entry.get
    guid, link = get("id"), _link(entry, atom)
    if link is None and not atom and guid and guid.startswith(("http://", "https://")):
        link = guid
    contents = get("content")
    content, base, language = None, None, None
    if contents:
        first = contents[0]
        content, base, language = first.get("value"), first.get("base"), first.get("language")
        if content and first.get("type") in ("text/plain", "text"):
            content = as_meant(content)
        elif content and first.get("type") in ("xhtml", "application/xhtml+xml"):
            inside = _XHTML.fullmatch(content)
            content = _EMPTY.sub(r"<\1\2></\1>", inside[1] if inside else content)
    media = get("media_content") or ()
    summary = get("description") if summarised else None
    if not summary:  # the description of its media is the only text in an entry of YouTube
        summary = next((caption(one["description"]) for one in media if one.get("description")), None)
    tags = get("tags")
    return ParsedItem(
        guid=None if guid == link else guid,
        link=link,
        title=get("title"),
        summary=summary,
        content=None if content == summary else content,
        author=person(get("author")),
        published=get("published"),
        updated=get("updated"),
        categories=tuple(tag["label"] or tag["term"] for tag in tags) if tags else (),
        enclosures=_enclosures(entry),
        image=widest(media),
        language=language,
        base=base,
    )


def _with_its_guid(item: ParsedItem, entry: Mapping[str, Any], markup: bytes) -> ParsedItem:
    """Remove a guid that fastfeedparser made up. If an entry has none, it takes the first link, which may lead to an enclosure or to
    comments and so identifies nothing. `markup` is the entry without CDATA sections."""
    if item.link is None or item.guid != entry.get("link") or _IDENTITY.search(_SOURCE.sub(b"", markup)):
        return item
    return replace(item, guid=None)


def _hides_more(item: ParsedItem, entry: bytes, atom: bool) -> bool:
    """Whether an empty element may hide a full one of its name: fastfeedparser takes the first. `entry` is without CDATA sections."""
    return (
        (not item.guid and _several(b"<id" if atom else b"<guid", entry))
        or (not item.title and _several(b"<title", entry))
        or (
            (not item.content or item.content.isspace())
            and _several(b"<content" if atom else b"<content:encoded", entry)
        )
        or (not item.author and not atom and _several(b"<dc:creator", entry))
    )


def _several(tag: bytes, entry: bytes) -> bool:
    """Whether there are several, besides those of a <source>, which has a title and an id of its own."""
    return entry.count(tag) > 1 and _SOURCE.sub(b"", entry).count(tag) > 1


def _hides_its_link(entry: bytes) -> bool:
    """Whether fastfeedparser may have taken the wrong link of an RSS entry. It takes the first element named `link` in any namespace,
    even if it is empty or an <atom:link> to something else, but prefers an <atom:link rel="alternate">; it reads no `href` of a plain
    <link>. `entry` is without CDATA sections, so a single <link> that looks empty may have had one."""
    first = _LINK.search(entry)
    ends = entry.count(b"</link>")
    if first is None or not ends:
        return first is not None and first[0].startswith(b"<link ")
    if ends > 1 or first[1]:
        return ends > 1
    if _BESIDE.search(entry):
        return True
    return not first[0].startswith(b"<link") or first[0].endswith(b"/>")


def _link(entry: Mapping[str, Any], atom: bool) -> str | None:
    """The link to the article. For Atom fastfeedparser takes the first link, which may lead to an enclosure or to comments."""
    own = None if atom else entry.get("link")
    return followed([link for link in (own, to_article(entry.get("links") or ())) if link])


def _enclosures(entry: Mapping[str, Any]) -> tuple[Enclosure, ...]:
    """Those that Atom has as links are without their lengths, which `entries` completes."""
    enclosed = entry.get("enclosures") or ()
    found = [Enclosure(one["url"], one.get("type"), size(str(one.get("length", "")))) for one in enclosed]
    links = [
        one for one in entry.get("links") or () if (one.get("rel") or "").lower() == "enclosure" and one.get("href")
    ]
    return (*found, *(Enclosure(one["href"], one.get("type")) for one in links))
