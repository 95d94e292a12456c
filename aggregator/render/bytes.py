"""Bytes with the validators that belong to them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from aggregator.model.stream import Rendered


def content_etag(body: bytes) -> str:
    """Strong and of the content alone (RFC 9110, 8.8.3): equal bytes, equal tag, on any machine. Quoted, as in the
    header."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def rendered(body: bytes, type: str, modified: datetime) -> Rendered:
    """The bytes with their ETag; `modified` as exact as the header is, to the second."""
    return Rendered(body, type, content_etag(body), modified.replace(microsecond=0))
