"""The limits of requests."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Limits of a single request, and of all requests together."""

    deadline: float = 30.0  # seconds for a request with all its redirects, without the time of waiting at the gate
    body: int = 10 << 20  # bytes; for the decoded body, and for the bytes on the wire
    redirects: int = 5
    header_line: int = 63 << 10  # bytes; the Content-Security-Policy of some sites exceeds aiohttp's default of 8 KiB
    header_count: int = 128
    concurrency: int = 64
    per_host: int = 2
    spacing: float = 1.0  # seconds between the starts of two requests to one host
