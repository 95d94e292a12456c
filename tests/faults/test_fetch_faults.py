"""FAULTS of the network (F12 to F19 as far as they meet the fetcher) and bad inputs 3 to 9 and 26 to 29: each against
a real local server that misbehaves, through the real client."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from pathlib import Path

import pytest
import trustme
from aiohttp.client_proto import ResponseHandler
from builders.documents import JOB
from builders.process import PATIENCE, aggregator, cancelled, configuration, most_memory, until_async
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from servers.internet import divert
from servers.local import Refusing, Request, Route, Server, answer, conditional, head, raw, redirect
from servers.misbehaving import FAULTS, FEED, abort, brotli_bomb, encoded, gzip_bomb, silent
from servers.names import StubResolver
from servers.threaded import HOST

from aggregator.addresses import Allowance
from aggregator.errors import Lacking, OutOfMemory, TooManyFiles
from aggregator.fetch.client import Http
from aggregator.fetch.gate import Limits
from aggregator.fetch.guard import LOOKUPS, Guard, SystemResolver
from aggregator.model.item import NormalFeed
from aggregator.model.source import Failed, Fetched, FetchRequest, NotModified, Outcome
from aggregator.sandbox.pool import Sandbox

AGENT = "aggregator/0 (+https://wire.example)"
QUICK = Limits(deadline=0.5)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(FAULTS) as running:
        yield running


def ask(
    *requests: FetchRequest | str,
    allow: tuple[str, ...] = (HOST,),
    limits: Limits | None = None,
    resolver: StubResolver | None = None,
    tls: ssl.SSLContext | None = None,
) -> list[Outcome]:
    """The outcomes of requests made one after the other by one client."""

    async def main() -> list[Outcome]:
        http = Http(AGENT, allow_private=allow, limits=limits, resolver=resolver, tls=tls)
        try:
            asked = [FetchRequest("s", item) if isinstance(item, str) else item for item in requests]
            return [await http(request) for request in asked]
        finally:
            await http.close()

    return asyncio.run(main())


def fail(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def full(outcome: Outcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


# ---- what goes right


async def test_a_feed_and_then_nothing_new(server: Server) -> None:
    http = Http(AGENT, allow_private=[HOST])
    first = full(await http(FetchRequest("s", server.url("/feed"))))
    assert (first.body, first.content_type, first.url) == (FEED, "application/rss+xml", server.url("/feed"))
    again = await http(FetchRequest("s", server.url("/feed"), etag=first.etag, last_modified=first.last_modified))
    assert isinstance(again, NotModified)
    assert again.etag == first.etag
    await http.close()


def test_a_date_alone_is_sent_back_as_it_came(server: Server) -> None:
    dated = "Sunday, 29-Nov-26 8:00:00 UTC"  # not as it should be written

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        known = request.headers.get("if-modified-since") == dated
        kind = answer(b"", "304 Not Modified") if known else answer(FEED, last_modified=dated)
        await kind(request, writer)

    server.routes["/dated"] = route
    first = full(ask(server.url("/dated"))[0])
    (again,) = ask(FetchRequest("s", server.url("/dated"), last_modified=first.last_modified))
    assert isinstance(again, NotModified)
    assert again.last_modified == dated


def test_a_feed_that_has_changed_comes_whole_to_who_knows_an_older_one(server: Server) -> None:
    server.routes["/shut"] = answer(b"", "403 Forbidden")
    older = [FetchRequest("s", server.url(path), etag='"older"') for path in ("/feed", "/shut")]
    changed, shut = ask(*older)
    assert full(changed).body == FEED
    assert fail(shut).status == 403


def test_an_address_is_asked_for_as_it_is_written(server: Server) -> None:
    """Servers sign addresses letter by letter, and tell apart what is escaped in them."""
    server.routes["/%7Ea%2fb"] = answer(FEED)
    written = "/%7Ea%2fb?q=%41+%20&sign=a/b~%2B"
    assert full(ask(server.url(written))[0]).url == server.url(written)
    assert server.requests[-1].target == written


def test_manners_of_every_request(server: Server) -> None:
    urls = [
        server.url(path, "localhost") for path in ("/cookie", "/cookie", "/hop/2")
    ]  # of a name: to a number none is sent back
    ask(*urls, allow=("localhost",))
    assert len(server.requests) == 5, "two redirects among them"
    for request in server.requests:
        assert request.method == "GET"
        assert request.headers["user-agent"] == AGENT
        assert request.headers["accept-encoding"] == "gzip, br"
        assert "application/rss+xml" in request.headers["accept"]
        assert not {"cookie", "referer", "authorization", "if-none-match"} & request.headers.keys()


@pytest.mark.parametrize("path", ["gzip", "gzip-members", "gzip-junk", "deflate", "brotli", "until-close"])
def test_every_offered_coding_is_read(server: Server, path: str) -> None:
    assert full(ask(server.url(f"/{path}"))[0]).body == FEED


def test_what_a_feed_costs_is_what_came_over_the_wire(server: Server) -> None:
    plain, packed = (full(outcome) for outcome in ask(server.url("/feed"), server.url("/gzip")))
    assert 0 < packed.wire_bytes < plain.wire_bytes == len(FEED)


def test_a_document_that_a_proxy_changed_is_one() -> None:
    with Server({"/": answer(FEED, "203 Non-Authoritative Information", ETag='"1"')}) as server:
        outcome = full(ask(server.url("/"))[0])
    assert (outcome.status, outcome.body, outcome.etag) == (203, FEED, '"1"')


def test_html_is_a_full_answer_here_and_no_feed_for_the_parser(server: Server) -> None:
    assert full(ask(server.url("/login"))[0]).content_type == "text/html"


# ---- F16 to F18, bad inputs 8, 9, 15: broken answers and slow ones


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/hang-up", "reset"), ("/reset", "truncated"), ("/garbage", "protocol"), ("/many-headers", "protocol"),
        ("/long-header", "protocol"), ("/truncated", "truncated"), ("/bad-chunk", "protocol"), ("/cut-chunk", "truncated"),
        ("/gzip-cut", "truncated"), ("/gzip-lie", "protocol"), ("/gzip-shreds", "protocol"), ("/zstd", "protocol"),
        ("/stacked", "protocol"), ("/empty", "empty"), ("/unasked-304", "protocol"),
    ],
)  # fmt: skip
def test_a_broken_answer_is_a_failure_of_its_kind(server: Server, path: str, kind: str) -> None:
    assert fail(ask(server.url(path))[0]).kind == kind


def test_of_an_error_the_status_counts_whatever_its_page_is(server: Server) -> None:
    """A page of an error is not read: it may be long, or end early, or be no page at all."""
    server.routes |= {
        "/huge": raw(head("404 Not Found", {"Content-Length": str(1 << 30)})),
        "/lie": raw(head("410 Gone", {"Content-Encoding": "gzip", "Content-Length": "5"}) + b"hello"),
    }
    asked = [fail(outcome) for outcome in ask(server.url("/huge"), server.url("/lie"))]
    assert [(one.kind, one.status) for one in asked] == [("http", 404), ("http", 410)]


def test_a_long_header_is_read(server: Server) -> None:
    server.routes["/policy"] = answer(FEED, content_security_policy="script-src " + "https://cdn.example " * 1000)
    assert full(ask(server.url("/policy"))[0]).body == FEED
    server.routes["/etag"] = answer(FEED, etag=f'"{"x" * 64_000}"')
    known = full(ask(server.url("/etag"))[0])
    assert (known.body, known.etag) == (FEED, None), "too long to be kept, but no reason to refuse the feed"


@pytest.mark.parametrize("path", ["/silent", "/drip-header", "/drip-body", "/interim-for-ever"])
def test_slow_answers_end_at_the_deadline(server: Server, path: str) -> None:
    began = time.monotonic()
    outcome = fail(ask(server.url(path), limits=QUICK)[0])
    assert (outcome.kind, outcome.message) == ("timeout", "no complete answer within 0.5 seconds")
    assert time.monotonic() - began > 0.4
    assert Limits().deadline <= 30, "where nobody says otherwise"


@pytest.mark.parametrize(("path", "part"), [("/interim-flood", "head"), ("/extension-flood", "body")])
def test_a_flood_of_what_is_no_document_ends_before_the_deadline(server: Server, path: str, part: str) -> None:
    """For thirty seconds it would take most of the time of the loop."""
    outcome = fail(ask(server.url(path), limits=Limits(deadline=PATIENCE))[0])
    assert (outcome.kind, outcome.message) == ("protocol", f"the {part} of the answer does not end")


def test_the_deadline_spans_all_redirects(server: Server) -> None:
    def late(target: str) -> Route:
        async def route(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            await redirect(target)(request, writer)

        return route

    server.routes |= {"/a": late("/b"), "/b": late("/c"), "/c": late("/d"), "/d": late("/feed")}
    assert fail(ask(server.url("/a"), limits=QUICK)[0]).kind == "timeout"
    assert not server.asked("/feed")


@pytest.mark.parametrize(("places", "crawled"), [(64, False), (2, True)])
async def test_slow_servers_hold_up_nobody_else(server: Server, places: int, crawled: bool) -> None:
    """Nor do any number of articles at such servers."""
    http = Http(AGENT, allow_private=[HOST], limits=Limits(deadline=PATIENCE, concurrency=places))
    request = FetchRequest("s", server.url("/silent"), crawled=crawled)
    slow = [asyncio.create_task(http(request)) for _ in range(20)]
    await until_async(lambda: server.asked("/silent"))
    answers = await asyncio.gather(*(http(FetchRequest("s", server.url("/feed"))) for _ in range(40)))
    assert all(isinstance(outcome, Fetched) for outcome in answers)
    assert not any(task.done() for task in slow)
    await cancelled(slow)
    await http.close()


async def test_articles_that_wait_for_a_slow_host_hold_up_no_others(server: Server) -> None:
    """All of them took the places of articles, and those at other hosts waited for minutes."""
    stub = StubResolver({"slow.example": [[HOST]], "quick.example": [[HOST]]})
    limits = Limits(deadline=PATIENCE, concurrency=8, spacing=0)
    http = Http(AGENT, allow_private=["127.0.0.0/8"], limits=limits, resolver=stub)
    slow, quick = (
        FetchRequest("s", server.url(path, host), crawled=True)
        for path, host in (("/silent", "slow.example"), ("/feed", "quick.example"))
    )
    waiting = [asyncio.create_task(http(slow)) for _ in range(20)]
    await until_async(lambda: len(server.asked("/silent")) == limits.per_host)
    assert isinstance(await http(quick), Fetched)
    assert not any(task.done() for task in waiting)
    await cancelled(waiting)
    await http.close()


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/no-content", 204, "204 No Content"), ("/partial", 206, "206 Partial Content"),
        ("/choices", 300, "300 Multiple Choices"), ("/switching", 101, "101 Switching Protocols"),
        ("/not-found", 404, "404 Not Found"), ("/gone", 410, "410 Gone"), ("/broken", 500, "500 Internal Server Error"),
        ("/odd-status", 799, "799 unknown status"),
    ],
)  # fmt: skip
def test_a_status_that_is_no_feed_is_named_in_our_words(server: Server, path: str, status: int, message: str) -> None:
    outcome = fail(ask(server.url(path))[0])
    assert (outcome.kind, outcome.status, outcome.message) == ("http", status, message)


def test_gone_is_said_of_the_feed_only_by_who_moved_it_for_good(server: Server) -> None:
    """410 stops a source, and a redirect for the moment may lead anywhere."""
    server.routes |= {"/for-now": redirect("/gone"), "/for-good": redirect("/gone", "301 Moved Permanently")}
    for_now, for_good = (fail(ask(server.url(path))[0]) for path in ("/for-now", "/for-good"))
    assert (for_now.kind, for_now.status) == ("redirect", None)
    assert (for_good.kind, for_good.status) == ("http", 410)


def test_a_challenge_page_is_called_one(server: Server) -> None:
    server.routes["/wall"] = answer(b"<html>Just a moment", "403 Forbidden", cf_mitigated="challenge")
    outcome = fail(ask(server.url("/wall"))[0])
    assert (outcome.kind, outcome.message) == ("challenge", "403 Forbidden: a challenge meant for browsers")


@pytest.mark.parametrize("path", ["/hang-up", "/abort"])
def test_a_host_that_breaks_off_is_not_asked_again_at_once(server: Server, path: str) -> None:
    server.routes["/abort"] = abort
    assert fail(ask(server.url(path))[0]).kind == "reset"
    assert len(server.asked(path)) == 1


def test_a_host_with_several_feeds_is_connected_to_once() -> None:
    """On each new connection both sides have to compute keys, which costs more than the request. (All answers together are longer than what
    counts as a flood.)"""
    made = list[socket.socket]()
    large = FEED.ljust(600_000)

    class Keeping(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.append(self.connection)
            self.wfile.write(head("200 OK", {"Content-Length": str(len(large))}) + large)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((HOST, 0), Keeping) as keeping:
        threading.Thread(target=keeping.serve_forever, daemon=True).start()
        urls = [f"http://{HOST}:{keeping.server_port}/{n}" for n in range(60)]
        assert [full(outcome).body for outcome in ask(*urls)] == [large] * 60
        keeping.shutdown()
    assert len(made) == 60
    assert len(set(made)) == 1


async def test_f25_many_hosts_leave_few_connections_open() -> None:
    """Each kept one for five seconds: 1,200 quick hosts ended a poll with too many open files, where 1,024 are admitted."""
    there = most = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal there, most
        there += 1
        most = max(most, there)
        with suppress(EOFError, OSError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head("200 OK", {"Content-Length": str(len(FEED))}) + FEED)
        there -= 1
        writer.close()

    hosts = [f"h{number}.example" for number in range(400)]
    http = Http(AGENT, allow_private=(HOST,), resolver=StubResolver({host: [[HOST]] for host in hosts}))
    async with await asyncio.start_server(serve, HOST, 0, backlog=1024) as serving:
        port = serving.sockets[0].getsockname()[1]
        asked = [http(FetchRequest(host, f"http://{host}:{port}/")) for host in hosts]
        outcomes = await asyncio.gather(*asked)
        await http.close()
    assert [full(outcome).body for outcome in outcomes] == [FEED] * 400
    assert most < 200


def test_a_kept_connection_that_is_closed_as_it_is_used_again_costs_nothing(server: Server) -> None:
    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        await answer(FEED, connection="keep-alive")(request, writer)
        await asyncio.sleep(0.2)

    server.routes["/kept"] = route
    assert [full(outcome).body for outcome in ask(*[server.url("/kept")] * 2)] == [FEED, FEED]
    assert server.connections == 2


async def test_all_kept_connections_of_a_host_may_be_closed_as_they_are_used_again() -> None:
    """HAProxy closes those idle at the same time at the same time: a second one was no better than the first, nor is a third."""
    every = asyncio.Barrier(3)
    made = asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made, asked
        made += 1
        with suppress(EOFError, OSError):
            await reader.readuntil(b"\r\n\r\n")
            if made <= 3:
                await every.wait()
            writer.write(head("200 OK", {"Content-Length": str(len(FEED))}) + FEED)
            await reader.readuntil(b"\r\n\r\n")
            asked += 1
        writer.close()

    http = Http(AGENT, allow_private=(HOST,))
    async with await asyncio.start_server(serve, HOST, 0) as serving:
        url = f"http://{HOST}:{serving.sockets[0].getsockname()[1]}/"
        at_once = await asyncio.gather(*[http(FetchRequest(source, url)) for source in "abc"])
        later = await http(FetchRequest("d", url))
        await http.close()
    assert [full(outcome).body for outcome in (*at_once, later)] == [FEED] * 4
    assert (made, asked) == (4, 1)


def test_where_a_new_connection_is_closed_after_a_kept_one_it_is_not_asked_again(server: Server) -> None:
    """It would be, without end, until the deadline."""

    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        first = len(server.requests) == 1
        await (answer(FEED, connection="keep-alive") if first else abort)(request, writer)
        await asyncio.sleep(0.2)

    server.routes["/kept"] = route
    first, second = ask(*[server.url("/kept")] * 2)
    assert full(first).body == FEED
    assert fail(second).kind == "reset"
    assert server.connections == 2


def test_a_kept_connection_on_which_no_answer_comes_is_a_connection(server: Server) -> None:
    async def once(request: Request, writer: asyncio.StreamWriter) -> None:
        await answer(FEED, connection="keep-alive")(request, writer)
        await silent(request, writer)

    server.routes["/kept"] = once
    assert fail(ask(*[server.url("/kept")] * 2, limits=QUICK)[1]).message == "no complete answer within 0.5 seconds"
    assert server.connections == 1


def test_nobody_listens() -> None:
    with Refusing() as port:
        outcome = fail(ask(port.url())[0])
        assert (outcome.kind, outcome.message) == ("refused", "the connection was refused")


def test_addresses_that_fail_each_in_its_way_are_no_unknown_name() -> None:
    """One without a route, as IPv6 is on many machines, the other where nobody listens: there are addresses."""
    stub = StubResolver({"two.example": [["127.255.255.255", HOST]]})
    with Refusing() as port:
        outcome = fail(ask(port.url().replace(HOST, "two.example"), allow=("127.0.0.0/8",), resolver=stub)[0])
    assert outcome.kind == "refused"


@pytest.mark.parametrize(
    ("error", "lack"),
    [
        (OSError(errno.EMFILE, "said by the system"), TooManyFiles),
        (OSError(errno.ENFILE, "said by the system"), TooManyFiles),
        (OSError(errno.ENOMEM, "said by the system"), OutOfMemory),
        (socket.gaierror(socket.EAI_MEMORY, "said by the system"), OutOfMemory),
    ],
)
@pytest.mark.parametrize("lacking", ["make_socket", "resolve", "getaddrinfo"])
def test_what_lacks_here_is_no_fault_of_the_server(
    server: Server, monkeypatch: pytest.MonkeyPatch, lacking: str, error: OSError, lack: type[Lacking]
) -> None:
    def refused(*_: object, **__: object) -> socket.socket:
        raise error

    async def unresolved(*_: object, **__: object) -> list[object]:
        raise error

    if lacking == "getaddrinfo":
        monkeypatch.setattr(socket, "getaddrinfo", refused)
    else:
        monkeypatch.setattr(Guard, lacking, refused if lacking == "make_socket" else unresolved)
    with pytest.raises(lack):
        ask(server.url("/feed", "localhost"), allow=("localhost",))


def test_an_unasked_304_is_asked_once_more_past_the_caches(server: Server) -> None:
    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        kind = answer(FEED) if "cache-control" in request.headers else answer(b"", "304 Not Modified")
        await kind(request, writer)

    server.routes["/confused"] = route
    assert full(ask(server.url("/confused"))[0]).body == FEED
    assert len(server.asked("/confused")) == 2
    ask(server.url("/unasked-304"))
    assert len(server.asked("/unasked-304")) == 2


_SURPLUS = [
    b"Content-Length: 5\r\n\r\nhello", b"\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Connection: close\r\n\r\n<html>\r\n\r\n</html>",
    b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",
]  # fmt: skip


@pytest.mark.parametrize("surplus", _SURPLUS, ids=["announced", "bare", "chunked", "closing", "gzip"])
def test_a_304_that_brings_a_body_is_a_304(server: Server, surplus: bytes) -> None:
    server.routes["/talkative"] = raw(b"HTTP/1.1 304 Not Modified\r\n" + surplus)
    (outcome,) = ask(FetchRequest("s", server.url("/talkative"), etag='"a"'))
    assert isinstance(outcome, NotModified), outcome
    assert len(server.asked("/talkative")) == 1


@pytest.mark.parametrize("closing", [{}, {"Connection": "close"}])
def test_what_comes_after_the_end_of_an_answer_is_not_read(server: Server, closing: dict[str, str]) -> None:
    """As by browsers. Whether it spoilt the answer depended on whether both came in one packet."""
    after = b"<!-- cached -->\r\n\r\n"
    server.routes |= {
        "/200": raw(head("200 OK", {"Content-Length": str(len(FEED)), **closing}) + FEED + after),
        "/410": raw(head("410 Gone", {"Content-Length": "0", **closing}) + after),
        "/busy": raw(head("429 Too Many Requests", {"Content-Length": "0", "Retry-After": "600", **closing}) + after),
        "/moved": raw(head("302 Found", {"Content-Length": "0", "Location": "/200", **closing}) + after),
    }
    read, gone, busy, moved = ask(*(server.url(path) for path in ("/200", "/410", "/busy", "/moved")))
    assert full(read).body == full(moved).body == FEED
    assert fail(gone).status == 410
    assert fail(busy).freshness.retry_after == 600


@pytest.mark.parametrize("before", [1, 2])
def test_nor_is_it_if_hints_come_first(server: Server, before: int) -> None:
    """Such as CDNs send for the answers of web pages, in one packet with a short answer."""
    hints = head("103 Early Hints", {"Link": "</a.css>; rel=preload"}) * before
    known = head("304 Not Modified") + b"<html>\r\n\r\n</html>"
    server.routes |= {
        "/200": raw(hints + head("200 OK", {"Content-Length": str(len(FEED))}) + FEED + b"<!-- cached -->\r\n\r\n"),
        "/304": raw(hints + known),
    }
    read, unchanged = ask(server.url("/200"), FetchRequest("s", server.url("/304"), etag='"a"'))
    assert full(read).body == FEED
    assert isinstance(unchanged, NotModified), unchanged


def test_nor_is_it_if_lines_end_without_a_carriage_return(server: Server) -> None:
    """As scripts write them (RFC 9112, 2.2)."""
    server.routes["/"] = raw(b"HTTP/1.1 304 Not Modified\nServer: script\n\n<html>\n\n</html>")
    (outcome,) = ask(FetchRequest("s", server.url("/"), etag='"a"'))
    assert isinstance(outcome, NotModified), outcome
    server.routes["/"] = raw(
        f"HTTP/1.1 200 OK\nContent-Length: {len(FEED)}\n\n".encode() + FEED + b"\n\n<!-- cached -->"
    )
    assert full(ask(server.url("/"))[0]).body == FEED


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 7\r\nContent-Length: 7\r\n", b"content-length: 7, 7\r\n", b"Content-Length : 7\r\n",
        b"Content-Length: 7\nContent-Length:7\n", b"X-Body: chunked\r\nContent-Length: 7\r\n", b"Content-Length:\r\n 7\r\n",
        b"Content-Length: 7,\r\n 7\r\n", b"transfer-encoding: Identity\r\nContent-Length: 7\r\n",
    ],
)  # fmt: skip
def test_a_head_that_browsers_put_up_with_is_read(server: Server, lines: bytes) -> None:
    server.routes["/"] = raw(b'HTTP/1.1 200 OK\r\nETag : "a"\r\nX-Long: 1\r\n 2\r\n' + lines + b"\r\nHTTP/\n\nmore")
    outcome = full(ask(server.url("/"))[0])
    assert (outcome.body, outcome.etag) == (b"HTTP/\n\n", '"a"')


@pytest.mark.parametrize("order", [1, -1])
def test_the_length_of_a_body_in_chunks_is_not_believed(server: Server, order: int) -> None:
    lines = [b"Content-Length: 5000\r\n", b"Transfer-Encoding: Chunked\r\n"]
    server.routes["/"] = raw(b"".join([b"HTTP/1.1 200 OK\r\n", *lines[::order], b"\r\n5\r\nhello\r\n0\r\n\r\n"]))
    assert full(ask(server.url("/"))[0]).body == b"hello"


def test_a_connection_is_not_used_again_after_a_head_that_was_repaired(server: Server) -> None:
    """Where its body ended is a guess (RFC 9112, 6.3)."""

    async def kept(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(
            head("200 OK", {"Content-Length": "9", "Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\n0\r\n\r\n"
        )
        await asyncio.Event().wait()  # the connection stays open, and nothing more comes

    server.routes["/"] = kept
    told, fed = ask(server.url("/"), server.url("/feed"), limits=Limits(spacing=0, deadline=PATIENCE))
    assert (full(told).body, full(fed).body) == (b"hello", FEED)


@pytest.mark.parametrize("lengths", [b"5\r\nContent-Length: 6", b"5, 6", b"+5", b"-1", b"5 6"])
def test_a_body_of_two_lengths_has_none(server: Server, lengths: bytes) -> None:
    server.routes["/"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + lengths + b"\r\n\r\nhello!")
    assert fail(ask(server.url("/"))[0]).kind == "protocol"


@pytest.mark.parametrize("at", [b'b"', b"\r\nhello"])
def test_a_head_in_two_packets_stays_whole(server: Server, at: bytes) -> None:
    async def cut(_: Request, writer: asyncio.StreamWriter) -> None:
        begin, found, end = b'HTTP/1.1 200 OK\r\nETag: "ab"\r\nContent-Length: 11\r\n\r\nhello\na : b'.partition(at)
        writer.write(begin)
        await writer.drain()
        await asyncio.sleep(0.05)  # so that the rest comes in a packet of its own
        writer.write(found + end + b"\n\n")

    server.routes["/"] = cut
    whole = full(ask(server.url("/"))[0])
    assert (whole.etag, whole.body) == ('"ab"', b"hello\na : b")


@pytest.mark.parametrize("end", [b"", b"X:\r\r\n", b" \r\n", b"HTTP/1.1 200 OK\r\n"])
def test_no_part_of_a_document_is_lost_with_a_head_that_does_not_end(server: Server, end: bytes) -> None:
    """Its next empty line may be one of the document. aiohttp ends some such heads itself."""
    document = b'<rss xmlns:a="b">\n<item/>\n\n<item/></rss>'
    for length in (b"", b"Content-Length: 9\r\nContent-Length: 9\r\n"):
        server.routes["/"] = raw(b"HTTP/1.1 200 OK\r\n" + end + length + document)
        outcome = ask(server.url("/"))[0]
        assert outcome.body.endswith(document) if isinstance(outcome, Fetched) else fail(outcome).kind == "protocol"


def test_no_line_of_a_body_is_taken_for_one_of_a_head(server: Server) -> None:
    """However it is cut into packets."""
    parts = [
        b"HTTP/1.1\nis old\n\n",
        b"HTTP/2\nis new\n\n",
        b"HTTP/3\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    ]

    async def route(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", {"Content-Length": str(len(b"".join(parts)))}))
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.02)  # so that each comes in a packet of its own

    server.routes["/"] = route
    server.routes["/at-once"] = answer(b"".join(parts))
    assert [full(one).body for one in ask(server.url("/"), server.url("/at-once"))] == [b"".join(parts)] * 2


def test_a_flood_of_empty_lines_is_not_read_line_by_line(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """All other requests would wait for seconds."""
    read, calls = ResponseHandler.data_received, Counter[str]()

    def counted(handler: ResponseHandler, data: bytes) -> None:
        calls["pieces"] += 1
        read(handler, data)

    monkeypatch.setattr(ResponseHandler, "data_received", counted)
    server.routes["/"] = raw(b"\r\n" * 50_000 + head("200 OK", {"Content-Length": str(len(FEED))}) + FEED)
    assert full(ask(server.url("/"))[0]).body == FEED
    assert calls["pieces"] < 500


def test_a_second_answer_to_one_request_is_not_that_to_the_next(server: Server) -> None:
    asked, sent = asyncio.Event(), asyncio.Event()

    async def twice(request: Request, writer: asyncio.StreamWriter) -> None:
        await answer(FEED, connection="keep-alive")(request, writer)
        await asked.wait()
        await answer(b"of another feed", connection="keep-alive")(request, writer)
        sent.set()
        await asyncio.Event().wait()  # the connection stays open

    async def between(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await sent.wait()
        await answer(FEED)(request, writer)

    server.routes |= {"/twice": twice, "/between": between}
    urls = server.url("/twice"), server.url("/between", "localhost"), server.url("/feed")
    assert [full(outcome).body for outcome in ask(*urls, allow=(HOST, "localhost"))] == [FEED] * 3


@pytest.mark.parametrize(
    "refusing",
    [raw(b"HTTP/1.1 304 Not Modified\r\nX: \0\r\n\r\n"), answer(b"", "412 Precondition Failed")],
    ids=["304", "412"],
)
def test_a_304_that_cannot_be_read_or_a_412_costs_a_second_request_and_not_the_source(
    server: Server, refusing: Route
) -> None:
    async def route(request: Request, writer: asyncio.StreamWriter) -> None:
        await (refusing if "if-none-match" in request.headers else answer(FEED))(request, writer)

    server.routes["/"] = route
    assert full(ask(FetchRequest("s", server.url("/"), etag='"a"'))[0]).body == FEED
    assert len(server.asked("/")) == 2


def test_who_answers_nonsense_to_everything_is_asked_twice_at_the_most(server: Server) -> None:
    server.routes["/nonsense"] = raw(b"hello\r\n\r\n")
    assert fail(ask(FetchRequest("s", server.url("/nonsense"), etag='"a"'))[0]).kind == "protocol"
    assert len(server.asked("/nonsense")) == 2
    assert fail(ask(server.url("/nonsense"))[0]).kind == "protocol"
    assert len(server.asked("/nonsense")) == 3


def test_a_304_to_validators_of_another_address_is_not_believed(server: Server) -> None:
    request = FetchRequest("s", server.url("/feed"), etag='"x"', validator_url="https://elsewhere.example/")
    full(ask(request)[0])
    assert "if-none-match" not in server.asked("/feed")[0].headers


# ---- F19, bad inputs 7 and 8: bombs


@pytest.mark.parametrize("path", ["/bomb", "/brotli-bomb", "/endless", "/announced-huge"])
def test_bombs_stop_at_the_limit_without_filling_memory(server: Server, path: str) -> None:
    if path == "/bomb":
        server.routes[path] = encoded(gzip_bomb(512), "gzip")
    if path == "/brotli-bomb":
        server.routes[path] = encoded(brotli_bomb(256), "br")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # what tests before this took at the most is forgotten
    before = most_memory("self")
    outcome = fail(ask(server.url(path))[0])
    assert (outcome.kind, outcome.message) == ("too-large", "the body is larger than 10 MiB")
    assert most_memory("self") - before < 50  # MiB


# ---- bad inputs 4 and 28: redirects


@pytest.mark.parametrize(
    "path",
    ["/loop", "/no-location", "/to-file", "/to-gopher", "/to-script", "/to-nothing", "/hop/6", "/hop/30"],
)
def test_redirects_that_lead_nowhere(server: Server, path: str) -> None:
    outcome = fail(ask(server.url(path))[0])
    assert outcome.kind == "redirect"
    assert "passwd" not in outcome.message
    assert len(server.requests) <= 6


def test_five_redirects_are_followed(server: Server) -> None:
    assert full(ask(server.url("/hop/5"))[0]).url == server.url("/hop/0")


@pytest.mark.parametrize(
    ("chain", "permanent"),
    [
        (["301 Moved Permanently"], "/2"),
        (["308 Permanent Redirect", "301 Moved Permanently"], "/3"),
        (["301 Moved Permanently", "302 Found", "301 Moved Permanently"], "/2"),
        (["302 Found", "301 Moved Permanently"], None),
        (["307 Temporary Redirect"], None),
        (["303 See Other"], None),
    ],
)
def test_permanent_is_an_unbroken_chain_from_the_start(server: Server, chain: list[str], permanent: str | None) -> None:
    for number, status in enumerate(chain, 1):
        server.routes[f"/{number}"] = redirect(f"/{number + 1}#fragment", status)
    server.routes[f"/{len(chain) + 1}"] = conditional(FEED)
    outcome = full(ask(server.url("/1"))[0])
    assert outcome.permanent == (server.url(permanent) if permanent else None)
    assert outcome.url == server.url(f"/{len(chain) + 1}")


def test_validators_go_to_the_address_that_gave_them(server: Server) -> None:
    server.routes["/moved"] = redirect("/feed", "302 Found")
    first = full(ask(server.url("/moved"))[0])
    again = ask(FetchRequest("s", server.url("/moved"), etag=first.etag, validator_url=first.url))[0]
    assert isinstance(again, NotModified)
    assert all("if-none-match" not in request.headers for request in server.asked("/moved"))


# ---- F15: TLS, and the way from https to http


def tls_server(
    authority: trustme.CA, *names: str, since: datetime | None = None, until: datetime | None = None
) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_before=since, not_after=until).configure_cert(context)
    return Server(FAULTS, tls=context)


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_trusted_certificate_and_the_bad_ones_by_name() -> None:
    authority = trustme.CA()
    trust = trusting(authority)
    with tls_server(authority, HOST) as good:
        full(ask(good.url("/feed"), tls=trust)[0])
        unknown = fail(ask(good.url("/feed"))[0])
        assert (unknown.kind, unknown.message) == ("tls", "the certificate's issuer is not known here")
        assert good.asked("/feed")[1:] == []
    with tls_server(authority, HOST, until=datetime.now(UTC) - timedelta(days=1)) as expired:
        outcome = fail(ask(expired.url("/feed"), tls=trust)[0])
        assert (outcome.kind, outcome.message) == ("tls", "the certificate has expired")
    with tls_server(authority, HOST, since=datetime.now(UTC) + timedelta(days=1)) as early:
        outcome = fail(ask(early.url("/feed"), tls=trust)[0])
        assert (outcome.kind, outcome.message) == ("tls", "the certificate is not valid yet")
    with tls_server(authority, "other.example") as wrong:
        outcome = fail(ask(wrong.url("/feed"), tls=trust)[0])
        assert outcome.kind == "tls"
        assert "for another" in outcome.message
        stub = StubResolver({"feed.example": [[HOST]]})
        outcome = fail(ask(wrong.url("/feed", "feed.example"), tls=trust, resolver=stub)[0])
        assert (outcome.kind, outcome.message) == ("tls", "the certificate is for another host")


def test_an_authority_of_ones_own_is_named_by_the_environment(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    config = configuration(tmp_path, {})
    with tls_server(authority, HOST) as good:
        told = aggregator(config, "try", good.url("/feed"), SSL_CERT_FILE=str(tmp_path / "authority.pem"))
    assert (told.returncode, told.stderr) == (0, "")


def test_a_self_signed_certificate() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.private_key_pem.tempfile() as key, authority.cert_pem.tempfile() as certificate:
        context.load_cert_chain(certificate, key)
    with Server(FAULTS, tls=context) as server:
        outcome = fail(ask(server.url("/feed"))[0])
        assert (outcome.kind, outcome.message) == ("tls", "the certificate is self-signed")


def test_a_certificate_that_comes_with_the_one_of_its_unknown_issuer() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = authority.issue_cert(HOST)
    chain = b"".join(one.bytes() for one in (*leaf.cert_chain_pems, authority.cert_pem))
    with leaf.private_key_pem.tempfile() as key, trustme.Blob(chain).tempfile() as certificates:
        context.load_cert_chain(certificates, key)
    with Server(FAULTS, tls=context) as server:
        outcome = fail(ask(server.url("/feed"))[0])
        told = "the certificate's chain ends in a self-signed one that is not trusted"
        assert (outcome.kind, outcome.message) == ("tls", told)


def test_where_no_other_connection_comes_about_after_a_kept_one_that_is_told() -> None:
    """That the request had a connection at first says nothing of the second attempt."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, context), daemon=True)
        thread.start()
        url = f"https://{HOST}:{listener.getsockname()[1]}/"
        first, second = ask(url, url, tls=trusting(authority), limits=Limits(deadline=2))
    assert full(first).body == FEED
    assert (fail(second).kind, fail(second).message) == ("timeout", "no connection within 2 seconds")


