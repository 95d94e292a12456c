"""Every address of the contract answers, in its type, and carries what every answer carries."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import brotli
import pytest
from flask.testing import FlaskClient
from msgspec import structs
from newsroom import CONFIG, NOON, Newsroom, Rooms, item, of_the_file

from aggregator.errors import FailureKind, StoreError
from aggregator.model import notes
from aggregator.model.notes import Measures
from aggregator.web.library import MET_IS_TOLD, Library
from aggregator.worker.lock import WorkerLock

HTML = "text/html; charset=utf-8"
FEEDS = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
STREAMS = (
    "/latest", "/sections/defense", "/topics/rare-earths", "/sources/kyodo", "/search", "/latest/2026-11", "/sections/defense/2026-10",
    "/topics/rare-earths/2026-11", "/sections/defense/daily",
)  # fmt: skip
PAGES = ("/", *STREAMS, "/sections", "/topics", "/sources", "/docs")
API = tuple(f"/api/v1/{name}" for name in ("stories", "items", "sections", "topics", "sources", "status"))
OTHERS = {
    "/subscriptions.opml": "text/x-opml; charset=utf-8",
    "/subscriptions.opml?of=topics": "text/x-opml; charset=utf-8",
    "/subscriptions.opml?of=sources": "text/x-opml; charset=utf-8",
    "/openapi.json": "application/json",
    "/static/wire.css": "text/css; charset=utf-8",
    "/static/wire.js": "text/javascript; charset=utf-8",
    "/static/icon.png": "image/png",
    "/static/touch.png": "image/png",
    "/favicon.ico": "image/png",
    "/robots.txt": "text/plain; charset=utf-8",
}
ADDRESSES: dict[str, str] = {
    **dict.fromkeys(PAGES, HTML),
    **{f"{stream}.{extension}": type for stream in (*STREAMS, "/sources") for extension, type in FEEDS.items()},
    **dict.fromkeys(API, "application/json"),
    **OTHERS,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_answers_in_its_type_with_validators(client: FlaskClient, address: str) -> None:
    got = client.get(address)
    assert got.status_code == 200, got.text
    assert got.headers["Content-Type"] == ADDRESSES[address]
    assert re.fullmatch(r'"[^"]+"', got.headers["ETag"])
    assert got.headers["Last-Modified"].endswith(" GMT")
    assert got.headers["Vary"] == "Accept-Encoding"
    assert re.fullmatch(r"max-age=\d+, stale-while-revalidate=\d+", got.headers["Cache-Control"])
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Referrer-Policy"] == "no-referrer", "outlets are not told which story was read"
    assert got.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Set-Cookie" not in got.headers


@pytest.mark.parametrize(("every", "seconds"), [("10s", 60), ("5m", 300), ("15m", 900), ("2h", 900)])
def test_a_feed_stays_fresh_for_a_poll_cycle_within_bounds(rooms: Rooms, every: str, seconds: int) -> None:
    room = rooms(CONFIG.replace("every: 15m", f"every: {every}"))
    for address in ("/latest.rss", "/sections/world/daily.rss", "/sources.rss"):
        assert f"max-age={seconds}," in room.client.get(address).headers["Cache-Control"], address


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_body(client: FlaskClient, address: str) -> None:
    full, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.data == b""
    assert dict(head.headers) == dict(full.headers)
    assert int(head.headers["Content-Length"]) == len(full.data)


@pytest.mark.parametrize("address", [*ADDRESSES, "/healthz", "/metrics", "/sections/none", "/api/v1/none"])
def test_only_reading_is_allowed(client: FlaskClient, address: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        got = client.open(address, method=method)
        allowed = set(got.headers.get("Allow", "").replace(",", " ").split())
        there = address != "/api/v1/none"
        assert (got.status_code, allowed) == ((405, {"GET", "HEAD", "OPTIONS"}) if there else (404, set()))
        assert got.content_type.partition(";")[0] == (
            "application/problem+json" if address.startswith("/api/") else "text/plain"
        )


@of_the_file
def test_health(room: Newsroom) -> None:
    client = room.client
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    assert client.get("/readyz").text == "no worker is polling\n", "nobody has polled yet"
    assert client.get("/readyz").status_code == 503
    kyodo = room.archive.sources.states(["kyodo"])[0]
    room.archive.sources.save([structs.replace(kyodo, last_attempt=room.now - timedelta(days=1))])
    assert client.get("/readyz").text == "ready\n", "no worker ever ran, so `poll` is used"
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()) - 10)
    assert client.get("/readyz").text == "ready\n"
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()) + 3600)
    assert client.get("/readyz").text == "no worker is polling\n", (
        "whoever lived since the clock was set back would have ticked"
    )
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()) + 30)
    assert client.get("/readyz").text == "ready\n", "clocks of two machines are never quite the same"
    with WorkerLock(room.folder) as lock:
        lock.report("store: /secret/path: the disk is full")
        assert client.get("/readyz").text == "degraded: store\n"
        lock.report("store: cannot be reached\nqueue: cannot be reached\nstore: takes no more connections")
        assert client.get("/readyz").text == "degraded: store, queue\n", (
            "a part that fails on two machines is named once"
        )
        lock.report("")
        assert client.get("/readyz").status_code == 200
        lock.report("store: full")
    assert client.get("/readyz").status_code == 200, "nobody runs any more whom it could be said of"
    assert client.get("/readyz").headers["Cache-Control"] == "no-store"


def test_an_error_of_ours_that_strikes_most_sources_is_no_readiness(room: Newsroom) -> None:
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    states = room.archive.sources.states()
    half = len(states) // 2
    kinds: tuple[FailureKind, ...] = ("crashed", "parser-crashed")
    broken = [structs.replace(state, error_kind=kinds[n % 2]) for n, state in enumerate(states)]
    room.archive.sources.save(broken[:half])
    assert room.client.get("/readyz").text == "ready\n", "a document may be to blame"
    room.archive.sources.save(broken[half:])
    assert room.client.get("/readyz").text == "degraded: polling\n"
    assert 'aggregator_trouble{part="polling"} 1' in room.client.get("/metrics").text
    room.archive.sources.save([structs.replace(state, error_kind="dns") for state in states])
    assert room.client.get("/readyz").text == "ready\n"


def test_the_only_source_may_have_a_document_that_no_program_can_read(rooms: Rooms) -> None:
    room = rooms(re.sub(r"  - {name: (?:Kyodo|Reuters|Silent), url.*\n", "", CONFIG))
    (state,) = room.archive.sources.states()
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    room.archive.sources.save([structs.replace(state, error_kind="parser-crashed")])
    assert room.client.get("/readyz").text == "ready\n"


def test_readiness_is_told_in_plain_words_where_a_folder_may_not_be_searched(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(library: Library) -> tuple[str, ...]:
        raise StoreError("aggregator.db: cannot be opened: Permission denied")

    monkeypatch.setattr(Library, "troubles", refused)
    answer = newsroom.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the store cannot be read\n")


@of_the_file
def test_damage_that_only_readers_meet_is_told_where_readiness_is(rooms: Rooms) -> None:
    """It said "ready" for as long as no worker read those pages itself, while readers were told that the archive cannot be read."""
    room = rooms()
    room.publish(item("Fire destroys warehouse in Lyon", "kyodo"))
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    room.archive.close()
    path = room.application.database.file
    assert path
    with closing(sqlite3.connect(path)) as raw:
        ((page,),) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'stories'")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xaa" * 4096)
    assert room.client.get("/latest.rss").status_code == 503
    answer = room.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "degraded: store\n")
    assert 'aggregator_trouble{part="store"} 1' in room.client.get("/metrics").text

    def after(passed: timedelta) -> str:
        now = room.now + passed
        with closing(room.application.database.open()) as archive:
            archive.upkeep.note(notes.TICK, int(now.timestamp()))
        room.now = now
        return room.client.get("/readyz").text

    assert after(MET_IS_TOLD - timedelta(seconds=1)) == "degraded: store\n"
    assert after(timedelta(seconds=1)) == "ready\n", "no request met it since"
    assert room.client.get("/latest.rss").status_code == 503
    assert after(timedelta()) == "degraded: store\n"
    assert after(-timedelta(days=3650)) == "ready\n", "a clock that goes back does not keep it for years"


@pytest.mark.parametrize(("form", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_metrics_are_compressed_for_whoever_takes_that(
    client: FlaskClient, form: str, read: Callable[[bytes], bytes]
) -> None:
    got = client.get("/metrics", headers={"Accept-Encoding": form})
    assert (got.headers["Content-Encoding"], got.headers["Vary"]) == (form, "Accept-Encoding")
    assert read(got.data) == client.get("/metrics").data
    assert len(got.data) * 3 < len(client.get("/metrics").data)


def test_metrics_are_prometheus_text(newsroom: Newsroom) -> None:
    client = newsroom.client
    plain = client.get("/metrics").text
    measures = Measures()
    measures.failed(["dns", "dns", "http"])
    measures.edition(1.5, [30, 200, 10**6])
    newsroom.archive.upkeep.note(notes.TICK, int(newsroom.now.timestamp()))
    newsroom.archive.upkeep.note(notes.MEASURES, measures)
    text = client.get("/metrics").text
    assert client.get("/metrics").content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "aggregator_items 7\n" in plain
    for line in (
        'aggregator_poll_errors_total{kind="dns"} 2',
        "aggregator_edition_seconds_total 1.5",
        'aggregator_delay_seconds_bucket{le="60"} 1',
        'aggregator_delay_seconds_bucket{le="300"} 2',
        'aggregator_delay_seconds_bucket{le="+Inf"} 3',
        "aggregator_delay_seconds_count 3",
        "aggregator_pending 0",
    ):
        assert f"{line}\n" in text
    lines = (plain + text).splitlines()
    for line, following in pairwise(lines):
        assert following.startswith("# TYPE ") == line.startswith("# HELP "), line
        assert not line.startswith("# HELP ") or following.split()[2] == line.split()[2]
        assert re.fullmatch(
            r'# HELP \w+( \S+){2,}|# TYPE \w+ (gauge|counter|histogram)|\w+(\{\w+="[\w+-]+"\})? \d+(\.\d+)?', line
        ), line


def test_metrics_tell_of_states_and_errors_before_there_are_any(newsroom: Newsroom) -> None:
    """A graph of sources that fail would show nothing but gaps while none does, and an alert would miss the first error."""
    newsroom.archive.upkeep.note(notes.MEASURES, Measures())
    told = newsroom.client.get("/metrics").text
    assert all(f'aggregator_sources_by_state{{state="{state}"}}' in told for state in ("failing", "gone", "thin"))
    assert all(
        f'aggregator_poll_errors_total{{kind="{kind}"}} 0\n' in told
        for kind in ("dns", "not-a-feed", "parser-timeout", "crashed")
    )


NOWHERE = (
    "/nothing",
    "/sections/none",
    "/sections/none.rss",
    "/sections/defense.xml",
    "/topics/none.json",
    "/sources/none.atom",
    "/sections/defense/2026-13",
    "/sections/defense/2026-00.rss",
    "/sections/defense/9999-01",
    "/sections/defense/0001-01",
    "/sections/defense/2026-1",
    "/sections/none/daily",
    "/sections/none/daily.rss",
    "/latest/%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-%EF%BC%91%EF%BC%91.rss",
    "/sections/../api",
    "/sections/..%2fdefense",
    "/sections/%2e%2e%2fdefense.rss",
    "/sections/defense%00.rss",
    "/sections/defense%0d%0aX: y",
    "/sections/defense;x=1",
    "/sections/de%EF%BC%8Efense",
    "/sections/%ff%fe",
    "/sections/" + "a" * 5000,
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%00",
    "/static/none.css",
    "/stories/none",
    "/stories/%00",
    "/stories/..%2f..%2fetc%2fpasswd",
    "/stories/00000000-0000-0000-0000-000000000000",
    "/stories/{00000000000000000000000000000000}x",
    "/%5cevil.example",
)


@pytest.mark.parametrize("address", NOWHERE)
def test_what_is_not_there_is_404_and_never_quoted(client: FlaskClient, address: str) -> None:
    got = client.get(address)
    assert got.status_code == 404
    assert got.content_type == "text/plain; charset=utf-8"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Vary"] == "Accept", "a browser gets a page"
    assert "evil" not in got.text
    assert "passwd" not in got.text


PAGES_NOWHERE = [address for address in NOWHERE if not address.endswith((".rss", ".atom", ".json"))]


@pytest.mark.parametrize(
    ("usual", "ours"),
    [
        ("/feed", "/latest.rss"), ("/feed/?limit=3", "/latest.rss?limit=3"), ("/rss", "/latest.rss"), ("/RSS.xml", "/latest.rss"),
        ("/index.xml", "/latest.rss"), ("/feed.xml", "/latest.rss"), ("/atom.xml", "/latest.atom"), ("/feed.json", "/latest.json"),
    ],
)  # fmt: skip
def test_where_other_sites_have_their_feed_readers_are_led_to_ours(client: FlaskClient, usual: str, ours: str) -> None:
    moved = client.get(usual)
    assert (moved.status_code, moved.location) == (301, f"https://wire.example.org/news{ours}")


def test_who_mistypes_an_address_learns_which_there_are(client: FlaskClient) -> None:
    assert client.get("/sectoin/defense").text.endswith(
        "There is nothing at this address; `/news/sections`, `/news/topics` and `/news/sources` list what there is, "
        "`/news/latest.rss` has all.\n"
    )
    for rest in ("", ".rss", "/2026-11", "/2026-11.json", "/daily", "/daily.atom"):
        told = client.get(f"/sections/defence{rest}").text
        assert told.endswith(f"There is no section with this id; did you mean `/news/sections/defense{rest}`?\n")
    story = client.get("/api/v1/stories").get_json()["stories"][0]["id"]
    assert client.get(f"/stories/{story}.json").text.endswith(
        "There is no feed of a single story; /news/api/v1/stories/ID has it as JSON.\n"
    )
    assert client.get("/sources/x").text.endswith("There is no source with this id; `/news/sources` lists all.\n")


@pytest.mark.parametrize(
    "address", ["/sections", "/sections/defense", "/latest/2026-11", "/api/v1/stories", "/latest.rss"]
)
def test_a_slash_too_many_leads_to_the_address_without(client: FlaskClient, address: str) -> None:
    for path in (f"{address}/", f"/news{address}//", f"http://evil.example/news/{address}/"):
        got = client.get(f"{path}?limit=2&q=a%20b")
        assert (got.status_code, got.headers["Cache-Control"]) == (301, "max-age=60"), (
            "or else browsers keep it for good"
        )
        assert got.headers["Location"] == f"https://wire.example.org/news{address}?limit=2&q=a%20b"


@pytest.mark.parametrize("path", ["/Sections/Defense.RSS", "/topics/NATO", "/news//Latest/2026-11/", "/api/v1/Stories"])
def test_capitals_lead_to_the_address_in_lower_case(client: FlaskClient, path: str) -> None:
    got = client.get(path, query_string="q=NATO")
    lower = path.removeprefix("/news/").strip("/").lower()
    assert (got.status_code, got.headers["Location"]) == (301, f"https://wire.example.org/news/{lower}?q=NATO")
    assert client.get(f"/{lower}").status_code == 200
    assert client.get("/stories/None").status_code == 404, "ids of stories are read in any case"


@pytest.mark.parametrize("lead", ["/", "//", "/news/", "/news//"])
def test_slashes_before_an_address_change_nothing_but_of_what_is_kept_from_others(
    client: FlaskClient, lead: str
) -> None:
    """nginx writes them with `location /news { proxy_pass http://127.0.0.1:8000/; }`, and would be redirected for ever."""
    for address in ("/latest", "/api/v1/stories", "/healthz", "/sections/defense.rss"):
        got = client.get("/", environ_overrides={"PATH_INFO": f"{lead}{address}"})
        assert (got.status_code, got.data) == (200, client.get(address).data)
    for address in ("/metrics", "/readyz"):
        got = client.get("/", environ_overrides={"PATH_INFO": f"{lead}{address}"})
        assert (got.status_code, got.headers.get("Location")) == (301, f"https://wire.example.org/news{address}")


@pytest.mark.parametrize("path", ["/api/v1/stories/", "/api//v1/stories", "//api/v1/stories"])
def test_a_browser_may_ask_before_it_is_redirected(client: FlaskClient, path: str) -> None:
    """It asks so before each request with conditions from another site, and does not follow an answer that is a redirect."""
    got = client.options("/", environ_overrides={"PATH_INFO": path})
    assert (got.status_code, sorted(got.headers["Allow"].split(", "))) == (200, ["GET", "HEAD", "OPTIONS"])
    allowed = got.headers["Access-Control-Allow-Headers"].split(", ")  # any: scripts add Content-Type to a GET
    assert {"*", "If-None-Match", "If-Modified-Since"} == set(allowed)
    assert client.options("/api/v1/none/").status_code == 404


@pytest.mark.parametrize("query", ["limt=5", "page=2", "q=a&q=b", "offset=5"])
def test_a_browser_may_ask_with_a_parameter_that_is_refused(client: FlaskClient, query: str) -> None:
    """Else its script is told of a network error, and not what is wrong with the parameter."""
    address = f"/api/v1/stories?{query}"
    asked, other = client.options(address), client.options("/api/v1/stories")
    assert (asked.status_code, asked.headers) == (other.status_code, other.headers)
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "address", ["/none/", "/None", "/evil.example//", "/sections/No.ne//", "/%5cevil.example/", "/x//evil.example"]
)
def test_a_slash_leads_nowhere_else(client: FlaskClient, address: str) -> None:
    got = client.get(address)
    assert (got.status_code, got.headers.get("Location")) == (404, None)
    assert client.post("/latest/").status_code == 404


@pytest.mark.parametrize("path", ["/api", "/sections", "/latest"])
def test_the_public_address_may_have_a_path_that_is_named_like_one_of_ours(rooms: Rooms, path: str) -> None:
    """Whether the proxy in front strips it or not."""
    room = rooms(CONFIG.replace("wire.example.org/news", f"wire.example.org{path}"))
    for address in (
        "/",
        "/sections/defense",
        "/sections/defense.rss",
        "/latest.json",
        "/latest/2026-11",
        "/api/v1/stories",
    ):
        stripped, whole = room.client.get(address), room.client.get(path + address)
        assert (stripped.status_code, stripped.data) == (200, whole.data)
    assert [room.client.get(f"{lead}/nowhere").status_code for lead in ("", path)] == [404, 404]


@pytest.mark.parametrize("id", ["x%0D%0ASet-Cookie%3Ay", "%3Fq%23x", "%00", "%E2%80%AE%22%3E%3Cscript%3E", "..%5Cx"])
def test_a_slash_too_many_leads_to_the_address_as_it_was_written(client: FlaskClient, id: str) -> None:
    for kind in ("/stories/", "/api/v1/items/"):
        got = client.get(f"{kind}{id}/")
        assert got.status_code == 301
        assert unquote(got.headers["Location"]) == unquote(f"https://wire.example.org/news{kind}{id}")
        assert not set('\r\n"<?#') & set(got.headers["Location"])
        assert "Set-Cookie" not in got.headers


def test_a_redirect_keeps_the_parameters_as_they_came(client: FlaskClient) -> None:
    """Also those that are sent as they are and not as %C3%A9, as curl does."""
    got = client.get("/latest/", query_string="q=café&publisher=a%26b+c")
    assert got.headers["Location"] == "https://wire.example.org/news/latest?q=caf%C3%A9&publisher=a%26b+c"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("address", [*PAGES_NOWHERE, "/sections/none?q=evil", "/search?section=none&q=evil"])
def test_a_browser_is_told_on_a_page_that_leads_on_and_quotes_nothing(client: FlaskClient, address: str) -> None:
    got = client.get(address, headers={"Accept": BROWSER})
    assert got.status_code == (400 if "section=" in address else 404)
    assert ("<h1>Not found</h1>" in got.text) == (got.status_code == 404)
    assert got.content_type == "text/html; charset=utf-8"
    assert got.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert 'href="/news/latest"' in got.text
    assert 'href="/news/sections/defense"' in got.text
    assert "evil" not in got.text
    assert "passwd" not in got.text


def test_feeds_programs_and_the_api_are_told_in_plain_words_whatever_they_accept(client: FlaskClient) -> None:
    for address in ("/sections/none.rss", "/topics/none.json", "/subscriptions.opml?of=x"):
        got = client.get(address, headers={"Accept": BROWSER})
        assert got.content_type == "text/plain; charset=utf-8", address
    assert client.get("/api/v1/none", headers={"Accept": BROWSER}).content_type == "application/problem+json"
    got = client.get("/none", headers={"Accept": "*/*"})
    assert (got.content_type, got.text.count("`/news/sections`, ")) == ("text/plain; charset=utf-8", 1)


def test_an_empty_parameter_is_none(client: FlaskClient) -> None:
    assert client.get("/subscriptions.opml?of=").data == client.get("/subscriptions.opml").data
    assert client.get("/latest.json?q=&section=&since=&limit=&view=&primary=&min_publishers=").status_code == 200


def test_a_browser_reads_plain_words_where_the_archive_cannot_be_read(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = room.client

    def broken(*_: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr("aggregator.web.library.Library.in_force", broken)
    for address, status in (("/none", 404), ("/latest", 503)):
        got = client.get(address, headers={"Accept": BROWSER})
        assert got.status_code == status
        assert got.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize("id", ["none", "%00", "..%2f", "00000000-0000-0000-0000-000000000000", "a" * 3000, "1"])
@pytest.mark.parametrize("kind", ["stories", "items"])
def test_api_ids_that_are_not_there(client: FlaskClient, kind: str, id: str) -> None:
    got = client.get(f"/api/v1/{kind}/{id}")
    assert got.status_code == 404
    assert got.content_type == "application/problem+json"
    problem = got.get_json()
    assert problem["status"] == 404
    assert set(problem) >= {"type", "title", "status", "detail"}


def test_api_is_open_to_other_origins_also_in_errors(client: FlaskClient) -> None:
    for address, status in (("/api/v1/stories", 200), ("/api/v1/none", 404), ("/api/v1/stories?limit=x", 400)):
        got = client.get(address, headers={"Origin": "https://other.example"})
        assert got.status_code == status
        assert got.headers["Access-Control-Allow-Origin"] == "*"
        exposed = set(got.headers["Access-Control-Expose-Headers"].split(", "))
        assert exposed >= {"ETag", "Last-Modified", "Link", "Retry-After"}, "which scripts could not read"
    assert client.post("/api/v1/stories").headers["Access-Control-Allow-Origin"] == "*"
    ask = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    for address in ("/api/v1/stories", "/latest.json"):
        preflight = client.options(address, headers=ask)
        assert preflight.status_code == 200
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
        assert "If-None-Match" in preflight.headers["Access-Control-Allow-Headers"]


def test_other_origins_can_be_shut_out(room: Newsroom) -> None:
    room.put_in_force(room.text.replace("timezone: UTC}", "timezone: UTC, cors: false}"))
    assert room.client.get("/latest.json").status_code == 200
    got = room.client.get("/latest.json", headers={"Origin": "https://other.example"})
    assert "Access-Control-Allow-Origin" not in got.headers


def test_what_is_in_force_and_cannot_be_read_here_takes_no_page_from_readers(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the service has a variable that its web process lacks, or a later version wrote keys that this one does not
    know."""
    monkeypatch.setenv("WIRE_TOKEN", "s3cret-token")
    room = Newsroom(tmp_path)
    room.archive.upkeep.note(notes.TICK, int(room.now.timestamp()))
    before = room.client.get("/sections").text
    room.put_in_force(room.text.replace("title: Test Wire", 'title: "${WIRE_TOKEN}"'))
    monkeypatch.delenv("WIRE_TOKEN")
    for address in ("/", "/latest.rss", "/sections/defense", "/api/v1/status", "/healthz", "/metrics"):
        assert room.client.get(address).status_code == 200, address
    assert room.client.get("/sections").text == before
    assert room.client.get("/readyz").text == "degraded: configuration\n"
    assert 'aggregator_trouble{part="configuration"} 1' in room.client.get("/metrics").text
    room.archive.upkeep.note(notes.RENAMED, {})  # whatever else changes meanwhile
    assert room.client.get("/readyz").text == "degraded: configuration\n"
    told = [record.getMessage() for record in caplog.records if "cannot be read here" in record.getMessage()]
    assert len(told) == 1, "it is told once"
    assert "variable WIRE_TOKEN is not set" in told[0]
    room.put_in_force(room.text)
    assert room.client.get("/latest.rss").status_code == 200
    assert room.client.get("/readyz").text == "ready\n"
    room.close()


