"""Bad inputs 33 to 35 as bytes on a real connection: what no client library would send."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import rss
from builders.process import PATIENCE, aggregator, configuration, ended, free_port, running, serves, until
from servers.local import Server, conditional

WHEN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("raw")
    with Server({"/one": conditional(rss([("a", "Frigate leaves port", WHEN)], "One", "one.example"))}) as server:
        config = configuration(folder, {"one": server.url("/one")})
        config.write_text(config.read_text().replace("{title: Test Wire}", "{title: T, url: 'https://wire.example'}"))
        aggregator(config, "poll")
    chosen = free_port()
    with running(config, "serve", "--host", "localhost", "--port", str(chosen)) as process:
        until(lambda: serves(f"http://127.0.0.1:{chosen}/healthz"))
        yield chosen
        ended(process)
    assert "Traceback" not in (folder / "log").read_text()


def said(port: int, request: bytes) -> bytes:
    """All that comes back on one connection, which the server may keep open after its answer: then nothing comes for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        got = b""
        with contextlib.suppress(OSError):
            connection.sendall(request)
            while piece := connection.recv(65536):
                got += piece
                connection.settimeout(1 if _whole(got) else PATIENCE)
    return got


def _whole(answer: bytes) -> bool:
    """Whether at least one answer has come to its end."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def get(target: str, *headers: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", *headers, "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def test_one_connection_asks_for_one_answer_at_a_time(port: int) -> None:
    """Over HTTP/2, which proxies do not speak to us, one connection could have 200 answers made that it never takes: gigabytes."""
    assert not said(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])).startswith(b"\0")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("http://evil.example/latest.rss", "Host: evil.example"), 200),
        (get("/latest.rss", "Host: evil.example"), 200),
        (get("/latest.rss", "Host: a.example", "Host: evil.example"), 400),
        (get("/latest.rss", "Host: x", "X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: /evil"), 200),
        (get("//evil.example/latest.rss", "Host: x"), 404),
        (get("/sections//defense", "Host: evil.example"), 301),
        (get("/sections/defense/", "Host: evil.example"), 301),
    ],
)
def test_34_whatever_host_is_named_links_are_of_the_configuration(port: int, request_: bytes, status: int) -> None:
    got = said(port, request_)
    assert got.startswith(f"HTTP/1.1 {status} ".encode()), got[:200]
    assert b"evil" not in got
    if status == 200:
        assert b"https://wire.example/latest.rss" in got


@pytest.mark.parametrize(
    "request_",
    [
        get("/latest.rss"),
        get("/latest.rss", "Host: "),
        get("/latest.rss", "Host: a.example", "Host: a.example"),
        get("/latest.rss", "Host: a.example", "Host: evil.example"),
        get("/latest.rss", "Host: a b"),
        get("/latest.rss", "Host: user@evil.example"),
        get("/latest.rss", "Host: evil.example/latest"),
        get("/latest.rss", "Host: evil.example:x"),
        get("/latest.rss", "Host: \xff"),
        get("latest.rss", "Host: evil.example"),
        get("evil.example:80", "Host: evil.example"),
        get("*", "Host: evil.example"),
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
)
def test_34_a_request_without_a_path_or_one_host_is_refused(port: int, request_: bytes) -> None:
    said(port, get("/latest.rss", "Host: x"))  # so that it could be answered from the cache
    got = said(port, request_)
    assert got.startswith(b"HTTP/1.1 400 "), got[:200]
    assert b"evil" not in got


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /latest.rss HTTP/1.0\r\n\r\n",
        get("/latest.rss", "Host: wire_web.example:8000"),
        get("/latest.rss", "Host: [::1]:8000"),
        get("http://wire.example/latest.rss", "Host: wire.example"),
        get("/latest.rss", "Host: xn--mller-kva.example."),
    ],
)
def test_34_whatever_host_a_client_may_name_is_answered(port: int, request_: bytes) -> None:
    assert said(port, request_)[:12].endswith(b" 200")


@pytest.mark.parametrize(
    "request_",
    [
        get("/latest.rss"),  # no Host
        get("/%00", "Host: x"),
        get("/..%2f..%2fetc%2fpasswd", "Host: x"),
        get("/%2e%2e/%2e%2e/etc/passwd", "Host: x"),
        get("/sections/defense;x=1", "Host: x"),
        get("/sections/" + "a" * 60_000, "Host: x"),
        get("/latest.rss?" + "q=a&" * 10_000, "Host: x"),
        get("/latest.rss", "Host: x", "X: " + "y" * 100_000),
        get("/latest.rss", "Host: x", *[f"X-{n}: y" for n in range(2000)]),
        get("/latest.rss", "Host: x", "Range: bytes=0-10, 5-9999999999999999999"),
        get("/latest.rss", "Host: x", "If-None-Match: " + '"a", ' * 5000),
        get("/latest.rss", "Host: x", "If-Modified-Since: Mon, 99 Foo 99999 25:61:61 GMT"),
        get("/latest.rss", "Host: x", "Accept-Encoding: " + "gzip;q=0.5," * 3000),
        get("/latest.rss", "Host: x", "Accept-Encoding: a" + " " * 60_000 + "b"),
        get("/nothing-here", "Host: x", "Accept: a" + " " * 60_000 + "b"),
        get("/latest.rss", "Host: x", "If-None-Match: a" + " " * 200_000 + "b"),
        get("/latest.rss", "Host: x", "If-Match: a" + " " * 200_000 + "b"),
        get("/latest.rss", "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked"),
        get("/latest.rss", "Host: x", "Content-Length: 99999999999999999999999"),
        b"POST /latest.rss HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /latest.rss\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"\x00" * 10_000,
        b"GET /latest.rss HTTP/1.1\r\nHost: x\r\nX: a\r\n\tfolded\r\n\r\n",
        b"GET /\xff\xfe\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_no_bytes_make_a_fault_of_ours(port: int, request_: bytes) -> None:
    got = said(port, request_)
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", got)
    assert statuses, got[:300]
    for status in statuses:
        assert status[:1] != b"5" or status in (b"501", b"505"), got[:300]
    assert b"root:" not in got
    assert b"Traceback" not in got
    assert b" 200 " in said(port, get("/healthz", "Host: x"))[:20]
