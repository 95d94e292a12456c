"""Answers over HTTP: validators, 304, compression, caching, errors (RFC 9110, 9111, 9457)."""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime
from typing import Any

import brotli
import orjson
from flask import Response, request
from werkzeug.http import http_date, parse_date, unquote_etag

from aggregator.model.stream import Rendered

MIN_COMPRESSED = 600  # bytes; below, the header costs more than it saves


def content_etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def answer(
    rendered: Rendered, *, max_age: int, encoded: dict[str, bytes] | None = None, link: str | None = None
) -> Response:
    """The bytes, or 304; compressed where the client takes it, each form under an ETag of its own."""
    coding = _coding(len(rendered.body))
    etag = rendered.etag if not coding else f'{rendered.etag[:-1]}-{coding}"'
    if _unchanged(rendered, etag):
        response = Response(status=304)
    else:
        response = Response(_coded(rendered.body, coding, encoded), content_type=rendered.type)
        if coding:
            response.headers["Content-Encoding"] = coding
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(rendered.modified)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={max_age}, stale-while-revalidate={max_age}"
    if link:
        response.headers["Link"] = link
    return response


def _coding(size: int) -> str | None:
    if size < MIN_COMPRESSED:
        return None
    accepted = request.accept_encodings
    for coding in ("br", "gzip"):
        # A wildcard does not count: whoever means gzip says so.
        if any(name == coding and quality > 0 for name, quality in accepted):
            return coding
    return None


def _coded(body: bytes, coding: str | None, kept: dict[str, bytes] | None) -> bytes:
    if coding is None:
        return body
    found = kept.get(coding) if kept is not None else None
    if found is None:
        found = brotli.compress(body, quality=5) if coding == "br" else gzip.compress(body, 6, mtime=0)
        if kept is not None:
            kept[coding] = found
    return found


def _unchanged(rendered: Rendered, etag: str) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it stands; else If-Modified-Since."""
    if request.method not in ("GET", "HEAD"):
        return False
    if "If-None-Match" in request.headers:
        wanted = request.if_none_match
        base = unquote_etag(rendered.etag)[0]
        tags = (unquote_etag(etag)[0], base, f"{base}-gzip", f"{base}-br")
        return wanted.star_tag or any(tag is not None and wanted.contains_weak(tag) for tag in tags)
    since = parse_date(request.headers.get("If-Modified-Since"))
    return since is not None and rendered.modified <= since


def json_answer(value: Any, modified: datetime, max_age: int = 60, link: str | None = None) -> Response:
    body = orjson.dumps(value)
    return answer(Rendered(body, "application/json", content_etag(body), modified), max_age=max_age, link=link)


def text_answer(body: str, type: str, modified: datetime, max_age: int = 60, link: str | None = None) -> Response:
    data = body.encode()
    return answer(Rendered(data, type, content_etag(data), modified), max_age=max_age, link=link)


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error as application/problem+json (RFC 9457). `detail` is ours alone: nothing of the request is quoted."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    response = Response(body, status=status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response
