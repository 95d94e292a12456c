"""Makes all HTTP requests of the program.

It follows RFC 9110 and 9111 and is polite: a single conditional GET, validators returned unchanged, no cookies, no Referer, a
User-Agent with a contact. Redirects are followed one by one, and everything is limited.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from aggregator.addresses import Allowance, private_host
from aggregator.fetch.connections import Connections, Connector, Once, Response
from aggregator.fetch.decode import Body, larger_than
from aggregator.fetch.failures import LED_INSIDE, NO_NAME_SERVER, Stopped, failure, http_failure
from aggregator.fetch.gate import HostGate, Limits, Room
from aggregator.fetch.guard import SystemResolver
from aggregator.fetch.headers import freshness, legal_validator, written
from aggregator.fetch.redirects import REDIRECTS, Trail, WebAddress, start
from aggregator.fetch.robots import Robots
from aggregator.model.source import OWN_HEADERS, Failed, Fetched, FetchRequest, NotModified, Outcome

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_ACCEPT_ARTICLE: Final = "text/html, application/xhtml+xml, */*;q=0.1"
"""Some servers have an article as a page and as a feed (of its comments) at one address."""
_WHOLE: Final = (200, 203)
"""Status codes with which the body is the document. 203 comes from a proxy that changed something about it (RFC 9110, 15.3.4)."""


class _Answer(Struct, frozen=True):
    peer: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes = b""
    wire_bytes: int = 0


class _Terms(Struct):
    """What applies to a request with all its redirects: the headers and login of the source (`own`), and the address to whose origin they
    may be sent (`secrets_of`); whether all private addresses are refused (`public`); the seconds that are left; the hosts to which it came
    so far."""

    request: FetchRequest
    own: CIMultiDict[str]
    secrets_of: WebAddress
    public: bool
    seconds: float
    hosts: list[str]


class Http:
    """A `ports.Fetcher`. It may be created anywhere, and must be used and closed in one event loop.

    `user_agent` is sent unchanged (see `headers.user_agent`). `allow_private` names private hosts and networks that may be polled.
    `room` is a context that is held during each request. `resolver` and `tls` replace the system's name resolution and trust store.
    `after`: the client that this one takes over from. Both together keep its limits, and the pauses of hosts.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        allow_private: Iterable[str] = (),
        limits: Limits | None = None,
        room: Room = nullcontext,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        after: Http | None = None,
    ) -> None:
        self._limits = limits or Limits()
        allowance = Allowance.of(allow_private)
        self._connections = Connections(allowance, self._limits, resolver or SystemResolver(), tls)
        half = replace(self._limits, concurrency=max(1, self._limits.concurrency // 2), spacing=0.0)
        exempt = allowance.names
        self._gate: HostGate = after._gate.exempting(exempt) if after else HostGate(self._limits, exempt, room)
        # pages of articles, and robots.txt
        self._aside: HostGate = after._aside.exempting(exempt) if after else HostGate(half, exempt)
        self._robots = {public: self._asking_robots(public) for public in (False, True)}
        self._headers = {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, br"}

    async def __call__(self, request: FetchRequest) -> Outcome:
        """One conditional request within all limits. Never raises for errors of a server or the network.

        Raises:
            Lacking: no connection can be opened here.
        """
        return await self._tried(request, await self._connections.only_public(request.url, request.named_by))

    def _asking_robots(self, public: bool) -> Robots:
        return Robots(lambda url: self._tried(FetchRequest("", url), public))

    async def _tried(self, request: FetchRequest, public: bool) -> Outcome:
        hosts: list[str] = []
        try:
            outcome = await self._poll(request, public, hosts)
        except Exception as error:
            # aiohttp does not wrap the errors of its parsers; their classes differ between its versions.
            ours = type(error).__module__.startswith(("aiohttp.", "aggregator.fetch."))
            if not ours and not isinstance(error, (OSError, ValueError)):
                raise
            outcome = failure(error)
        return replace(outcome, host=hosts[-1]) if isinstance(outcome, Failed) and hosts else outcome

    def pause(self, host: str, seconds: float) -> None:
        """Make no requests to this host for so many seconds, because it asked another process for a pause."""
        self._gate.pause(host, seconds)

    async def close(self) -> None:
        """Close all connections. The caller must cancel requests in progress first, since a shutdown is not a failure of a source."""
        await self._connections.close()

    async def _poll(self, request: FetchRequest, public: bool, hosts: list[str]) -> Outcome:
        configured, login = start(request.configured or request.url)
        trail = start(request.url)[0]
        terms = _Terms(request, _own_headers(request, login), configured.first, public, self._limits.deadline, hosts)
        validators = _validators(request)
        try:
            last, answer, asked = await self._follow(trail, validators, terms)
            # Ask once more without validators after a 304 to a request without conditions (a cache answers another client's
            # request), and after a 412 (the conditions are refused).
            if answer.status != (412 if asked else 304):
                return self._outcome(last, answer, asked)
        except aiohttp.ClientResponseError:
            # There are servers whose responses to conditional requests cannot be read.
            if not validators:
                raise
        terms.own["Cache-Control"], terms.public = "no-cache", public  # whoever redirected before may not do so again
        return self._outcome(*await self._follow(trail, {}, terms))

    async def _follow(
        self, trail: Trail, validators: dict[str, str], terms: _Terms
    ) -> tuple[Trail, _Answer, dict[str, str]]:
        """Follow redirects. Returns the trail, the last response, and the validators that were sent with the last request."""
        for _ in range(self._limits.redirects + 1):
            terms.hosts.append(trail.here.host)
            headers = CIMultiDict(self._headers)
            if terms.request.crawled:
                headers["Accept"] = _ACCEPT_ARTICLE
            if trail.here.may_have_secrets_of(terms.secrets_of):
                headers.update(terms.own)
            if terms.request.crawled and terms.public and private_host(trail.here.host):
                # For good, whereas a host whose robots.txt cannot be read may be asked again.
                raise Stopped("address", LED_INSIDE)
            asked = validators if trail.here.url == (terms.request.validator_url or trail.first.url) else {}
            headers.update(asked)
            if terms.request.crawled and (refused := await self._robots[terms.public].refusal(trail.here)):
                raise Stopped(refused.kind, refused.message, freshness=refused.freshness)
            answer = await self._ask(trail.here, headers, terms)
            wait = freshness(answer.headers, answer.status, datetime.now(UTC)).retry_after
            if wait:  # here too, in case it cannot be stored
                self._gate.pause(trail.here.host if terms.request.pause == "host" else trail.here.url, wait)
            if answer.status not in REDIRECTS:
                return trail, answer, asked
            if not self._connections.may_lead_inside(trail.here.host, answer.peer):
                # `allow_private` is for addresses in feeds.yaml, not for redirects from public hosts
                terms.public = True
            here, trail = trail.here.url, trail.step(answer.status, answer.headers.get("Location"))
            if terms.request.named_by and not terms.public:
                # a link may not lead by redirects where it may not lead itself
                terms.public = await self._connections.only_public(trail.here.url, here)
        raise Stopped("redirect", f"more than {self._limits.redirects} redirects")

    async def _ask(self, address: WebAddress, headers: CIMultiDict[str], terms: _Terms) -> _Answer:
        # Not all places of the gate: there may be more pages whose hosts hang than places, and feeds would wait for them. Of one host
        # not more than the gate admits: those that wait for a slow host would take all places of pages.
        page = terms.request.crawled or not terms.request.source
        aside = self._aside.enter(address.host) if page else nullcontext()
        async with aside, self._gate.enter(address.host, address.url):
            clock = asyncio.get_running_loop().time
            began = clock()
            session = self._connections.session(address.host, terms.public)
            assert isinstance(session.connector, Connector)
            once = Once(session.connector)
            try:
                async with asyncio.timeout(terms.seconds):
                    return await self._exchange(address, headers, session, once)
            except TimeoutError:
                if self._connections.looks_up(address.host, terms.public):
                    raise Stopped("dns", NO_NAME_SERVER) from None
                what = "no complete answer" if once.connected else "no connection"
                raise Stopped("timeout", f"{what} within {self._limits.deadline:g} seconds") from None
            except Stopped as stopped:
                if terms.public and stopped.failed.kind == "address":
                    # `allow_private` would not help: do not mention it
                    raise Stopped("address", LED_INSIDE) from None
                raise
            finally:
                terms.seconds -= clock() - began

    async def _exchange(
        self, address: WebAddress, headers: CIMultiDict[str], session: aiohttp.ClientSession, once: Once
    ) -> _Answer:
        url = URL(address.url, encoded=True)
        async with session.get(
            url, headers=headers, allow_redirects=False, middlewares=(once,), trace_request_ctx=once
        ) as response:
            assert isinstance(response, Response)
            if response.status not in _WHOLE:
                return _Answer(response.peer, response.status, response.headers)
            if (response.content_length or 0) > self._limits.body:
                raise Stopped("too-large", larger_than(self._limits.body))
            body = Body(",".join(response.headers.getall("Content-Encoding", ())), self._limits.body)
            async for chunk in response.content.iter_any():
                body.add(chunk)
            return _Answer(response.peer, response.status, response.headers, body.whole(), body.wire_bytes)

    def _outcome(self, trail: Trail, answer: _Answer, asked: dict[str, str]) -> Outcome:
        fresh = freshness(answer.headers, answer.status, datetime.now(UTC))
        permanent = self._permanent(trail)
        if answer.status == 304 and asked:
            # Keep the validators that were sent: they match our document. Those of the 304 itself may belong to another one.
            etag, modified = asked.get("If-None-Match"), asked.get("If-Modified-Since")
            return NotModified(trail.here.url, etag, modified, fresh, permanent)
        if answer.status == 304:
            return Failed("protocol", "304 Not Modified to a request without conditions", 304, fresh)
        if answer.status == 410 and not trail.unbroken:
            # A temporary redirect to a 410 does not mean that the feed is gone for good.
            return Failed("redirect", "redirects for the moment to an address that is gone (410)", None, fresh)
        if answer.status not in _WHOLE:
            return http_failure(answer.status, fresh, answer.headers)
        if not answer.body:
            return Failed("empty", "the answer has no body", answer.status, fresh)
        return Fetched(
            url=trail.here.url,
            status=answer.status,
            body=answer.body,
            content_type=written(answer.headers.get("Content-Type", "")[:200]) or None,
            etag=legal_validator(answer.headers.get("ETag")),
            last_modified=legal_validator(answer.headers.get("Last-Modified")),
            freshness=fresh,
            permanent=permanent,
            wire_bytes=answer.wire_bytes,
        )

    def _permanent(self, trail: Trail) -> str | None:
        """The address to which permanent redirects led. None if a public source would move to a private address, even one that
        `allow_private` admits."""
        target = trail.permanent
        is_private = self._connections.is_private
        if target is None or (is_private(target.host) and not is_private(trail.first.host)):
            return None
        return target.url


def _own_headers(request: FetchRequest, login: tuple[str, str] | None) -> CIMultiDict[str]:
    """The headers of the source, which are sent only to its own host, each once. Raises Stopped for values that could split a request."""
    own = CIMultiDict[str]()
    if login is not None:
        own["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    for name, value in request.headers:
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum() or not value.isprintable():
            raise Stopped("protocol", "a header of this source holds characters that may not be sent")
        if name.lower() not in OWN_HEADERS:
            own[name] = value
    return own


def _validators(request: FetchRequest) -> dict[str, str]:
    etag, modified = legal_validator(request.etag), legal_validator(request.last_modified)
    return ({"If-None-Match": etag} if etag else {}) | ({"If-Modified-Since": modified} if modified else {})