def _answer_once(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Closes the connection at the second request. Nobody accepts another one."""
    connection, _ = listener.accept()
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.recv(65_536)
        secure.sendall(head("200 OK", {"Content-Length": str(len(FEED))}) + FEED)
        secure.recv(65_536)


def test_a_handshake_that_hangs_and_one_that_is_no_tls() -> None:
    with socket.create_server((HOST, 0)) as silent:  # nobody accepts
        hung = fail(ask(f"https://{HOST}:{silent.getsockname()[1]}/", limits=QUICK)[0])
        assert (hung.kind, hung.message) == ("timeout", "no connection within 0.5 seconds")
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=_speak_plainly, args=(listener,), daemon=True)
        thread.start()
        outcome = fail(ask(f"https://{HOST}:{listener.getsockname()[1]}/")[0])
        assert (outcome.kind, outcome.message) == ("tls", "the secure connection could not be set up")
        thread.join(PATIENCE)


def test_a_server_that_asks_who_we_are() -> None:
    """In TLS 1.3 it refuses only after the connection counts as made."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=_ask_for_a_certificate, args=(listener, context), daemon=True)
        thread.start()
        outcome = fail(ask(f"https://{HOST}:{listener.getsockname()[1]}/", tls=trusting(authority))[0])
        assert (outcome.kind, outcome.message) == ("tls", "the secure connection could not be set up")
        thread.join(PATIENCE)


def _ask_for_a_certificate(listener: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listener.accept()
    with context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False) as connection:
        with pytest.raises(ssl.SSLError):
            connection.do_handshake()
        with suppress(OSError):
            while socket.socket.recv(connection, 4096):  # or the refusal would be lost in a reset
                pass


def _speak_plainly(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 No TLS here\r\n\r\n")
        connection.recv(4096)


def test_from_https_to_http_is_followed_but_never_for_good(server: Server) -> None:
    authority = trustme.CA()
    with tls_server(authority, HOST) as secure:
        secure.routes["/down"] = redirect(server.url("/feed"), "301 Moved Permanently")
        server.routes["/up"] = redirect(secure.url("/feed"), "301 Moved Permanently")
        down, up = ask(secure.url("/down"), server.url("/up"), tls=trusting(authority))
        assert (full(down).url, full(down).permanent) == (server.url("/feed"), None)
        assert full(up).permanent == secure.url("/feed")


# ---- bad inputs 3 to 5, A1, A2, A8, A14, A24, A28: where no connection may be made


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "①②⑦.0.0.1", "[::ffff:127.0.0.1]", "localhost"]
)
def test_private_addresses_are_refused_in_every_spelling(server: Server, host: str) -> None:
    outcome = fail(ask(f"http://{host}:{server.port}/feed", allow=())[0])
    assert outcome.kind == "address"
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://x/", "javascript:1", "//x/feed", "http://", "", "http://[::1", "x" * 9999],
)
def test_what_is_no_http_address(url: str) -> None:
    outcome = fail(ask(url)[0])
    assert outcome.kind == "address"
    assert len(outcome.message) < 100


