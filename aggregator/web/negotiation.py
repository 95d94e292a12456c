"""Decides which form of a response a client gets, and whether it already has it (RFC 9110, 8.8, 12.5.3 and 13). Pure.

A response has up to three forms: identity, gzip and br. Each has its own strong ETag: that of the content, with the name of the coding
appended for a compressed form.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags, unquote_etag

CODINGS = ("br", "gzip")
"""In order of preference."""
MIN_COMPRESSED = 600  # bytes; compressing smaller bodies saves nothing
LONGEST_ACCEPT = 256  # characters; browsers send some thirty


def coding(accepted: str) -> str | None:
    """The content coding for an `Accept-Encoding`; None: identity. A wildcard is ignored, since clients that want gzip name it. Overlong
    headers are not parsed, so that they do not fill the `lru_cache`."""
    return _coding(accepted) if len(accepted) <= LONGEST_ACCEPT else None


@lru_cache(maxsize=512)
def _coding(accepted: str) -> str | None:
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accepted, Accept)}
    best = max(CODINGS, key=lambda name: qualities.get(name, 0.0))
    liked = qualities.get(best, 0.0)
    return best if liked > 0 and liked >= qualities.get("identity", 0.0) else None


def tag(content: str, coding: str | None) -> str:
    """The quoted ETag of a form; `content` is that of the content."""
    return content if coding is None else f'{content[:-1]}-{coding}"'


def is_expected(content: str, modified: datetime, match: str | None, unmodified_since: str | None) -> bool:
    """Whether If-Match matches a form of the content, by strong comparison (RFC 9110, 13.1.1); without it, whether the content is not
    newer than If-Unmodified-Since."""
    if not match:
        since = _date(unmodified_since)
        return since is None or modified <= since
    wanted = parse_etags(match)
    return any(wanted.contains(unquote_etag(tag(content, other))[0] or "") for other in (None, *CODINGS))


def matching_etag(
    content: str,
    coding: str | None,
    modified: datetime,
    none_match: str | None,
    modified_since: str | None,
    *,
    now: datetime,
) -> str | None:
    """The ETag for a 304, if the client has a valid form of the response; None if it needs the response.

    If there is an If-None-Match, it alone decides (RFC 9110, 13.2.2). If the client has another form than the one it would get now, the
    304 has the ETag of that form. A date in the future is ignored: it was sent before the clock was set back, or the client made it
    up."""
    mine = tag(content, coding)
    if none_match is not None:
        if none_match == mine:
            return mine
        wanted = parse_etags(none_match)
        forms = (mine, *(tag(content, other) for other in (None, *CODINGS)))
        return next((form for form in forms if wanted.contains_weak(unquote_etag(form)[0] or "")), None)
    since = _date(modified_since)
    return mine if since and modified <= since <= now else None


def _date(text: str | None) -> datetime | None:
    try:
        return parse_date(text)
    except OverflowError:  # a year, hour or zone of too many digits, which Werkzeug does not expect
        return None
