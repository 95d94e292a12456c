"""Which form of a response a request gets, and whether the client has it already (RFC 9110, 8.8, 12.5.3 and 13). Pure.

A response has up to three forms, identity, gzip and br, each under a strong ETag of its own: the tag of the content,
followed for a compressed form by the name of the coding.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags, unquote_etag

CODINGS = ("br", "gzip")
"""In order of preference."""
MIN_COMPRESSED = 600  # bytes; below, the header costs more than it saves


LONGEST_ACCEPT = 256  # characters; browsers send some thirty


def coding(accepted: str) -> str | None:
    """The coding that `Accept-Encoding` prefers. A wildcard does not count: clients that want gzip say so. An overlong
    list is not read, and so never cached."""
    return _coding(accepted) if len(accepted) <= LONGEST_ACCEPT else None


@lru_cache(maxsize=512)
def _coding(accepted: str) -> str | None:
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accepted, Accept)}
    best = max(CODINGS, key=lambda name: qualities.get(name, 0.0))
    liked = qualities.get(best, 0.0)
    return best if liked > 0 and liked >= qualities.get("identity", 0.0) else None


def tag(content: str, coding: str | None) -> str:
    """The quoted ETag of a form, from that of the content."""
    return content if coding is None else f'{content[:-1]}-{coding}"'


def names_form(content: str, match: str) -> bool:
    """Whether If-Match names a form of the content (13.1.1): its own tag, not a weak one."""
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
    """The ETag of the form that the client has and that is still valid, or None if it needs the response. If-None-Match
    alone decides if present (13.2.2). A client with another form keeps it: the 304 names that form's tag. A date ahead of the
    clock says nothing: it was given before the clock was set back, or is the client's own."""
    mine = tag(content, coding)
    if none_match is not None:
        if none_match == mine:
            return mine
        wanted = parse_etags(none_match)
        if wanted.star_tag:
            return mine
        forms = (mine, *(tag(content, other) for other in (None, *CODINGS)))
        return next((form for form in forms if wanted.contains_weak(unquote_etag(form)[0] or "")), None)
    since = parse_date(modified_since)
    return mine if since is not None and modified <= since <= now else None
