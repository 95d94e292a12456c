"""Repairs the heads of responses that browsers and curl read although they break the rules of HTTP. Pure functions."""

from __future__ import annotations

import re
from typing import Final

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_DOUBTFUL: Final = re.compile(rb"\r(?!\n)|\A[^\n]*\n[ \t]")
"""A carriage return alone, or a first line that goes on: where such a head ends, aiohttp's parser may see otherwise than `head_at`."""
_SPACED: Final = re.compile(rb"(?<=\n)([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+(?=:)")
_FIELD_END: Final = re.compile(rb"\n(?![ \t])")  # a line that begins with white space is the rest of the one before
_LINES: Final = 512  # aiohttp refuses heads with fewer; to split them would hold up all other requests
_LENGTH: Final = b"content-length"
_IDENTITY: Final = re.compile(rb"transfer-encoding:\s*identity\s*", re.IGNORECASE)


def head_at(data: bytes, begin: int) -> bytes:
    """The bytes from there to the next blank line; empty if there is none."""
    found = _BLANK_LINE.search(data, begin)
    return data[begin : found.end()] if found else b""


def repaired(head: bytes) -> bytes:
    """A head without spaces before a colon, and without the Transfer-Encoding `identity` of RFC 2616, which says nothing; with a
    Content-Length once, if all are equal (RFC 9110, 8.6), and without one if the body comes in chunks (RFC 9112, 6.3). Unchanged if nothing
    of that is wrong, if it is not complete or doubtful, or if it has very many lines."""
    if not head.startswith(b"HTTP/") or head.count(b"\n") > _LINES or _DOUBTFUL.search(head):
        return head
    status, *every = _FIELD_END.split(_SPACED.sub(rb"\1", head))
    fields = [field for field in every if not _IDENTITY.fullmatch(field)]
    lengths = [field for field in fields if _name(field) == _LENGTH]
    others = [field for field in fields if _name(field) != _LENGTH]
    told = [value.strip() for field in lengths for value in field.partition(b":")[2].split(b",")]
    if any(_name(field) == b"transfer-encoding" and b"chunked" in field.lower() for field in others):
        fields = others
    elif len(told) > 1 and len(set(told)) == 1:
        fields = [b"Content-Length: " + told[0] + b"\r", *others]
    return b"\n".join([status, *fields])


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].lower()