@pytest.mark.parametrize(
    ("of", "listed"),
    [
        ("", [f"sections/{id}.rss?primary=1" for id in ("defense", "asia-pacific", "world")]),
        ("?of=sections", [f"sections/{id}.rss?primary=1" for id in ("defense", "asia-pacific", "world")]),
        ("?of=topics", ["topics/rare-earths.rss", "topics/nato.rss"]),
        ("?of=sources", [f"sources/{id}.rss" for id in ("bbc-world", "kyodo", "reuters", "silent")]),
    ],
)
def test_opml_lists_each_feed_once(client: FlaskClient, of: str, listed: list[str]) -> None:
    root = ET.fromstring(client.get(f"/subscriptions.opml{of}").data)
    found = [(outline.get("xmlUrl"), outline.get("htmlUrl")) for outline in root.iter("outline")]
    at = "https://wire.example.org/news"
    assert found == [(f"{at}/{one}", f"{at}/{one.partition('.rss')[0]}") for one in listed]
    assert all(client.get(str(address).removeprefix(at)).status_code == 200 for feed in found for address in feed)
    assert client.get("/subscriptions.opml?of=everything").status_code == 400


def test_parameters_that_are_empty_as_forms_send_them_are_in_no_address_of_a_feed(client: FlaskClient) -> None:
    got = client.get("/search?q=frigate&section=&since=&min_publishers=")
    assert 'href="https://wire.example.org/news/search.rss?q=frigate"' in got.text
    assert client.get("/search.rss?section=&q=frigate").data == client.get("/search.rss?q=frigate").data


