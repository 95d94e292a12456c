"""Builds HTTP responses: validators, compression, caching (RFC 9110, 9111)."""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import Any

import brotli
import orjson
from flask import Response, request
from msgspec import to_builtins
from msgspec.structs import replace
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import http_date

from aggregator.model.feed import Rendered
from aggregator.web.negotiation import MIN_COMPRESSED, coding, is_expected, tag
from aggregator.web.request_context import library

LONGEST_LINK = 2000
"""Longer Link headers (in characters) are omitted: bodies have the same links, and nginx answers 502 if all headers exceed 4 KiB."""
SHOWN = "aggregator.shown"
"""Key in the WSGI environment for the Rendered bytes of the response."""


def respond(shown: Rendered, *, max_age: int, link: str | None = None, dated: bool = True) -> Response:
    """The response with these bytes, compressed if the client accepts it; each form has its own ETag.

    Changes within one second get successive dates, which may be in the future. Conditional requests are decided by these dates
    (`cache.py`), but the date sent is never in the future (RFC 9110, 8.8.2.1); at worst a client gets the same bytes again. `dated`:
    `shown.modified` is known; otherwise the date is when this process first gave the same response.
    """
    lib = library()
    if not dated:
        asked = f"{request.environ['PATH_INFO']}?{request.environ['QUERY_STRING']}"
        shown = replace(shown, modified=lib.first_seen(asked, shown.etag))
    told = min(shown.modified, lib.now())
    expected = (request.headers.get(name) for name in ("If-Match", "If-Unmodified-Since"))
    if not is_expected(shown.etag, told.replace(microsecond=0), *expected):
        raise PreconditionFailed
    request.environ[SHOWN] = shown
    response, form = compressed(shown.body, shown.type)
    response.headers["ETag"] = tag(shown.etag, form)
    response.headers["Last-Modified"] = http_date(told)
    # Not `public`: shared caches would then serve pages behind a password to anybody (RFC 9111, 3.5).
    response.headers["Cache-Control"] = f"max-age={max_age}, stale-while-revalidate={max_age}"
    if link and len(link) <= LONGEST_LINK:
        response.headers["Link"] = link
    return response


def compressed(body: bytes, content_type: str) -> tuple[Response, str | None]:
    """A response without validators, in the content coding that the client prefers; and this coding (None: as it is)."""
    form = None if len(body) < MIN_COMPRESSED else coding(request.headers.get("Accept-Encoding", ""))
    response = Response(_coded(body, form), content_type=content_type)
    if form:
        response.headers["Content-Encoding"] = form
    response.headers["Vary"] = "Accept-Encoding"
    return response, form


def _coded(body: bytes, form: str | None) -> bytes:
    if form is None:
        return body
    return brotli.compress(body, quality=5) if form == "br" else gzip.compress(body, 6, mtime=0)


def json_response(value: Any, modified: datetime | None, max_age: int = 60, link: str | None = None) -> Response:
    """A response with JSON. `modified`: when its content last changed; None: unknown."""
    shown = Rendered.of(orjson.dumps(value, default=to_builtins), "application/json", modified or library().now())
    return respond(shown, max_age=max_age, link=link, dated=modified is not None)
