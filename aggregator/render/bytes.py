"""Rendered bytes with their validators (ETag and date)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from aggregator.model.feed import Rendered


def content_etag(body: bytes) -> str:
    """A strong ETag of the content alone (RFC 9110, 8.8.3), equal for equal bytes on any machine. Quoted, as in the header."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def rendered(body: bytes, type: str, modified: datetime) -> Rendered:
    """The bytes with their ETag and `modified`, truncated to seconds as in the header. `type` is the content type."""
    return Rendered(body, type, content_etag(body), modified.replace(microsecond=0))
