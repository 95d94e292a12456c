"""A raw HTTP/1.1 server in a thread of its own, on a free port of 127.0.0.1.

It writes exactly the bytes that a route says, so a route can break the protocol in any way. A test asks it what it
was asked: `server.requests` holds every request in order of arrival.

    with Server({"/feed": conditional(FEED)}) as server:
        ... server.url("/feed") ...
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

from servers.threaded import HOST, Threaded


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case; of repeated ones the last

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Route = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request on one connection, which is closed when it returns."""


def head(status: str, headers: Mapping[str, str] | list[tuple[str, str]] = ()) -> bytes:  # type: ignore[assignment]
    """A status line and headers, as bytes, with nothing added."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join(lines).encode("latin-1", "surrogateescape") + b"\r\n\r\n"


def raw(data: bytes) -> Route:
    """Write these bytes and close."""

    async def route(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return route


def answer(body: bytes = b"", status: str = "200 OK", /, **headers: str) -> Route:
    """A complete, correct answer. Header names are given with underscores: `retry_after="5"`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return raw(head(status, {"Content-Length": str(len(body)), "Connection": "close", **named}) + body)


def redirect(location: str, status: str = "302 Found") -> Route:
    return answer(b"", status, location=location)


def conditional(body: bytes, content_type: str = "application/rss+xml", **headers: str) -> Route:
    """A feed with an ETag of its content, which answers 304 to who knows it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        known = request.headers.get("if-none-match") == etag
        reply = (
            answer(b"", "304 Not Modified", etag=etag, **headers)
            if known
            else answer(body, etag=etag, content_type=content_type, **headers)
        )
        await reply(request, writer)

    return route


class Server(Threaded):
    """A context manager; `routes` may be changed while it runs. An unknown path is 404."""

    def __init__(self, routes: Mapping[str, Route] | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__("local server", tls)
        self.routes = dict(routes or {})
        self.requests: list[Request] = []
        self.connections = 0
        self.open = 0  # requests being answered now
        self.most_open = 0

    def url(self, path: str, host: str = HOST) -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(OSError, EOFError, ssl.SSLError):
                await self._answer(reader, writer)
        finally:
            if not writer.transport.is_closing():
                with contextlib.suppress(OSError, RuntimeError):
                    writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = await reader.readexactly(1)
        if start == b"\x16":
            return  # TLS, to a port where it is not spoken: like others, this server does not wait for the rest
        block = (start + await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
        first, *lines = block.split("\r\n")
        method, target, _ = first.split(" ", 2)
        fields = (line.partition(":") for line in lines if line)
        request = Request(method, target, {name.lower(): value.strip() for name, _, value in fields})
        self.requests.append(request)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self.routes.get(request.path, answer(b"no such page", "404 Not Found"))(request, writer)
        finally:
            self.open -= 1


class Refusing:
    """A port of 127.0.0.1 on which nobody listens, kept taken while the context lasts."""

    def __enter__(self) -> Refusing:
        self._socket = socket.socket()
        self._socket.bind((HOST, 0))
        self.port = self._socket.getsockname()[1]
        return self

    def url(self, path: str = "/") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
