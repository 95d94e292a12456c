"""Parses with feedparser, the most tolerant and slowest parser. It gets the documents that the fast parser fails on or doubts.

feedparser's own sanitising and resolving of links are switched off, since `normalise` does both. It is given a stream, because it
would open bytes that look like a path as a file. It never makes requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from aggregator.errors import ParseError
from aggregator.model.item import Enclosure, ParsedItem
from aggregator.parse.document import ENTRY, MALFORMED, Document, found_outside_cdata, outside_cdata, split_cdata
from aggregator.parse.fields import (
    as_meant,
    caption,
    dated,
    followed,
    lone_address,
    original,
    people,
    person,
    shown,
    size,
    thumbnail,
    to_article,
    widest,
    within,
)
from aggregator.parse.nested import set_apart
from aggregator.text.references import unescape

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_OF_MODULE = re.compile(
    rb"<(/?(?:(?:media|itunes):|dc:(?=title|description)))(title|description|summary|subtitle|author|keywords)(?:\s[^<>]*?)?(/?)>"
)
_PART = re.compile(rb"<(/?)(image|author|item|entry)(?=[\s/>])(?:[^<>]*[^<>/])?>")
_AUTHOR = re.compile(rb"<(?:dc:)?(?:author|creator)(?:\s[^<>]*)?(?<!/)>(?:(?!</)[\s\S]){1,500}")
_OF_RSS = re.compile(rb"<author(?:\s[^<>]*)?>(?=\s*(?:[^\s<]|<!\[CDATA\[))")
_OWN = re.compile(rb"<(/?(?:[\w.-]+:)?)(guid|id|date|pubDate|issued|modified)((?:\s[^<>]*?)?)(/?)>")
_ID = re.compile(rb"<(/?)id(?=[\s/>])")
_OF_FEEDPARSER = re.compile(rb"<(/?)(?:[\w.-]+:)?(authors|links|title_detail|summary_detail)(?=[\s/>])", re.IGNORECASE)
_DECLARED = re.compile(rb"\sxmlns:[\w.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_BESIDE = re.compile(rb"<[\w.-]+:link(?=\s)")
_XML = re.compile(
    rb"(<content\s(?:[^<>]*\s)?type=[\"'])(?i:(?!application/xhtml)[\w.-]+/(?:[\w.-]+\+)?xml)(?:\s*;[^\"'<>]*)?([\"'][^<>]*+)"
    rb"((?<!/)>(?:[^<]++|<(?!/?(?:content|entry)[\s>]))*+(?=</content))?"
)
_DATA = re.compile(
    rb">\s*<(?!!)(?!(?:[^<]*<)*?(?:[\w-]+:)?"
    rb"(?:html|body|article|section|div|p|h[1-6]|ul|ol|table|pre|blockquote|span|em|strong|a|br|img)[\s/>])"
)
_LANGUAGE = re.compile(rb"\sxml:lang\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*')")
_NO_ADDRESS = re.compile(rb"(<(?:[\w.-]+:)?link\s(?:[^<>]*?\s)?)href=(?:\"\s*\"|'\s*')")
_OF_NETWORKS = re.compile(rb"<og(?=[\s>])(?:(?!</?(?:og|item|entry)\b)[\s\S]){1,20000}")
_IN_LINES = re.compile(rb"<[A-Za-z][^<>\n]*+\n[^<>]*")  # a tag of several lines
_OF_PART = re.compile(rb"<(/?)(title|link|description|image|url)(?=[\s/>])")
_AT = "\N{SMALL COMMERCIAL AT}"
_MARK = "\ufdd0"  # a noncharacter, which is removed later in any case if it is left in a text
_UPDATED = ("updated", "own-modified", "dcterms_own-modified")
_ISSUED = ("own-pubdate", "published", "own-issued", "dcterms_own-issued", "dc_own-date", "own-date")
_DATES = (*_ISSUED, *_UPDATED, "created")
_ADDRESS = re.compile("https?://")
_AMPERSAND = re.compile("&(?:#0*38|#x0*26|amp);")
_LINE_BREAK = re.compile(r"(<br\b[^<>]*>)</br>")  # feedparser's form of an XHTML <br/>; HTML parsers take it for two
# References to quotation marks → a form that survives feedparser in a malformed document. The original ones would end the attribute of
# an HTML text that they are in.
_IN_MARKUP = {b"&#34;": b"&quot;", b"&#39;": b"&apos;", b"&#38;quot;": b"&#38;#x22;", b"&#38;apos;": b"&#38;#x27;"}
_IN_CDATA = {b"&#34;": b"&#x22;", b"&#39;": b"&#x27;", b"&quot;": b"&#x22;", b"&apos;": b"&#x27;"}


def read(document: Document) -> tuple[ParsedItem, ...]:
    """Entries in document order. Raises ParseError `not-a-feed`, `too-deep` or `malformed`."""
    import feedparser  # slow to import, and rarely needed

    try:
        parsed = feedparser.parse(
            BytesIO(_prepared(document)), response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
        )
    except RecursionError as error:
        raise ParseError("too-deep", "the document is nested too deeply") from error
    except MemoryError:
        raise  # our own limit, not a fault of the document
    except Exception as error:  # feedparser may raise anything
        raise ParseError("malformed", f"the document cannot be read ({type(error).__name__})") from error
    found: Sequence[dict[str, Any]] = parsed.get("entries") or ()
    if not found and not parsed.get("version"):  # its outermost element cannot be read
        raise ParseError("not-a-feed", "the address answers with something that is not a feed")
    malformed, atom = bool(parsed.get("bozo")), document.is_atom
    return tuple(_item(entry, malformed, atom) for entry in found)


def _prepared(document: Document) -> bytes:
    """The document, changed so that feedparser does not misread it:

    - Elements within <image>, <author> and <og>, those of podcasts, dc:title and dc:description get other names: feedparser would take
      them for title, link, text or author of the entry, also if it has its own.
    - guid, id and dates get other names: feedparser would resolve ids against xml:base, which changes them, take a date for that of an
      update, and mix <published> with <issued>. So does an <id> of RSS, which is none of its elements: it would count instead of the guid.
    - The @ in authors is replaced by another character: feedparser cuts e-mail addresses out, but only up to four letters of the last
      part of the domain (`.online`).
    - Unknown elements get other names if feedparser keeps what it has read under their own: it would be overwritten.
    - Each <author> of RSS and each <atom:link> is marked: feedparser mixes them with dc:creator and <link>.
    - The language of the feed is removed: feedparser would give it to each entry, as if the entry said so itself.
    - A text of Atom that is XML is called XHTML: feedparser would take it for base64. Without any element of HTML it is data (an alert,
      a row of a table), whose values in a row are no text: it goes.
    - Empty addresses are removed: feedparser would take xml:base for them.
    - In a malformed document, references to quotation marks are written in a form that feedparser reads correctly, and tags in one
      line: one of several lines with a quotation mark too many would take the rest of the document."""
    data = _OF_NETWORKS.sub(lambda said: _OF_PART.sub(rb"<\1og-\2", said[0]), set_apart(document.data))
    data = _AUTHOR.sub(lambda author: author[0].replace(b"@", _AT.encode()), _with_parts_apart(data))
    is_rss = b"<rss" in data[:2000] and not document.is_atom

    def renamed(part: bytes) -> bytes:
        part = _OF_FEEDPARSER.sub(rb"<\1its-\2", part)
        return _OWN.sub(_own, _ID.sub(rb"<\1its-id", part) if is_rss else part)

    data = outside_cdata(data, renamed)
    if is_rss:
        data = _OF_RSS.sub(rb"\g<0>" + _MARK.encode(), data)
        data = outside_cdata(data, lambda part: _BESIDE.sub(rb'\g<0> beside="1"', part))
    if MALFORMED in document.flaws:
        parts = split_cdata(data)
        parts[::2] = [
            _IN_LINES.sub(lambda tag: tag[0].replace(b"\n", b" "), _replaced(part, _IN_MARKUP)) for part in parts[::2]
        ]
        parts[1::2] = [_replaced(part, _IN_CDATA) for part in parts[1::2]]
        data = b"".join(parts)
    data = _XML.sub(_as_xhtml, data)
    first = ENTRY.search(data)
    start = first.start() if first else 0
    data = _LANGUAGE.sub(b"", data[:start]) + data[start:]
    return _NO_ADDRESS.sub(rb"\1", _OF_MODULE.sub(rb"<\1its-\2\3>", data))


def _with_parts_apart(data: bytes) -> bytes:
    parts: list[bytes] = []
    place = 0
    for start, end in pairwise(found_outside_cdata(Document(data, ""), _PART)):
        if start[2] == end[2] in (b"image", b"author") and not start[1] and end[1]:
            parts += [
                data[place : start.start()],
                _OF_PART.sub(rb"<\1%b-\2" % start[2], data[start.start() : end.end()]),
            ]
            place = end.end()
    return b"".join([*parts, data[place:]])


def _own(tag: re.Match[bytes]) -> bytes:
    """The tag with another name and without attributes: feedparser drops the text of unknown elements that have attributes."""
    return b"<%sown-%s%s%s>" % (tag[1], tag[2], b"".join(_DECLARED.findall(tag[3])), tag[4])


def _as_xhtml(content: re.Match[bytes]) -> bytes:
    text = content[3] or b""
    return content[1] + b"xhtml" + content[2] + (b">" if _DATA.match(text) else text)


def _replaced(part: bytes, writings: Mapping[bytes, bytes]) -> bytes:
    for writing, safe in writings.items():
        part = part.replace(writing, safe)
    return part


def _item(entry: dict[str, Any], malformed: bool, atom: bool) -> ParsedItem:
    """The entry as a ParsedItem. In a `malformed` document feedparser leaves references (`&amp;`) in guids and texts of modules."""
    get = entry.get
    guid = _of_module(entry, malformed, "own-id", *([] if atom else ["own-guid", "id"]))
    link = (to_article(entry.get("links") or ()) if atom else None) or _link(entry)
    permalink = _of_module(entry, malformed, "own-guid") or ""
    if atom and guid is None and link is None:
        guid = next(map(_text, (one.get("href") for one in get("links") or ())), None)  # as the fast parser does
        guid = _AMPERSAND.sub("&", guid) if guid and malformed else guid
    if link and malformed:
        link = _AMPERSAND.sub("&", link)
    if not atom and _ADDRESS.match(permalink) and not _own_links(entry):
        link = permalink
    summary, content = _markup(get("summary_detail")) or _text(get("summary")), _content(get("content"))
    if not summary or not get("summary_detail"):  # without details, feedparser took the content for it
        summary = _of_module(entry, malformed, "dc_its-description") or summary
    if not summary and not content:
        told = _of_module(entry, malformed, "media_its-description")
        summary = caption(told) or _of_module(entry, malformed, "itunes_its-summary", "itunes_its-subtitle")
    source = get("source") or {}
    return ParsedItem(
        guid=None if guid == link else guid,
        link=original(_of_module(entry, malformed, "feedburner_origlink"), None if guid == link else guid) or link,
        title=_markup(get("title_detail"))
        or _text(get("title"))
        or _of_module(entry, malformed, "dc_its-title", "itunes_its-title", "media_its-title"),
        summary=summary,
        content=None if content == summary else content,
        author=_author(entry) or person(_of_module(entry, malformed, "itunes_its-author")) or _author(source),
        # Not `entry.get`, which gives `published` for a missing `updated`, and warns.
        published=dated(_text(dict.get(entry, name)) for name in _DATES),
        updated=next((told for name in _UPDATED if (told := _text(dict.get(entry, name)))), None),
        categories=tuple(
            term for tag in get("tags") or () if (term := _text(tag.get("label")) or _text(tag.get("term")))
        ),
        enclosures=tuple(_enclosures(entry, None if atom else _base(entry))),
        image=_image(entry),
        language=_language(entry),
        base=_base(entry),
        publisher=_text(source.get("title")),
        publisher_url=_text(source.get("href") or source.get("link")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _of_module(entry: Mapping[str, Any], malformed: bool, *names: str) -> str | None:
    """The first non-empty one of these fields."""
    text = next((said for name in names if (said := _text(entry.get(name)))), None)
    return unescape(text) if text and malformed else text


def _markup(detail: Mapping[str, Any] | None) -> str:
    """The value of a text as HTML. feedparser calls Atom texts without a type plain."""
    value = (_text((detail or {}).get("value")) or "").replace(_AT, "@")  # in a text that quotes an author element
    if (detail or {}).get("type") == "text/plain":
        value = as_meant(value)
    return _LINE_BREAK.sub(r"\1", value)


def _content(contents: Sequence[Mapping[str, Any]] | None) -> str | None:
    return max(filter(None, map(_markup, contents or ())), key=len, default=None)


def _link(entry: Mapping[str, Any]) -> str | None:
    """The link to the article. feedparser takes the last link of any kind; a <link> of RSS takes precedence over an <atom:link>, as in
    newsboat and Miniflux."""
    links = [*reversed(_own_links(entry)), entry.get("link"), *(link["href"] for link in _alternates(entry))]
    return followed([text for one in links if (text := _text(one))])


def _alternates(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [link for link in entry.get("links") or () if link.get("rel") == "alternate" and _text(link.get("href"))]


def _own_links(entry: Mapping[str, Any]) -> list[str]:
    return [link["href"] for link in _alternates(entry) if "beside" not in link]


def _author(entry: Mapping[str, Any]) -> str | None:
    """The authors in dc:creator or in a <name> element, else the <author> of RSS."""
    said = [text for one in entry.get("authors") or () if (text := _text(one.get("name")))]
    names = [text for text in said if not text.startswith(_MARK)] or said[:1]
    return people(text.replace(_AT, "@").replace(_MARK, "") for text in names)


def _enclosures(entry: Mapping[str, Any], base: str | None) -> list[Enclosure]:
    """The enclosures, resolved against `base`: feedparser resolves only those of Atom. It gives those without a type the type text/html,
    which is dropped here."""
    found = []
    for link in entry.get("links") or ():
        href = _text(link.get("href"))
        if link.get("rel") == "enclosure" and href:
            kind = _text(link.get("type"))
            found.append(
                Enclosure(within(base, href), None if kind == "text/html" else kind, size(str(link.get("length"))))
            )
    return found


def _image(entry: Mapping[str, Any]) -> str | None:
    image = entry.get("image") or {}
    return (
        widest(entry.get("media_content") or ())
        or thumbnail(entry.get("media_thumbnail") or ())
        or _text(image.get("href"))
        or shown(entry.get("image-image"), entry.get("image-url"), entry.get("image-link"))
        or lone_address(entry.get("news_image"))
    )


def _language(entry: Mapping[str, Any]) -> str | None:
    details = [*(entry.get("content") or ()), entry.get("title_detail") or {}]
    return _text(entry.get("language")) or next((said for one in details if (said := _text(one.get("language")))), None)


def _base(entry: Mapping[str, Any]) -> str | None:
    details = [*(entry.get("content") or ()), entry.get("summary_detail") or {}, entry.get("title_detail") or {}]
    return next((base for one in details if (base := _text(one.get("base")))), None)