@pytest.mark.parametrize("hop", [1, 4])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "127.0.0.2.",
        "0x7f000002",
        "[::ffff:127.0.0.2]",
        "joe:pw@127.0.0.2",
        "inside.example",
        "INSIDE.example.",
    ],
)
def test_no_redirect_leads_to_a_private_address(server: Server, hop: int, host: str) -> None:
    with socket.create_server(("127.0.0.2", 0)) as inside:
        for number in range(1, hop):
            server.routes[f"/{number}"] = redirect(f"/{number + 1}")
        server.routes[f"/{hop}"] = redirect(f"http://{host}:{inside.getsockname()[1]}/secret")
        stub = StubResolver({"inside.example": [["127.0.0.2"]], "inside.example.": [["127.0.0.2"]]})
        outcome = fail(ask(server.url("/1"), resolver=stub)[0])
        assert outcome.kind == "address"
        inside.settimeout(0.05)
        with pytest.raises(TimeoutError):
            inside.accept()


def test_a_name_that_resolves_to_a_private_address(server: Server) -> None:
    stub = StubResolver({"evil.example": [[HOST], ["::1", "10.0.0.1"]]})
    first, second = ask(
        server.url("/feed", "evil.example"), "http://evil.example/", allow=(), resolver=stub, limits=Limits(spacing=0)
    )
    told = "the name of the host leads to a private address: name it in allow_private only if the host is yours"
    assert [(fail(one).kind, fail(one).message) for one in (first, second)] == [("address", told)] * 2
    assert server.connections == 0


