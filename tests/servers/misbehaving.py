"""A route per failure. `FAULTS` maps a path to what goes wrong there; each function says what it does to the client."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import zlib

import brotli

from servers.local import Request, Route, answer, conditional, head, raw, redirect

FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Harbour News</title><link>https://harbour.example/</link>
<description>Ships</description>
<item><title>Ferry resumes after storm</title><link>https://harbour.example/1</link><guid>1</guid>
<pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate><description>The ferry sails again.</description></item>
</channel></rss>
"""
MIB = 1 << 20


async def silent(_: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing, for as long as anybody waits."""
    await asyncio.sleep(600)


async def hang_up(_: Request, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""


async def abort(_: Request, writer: asyncio.StreamWriter) -> None:
    """A TCP reset instead of an answer."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    """Half an answer, then a TCP reset."""
    writer.write(head("200 OK", {"Content-Length": "5000"}) + FEED[:40])
    await writer.drain()
    await abort(request, writer)


def drip(start: bytes, drop: bytes, every: float = 0.02) -> Route:
    """A beginning, and then a few bytes at a time without end: each wait is short, the whole never done."""

    async def route(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        with contextlib.suppress(OSError):
            while True:
                writer.write(drop)
                await writer.drain()
                await asyncio.sleep(every)

    return route


def flood(start: bytes, piece: bytes, pieces: int = 1 << 14) -> Route:
    """A beginning, and then as many pieces as fast as the client takes them."""

    async def route(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        with contextlib.suppress(OSError):
            for _count in range(pieces):
                writer.write(piece)
                await writer.drain()

    return route


def encoded(body: bytes, coding: str) -> Route:
    return answer(body, content_encoding=coding, content_type="application/rss+xml")


def gzip_bomb(mebibytes: int) -> bytes:
    """Zeros, some hundred times smaller than what they unpack to."""
    engine = zlib.compressobj(3, zlib.DEFLATED, 31)
    return b"".join(engine.compress(bytes(MIB)) for _ in range(mebibytes)) + engine.flush()


def brotli_bomb(mebibytes: int) -> bytes:
    engine = brotli.Compressor(quality=5)
    return bytes(b"".join(engine.process(bytes(MIB)) for _ in range(mebibytes)) + engine.finish())


def stacked(times: int) -> bytes:
    body = FEED
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return body


def hops(count: int) -> dict[str, Route]:
    """/hop/COUNT redirects to /hop/COUNT-1 and so on down to a feed at /hop/0."""
    steps = {f"/hop/{number}": redirect(f"/hop/{number - 1}") for number in range(1, count + 1)}
    return {**steps, "/hop/0": conditional(FEED)}


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


_CHUNKED = head("200 OK", {"Transfer-Encoding": "chunked"})

FAULTS: dict[str, Route] = {
    "/feed": conditional(FEED),
    "/silent": silent,
    "/hang-up": hang_up,
    "/reset": reset,
    "/garbage": raw(b"\x00\xff\x13 this is no HTTP \r\n\r\n\r\n"),
    "/drip-header": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "/drip-body": drip(head("200 OK", {"Content-Length": "100000"}), b"<"),
    "/interim-for-ever": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "/interim-flood": flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5000),
    "/extension-flood": flood(head("200 OK", {"Transfer-Encoding": "chunked"}) + b"1;a=", b"a" * 65536),
    "/many-headers": raw(head("200 OK", [("X-A", "b")] * 5000 + [("Content-Length", "1")]) + b"x"),
    "/long-header": raw(head("200 OK", {"X-A": "b" * 65536, "Content-Length": "1"}) + b"x"),
    "/truncated": raw(head("200 OK", {"Content-Length": str(len(FEED) + 1000)}) + FEED),
    "/bad-chunk": raw(_CHUNKED + _chunk(FEED) + b"zz\r\nnot a chunk\r\n"),
    "/cut-chunk": raw(_CHUNKED + _chunk(FEED) + b"ffff\r\nshort"),
    "/endless": flood(_CHUNKED, _chunk(bytes(MIB // 4))),
    "/announced-huge": raw(head("200 OK", {"Content-Length": str(1 << 30)})),
    "/until-close": raw(head("200 OK") + FEED),
    "/gzip": encoded(gzip.compress(FEED), "gzip"),
    "/gzip-members": encoded(gzip.compress(FEED[:50]) + gzip.compress(FEED[50:]), "gzip"),
    "/gzip-junk": encoded(gzip.compress(FEED) + b"trailing junk", "gzip"),
    "/gzip-cut": encoded(gzip.compress(FEED)[:-40], "gzip"),
    "/gzip-lie": encoded(FEED, "gzip"),
    "/gzip-shreds": encoded(gzip.compress(b"") * 3000, "gzip"),
    "/deflate": encoded(zlib.compress(FEED), "deflate"),
    "/brotli": encoded(brotli.compress(FEED), "br"),
    "/zstd": encoded(b"\x28\xb5\x2f\xfd", "zstd"),
    "/stacked": encoded(stacked(10), ", ".join(["gzip"] * 10)),
    "/empty": answer(b""),
    "/no-content": answer(b"", "204 No Content"),
    "/partial": answer(FEED, "206 Partial Content", content_range="bytes 0-10/20"),
    "/choices": answer(b"", "300 Multiple Choices", location="/feed"),
    "/switching": raw(head("101 Switching Protocols", {"Upgrade": "x", "Connection": "upgrade"})),
    "/unasked-304": answer(b"", "304 Not Modified"),
    "/not-found": answer(b"gone fishing", "404 Not Found"),
    "/gone": answer(b"", "410 Gone"),
    "/broken": answer(b"oops", "500 Internal Server Error"),
    "/odd-status": answer(b"oops", "799 \x1b[31mRed"),
    "/login": answer(b"<html><form>Log in</form></html>", content_type="text/html"),
    "/cookie": answer(FEED, set_cookie="session=1; Path=/"),
    "/loop": redirect("/loop-back"),
    "/loop-back": redirect("/loop"),
    "/no-location": answer(b"", "301 Moved Permanently"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-gopher": redirect("gopher://127.0.0.1:70/"),
    "/to-script": redirect("javascript:alert(1)"),
    "/to-nothing": redirect("http://"),
    **hops(30),
}