def test_unknown_parameters_are_ignored(client: FlaskClient) -> None:
    plain, more = client.get("/latest.rss?limit=2"), client.get("/latest.rss?utm_source=x&limit=2&fbclid=%00")
    assert plain.data == more.data
    assert plain.headers["ETag"] == more.headers["ETag"]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("offset", "cursor"), ("per_page", "limit"), ("sort", "order"), ("query", "q"), ("search", "q"), ("category", "section"),
        ("language", "lang"), ("from", "since"), ("pagesize", "limit"), ("updated_since", "changed_since"),
    ],
)  # fmt: skip
def test_names_of_other_interfaces_are_told_ours(client: FlaskClient, name: str, ours: str) -> None:
    """Who paged by `offset` got the first page again and again, who asked with `query` all news."""
    got = client.get(f"/api/v1/stories?{name}=50")
    assert (got.status_code, got.get_json()["parameter"]) == (400, name)
    assert f"`{ours}`" in got.get_json()["detail"]
    assert client.get(f"/api/v1/status?{name}=50").status_code == 200, "which takes neither"


def test_what_others_add_to_links_of_pages_and_feeds_is_no_name_of_ours(client: FlaskClient) -> None:
    for address in ("/latest", "/latest.rss"):
        assert client.get(f"{address}?from=timeline&text=x&count=2&size=m&to=y&language=de").status_code == 200


