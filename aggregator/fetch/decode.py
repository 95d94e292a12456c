"""Decodes content codings as the bytes arrive, up to a limit, so that a decompression bomb is never expanded completely.

Supported: gzip and br, and deflate, which some servers send although it was not offered. Bodies with several codings are refused. A gzip
file (`feed.xml.gz`) is decoded although no header names a coding.
"""

from __future__ import annotations

import zlib

import brotli

from aggregator.fetch.failures import Stopped

_MEMBER = b"\x1f\x8b"  # how a gzip member begins
_MEMBERS = 64  # in one gzip body; normally there is one, and thousands of tiny ones take more time to scan than to send
_STEP = 1 << 16
_READ = frozenset({"gzip", "x-gzip", "deflate", "br"})
_NOT_READ = frozenset({"compress", "x-compress", "dcb", "dcz", "exi", "zstd"})
"""Other codings (IANA). Any other value of Content-Encoding is ignored, as by browsers: servers send charsets by mistake, and stores of
files the `aws-chunked` with which a file was uploaded."""


class _Zlib:
    """gzip (RFC 1952, several members) and deflate (RFC 1950). `bare`: the wrapper of deflate may be missing (RFC 1951 alone)."""

    def __init__(self, *, bare: bool) -> None:
        self._engine = zlib.decompressobj(47)
        self._bare = bare  # as long as the first two bytes, which show it, have not arrived
        self._members = 1
        self._held = b""

    def decode(self, data: bytes, remaining: int) -> list[bytes]:
        pieces: list[bytes] = []
        data, self._held = self._held + data, b""
        if self._bare and len(data) < 2:
            self._held = data
            return pieces
        if self._bare and not _is_wrapped(data):
            self._engine = zlib.decompressobj(-15)
        self._bare = False
        while data and not (self._engine.eof and not self._next_member(data)):
            pieces.append(self._engine.decompress(data, remaining + 1))
            remaining -= len(pieces[-1])
            if remaining < 0:
                break
            data = self._engine.unused_data
        return pieces

    def _next_member(self, data: bytes) -> bool:
        """Start another gzip member if one follows; anything else after the end is ignored."""
        if data == _MEMBER[:1]:  # the second byte may not have arrived yet
            self._held = data
        if not data.startswith(_MEMBER):
            return False
        self._members += 1
        if self._members > _MEMBERS:
            raise Stopped("protocol", "the compressed body is cut into too many pieces")
        self._engine = zlib.decompressobj(47)
        return True

    def complete(self) -> bool:
        return self._engine.eof


def _is_wrapped(data: bytes) -> bool:
    return data.startswith(_MEMBER) or (data[0] & 15 == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0)


class _Brotli:
    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    def decode(self, data: bytes, remaining: int) -> list[bytes]:
        """Decode in pieces of at most `_STEP` bytes (or little more). After a full piece there may be more output, which is fetched with
        empty input; `can_accept_more_data` says nothing about pending output."""
        pieces: list[bytes] = []
        while remaining >= 0:
            pieces.append(self._engine.process(data, output_buffer_limit=_STEP))
            remaining -= len(pieces[-1])
            data = b""
            if len(pieces[-1]) < _STEP and self._engine.can_accept_more_data():
                break
        return pieces

    def complete(self) -> bool:
        return bool(self._engine.is_finished())


def _coding(header: str) -> _Zlib | _Brotli | None:
    parts = header[:1000].split(",")  # in 128 lines there may be megabytes, for which everything would wait
    names = [name for name in (part.strip().lower() for part in parts) if name in _READ | _NOT_READ]
    if len(names) > 1:
        raise Stopped("protocol", "the body is compressed more than once")
    if not names:
        return None
    if names[0] in _NOT_READ:
        raise Stopped("protocol", "the body is in a content coding that was not offered")
    return _Brotli() if names[0] == "br" else _Zlib(bare=names[0] == "deflate")


class Body:
    """Collects one body. `limit` applies to the bytes on the wire and to the decoded bytes."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._coding = _coding(content_encoding)
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self.wire_bytes = 0

    def add(self, data: bytes) -> None:
        self.wire_bytes += len(data)
        try:
            pieces = self._coding.decode(data, self._limit - self._size) if self._coding else [data]
        except (zlib.error, brotli.error) as error:
            raise Stopped("protocol", "the compressed body is damaged") from error
        self._pieces += pieces
        self._size += sum(map(len, pieces))
        if max(self._size, self.wire_bytes) > self._limit:
            raise Stopped("too-large", larger_than(self._limit))

    def whole(self) -> bytes:
        if self.wire_bytes and self._coding and not self._coding.complete():
            raise Stopped("truncated", "the compressed body ends early")
        body = b"".join(self._pieces)
        if self._coding is None and body.startswith(_MEMBER):
            file = Body("gzip", self._limit)
            file.add(body)
            return file.whole()
        return body


def larger_than(limit: int) -> str:
    return f"the body is larger than {limit / (1 << 20):.3g} MiB"
