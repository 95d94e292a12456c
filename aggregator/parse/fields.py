"""Interprets single fields of entries in the various forms that feeds use. Shared by all parsers, so that they agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

_IN_BRACKETS = re.compile(r"\s*[^\s()@]+@[^\s()]+\s*\(([^()]+)\)\s*")
_ADDRESS = re.compile(r"[<(\[]*@?[^\s<>()\[\]@]++@[^\s<>()\[\]@]++[>)\]]*")
_TAG = r"</(?:p|div|a|b|i|em|strong|span|li|h[1-6]|figure)>|<(?:br|img)\b[^<>]*>"
_REFERENCE = r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|[a-z]{2,8});"
_TAGGED = re.compile(_TAG, re.IGNORECASE)
_HTML = re.compile(f"{_TAG}|{_REFERENCE}", re.IGNORECASE)
_AMPERSAND = re.compile(f"(?!{_REFERENCE})&", re.IGNORECASE)
# Of four digits, not before 1971 (1970 and 1601 stand for no date, and -1000 is a zone); or of two behind day and month, as RFC 822 has it
# (not 2 Nov 10:00, nor those of the epoch); or seconds since 1970.
_YEAR = re.compile(
    r"(?<!\d)(?!0|1[0-8]|19[0-6]|1970)\d{4}|\d[\s-]+[^\W\d_]{3,}[\s-]+(?!69|70)\d\d\b(?!:)|(?<!\d)1\d{9}"
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
_ADDRESS_ALONE = re.compile(r"\s*((?:https?:)?//\S+)\s*", re.IGNORECASE)
# The author's face, which WordPress.com lists first; releases on GitHub have no other picture.
_AVATAR = re.compile(r"https?://(?:(?:[\w-]+\.)*gravatar|avatars\d?\.githubusercontent)\.com/")
_STAMP = 50  # pixels; a picture that is said to be narrower shows nothing of the article


def person(text: str | None) -> str | None:
    """The name in `name@host (Name)`, `Name <name@host>` or `Name (name@host)`, also for several people separated by commas. A text
    without a name is returned unchanged."""
    if not text or "@" not in text or len(text) > 500:
        return text
    if match := _IN_BRACKETS.fullmatch(text):
        return match[1]
    people = text.split(",")
    names = [match[1] if (match := _IN_BRACKETS.fullmatch(one)) else _ADDRESS.sub(" ", one).strip() for one in people]
    return ", ".join(filter(None, names)) or text.strip(" ,")


def people(names: Iterable[str]) -> str | None:
    """The names of several people, each once; None if there are none."""
    return person(", ".join(dict.fromkeys(names))) or None


def as_html(text: str) -> str:
    """Convert plain text to HTML: `a < b` → `a &lt; b`."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def in_lines(text: str | None) -> str | None:
    """Convert plain text to HTML, keeping its line breaks."""
    return None if text is None else as_html(text).replace("\n", "<br>")


def as_meant(text: str) -> str:
    """The HTML of a text that is plain by what its feed says (in Atom also by saying nothing) or by its format. If it looks like HTML it is
    taken as HTML, since some feeds are wrong."""
    return text if _HTML.search(text) else as_html(text)


def caption(text: str | None) -> str | None:
    """The HTML of a description of media, which may be plain, escaped twice (`it&#39;s`) or HTML. If it has no tags, it keeps its lines,
    and addresses in it their parameters (`?a=1&copy=2`)."""
    if not text or _TAGGED.search(text):
        return text
    return _AMPERSAND.sub("&amp;", text.strip()).replace("<", "&lt;").replace("\n", "<br>")


def followed(links: Sequence[str]) -> str | None:
    """The first of several links that a browser follows (relative or http(s), not gemini:, mailto: or the like), else the first one."""
    return next((link for link in links if not _OTHER_SCHEME.match(link)), links[0] if links else None)


def to_article(links: Iterable[Mapping[str, Any]]) -> str | None:
    """The link of an Atom entry to its article: the first `rel="alternate"`, preferably to a web page and not to a PDF. Each link has
    `href`, and possibly `rel` and `type`."""
    articles = [
        link
        for link in links
        if (link.get("href") or "").strip() and (link.get("rel") or "alternate").lower() == "alternate"
    ]
    articles.sort(key=lambda link: link.get("type") not in (None, "text/html", "application/xhtml+xml"))
    return followed([link["href"] for link in articles])


def original(address: str | None, guid: str | None) -> str | None:
    """The address of the article in `feedburner:origLink`, where the link leads there through FeedBurner or FeedBlitz. (Not of an entry
    without guid, which the link identifies.)"""
    return lone_address(address) if guid else None


def dated(texts: Iterable[str | None]) -> str | None:
    """The first of several dates of an entry that may name a year after 1970 (`0000-00-00` and `yesterday` do not), else the first."""
    told = [text for text in texts if text]
    return next(filter(_YEAR.search, told), told[0] if told else None)


def within(base: str | None, link: str) -> str:
    """Resolve a relative address against a base, which may be relative too. Absolute addresses stay as they are."""
    if _ABSOLUTE.match(link):
        return link
    try:
        return urljoin(base or "", link)
    except ValueError:
        return link


def lone_address(text: object) -> str | None:
    """The absolute address, if a text consists of one and nothing else. Some outlets put the address of a picture into <image> so."""
    found = _ADDRESS_ALONE.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else None


def shown(text: object, url: object, link: object) -> str | None:
    """The address of the picture in an <image>: its text or <url>, or its <link>, which leads to a page unless it is that of a picture."""
    linked = lone_address(link) or ""
    return lone_address(text) or lone_address(url) or (linked if _PICTURE.search(linked) else None)


def size(text: str | None) -> int | None:
    """A non-negative integer (bytes or pixels); None if the text is anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def widest(media: Iterable[Mapping[str, Any]]) -> str | None:
    """The address of the widest picture among media elements (Media RSS, iTunes). Each has `url`, and possibly `type`, `medium` and
    `width`."""
    return thumbnail(one for one in media if one.get("url") and _is_picture(one))


def thumbnail(thumbnails: Iterable[Mapping[str, Any]]) -> str | None:
    """The address of the widest thumbnail; of equally wide ones, the first. The faces of authors and tiny pictures do not count."""
    widest_one = max(filter(_illustrates, thumbnails), key=_width, default=None)
    return str(widest_one["url"]) if widest_one else None


def _illustrates(media: Mapping[str, Any]) -> bool:
    address = str(media.get("url") or "")
    return address != "" and not _AVATAR.match(address) and not 0 < _width(media) < _STAMP


def _is_picture(media: Mapping[str, Any]) -> bool:
    if media.get("medium") or media.get("type"):
        return media.get("medium") == "image" or str(media.get("type")).startswith("image")
    return _PICTURE.search(media["url"]) is not None


def _width(media: Mapping[str, Any]) -> int:
    return size(str(media.get("width") or "")) or 0