def test_a_name_that_changes_its_mind_is_judged_by_the_address_that_is_used(server: Server) -> None:
    """Rebinding: the first look shows an admitted address, the next a private one; with aiohttp's cache of names
    passed by closing the connection and using another port."""
    stub = StubResolver({"evil.example": [[HOST], ["127.0.0.2"]]})
    with socket.create_server(("127.0.0.2", 0)) as inside:
        urls = server.url("/feed", "evil.example"), f"http://evil.example:{inside.getsockname()[1]}/"
        first, second = ask(*urls, resolver=stub, limits=Limits(spacing=0))
        full(first)
        assert fail(second).kind == "address"
        assert len(stub.asked) == 2


def test_of_mixed_answers_only_the_admitted_are_used(server: Server) -> None:
    stub = StubResolver({"mixed.example": [["10.0.0.1", "127.0.0.2", "::1", HOST]]})
    full(ask(server.url("/feed", "mixed.example"), resolver=stub)[0])
    assert server.connections == 1


def test_a_host_that_is_named_may_be_private_and_others_still_not(server: Server) -> None:
    stub = StubResolver({"nas.lan": [[HOST]], "evil.example": [[HOST]]})
    urls = server.url("/feed", "nas.lan"), server.url("/feed", "evil.example"), server.url("/feed")
    named, evil, literal = ask(*urls, allow=("nas.lan",), resolver=stub)
    full(named)
    assert (fail(evil).kind, fail(literal).kind) == ("address", "address")


