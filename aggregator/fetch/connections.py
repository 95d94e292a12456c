"""Opens the connections of requests: in sessions that each reach only admitted addresses."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey

from aggregator.addresses import Allowance, host_of, is_public, private_host
from aggregator.fetch.failures import Stopped, failure
from aggregator.fetch.gate import Limits
from aggregator.fetch.guard import Guard
from aggregator.fetch.heads import head_at, repaired
from aggregator.fetch.redirects import start

_EVERYWHERE: Final = Allowance.of(["0.0.0.0/0", "::/0"])
_IDLE: Final = 64  # connections; with those of requests, and all else, fewer than the 256 files that macOS admits
_LONGEST: Final = 1 << 20  # bytes of heads; what arrives at once with that of a response is less
_MOST: Final = 32 << 20  # bytes of all that answers a request: three times the longest body, in chunks
_HEADS: Final = 8  # that are told apart in what arrives at once: interim ones, such as 103, and that of the response


class Once:
    """Decides when a request is sent again. If a connection breaks before the response, aiohttp sends the request again at once, without
    asking the gate. That is right only for connections that were kept from earlier requests, because their server may have closed them
    meanwhile (RFC 9112, 9.3.1); `_traces` sets `kept` for those, and `connected` once there is a connection. The others that are kept to
    this server are closed then (it may have closed all at the same time), so that the second attempt takes a new one."""

    kept = False
    connected = False

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def __call__(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        while True:
            self.kept = self.connected = False
            try:
                return await send(request)
            except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
                if not self.kept:
                    failed = failure(error)
                    raise Stopped(failed.kind, failed.message) from error
                self._connector.close_kept(request.connection_key)


def _traces() -> aiohttp.TraceConfig:
    async def kept(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionReuseconnParams
    ) -> None:
        context.trace_request_ctx.kept = context.trace_request_ctx.connected = True

    async def made(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionCreateEndParams
    ) -> None:
        context.trace_request_ctx.connected = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(kept)
    trace.on_connection_create_end.append(made)
    return trace


class _Reading(ResponseHandler):
    """Reads the head of a response before the rest. If something follows that is no part of the response (the body of a 304, or more than
    the Content-Length says), aiohttp loses the response, unless both come one after the other; browsers and curl ignore what follows.
    What these put up with in a head is repaired, if it arrives at once. And if the body breaks the rules of HTTP, whoever reads it is
    told at once, where aiohttp lets them wait for the deadline. Interim responses without end, and what stands between chunks without end,
    are refused: until the deadline they would take most of the time of the loop."""

    _heads = 0  # bytes since a head is expected
    _all = 0  # bytes since the request

    def set_response_params(self, *args: Any, **params: Any) -> None:
        """Called for each request."""
        self._heads = self._all = 0
        super().set_response_params(*args, **params)

    def data_received(self, data: bytes) -> None:
        self._heads = self._heads + len(data) if self._expects_head() else 0
        self._all += len(data)
        if self.exception() is None and (self._heads > _LONGEST or self._all > _MOST):
            part = "head" if self._heads else "body"
            self.set_exception(Stopped("protocol", f"the {part} of the answer does not end"))
        end = 0
        for _ in range(_HEADS):
            head = head_at(data, end) if self._expects_head() else b""
            if not head:
                break
            sound = repaired(head)
            if sound != head:
                self.force_close()  # a server that breaks these rules may also be wrong about where a body ends
            super().data_received(sound)
            end += len(head)
        passed = data and end == len(data)  # aiohttp itself passes no data, to have its parser go on
        if not passed and self.exception() is None:
            super().data_received(data[end:])
        error = self.exception()
        if error and self._payload and not self._payload.is_eof():
            self._payload.set_exception(error)

    def _expects_head(self) -> bool:
        return self.exception() is None and (self._payload is None or self._payload.is_eof())

    def is_connected(self) -> bool:
        """Whether a connection can be used again. Not if a whole response followed the one that was asked for: it would be taken for
        that to the next request, which may be for another feed."""
        return super().is_connected() and not self.should_close


class Connector(aiohttp.TCPConnector):
    """Keeps at most `_IDLE` connections open after their responses. They are kept for a host with several feeds; but of hundreds of hosts
    that answer at once, each kept one for five seconds, which are more files than most processes may open."""

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        crowded = sum(map(len, self._conns.values())) >= _IDLE
        super()._release(key, protocol, should_close=should_close or crowded)

    def close_kept(self, key: ConnectionKey) -> None:
        for protocol, _ in self._conns.pop(key, ()):
            protocol.close()


class Response(aiohttp.ClientResponse):
    """A response that knows from which address it came (`peer`), also when its connection has gone on to another request."""

    peer = ""

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        if connection.transport is not None:
            self.peer = (connection.transport.get_extra_info("peername") or [""])[0]
        return await super().start(connection)


def _are_of_one_origin(url: str, origin: str) -> bool:
    try:
        return start(url)[0].here.may_have_secrets_of(start(origin)[0].here)
    except Stopped:
        return False


class Connections:
    """Sessions for requests. `allowance`: the private addresses that may be reached, except where `public` is asked for."""

    def __init__(
        self, allowance: Allowance, limits: Limits, resolver: AbstractResolver, tls: ssl.SSLContext | None
    ) -> None:
        self._allowance = allowance
        self._limits = limits
        self._tls = tls
        self._guard = Guard(allowance, resolver)
        self._anywhere = Guard(_EVERYWHERE, resolver)
        self._public = Guard(Allowance(), resolver) if allowance != Allowance() else self._guard
        self._sessions: dict[Guard, aiohttp.ClientSession] = {}

    def is_private(self, host: str) -> bool:
        return self._guard.is_private(host)

    def may_lead_inside(self, host: str, peer: str) -> bool:
        """Whether a host, which has just answered from the address `peer`, may redirect to private addresses. What its name resolves to
        may be another address by now."""
        return self.is_private(host) and (self._allowance.names(host) or not is_public(peer))

    async def only_public(self, url: str, origin: str | None) -> bool:
        """Whether an address that a feed or page (`origin`) links to must be public. Otherwise a public feed could show everybody what is
        at an address that `allow_private` admits for another source; and so could whoever is quoted in a private feed, such as that of a
        bridge to a social network.

        Not at the origin's own scheme, host and port, if it is private by its spelling, or listed, or if its name resolves to a private
        address (over https only with the certificate of that name); and not at another host, if the editor lists both by name."""
        if origin is None:
            return False
        host, other = host_of(origin), host_of(url)
        if host is None or other is None or self._allowance == Allowance():
            return True
        if not _are_of_one_origin(url, origin):
            return host == other or not {host, other} <= self._allowance.hosts
        if private_host(host) or self._allowance.names(host):
            return False
        with suppress(OSError):  # if the origin cannot be resolved (in time), it counts as public
            async with asyncio.timeout(self._limits.deadline):
                await self._guard.resolve(host)
        return not self._guard.is_private(host)

    def looks_up(self, host: str, public: bool) -> bool:
        """Whether the name of a host is being looked up."""
        return self._guard_of(host, public).asks(host)

    def session(self, host: str, public: bool) -> aiohttp.ClientSession:
        """The session for a host. Hosts that `allow_private` lists by name have a session of their own, whose connections may lead to any
        address: when a socket is created, the host name is not known."""
        guard = self._guard_of(host, public)
        if guard not in self._sessions:
            self._sessions[guard] = self._new_session(guard)
        return self._sessions[guard]

    def _guard_of(self, host: str, public: bool) -> Guard:
        return self._public if public else self._anywhere if host in self._allowance.hosts else self._guard

    def _new_session(self, guard: Guard) -> aiohttp.ClientSession:
        connector = Connector(
            resolver=guard,
            socket_factory=guard.make_socket,
            ssl=self._tls or True,
            limit=0,  # the gate limits the number of connections
            keepalive_timeout=5,
        )
        reading: type[ResponseHandler] = _Reading
        connector._factory = partial(reading, loop=asyncio.get_running_loop())
        return aiohttp.ClientSession(
            connector=connector,
            response_class=Response,
            trace_configs=[_traces()],
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),  # the client enforces the deadline, which includes redirects
            auto_decompress=False,
            max_line_size=self._limits.header_line,
            max_field_size=self._limits.header_line,
            max_headers=self._limits.header_count,
        )

    async def close(self) -> None:
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()
        for guard in (self._guard, self._anywhere, self._public):
            await guard.close()
