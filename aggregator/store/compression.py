"""Long texts are stored compressed in the SQLite file, so that an archive takes half the space (PostgreSQL compresses
by itself)."""

from __future__ import annotations

import brotli

LONG = 512  # characters; a shorter text gains too little
QUALITY = 1  # 20 µs for an article of 2.5 kB; more would gain a twentieth


def pack(text: str) -> str | bytes:
    if len(text) < LONG:
        return text
    packed: bytes = brotli.compress(text.encode("utf-8", "surrogatepass"), quality=QUALITY)
    return packed


def unpack(stored: str | bytes) -> str:
    if isinstance(stored, str):
        return stored
    text: str = brotli.decompress(stored).decode("utf-8", "surrogatepass")
    return text