@pytest.mark.parametrize("allow", [(HOST,), ()])
def test_nobody_leads_a_public_source_to_a_private_address(server: Server, allow: tuple[str, ...]) -> None:
    """Not even to an admitted one: that is for the source which the editor polls there. So nobody is advised to admit it."""
    server.routes["/away"] = redirect(f"http://inside.example:{server.port}/feed", "301 Moved Permanently")
    stub = StubResolver({"inside.example": [[HOST]]})

    async def main() -> Outcome:
        http = Http(AGENT, allow_private=[HOST], resolver=stub)
        # No public address can be reached in a test: this one is called public.
        http._connections._allowance = Allowance.of(allow)
        http._connections._guard.is_private = lambda host: host == "inside.example"  # type: ignore[method-assign]
        try:
            return await http(FetchRequest("s", server.url("/away")))
        finally:
            await http.close()

    away = fail(asyncio.run(main()))
    assert (away.kind, away.message) == ("address", "another address leads to this private one")
    assert [request.path for request in server.requests] == ["/away"]
    assert full(ask(server.url("/away"), resolver=stub)[0]).permanent  # both private: the editor named both


def test_no_proxy_and_no_login_of_the_environment_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A proxy would look up names and connect in our place, past every check of addresses."""
    (tmp_path / "netrc").write_text(f"machine {HOST} login joe password open-sesame\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Server() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        full(ask(server.url("/feed"))[0])
        assert proxy.connections == 0
    assert "authorization" not in server.requests[0].headers


def test_a_private_address_to_which_a_page_leads_is_not_to_be_admitted(server: Server) -> None:
    outside = FetchRequest("s", server.url("/feed"), named_by="https://outlet.example/")
    named, own = ask(outside, server.url("/feed"), allow=())
    assert fail(named).message == "another address leads to this private one"
    assert fail(own).message == "the address is private and allow_private does not name it"
    assert server.connections == 0


@pytest.mark.parametrize("allow", [(HOST,), ("intranet.example",), ("127.0.0.0/8", "intranet.example")])
def test_articles_of_public_feeds_are_at_public_addresses(server: Server, allow: tuple[str, ...]) -> None:
    """What `allow_private` names is meant for the feeds there, and for the articles that these name."""
    server.routes["/robots.txt"] = answer(b"", "404 Not Found")
    stub = StubResolver({"outlet.example": [["8.8.8.8"]], "intranet.example": [[HOST]], "rebound.example": [[HOST]]})
    pages = [server.url("/feed", host) for host in ("intranet.example", HOST, "rebound.example")]
    outside = [FetchRequest("s", page, named_by="https://outlet.example/feed", crawled=True) for page in pages]
    asked = ask(*outside, allow=allow, resolver=stub, limits=Limits(spacing=0))
    assert [fail(one).kind for one in asked] == ["waiting", "address", "waiting"], "a name may lead elsewhere by and by"
    assert server.connections == 0
    feeds = [FetchRequest("s", page, named_by="https://outlet.example/") for page in pages]  # as a page declares them
    feeds.append(FetchRequest("s", pages[0], named_by="feed:outlet"))  # who says so is not known
    asked = ask(*feeds, allow=allow, resolver=stub, limits=Limits(spacing=0))
    assert [(fail(one).kind, fail(one).message) for one in asked] == [
        ("address", "another address leads to this private one")
    ] * 4
    assert server.connections == 0
    within = FetchRequest("s", pages[0], named_by=f"http://intranet.example:{server.port}/news", crawled=True)
    full(ask(within, outside[0], allow=allow, resolver=stub, limits=Limits(spacing=0))[0])
    assert [request.path for request in server.requests] == ["/robots.txt", "/feed"]


def test_a_private_feed_opens_no_other_service_of_its_network(server: Server) -> None:
    """A bridge to a social network is a private feed in which anybody is quoted. So it may lead to pages of its own scheme, host and port,
    and to another host if the editor lists both by name."""
    with Server({"/page": answer(b"inside")}) as other:
        feeds = [server.url("/feed", host) for host in (HOST, "nas.example", "printer.local")]
        own = [FetchRequest("s", feed, named_by=feed) for feed in feeds]
        pages = [other.url("/page", host) for host in (HOST, "localhost", "nas.example", "wiki.example")]
        led = [FetchRequest("s", page, named_by=feed) for feed in (*feeds, "feed:bridge") for page in pages]
        known = led.pop(7)
        stub = StubResolver({name: [[HOST]] for name in ("localhost", "nas.example", "wiki.example", "printer.local")})
        allow = ("nas.example", "wiki.example", "127.0.0.0/8")
        outcomes = ask(*led, *own, known, allow=allow, resolver=stub, limits=Limits(spacing=0))
        for refused in outcomes[: len(led)]:
            assert (fail(refused).kind, fail(refused).message) == (
                "address",
                "another address leads to this private one",
            )
        for read in outcomes[len(led) :]:
            full(read)
        assert known.url.startswith("http://wiki.example")
        assert [request.path for request in other.requests] == ["/page"]


def test_a_link_in_a_private_feed_opens_nothing_by_what_redirects_there(server: Server) -> None:
    """Bridges and trackers have addresses that lead wherever their query says."""
    with Server({"/page": answer(b"inside")}) as other:
        server.routes |= {"/out": redirect(other.url("/page")), "/old": redirect("/feed")}
        feed = server.url("/feed")
        led, moved = (FetchRequest("s", server.url(path), named_by=feed) for path in ("/out", "/old"))
        refused, read, own = ask(led, moved, server.url("/out"), limits=Limits(spacing=0))
        assert (fail(refused).kind, fail(refused).message) == ("address", "another address leads to this private one")
        assert full(read).url == feed
        assert full(own).url == other.url("/page"), "the editor named this address"
        assert len(other.requests) == 1


def test_a_name_server_that_calls_its_feed_private_opens_no_private_article(server: Server) -> None:
    """Whoever owns the name of a feed decides where it resolves to, whenever that is asked. So by that alone only pages of the feed's
    own host are admitted, and not over http if it is over https: no certificate fits them at the private address."""
    server.routes["/robots.txt"] = answer(b"", "404 Not Found")
    stub = StubResolver({"outlet.example": [[HOST]], "other.example": [[HOST]]})
    pages = [server.url("/feed"), server.url("/feed", "other.example"), server.url("/feed", "outlet.example")]
    asked = [FetchRequest("s", page, named_by="https://outlet.example/feed", crawled=True) for page in pages]
    asked += [replace(one, named_by="http://outlet.example/feed") for one in asked[:2]]
    outcomes = ask(*asked, resolver=stub, limits=Limits(spacing=0))
    kinds = ["address", "waiting", "waiting", "address", "waiting"]
    assert [fail(one).kind for one in outcomes] == kinds, "a name may lead elsewhere by and by"
    assert server.connections == 0
    own = FetchRequest("s", pages[2], named_by=server.url("/news", "outlet.example"), crawled=True)
    full(ask(own, resolver=stub, limits=Limits(spacing=0))[0])
    secure = FetchRequest("s", "https://outlet.example/article", named_by="http://outlet.example/feed")
    assert fail(ask(secure, resolver=stub)[0]).kind != "address", "it needs a certificate of the feed's host"


def test_a_redirect_is_judged_by_the_address_that_sent_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is kept, or its address, may be older than the last answer of the name server, which the outlet may own."""
    divert(monkeypatch)
    server.routes["/article"] = redirect(server.url("/inside"))
    stub = StubResolver({"outlet.example": [["8.8.8.8"], [HOST]]})
    feed, article = server.url("/feed", "outlet.example"), server.url("/article", "outlet.example")
    read, led = ask(feed, FetchRequest("s", article, named_by=feed), resolver=stub, limits=Limits(spacing=0))
    full(read)
    assert fail(led).message == "another address leads to this private one"
    assert [request.path for request in server.requests] == ["/feed", "/article"]


