"""Repairs the heads of responses that browsers and curl read although they break the rules of HTTP. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(:.*)", re.DOTALL)
_LINES: Final = 512  # hostile heads have more
_LENGTH: Final = b"content-length"


def head_at(data: bytes, begin: int) -> bytes:
    """The bytes from there to the next blank line; empty if there is none."""
    found = _BLANK_LINE.search(data, begin)
    return data[begin : found.end()] if found else b""


def repaired(head: bytes) -> bytes:
    """A head without lines that are no headers and without spaces before a colon; with a Content-Length once, if all are equal (RFC 9110,
    8.6), and without one if the body comes in chunks (RFC 9112, 6.3). Unchanged if it is not complete, or has very many lines."""
    if not head.startswith(b"HTTP/") or head.count(b"\n") > _LINES:
        return head
    status, *lines = head.split(b"\n")
    kept = list(_headers(lines))
    lengths = [line for line in kept if _name(line) == _LENGTH]
    others = [line for line in kept if _name(line) != _LENGTH]
    told = {value.strip() for line in lengths for value in line.partition(b":")[2].split(b",")}
    if any(_name(line) == b"transfer-encoding" and b"chunked" in line.lower() for line in others):
        kept = others
    elif len(told) == 1:
        kept = [b"Content-Length: " + told.pop() + b"\r", *others]
    return b"\n".join([status, *kept])


def _headers(lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        if header := _HEADER.match(line):
            yield header[1] + header[2]
        elif line[:1] in b" \t\r":  # the rest of a header, or the end
            yield line


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].lower()
