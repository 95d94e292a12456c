"""How all formats write texts, addresses and times, so that they are valid. Normalised texts are valid already; the words of a search may
contain anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import overload
from urllib.parse import quote

_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
"""Characters that XML 1.0 (section 2.2) forbids, and bidirectional controls, which would affect the text after them."""


def fit(text: str) -> str:
    """The text without characters that XML forbids and without bidirectional controls."""
    return text if text.isprintable() else _UNFIT.sub("", text)  # printable characters are fit, and quickly told


_FIT_ADDRESS = re.compile(r"https?://(?:[\w!$&'()*+,./:;=?@~-]|%[0-9A-Fa-f]{2})*+", re.ASCII)
"""What most addresses match: as a whole they need no change."""
_UNFIT_IN_ADDRESS = re.compile(r"%(?![0-9A-Fa-f]{2})|[^\w%!$&'()*+,./:;=?@~-]", re.ASCII)


@overload
def fit_address(url: str) -> str: ...
@overload
def fit_address(url: None) -> None: ...
def fit_address(url: str | None) -> str | None:
    """Make an http(s) address in the form of browsers (WHATWG) a valid URI (RFC 3986), by quoting characters that browsers leave, such
    as `[`, `|` and a bare `%`."""
    if url is None or _FIT_ADDRESS.fullmatch(url):
        return url
    start = url.find("/", len("https://"))
    if start < 0:
        return url
    rest, mark, fragment = url[start:].partition("#")
    return url[:start] + mark.join(_UNFIT_IN_ADDRESS.sub(_quoted, part) for part in (rest, fragment))


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], safe="")


def rfc3339(moment: datetime | int) -> str:
    """RFC 3339 in UTC, whole seconds: 2026-11-24T12:00:00Z. An int is epoch seconds."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def zone_name(moment: datetime, *, told: bool = False) -> str:
    """The name of the time zone. If `told`, with the offset from UTC, since many names are ambiguous: `IST (UTC+05:30)`. Zones whose name
    is a number, such as Dubai's, have only the offset."""
    name = moment.tzname() or ""
    if not told and name[:1] not in "+-":
        return name
    distance = moment.strftime("UTC%z").removesuffix("00")
    if len(distance) > len("UTC+08"):
        distance = f"{distance[:-2]}:{distance[-2:]}"
    if name[:1] in "+-":
        return distance
    return f"{name} ({distance})" if name not in ("UTC", "GMT") else name