def test_a_private_source_is_led_no_further_inside_by_a_public_host(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever owns the public host decides where it leads, and what is read there is republished."""
    divert(monkeypatch)
    server.routes |= {
        "/listed": redirect(server.url("/away", "outlet.example")),
        "/away": redirect(server.url("/inside")),
    }
    stub = StubResolver({"nas.example": [[HOST]], "outlet.example": [["8.8.8.8"]]})
    (led,) = ask(server.url("/listed", "nas.example"), allow=("nas.example", HOST), resolver=stub)
    assert fail(led).message == "another address leads to this private one"
    assert [request.path for request in server.requests] == ["/listed", "/away"]


def test_a_private_source_that_public_hosts_answer_for_is_asked_once_more_where_it_begins(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    divert(monkeypatch)

    async def confused(request: Request, writer: asyncio.StreamWriter) -> None:
        kind = answer(FEED) if len(server.asked("/confused")) > 1 else answer(b"", "304 Not Modified")
        await kind(request, writer)

    server.routes |= {
        "/listed": redirect(server.url("/away", "outlet.example")),
        "/away": redirect("/confused"),
        "/confused": confused,
    }
    stub = StubResolver({"nas.example": [[HOST]], "outlet.example": [["8.8.8.8"]]})
    url = server.url("/listed", "nas.example")
    (outcome,) = ask(url, allow=("nas.example",), limits=Limits(spacing=0), resolver=stub)
    assert full(outcome).body == FEED


def test_no_public_source_moves_for_good_to_a_host_that_is_listed_as_private(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if that has a public address just now: at the next poll it may be another."""
    divert(monkeypatch)
    server.routes["/old"] = redirect(server.url("/feed", "nas.example"), "301 Moved Permanently")
    stub = StubResolver({"outlet.example": [["8.8.8.8"]], "nas.example": [["8.8.4.4"]]})
    (moved,) = ask(server.url("/old", "outlet.example"), allow=("nas.example",), resolver=stub)
    assert (full(moved).body, full(moved).permanent) == (FEED, None)


def test_a_name_that_is_not_known_is_told_so_whoever_leads_to_it() -> None:
    linked = FetchRequest("s", "http://unknown.example/", named_by="https://outlet.example/")
    outcome = fail(ask(linked, resolver=StubResolver({"outlet.example": [["8.8.8.8"]]}))[0])
    assert (outcome.kind, outcome.message) == ("dns", "the host name is not known")


def test_an_article_is_left_for_as_long_as_the_rules_of_its_host_cannot_be_read(server: Server) -> None:
    server.routes["/robots.txt"] = answer(b"", "503 Service Unavailable", retry_after="7200")
    outcome = fail(ask(FetchRequest("s", server.url("/feed"), crawled=True))[0])
    assert (outcome.kind, outcome.freshness.retry_after) == ("waiting", 7200)
    assert not server.asked("/feed")


def test_an_article_to_which_a_redirect_leads_is_left_if_the_rules_of_its_host_say_so(server: Server) -> None:
    server.routes["/robots.txt"] = answer(b"", "404 Not Found")
    with Server({"/robots.txt": answer(b"User-agent: *\nDisallow: /"), "/article": answer(FEED)}) as other:
        server.routes["/short"] = redirect(other.url("/article"))
        assert fail(ask(FetchRequest("s", server.url("/short"), crawled=True))[0]).kind == "robots"
        assert not other.asked("/article")


def test_a_failure_names_the_host_that_it_is_of(server: Server) -> None:
    """Only the articles of that host wait with the one that led there."""
    server.routes |= {"/robots.txt": answer(b"", "404 Not Found"), "/broken": answer(b"", "502 Bad Gateway")}
    stub = StubResolver({"broken.example": [[HOST]]})
    targets = [server.url("/", "dead.example"), server.url("/broken", "broken.example"), "http://127.0.0.9/"]
    server.routes |= {f"/to/{n}": redirect(target) for n, target in enumerate(targets)}
    asked = [FetchRequest("s", server.url(f"/to/{n}"), crawled=True) for n in range(len(targets))]
    failed = [fail(one) for one in ask(*asked, resolver=stub, allow=(HOST, "broken.example"))]
    assert [(one.kind, one.host) for one in failed] == [
        ("waiting", "dead.example"),  # its robots.txt cannot be asked
        ("http", "broken.example"),
        ("waiting", "127.0.0.9"),
    ]
    stub = StubResolver({"broken.example.": [[HOST]]})
    wrong = ask(server.url("/broken"), "file:///etc/passwd", server.url("/broken", "broken.example."), resolver=stub)
    assert [fail(one).host for one in wrong] == [HOST, None, "broken.example"]


# ---- F14: names


def test_names_that_are_not_known_or_never_answered() -> None:
    stub = StubResolver({"slow.example": []})
    unknown, slow = ask("http://unknown.example/", "http://slow.example/", limits=QUICK, resolver=stub)
    assert (fail(unknown).kind, fail(unknown).message) == ("dns", "the host name is not known")
    assert (fail(slow).kind, fail(slow).message) == ("dns", "the name server does not answer")


def test_a_server_that_is_silent_is_no_name_server_that_is(server: Server) -> None:
    stub = StubResolver({"slow.example": [[HOST]]})
    outcome = fail(ask(server.url("/silent", "slow.example"), allow=("127.0.0.0/8",), limits=QUICK, resolver=stub)[0])
    assert outcome.kind == "timeout"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "said by the system"), "the name server does not answer"),
        (OSError(errno.EBUSY, "said by the system"), "the name server does not answer"),  # EAI_SYSTEM
        (socket.gaierror(socket.EAI_NONAME, "said by the system"), "the host name is not known"),
        (socket.gaierror(socket.EAI_FAIL, "said by the system"), "the host name is not known"),
    ],
)
def test_a_name_server_that_is_out_of_reach_says_nothing_of_the_name(
    monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def refused(*_: object, **__: object) -> list[object]:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    outcome = fail(ask("http://some.example/", limits=QUICK)[0])
    assert (outcome.kind, outcome.message) == ("dns", said)


def test_a_header_is_sent_once_however_it_is_written() -> None:
    """A server may take either of two, or refuse both. That of the headers counts, not the login in the address."""
    with socket.create_server((HOST, 0)) as listening, ThreadPoolExecutor(1) as pool:
        listening.settimeout(PATIENCE)  # so that the test fails, and does not wait, if nothing is asked

        def serve() -> list[str]:
            made, _ = listening.accept()
            with made, made.makefile("rb") as lines:
                read = [line.decode().strip() for line in takewhile(bytes.strip, lines)]
                made.sendall(head("200 OK", {"Content-Length": str(len(FEED)), "Connection": "close"}) + FEED)
            return read

        sent = pool.submit(serve)
        url = f"http://me:pw@{HOST}:{listening.getsockname()[1]}/feed"
        headers = (("authorization", "Bearer one"), ("AUTHORIZATION", "Bearer two"))
        full(ask(FetchRequest("s", url, headers=headers))[0])
    told = [line.partition(": ")[2] for line in sent.result() if line.lower().startswith("authorization:")]
    assert told == ["Bearer two"]


def test_an_article_does_not_wait_without_end_for_the_name_of_its_feed() -> None:
    article = FetchRequest("s", "https://slow.example/article", named_by="https://slow.example/feed")

    async def main() -> Outcome:
        stub = StubResolver({"slow.example": []})
        http = Http(AGENT, allow_private=[HOST], limits=QUICK, resolver=stub)
        try:
            return await asyncio.wait_for(http(article), PATIENCE)
        finally:
            await http.close()

    outcome = fail(asyncio.run(main()))
    assert (outcome.kind, outcome.message) == ("dns", "the name server does not answer")


def test_whoever_waits_for_the_same_unanswered_name_is_told_so() -> None:
    """Not that its server was slow: nobody asked it, and it is asked again soon after the name server is back."""

    async def main() -> list[Outcome]:
        http = Http(AGENT, limits=Limits(deadline=0.5, spacing=0.01), resolver=StubResolver({"slow.example": []}))
        try:
            return await asyncio.gather(*(http(FetchRequest("s", f"http://slow.example/{n}")) for n in range(2)))
        finally:
            await http.close()

    assert [fail(outcome).kind for outcome in asyncio.run(main())] == ["dns", "dns"]


def test_the_systems_resolver_knows_hosts_and_refuses_nonsense(server: Server) -> None:
    full(ask(server.url("/feed", "localhost"), allow=("localhost",))[0])
    long_label, empty_label = ask(f"http://{'a' * 70}.example/", "http://a..example/")
    assert fail(long_label).kind in ("dns", "address")
    assert fail(empty_label).kind in ("dns", "address")


def test_a_name_server_that_hangs_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lookups sit in daemon threads of their own, which neither the loop nor the process waits for."""
    wake = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: wake.wait(PATIENCE) and [])
    assert fail(ask("http://slow.example/", limits=QUICK)[0]).kind == "dns"
    lookups = [thread for thread in threading.enumerate() if thread.name.startswith("dns ")]
    assert lookups, "they go on"
    assert all(thread.daemon for thread in lookups)
    wake.set()
    for thread in lookups:
        thread.join(PATIENCE)


async def test_a_name_server_that_hangs_gets_no_thread_for_each_of_hundreds_of_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wake, asked = threading.Event(), Counter[str]()

    def unanswered(host: str, *_: object, **__: object) -> list[object]:
        asked[host] += 1
        wake.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_NONAME, "said by the system")

    monkeypatch.setattr(socket, "getaddrinfo", unanswered)
    resolver = SystemResolver()
    names = [f"{n}.example" for n in range(2 * LOOKUPS)]
    tasks = [asyncio.create_task(resolver.resolve(name)) for name in names]
    await until_async(lambda: len(asked) >= LOOKUPS)
    assert len(asked) == LOOKUPS
    wake.set()
    for told in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(told, socket.gaierror)
    assert len(asked) == len(names), "the others after them"


# ---- bad inputs 26, 27, 29, 40: headers that lie, leak or split


@pytest.mark.parametrize(
    ("etag", "kept"),
    [
        (b'"a"', '"a"'), (b'W/"a"', 'W/"a"'), (b"bare", "bare"), (b'"\xc3\xa9"', '"é"'), (b'"\xe9"', None), (b"*", None),
        (b'"' + b"x" * 2000 + b'"', None), (b"", None),
    ],
)  # fmt: skip
def test_an_etag_comes_back_byte_for_byte_or_is_not_kept(server: Server, etag: bytes, kept: str | None) -> None:
    text = etag.decode("utf-8", "surrogateescape")
    body = (
        head("200 OK", {"Content-Length": str(len(FEED))}).removesuffix(b"\r\n") + b"ETag: " + etag + b"\r\n\r\n" + FEED
    )
    server.routes["/odd"] = raw(body)
    outcome = full(ask(server.url("/odd"))[0])
    assert outcome.etag == kept
    ask(FetchRequest("s", server.url("/odd"), etag=outcome.etag))
    assert server.requests[-1].headers.get("if-none-match") == (text if kept else None)


def test_a_date_in_no_encoding_is_not_kept(server: Server) -> None:
    """Half a character cannot be stored, and its source would have no state any more."""
    top = head("200 OK", {"Content-Length": str(len(FEED))}).removesuffix(b"\r\n")
    server.routes["/odd"] = raw(top + b"Last-Modified: \xff\xe9\r\n\r\n" + FEED)
    assert full(ask(server.url("/odd"))[0]).last_modified is None


def test_a_content_type_in_no_encoding_costs_no_feed(server: Server) -> None:
    """What is no UTF-8 stands in headers as halves of characters, which cannot be handed to the process that reads."""
    kind = b"Content-Type: application/rss+xml; charset=\xff\xe9\r\n"
    top = head("200 OK", {"Content-Length": str(len(FEED))}).removesuffix(b"\r\n")
    server.routes["/odd"] = raw(top + kind + b"\r\n" + FEED)
    outcome = full(ask(server.url("/odd"))[0])

    async def read() -> NormalFeed:
        async with Sandbox(children=1) as sandbox:
            return await sandbox.parse(outcome, JOB)

    assert asyncio.run(read()).format == "rss"


def test_an_etag_cannot_split_a_header(server: Server) -> None:
    server.routes["/split"] = answer(FEED, etag='"a"\r\nX-Evil: 1\r\n b"')
    outcome = full(ask(server.url("/split"))[0])
    assert outcome.etag == '"a"'
    ask(FetchRequest("s", server.url("/feed"), etag='"a"\r\nX-Evil: 1'))
    assert "x-evil" not in server.requests[-1].headers


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("-1", 0), ("999999999", 86_400), ("soon", None), ("Thu, 01 Jan 2015 00:00:00 GMT", 0)]
)  # fmt: skip
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after(server: Server, status: str, value: str, seconds: int | None) -> None:
    server.routes["/busy"] = answer(b"", status, retry_after=value)
    outcome = fail(ask(server.url("/busy"))[0])
    assert outcome.status in (429, 503)
    assert outcome.freshness.retry_after == seconds


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(("pause", "held"), [("host", True), ("source", False)])
@pytest.mark.parametrize("dot", ["", "."])
def test_a_pause_is_the_hosts_or_the_sources_as_configured(
    server: Server, status: str, pause: str, held: bool, dot: str
) -> None:
    """A host is the same with the dot at its end with which its name is complete."""
    server.routes["/pause"] = answer(b"", status, retry_after="600")
    url = server.url("/pause", host="outlet.example")
    first, second, third = ask(
        FetchRequest("one", url, pause=pause),
        server.url("/feed", host=f"outlet.example{dot}"),
        FetchRequest("one", url, pause=pause),  # as where the first answer could not be stored
        allow=("127.0.0.0/8",),
        limits=Limits(spacing=0),
        resolver=StubResolver({"outlet.example": [[HOST]], "outlet.example.": [[HOST]]}),
    )
    assert fail(first).freshness.retry_after == 600
    assert isinstance(second, Failed) is held
    assert len(server.asked("/feed")) == (not held)
    for outcome in (third, second)[: 1 + held]:
        assert (fail(outcome).kind, fail(outcome).freshness.retry_after) == ("waiting", 600)
    assert len(server.asked("/pause")) == 1


def test_a_pause_is_that_of_the_host_that_asked_for_it_after_a_redirect(server: Server) -> None:
    server.routes |= {
        "/moved": redirect(server.url("/busy", "busy.example")),
        "/busy": answer(b"", "429 Too Many Requests", retry_after="600"),
    }
    asked = [server.url("/moved"), server.url("/other", "busy.example"), server.url("/feed")]
    stub = StubResolver({"busy.example": [[HOST]]})
    outcomes = ask(*asked, allow=("127.0.0.0/8",), limits=Limits(spacing=0), resolver=stub)
    assert [fail(one).kind for one in outcomes[:2]] == ["http", "waiting"]
    full(outcomes[2])
    assert not server.asked("/other")


def test_freshness_comes_with_every_answer(server: Server) -> None:
    server.routes["/fresh"] = conditional(FEED, cache_control="max-age=1800")
    first = full(ask(server.url("/fresh"))[0])
    again = ask(FetchRequest("s", server.url("/fresh"), etag=first.etag))[0]
    assert isinstance(again, NotModified)
    assert first.freshness.max_age == again.freshness.max_age == 1800


def test_credentials_stay_with_their_host(server: Server) -> None:
    stub = StubResolver({"other.example": [[HOST]]})
    token = ("Authorization", "Bearer s3cret"), ("X-Key", "k3y")
    with Server(FAULTS) as other:
        server.routes |= {
            "/within": redirect("/feed"),
            "/away": redirect(server.url("/feed", "other.example")),
            "/port": redirect(other.url("/feed")),
            "/back": redirect(f"http://evil:pass@other.example:{server.port}/return"),
            "/return": redirect(server.url("/feed")),
        }
        ask(FetchRequest("s", server.url("/within"), token), resolver=stub)
        assert server.asked("/feed")[-1].headers["authorization"] == "Bearer s3cret"
        assert server.asked("/feed")[-1].headers["x-key"] == "k3y"
        ask(FetchRequest("s", server.url("/away"), token), resolver=stub)
        ask(FetchRequest("s", server.url("/port"), token), resolver=stub)
        for request in (server.asked("/feed")[-1], other.asked("/feed")[-1]):
            assert not {"authorization", "x-key"} & request.headers.keys()
        outcome = full(ask(FetchRequest("s", server.url("/back"), token), resolver=stub)[0])
        assert "authorization" not in server.asked("/return")[-1].headers
        assert "evil" not in outcome.url


def test_credentials_of_a_source_that_moved_go_to_its_own_host_alone(server: Server) -> None:
    """Where an address was adopted, it is asked for at once; user and password are still those of feeds.yaml."""
    written = server.url("/old").replace("//", "//me:pw@")
    with Server(FAULTS) as other:
        for moved in (server.url("/feed"), other.url("/feed")):
            full(ask(FetchRequest("s", moved, (("X-Key", "k3y"),), configured=written))[0])
        assert server.requests[-1].headers["authorization"] == "Basic bWU6cHc="
        assert server.requests[-1].headers["x-key"] == "k3y"
        assert not {"authorization", "x-key"} & other.requests[-1].headers.keys()


def test_user_and_password_of_an_address_are_sent_as_a_header_and_shown_nowhere(server: Server) -> None:
    address = server.url("/feed").replace("//", "//me:p%40ss@")
    outcome = full(ask(address)[0])
    assert outcome.url == server.url("/feed")
    assert server.requests[-1].headers["authorization"] == "Basic bWU6cEBzcw=="
    broken = fail(ask(address.replace("/feed", "/to-file"))[0])
    assert "p@ss" not in broken.message
    assert "p%40ss" not in broken.message


@pytest.mark.parametrize(
    "header", [("X-A", "b\r\nX-Evil: 1"), ("X A", "b"), ("X-A\r\nX-Evil", "1"), ("", "b"), ("X-Ä", "b")]
)
def test_a_header_of_the_configuration_cannot_split_a_request(server: Server, header: tuple[str, str]) -> None:
    outcome = fail(ask(FetchRequest("s", server.url("/feed"), (header,)))[0])
    said = "a header of this source holds characters that may not be sent"
    assert (outcome.kind, outcome.message) == ("protocol", said)
    assert not server.requests


def test_no_header_of_the_configuration_touches_the_connection(server: Server) -> None:
    mischief = (
        ("Host", "evil.example"),
        ("Transfer-Encoding", "chunked"),
        ("Accept-Encoding", "zstd"),
        ("user-agent", "me/1"),
    )
    full(ask(FetchRequest("s", server.url("/feed"), mischief))[0])
    headers = server.requests[-1].headers
    assert headers["host"] == f"{HOST}:{server.port}"
    assert "transfer-encoding" not in headers
    assert headers["accept-encoding"] == "gzip, br"
    assert headers["user-agent"] == "me/1"


def test_messages_hold_nothing_that_a_server_or_an_address_said(server: Server) -> None:
    server.routes["/red"] = raw(b"HTTP/1.1 418 \x1b[31mhello\x07\r\nContent-Length: 0\r\n\r\n")
    server.routes["/to"] = redirect("file:///home/s3cret\x1b[31m")
    for path in ("/red?token=s3cret", "/to?token=s3cret", "/none?token=s3cret"):
        message = fail(ask(server.url(path))[0]).message
        assert message.isprintable()
        assert "s3cret" not in message
        assert "hello" not in message


async def test_a_cancelled_request_ends_at_once_and_leaves_nothing(server: Server) -> None:
    http = Http(AGENT, allow_private=[HOST])
    tasks = [asyncio.create_task(http(FetchRequest("s", server.url(path)))) for path in ("/silent", "/drip-body")]
    await until_async(lambda: server.open == 2)
    ended = await asyncio.wait_for(cancelled(tasks), PATIENCE)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in ended)
    await asyncio.wait_for(http.close(), PATIENCE)


# ---- anything at all

_LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 301 X\r\n", b"HTTP/1.1 304 X\r\n", b"HTTP/1.0 200\r\n", b"HTTP/9.9 200 OK\r\n",
        b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"\r\n", b"\n",
        b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: br\r\n", b"Location: /\r\n", b"Location: \xff\xfe\r\n", b"ETag: \x00\r\n", b"5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 103 X\r\n", b"nonsense\r\n", b"Content-Length : 5\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n", b": nameless\r\n", b" folded\r\n", b"Set-Cookie: a=\x7f\r\n", b"hello",
    ]
)  # fmt: skip


_ANYTHING = st.lists(_LINES | st.binary(max_size=20), max_size=12).map(b"".join)
_HEADS = st.lists(_LINES.filter(lambda line: b": " in line), max_size=4).map(b"".join)
_STATUSES = st.sampled_from([b"200 OK", b"206 X", b"301 X", b"304 X", b"404 X", b"503 X"]).map(
    lambda one: b"HTTP/1.1 %b\r\n" % one
)
_ANSWERS = st.tuples(_STATUSES, _HEADS, st.just(b"\r\n"), _ANYTHING).map(b"".join)
"""Of lines alone one in fifty gets beyond its head."""


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=_ANSWERS | _ANYTHING)
def test_whatever_a_server_says_the_outcome_is_a_value(server: Server, data: bytes) -> None:
    server.routes["/"] = raw(data)
    outcome = ask(FetchRequest("s", server.url("/"), etag='"a"'), limits=Limits(deadline=2))[0]
    if isinstance(outcome, Failed):
        assert outcome.message.isprintable()


# ---- a crowd


async def test_hundreds_of_feeds_at_once_through_one_client(server: Server) -> None:
    http = Http(AGENT, allow_private=[HOST])
    began = time.process_time()
    outcomes = await asyncio.gather(*(http(FetchRequest("s", server.url("/feed"))) for _ in range(300)))
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    await http.close()
    assert time.process_time() - began < 5
    assert server.most_open <= 64
