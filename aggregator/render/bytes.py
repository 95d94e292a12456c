"""Adds the HTTP validators (ETag and Last-Modified) to rendered bytes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from aggregator.model.feed import Rendered


def content_etag(body: bytes) -> str:
    """A strong ETag (RFC 9110, 8.8.3) that depends only on the content, so that all machines agree. Quoted, as in the header."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def rendered(body: bytes, type: str, modified: datetime) -> Rendered:
    """The bytes with their ETag, content type, and `modified` truncated to seconds, as in the header."""
    return Rendered(body, type, content_etag(body), modified.replace(microsecond=0))