def test_pages_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    ids = [one["url"].rsplit("/", 1)[1] for one in client.get("/api/v1/stories").get_json()["stories"]]
    for address in (*PAGES, *(f"/stories/{id}" for id in ids)):
        text = client.get(address).text
        for value in re.findall(r"<(?:img|script|link|source|iframe)\b[^>]*\b(?:src|href)=\"([^\"]*)\"", text):
            assert value.startswith(("/news/", "https://wire.example.org/news/")), (address, value)
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! src=)|javascript:", text), address
        assert "<!doctype html>" in text


def test_a_month_that_has_not_begun_is_not_there(room: Newsroom) -> None:
    """In the site's time zone, and not by a clock that was set back since the last news."""
    for month in ("/latest/2026-12", "/sections/defense/2026-12.rss", "/topics/nato/2027-01.json"):
        got = room.client.get(month)
        assert got.status_code == 404
        assert "There is no such month yet." in got.text
    assert room.client.get("/latest/2026-11").status_code == 200, "it has begun, though nothing is in it"
    room.put_in_force(CONFIG.replace("timezone: UTC", "timezone: Pacific/Kiritimati"))
    room.now = NOON.replace(day=30)
    assert room.client.get("/latest/2026-12").status_code == 200
    room.publish(item("Frigate leaves port"))
    room.now = NOON - timedelta(days=3650)
    assert room.client.get("/latest/2026-11").status_code == 200


