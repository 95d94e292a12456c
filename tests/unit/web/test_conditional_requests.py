"""RFC 9110 on conditions, codings and ranges; and what is kept in front of Flask answers as Flask does."""

from __future__ import annotations

import gc
import gzip
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from builders.process import PATIENCE
from flask.testing import FlaskClient
from newsroom import CONFIG, NEWS, NOON, Newsroom, item
from werkzeug.http import http_date

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import Installation
from aggregator.bootstrap.serving import library as serving_library
from aggregator.model.feed import Stream
from aggregator.web import cache, feeds
from aggregator.web.app import create_app
from aggregator.web.cache import ResponseCache
from aggregator.web.library import Library
from aggregator.web.negotiation import coding
from aggregator.web.recent import Recent
from aggregator.web.streams import build

ADDRESSES = ("/latest.rss", "/sections/asia-pacific.atom", "/latest.json", "/latest", "/", "/api/v1/stories", "/docs")
LATER = http_date(NOON)  # than all that is shown


def fronted(library: Library) -> tuple[FlaskClient, ResponseCache]:
    """A client of an application, and the cache in front of that."""
    app = create_app(library)
    assert isinstance(app.wsgi_app, ResponseCache)
    return app.test_client(), app.wsgi_app


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_tag_given_is_the_tag_understood(client: FlaskClient, address: str) -> None:
    for accept in ("", "gzip", "br", "gzip, br"):
        first = client.get(address, headers={"Accept-Encoding": accept})
        tag = first.headers["ETag"]
        for wanted in (tag, f"W/{tag}", f'"other", {tag}', f'"other",W/{tag} , "more"', "*"):
            again = client.get(address, headers={"Accept-Encoding": accept, "If-None-Match": wanted})
            assert again.status_code == 304, wanted
            assert again.data == b""
            assert again.headers["ETag"] == tag
            for name in ("Cache-Control", "Vary"):
                assert again.headers[name] == first.headers[name]
            assert "Content-Type" not in again.headers
            assert "Content-Encoding" not in again.headers
        for wrong in ('"other"', 'W/"other"', "", tag.strip('"') + "x", '"unfinished'):
            assert client.get(address, headers={"Accept-Encoding": accept, "If-None-Match": wrong}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_if_match_is_answered_only_if_it_matches(client: FlaskClient, address: str) -> None:
    tags = [client.get(address, headers={"Accept-Encoding": coding}).headers["ETag"] for coding in ("", "gzip", "br")]
    for wanted in (*tags, f'"other", {tags[0]}', "*"):
        assert client.get(address, headers={"If-Match": wanted}).status_code == 200
    for wrong in ('"other"', f"W/{tags[0]}", "unquoted"):
        refused = client.get(address, headers={"If-Match": wrong, "If-None-Match": tags[0]})
        assert refused.status_code == 412
        assert "ETag" not in refused.headers
        assert refused.headers["Cache-Control"] == "no-store"
        assert refused.is_json is address.startswith("/api/")
    assert client.get(address).status_code == 200
    assert client.get("/latest.rss?limit=x", headers={"If-Match": '"other"'}).status_code == 400


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_was_modified_since_is_refused_to_who_wants_it_unmodified(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    before = "Thu, 01 Jan 2026 00:00:00 GMT"
    for date in (first.headers["Last-Modified"], LATER, "garbage", ""):
        assert client.get(address, headers={"If-Unmodified-Since": date}).status_code == 200
    assert client.get(address, headers={"If-Unmodified-Since": before}).status_code == 412
    assert client.get(address, headers={"If-Unmodified-Since": before, "If-Match": "*"}).status_code == 200
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_date_alone_is_enough_and_the_tag_outranks_it(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    date = first.headers["Last-Modified"]
    assert client.get(address, headers={"If-Modified-Since": date}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": LATER}).status_code == 304
    ahead = "Fri, 01 Jan 2100 00:00:00 GMT"  # of the clock: nobody was given that date
    endless = f"Sun, 29 Nov {'9' * 20} 00:00:00 GMT"
    misread = ("yesterday", "", "1e999", "Tue, 99 Nov 2026 10:00:00 GMT", endless)
    for bad in (ahead, "Mon, 01 Jan 1990 00:00:00 GMT", *misread):
        assert client.get(address, headers={"If-Modified-Since": bad}).status_code == 200
    both = {"If-None-Match": '"other"', "If-Modified-Since": LATER}
    assert client.get(address, headers=both).status_code == 200
    assert client.head(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "address",
    ["/sections", "/topics", "/sources", "/api/v1/sections", "/api/v1/topics", "/api/v1/sources", "/api/v1/status"],
)
def test_what_moves_with_time_is_never_called_unchanged_by_its_date_alone(client: FlaskClient, address: str) -> None:
    """News within the second in which it was asked for would be missed for as long as the client keeps the date."""
    first = client.get(address)
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_coding_has_a_strong_tag_of_its_own(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    zipped = client.get(address, headers={"Accept-Encoding": "gzip, deflate"})
    small = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert small.headers["Content-Encoding"] == "br"
    assert gzip.decompress(zipped.data) == brotli.decompress(small.data) == plain.data
    tags = {answer.headers["ETag"] for answer in (plain, zipped, small)}
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)
    assert {answer.headers["Vary"] for answer in (plain, zipped, small)} == {"Accept-Encoding"}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", None),
        ("identity", None),
        ("*", None),
        ("gzip;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("GZIP", "gzip"),
        ("gzip;q=nonsense", None),
        ("deflate", None),
        ("gzip, br", "br"),
    ],
)
def test_coding_follows_the_wishes(accepted: str, expected: str | None) -> None:
    assert coding(accepted) == expected


def test_a_range_is_ignored(client: FlaskClient) -> None:
    got = client.get("/latest.rss", headers={"Range": "bytes=0-10"})
    assert got.status_code == 200
    assert len(got.data) > 1000


WISHES: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "br"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"other"'},
    {"If-Modified-Since": LATER, "Accept-Encoding": "gzip"},
    {"If-None-Match": "*", "Accept-Encoding": "br"},
    {"If-Modified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    {"Range": "bytes=0-3", "Host": "evil.example"},
)


@pytest.mark.parametrize(
    "address",
    [
        "/latest.rss",
        "/sections/defense.json?limit=1",
        "/sections/defense/2026-10.json",  # over: nothing that is still to come changes it
        "/news/topics/nato.atom",
        "/sources/silent.rss",
        "/",
        "/latest",
        "/search?q=frigate&order=relevance",
        "/api/v1/stories",
        "/api/v1/stories?q=zebra",  # too small to be compressed
        "/docs",
    ],
)
def test_what_is_kept_is_what_flask_answers(newsroom: Newsroom, address: str) -> None:
    ours, front = fronted(newsroom.library())
    flasks, forgetful = fronted(newsroom.library())
    for accept in ("", "gzip", "br"):
        ours.get(address, headers={"Accept-Encoding": accept})
    front.inner = _never  # from here on all comes from what is kept
    for method in ("GET", "HEAD"):
        for wishes in WISHES:
            kept = ours.open(address, method=method, headers=wishes)
            forgetful.kept = Recent(0)
            asked = flasks.open(address, method=method, headers=wishes)
            assert (kept.status, kept.data) == (asked.status, asked.data)
            assert list(kept.headers) == list(asked.headers)


def _never(environ: Any, start_response: Any) -> Any:
    raise AssertionError("Flask was asked")


def test_a_reader_that_only_asks_conditionally_fills_what_is_kept(newsroom: Newsroom) -> None:
    client, front = fronted(newsroom.library())
    tag = newsroom.client.get("/latest.atom").headers["ETag"]
    assert client.get("/latest.atom", headers={"If-None-Match": tag}).status_code == 304
    front.inner = _never
    assert client.get("/latest.atom", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/latest.atom").status_code == 200


@pytest.mark.parametrize("condition", [{"If-None-Match": "*"}, {"If-Modified-Since": LATER}])
@pytest.mark.parametrize("address", ["/api/v1/stories?limit=500", "/latest/2026-11.rss", "/"])
def test_what_the_client_has_already_is_made_once(
    newsroom: Newsroom, address: str, condition: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, front = fronted(newsroom.library())
    inner, asked = front.inner, []

    def counted(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    monkeypatch.setattr(front, "inner", counted)
    got = client.get(address, headers=condition)
    assert (got.status_code, got.data, len(asked)) == (304, b"", 1)


def test_a_feed_is_rendered_once_for_all_codings(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def counted(*asked: Any, **how: Any) -> Stream:
        built.append(how["rendered"])
        return build(*asked, **how)

    monkeypatch.setattr(feeds, "build", counted)
    client = create_app(newsroom.library()).test_client()
    sizes = {len(client.get("/latest.rss", headers={"Accept-Encoding": one}).data) for one in ("", "gzip", "br")}
    assert (len(sizes), built) == (3, ["rss"])


def test_news_and_edits_are_seen_at_once(room: Newsroom) -> None:
    room.publish(*NEWS)
    ask = room.client.get
    before = {address: ask(address).headers["ETag"] for address in ("/sections/defense.rss", "/topics/nato.rss")}
    room.publish(item("Missiles Bought for Malta", age=timedelta(minutes=1)))
    assert "Missiles Bought for Malta" in ask("/sections/defense.rss").text
    assert ask("/topics/nato.rss").headers["ETag"] == before["/topics/nato.rss"]  # not touched, byte for byte
    room.put_in_force(room.text.replace("title: NATO", "title: Alliance"))
    assert "Alliance" in ask("/topics/nato.rss").text


def test_for_a_crowd_news_is_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for what another is having made anew waits for that."""
    room, crowd = Newsroom(tmp_path), 4
    room.publish(*NEWS)
    client, front = fronted(room.library())
    assert "Malta" not in client.get("/latest.rss").text
    room.publish(item("Missiles Bought for Malta", age=timedelta(minutes=1)))
    inner, look, asked, came, all_there = front.inner, front.kept.get, [], set[int](), threading.Event()

    def get(key: Any) -> Any:
        came.add(threading.get_ident())
        if len(came) == crowd:
            all_there.set()
        return look(key)

    def slow(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        assert all_there.wait(PATIENCE)
        return inner(environ, start_response)

    monkeypatch.setattr(front.kept, "get", get)
    monkeypatch.setattr(front, "inner", slow)
    monkeypatch.setattr(cache, "WAIT", PATIENCE)
    started = threading.Barrier(crowd)

    def read(_: int) -> str:
        started.wait(PATIENCE)  # so that each is a thread of its own
        return client.application.test_client().get("/latest.rss").text

    with ThreadPoolExecutor(crowd) as pool:
        texts = set(pool.map(read, range(crowd)))
    assert len(texts) == 1
    assert "Missiles Bought for Malta" in texts.pop()
    assert asked == ["/latest.rss"]
    room.close()


def test_who_waits_for_another_in_vain_asks_himself(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    client, front = fronted(newsroom.library())
    first = client.get("/latest.rss")
    ((kept, _),) = front.kept.held.values()
    monkeypatch.setattr(front, "_valid", lambda key, kept: False)
    monkeypatch.setattr(cache, "WAIT", 0.01)
    with kept.renewal:  # whoever has it hangs
        assert client.get("/latest.rss").data == first.data


@pytest.mark.parametrize("address", ["/", "/latest", "/sections/asia-pacific.atom", "/sources", "/nothing-here"])
def test_a_request_asks_once_whether_anything_was_committed(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """To a server each time is a round trip."""
    reading: Any = type(newsroom.library().archive.reading)
    ask = reading.data_version
    asked: list[int] = []

    def counted(self: Any) -> int:
        asked.append(ask(self))
        return asked[-1]

    monkeypatch.setattr(reading, "data_version", counted)
    for _ in range(2):
        newsroom.client.get(f"{address}?asked")
        assert len(asked) == 1
        asked.clear()


def test_feeds_of_one_list_tell_each_the_address_they_have(client: FlaskClient) -> None:
    for query in ("limit=2&view=items", "view=items&limit=2", "view=items&limit=02"):
        told = client.get(f"/latest.json?{query}").get_json()
        assert told["feed_url"] == f"https://wire.example.org/news/latest.json?{query}"


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_news_elsewhere_changes_no_byte_of_an_empty_feed(room: Newsroom, extension: str) -> None:
    addresses = [f"/search.{extension}?q=zebra", f"/sections/defense/daily.{extension}"]
    before = [room.client.get(address).headers["ETag"] for address in addresses]
    room.now += timedelta(minutes=1)
    room.publish(item("Missiles Bought for Malta", age=timedelta()))
    assert [room.client.get(address).headers["ETag"] for address in addresses] == before


def test_before_the_first_poll_all_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Feeds were dated with the start of the process, since the archive has no configuration yet."""
    place = Installation(tmp_path / "feeds.yaml", tmp_path, None, address="http://127.0.0.1:8000")
    applications = [Application.of_texts(place, {"feeds.yaml": CONFIG}) for _ in range(2)]
    applications[0].database.open().close()
    clients = [create_app(serving_library(application)).test_client() for application in applications]
    assert len({client.get("/latest.atom").data for client in clients}) == 1


def test_what_time_alone_changes_is_rendered_anew(room: Newsroom) -> None:
    room.publish(*NEWS)
    ask = room.client.get
    assert "Octopuses" in ask("/latest.rss?since=31h").text
    assert "fh:archive/" not in ask("/latest/2026-11.rss").text
    room.now += timedelta(hours=2)
    assert "Octopuses" not in ask("/latest.rss?since=31h").text
    room.now = datetime(2026, 12, 1, tzinfo=UTC)  # the first moment after it
    assert "fh:archive/" in ask("/latest/2026-11.rss").text


def test_what_is_kept_is_bounded(newsroom: Newsroom) -> None:
    library = newsroom.library()
    client, front = fronted(library)
    front.kept.most = 50_000
    for limit in range(1, 40):
        client.get(f"/latest.rss?limit={limit}")
    assert 0 < front.kept.size <= 50_000
    assert front.kept.size == sum(size for _, size in front.kept.held.values())


def test_one_large_answer_drives_no_others_out(newsroom: Newsroom) -> None:
    client, front = fronted(newsroom.library())
    for limit in (1, 2, 3):
        client.get(f"/latest.rss?limit={limit}")
    front.kept.most = front.kept.size
    assert client.get(f"/latest.rss?limit=4&x={'a' * front.kept.size}").status_code == 200
    assert len(front.kept.held) == 3


def test_long_questions_count_as_what_they_hold(newsroom: Newsroom) -> None:
    """An address of 60 kB weighs more than the feed under it, and so do the links that quote it."""
    client, front = fronted(newsroom.library())
    front.kept.most = 300_000
    for n in range(20):
        assert client.get(f"/latest.rss?limit=1&{n}={'a' * 60_000}").status_code == 200
    asked = sum(len(path) + len(query) for path, query, _ in front.kept.held)
    told = sum(
        len(kept.body) + sum(len(name) + len(value) for name, value in kept.headers)
        for kept, _ in front.kept.held.values()
    )
    assert 0 < asked + told <= front.kept.size <= 300_000


def test_small_answers_count_as_what_they_take(newsroom: Newsroom) -> None:
    """A feed of a search that finds nothing has 500 bytes; what is known of it takes three times as much."""
    library = newsroom.library()
    client, front = fronted(library)
    tracemalloc.start()
    try:
        for n in range(40):
            assert client.get(f"/search.json?q={n}+-{n}a").status_code == 200
        gc.collect()
        holding = tracemalloc.get_traced_memory()[0]
        front.kept.held.clear()
        library.rendered_feeds.held.clear()
        gc.collect()
        taken = holding - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 40_000 < taken <= front.kept.size + library.rendered_feeds.size


def test_what_is_dropped_is_held_by_no_thread(newsroom: Newsroom) -> None:
    """Between two commits each thread remembers what it has found right: of that, what was dropped since is let go."""
    client, front = fronted(newsroom.library())
    for _ in range(2):
        client.get("/latest.rss?limit=1")
    (dropped,) = (weakref.ref(kept) for kept, _ in front.kept.held.values())
    front.kept.most = 5 * front.kept.size
    for n in range(5):
        client.get(f"/latest.rss?limit=1&{n}")
    gc.collect()
    assert dropped() is None


def test_an_endless_list_of_codings_is_not_read(client: FlaskClient) -> None:
    found = client.get("/latest.rss", headers={"Accept-Encoding": "gzip, " + "a" * 200_000})
    assert (found.status_code, found.headers.get("Content-Encoding")) == (200, None)


def test_an_item_is_listed_in_its_section_also_if_its_story_is_in_none_of_it(room: Newsroom) -> None:
    """The stories of the section stay as they were; the answer of before was given on."""
    told = [item(f"Harbour of Lumio Closes {n}", source) for n, source in enumerate(("bbc-world", "kyodo", "reuters"))]
    late = item("Frigate Enters the Harbour", "silent", publisher="Silent", summary="In Lumio.")
    room.put_in_force(f"{CONFIG}stories: {{join: [{[one.url for one in (*told, late)]}]}}\n")
    room.publish(*told)

    def listed(view: str) -> list[str]:
        found = room.client.get(f"/sections/defense.json?view={view}").get_json()["items"]
        return [one["title"] for one in found]

    assert (listed("items"), listed("stories")) == ([], [])
    room.now += timedelta(hours=1)
    room.publish(late, live=True)
    assert (listed("items"), listed("stories")) == ([late.title], [])
