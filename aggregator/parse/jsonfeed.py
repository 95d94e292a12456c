"""Reads JSON Feed 1 and 1.1 (jsonfeed.org) tolerantly: a field of the wrong type is treated as absent, and items that are not objects
are skipped.

orjson decodes it; if that fails, Python's own decoder is used, which accepts what some feeds contain (NaN, Infinity, huge numbers). What
templates do to JSON is mended: commas too many or missing between objects, escapes that JSON does not know, quotes within texts, signs
between values that nobody sees. Of a document that breaks off the complete items are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from aggregator.errors import ParseError
from aggregator.model.item import TRUNCATED, Channel, Enclosure, ParsedFeed, ParsedItem
from aggregator.parse.document import MALFORMED, MAX_ENTRIES, Document
from aggregator.parse.fields import as_meant, in_lines, person, size

_MOST = 10 * MAX_ENTRIES  # millions, which may be of one character each, would take many seconds
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_BLANKS = "\0-\x08\x0b\x0c\x0e-\x1f\x7f\xa0\u200b\u2028\u2029\u3000\ufeff"  # no white space of JSON
# A string, also one that does not end; commas that nothing stands before; one that nothing follows; the end of an object without the
# comma behind it; signs between values that nobody sees.
_MISTAKE = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{](?:\s*+,)++|,(?=\s*+[,\]}])|\}(?=\s*+\{)' rf"|[{_BLANKS}]++", re.DOTALL
)
_PLAIN = r"(?:-?\d[\d.eE+-]*+|true|false|null|NaN|-?Infinity)"  # beside a string in a list: ["a", 1]
# A string, also one that does not end. It ends at a quote behind which JSON may go on: one within a text stands before other words.
_BEHIND_COMMA = rf'(?:{_PLAIN}\s*+,\s*+)*+(?:[,"\[{{}}\]]|{_PLAIN}\s*+(?:\]\s*+[,}}\]]|\]?\s*+\Z))'
_END_OF_STRING = rf'"(?=\s*+(?:[}}\]]|\Z|,\s*+{_BEHIND_COMMA}|:\s*+(?:["\[{{]|{_PLAIN})))'
_STRING = re.compile(rf'"((?:[^"\\]++|\\.|(?!{_END_OF_STRING})")*+)("|\\?\Z)', re.DOTALL)
_RAW_QUOTE = re.compile(r'(\\.)|"', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|x([0-9a-fA-F]{2})|(.))', re.DOTALL)
_COMMA = re.compile(r"\s*,\s*")
_BROKEN = "the document is broken JSON"


def read(document: Document) -> ParsedFeed:
    """Raises ParseError `too-deep`, `malformed` or `not-a-feed`."""
    try:
        value, broken = _loads(document.data)
    except RecursionError as error:
        raise ParseError("too-deep", "the document is nested too deeply") from error
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        raise ParseError("not-a-feed", "the address answers with JSON that is not a JSON Feed (no list of items)")
    version = _text(value.get("version")) or ""
    if "jsonfeed.org" not in version and not any(isinstance(one, dict) and "url" in one for one in value["items"]):
        if TRUNCATED in broken:  # its version may have stood after the items
            raise ParseError("malformed", _BROKEN)
        raise ParseError("not-a-feed", "the address answers with JSON that is not a JSON Feed (no version)")
    authors = _author(value)
    items = tuple(_item(one, authors) for one in _limited(value["items"]) if isinstance(one, dict))
    flaws = [*document.flaws, *broken]
    if len(items) < min(len(value["items"]), MAX_ENTRIES):
        flaws.append("items-of-wrong-type")
    if "jsonfeed.org" not in version and TRUNCATED not in broken:
        flaws.append("no-version")
    return ParsedFeed(
        format="json",
        parser="jsonfeed",
        items=items,
        channel=Channel(
            title=_text(value.get("title")),
            link=_text(value.get("home_page_url")),
            language=_text(value.get("language")),
            icon=_text(value.get("icon")) or _text(value.get("favicon")),
        ),
        flaws=tuple(flaws),
        left_out=max(0, len(value["items"]) - MAX_ENTRIES),
    )


def _limited(items: list[Any]) -> list[Any]:
    half = MAX_ENTRIES // 2
    return items if len(items) <= MAX_ENTRIES else items[:half] + items[-half:]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits


_LENIENT = json.JSONDecoder(strict=False, parse_int=_integer, parse_constant=lambda _: None)


def _loads(data: bytes) -> tuple[object, tuple[str, ...]]:
    """The document, and what is wrong with it."""
    try:
        return orjson.loads(data), ()
    except orjson.JSONDecodeError:
        text = data.decode("utf-8", "replace").strip()
    with suppress(ValueError):
        return _decoded(text)
    for quotes in (False, True):
        mended = _MISTAKE.sub(_mended, _STRING.sub(_with_quotes_escaped, text) if quotes else text).strip()
        with suppress(ValueError):
            value, flaws = _decoded(mended)
            return value, (MALFORMED, *flaws)
    try:
        return _LENIENT.decode(_complete_items(mended) + "]}"), (TRUNCATED,)
    except ValueError as error:
        raise ParseError("malformed", _BROKEN) from error


def _decoded(text: str) -> tuple[object, tuple[str, ...]]:
    value, end = _LENIENT.raw_decode(text)
    return value, ("junk-after-end",) if end < len(text) else ()


def _with_quotes_escaped(string: re.Match[str]) -> str:
    return '"' + _RAW_QUOTE.sub(lambda found: found[1] or '\\"', string[1]) + string[2]


def _mended(found: re.Match[str]) -> str:
    mistake = found[0]
    if mistake[0] in ",[{":
        return mistake[0].strip(",")
    if mistake[0] not in '"}':
        return " "
    if mistake == "}":
        return "},"
    return _ESCAPE.sub(_escaped, mistake)


def _escaped(escape: re.Match[str]) -> str:
    """As JavaScript reads it."""
    return f"\\u00{escape[1]}" if escape[1] else escape[2] or escape[0]


def _complete_items(text: str) -> str:
    """A document that breaks off, until the end of its last complete item (of the first `_MOST`). Raises ValueError if there is none."""
    items = _ITEMS.search(text)
    _, end = _LENIENT.raw_decode(text, items.end() if items else len(text))
    for _ in range(_MOST - 1):
        if (comma := _COMMA.match(text, end)) is None:
            break
        try:
            _, end = _LENIENT.raw_decode(text, comma.end())
        except ValueError:
            break
    return text[:end]


def _item(value: Mapping[str, Any], authors: str | None) -> ParsedItem:
    """`authors` are those of the feed; they apply to items without authors."""
    get = value.get
    link = _text(get("url")) or _text(get("external_url"))
    guid = _scalar(get("id"))
    title, text = _text(get("title")), _text(get("content_text"))
    return ParsedItem(
        guid=None if guid == link else guid,
        link=link,
        title=as_meant(title) if title else None,
        summary=in_lines(_text(get("summary"))),
        content=_text(get("content_html")) or in_lines(text),
        author=_author(value) or authors,
        published=_scalar(get("date_published")),
        updated=_scalar(get("date_modified")),
        categories=tuple(tag for tag in _list(get("tags")) if isinstance(tag, str) and tag),
        enclosures=tuple(_attachments(get("attachments"))),
        image=_address(get("image")) or _address(get("banner_image")),
        language=_text(get("language")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _address(value: object) -> str | None:
    """An address, or that in an object, as in other formats: `{"url": "https://a.example/1.jpg"}`."""
    return _text(value.get("url") if isinstance(value, dict) else value)


def _scalar(value: object) -> str | None:
    """An `id` or date as a string. The specification requires strings, but numbers are common, and readers should accept them."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if type(value) is int else _text(value)  # not a boolean


def _author(value: Mapping[str, Any]) -> str | None:
    """The names in `authors`, else the one in `author`, which many feeds have as well, for readers of version 1."""
    return person(
        ", ".join(_names(_list(value.get("authors")) or [value.get("authors")]) or _names([value.get("author")]))
    )


def _names(authors: list[Any]) -> list[str]:
    """Their names; some feeds have a text instead of an object."""
    told = (author.get("name") if isinstance(author, dict) else author for author in authors)
    return [name for one in told if (name := _text(one))]


def _attachments(value: object) -> Iterator[Enclosure]:
    for one in _list(value):
        if isinstance(one, dict) and (url := _text(one.get("url"))):
            yield Enclosure(url, _text(one.get("mime_type")), size(_scalar(one.get("size_in_bytes"))))