def test_of_a_misspelt_section_no_month_is_offered_that_is_not_there(client: FlaskClient) -> None:
    """Whoever followed the suggestion came to the next error."""
    for month, said in (("2026-11", "/news/sections/defense/2026-11`?"), ("2026-13", "There is no such month.")):
        got = client.get(f"/sections/defence/{month}")
        assert (got.status_code, said in got.text) == (404, True), month


def test_crawlers_are_kept_from_pages_of_searches_alone(client: FlaskClient) -> None:
    """Each leads on to others, and each is a search; where the service lies under a path crawlers do not read its robots.txt."""
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())
    kept_out = {
        address for address in ("/search?q=frigate", *ADDRESSES) if not rules.can_fetch("any", f"/news{address}")
    }
    assert kept_out == {"/search?q=frigate", "/search"}
    told = '<meta name="robots" content="noindex">'
    shown = {address: told in client.get(address).text for address in ("/search?q=frigate", *PAGES)}
    assert {address for address, left_out in shown.items() if left_out} == {"/search?q=frigate", "/search"}


def test_whoever_searches_for_no_word_is_told_in_words_of_readers(client: FlaskClient) -> None:
    shown = client.get("/search?q=%22", headers={"Accept": BROWSER})
    assert (shown.status_code, "<h1>Search</h1>" in shown.text) == (400, True)
    assert "A search must have at least one word of letters or digits.</p>" in shown.text
    assert 'value="&#34;"' in shown.text, "to be corrected, not typed again"
    for address in ("/search?q=%22", "/api/v1/stories?q=%22"):
        told = client.get(address, headers={"Accept": BROWSER if "api" in address else "*/*"})
        assert "Bad parameter" in told.text
        assert "`q` must have" in told.text
