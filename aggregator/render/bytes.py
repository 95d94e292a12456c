"""Bytes with the validators that belong to them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from aggregator.model.stream import Rendered


def rendered(body: bytes, type: str, modified: datetime) -> Rendered:
    """The ETag is strong and of the content alone (RFC 9110, 8.8.3): equal bytes, equal tag, on any machine."""
    return Rendered(
        body, type, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', modified.replace(microsecond=0)
    )
