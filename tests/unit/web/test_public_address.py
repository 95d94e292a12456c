"""Links are made of `site.url` alone, whatever a request or a proxy says."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from newsroom import CONFIG, NEWS, Rooms

ROOT = "https://wire.example.org/news"
ADDRESSES = (
    "/latest.rss",
    "/latest.atom",
    "/latest.json",
    "/subscriptions.opml",
    "/api/v1/stories?limit=1",
    "/",
    "/sources",
    "/docs",
)
LIES = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "10.0.0.1",
    "Forwarded": "host=evil.example;proto=gopher",
    "X-Original-URL": "/evil",
    "X-Script-Name": "/evil",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_headers_of_requests_never_reach_links(client: FlaskClient, address: str) -> None:
    honest, lied = client.get(address), client.get(address, headers=LIES)
    assert lied.data == honest.data
    assert "evil" not in str(lied.headers)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_with_and_without_the_path_of_the_site(client: FlaskClient, address: str) -> None:
    stripped, whole = client.get(address), client.get(f"/news{address}")
    assert whole.status_code == 200
    assert whole.data == stripped.data
    assert dict(whole.headers) == dict(stripped.headers)


@pytest.mark.parametrize(
    ("written", "root", "path"),
    [
        ("https://müller.example/ünï", "https://xn--mller-kva.example/%C3%BCn%C3%AF", "/ünï"),
        ("https://wire.example.org/n%C3%AFws", "https://wire.example.org/n%C3%AFws", "/nïws"),
        ("https://новости.example", "https://xn--b1amnebsh.example", ""),
    ],
)
def test_an_address_in_other_letters_is_in_ascii_wherever_it_stands(
    rooms: Rooms, written: str, root: str, path: str
) -> None:
    room = rooms(CONFIG.replace(ROOT, written))
    room.publish(*NEWS)
    for address in (*ADDRESSES, "/sections/defense.atom"):
        stripped, whole = room.client.get(address), room.client.get(path + address)
        assert (whole.status_code, whole.data) == (stripped.status_code, stripped.data) != (404, b"")
        assert str(whole.headers).isascii()
        assert written.rpartition("/")[2] not in whole.text or written == root
    assert room.client.get("/latest.json").get_json()["feed_url"] == f"{root}/latest.json"
    assert f'"{root}/latest.rss"' in room.client.get("/latest").text


def test_slashes_written_twice_are_one(rooms: Rooms) -> None:
    room = rooms(CONFIG.replace(ROOT, "https://wire.example.org//news//"))
    assert '"//' not in (page := room.client.get("/latest").text), "a link to the host `news`"
    assert f'"{ROOT}/latest.rss"' in page


def test_feed_links_are_absolute(client: FlaskClient) -> None:
    for extension in ("rss", "atom"):
        text = client.get(f"/sections/defense.{extension}?limit=5").text
        assert f'href="{ROOT}/sections/defense.{extension}?limit=5"' in text
        for address in re.findall(r'(?:href|url)="([^"]+)"', text):
            assert address.startswith(("https://", "http://"))
    feed = client.get("/sections/defense.json?limit=5").get_json()
    assert feed["feed_url"] == f"{ROOT}/sections/defense.json?limit=5"
    assert feed["home_page_url"] == f"{ROOT}/sections/defense?limit=5"


def test_link_header_names_this_feed_its_page_and_the_other_formats(client: FlaskClient) -> None:
    link = client.get("/topics/nato.rss?limit=5").headers["Link"]
    assert f'<{ROOT}/topics/nato.rss?limit=5>; rel="self"' in link
    assert f'<{ROOT}/topics/nato?limit=5>; rel="alternate"; type="text/html"' in link
    assert f'<{ROOT}/topics/nato.atom?limit=5>; rel="alternate"; type="application/atom+xml"' in link


@pytest.mark.parametrize("address", ["/latest.rss?q={}", "/api/v1/stories?limit=1&q={}"])
@pytest.mark.parametrize("words", [1, 2, 16])
def test_headers_of_a_long_question_fit_into_what_proxies_allow(client: FlaskClient, address: str, words: int) -> None:
    """nginx has 4 KiB for all of them together, unless it is told otherwise."""
    muted = " ".join(f"-достопримечательность{n}" for n in range(words))
    got = client.get(address.format(quote(muted)))
    assert got.status_code == 200
    assert sum(len(name) + len(value) + 4 for name, value in got.headers) < 3500
    assert ("Link" in got.headers) == (words < 16)


def test_header_splitting_does_not_get_through(client: FlaskClient) -> None:
    got = client.get("/search.rss?q=a%0d%0aSet-Cookie:%20x=1")
    assert got.status_code == 200
    assert "Set-Cookie" not in got.headers
    assert "\r" not in got.headers["Link"]


def test_without_a_public_address_the_listening_one_is_used(rooms: Rooms) -> None:
    room = rooms(
        'site: {title: T}\nsources: [{name: BBC World, url: "https://bbc.example/x"}]\n'
        "sections: [{id: world, title: World}]\n",
    )
    room.publish(NEWS[0])
    text = room.client.get("/latest.rss", headers={"Host": "evil.example"}).text
    assert 'href="http://127.0.0.1:8000/latest.rss"' in text
    assert "evil" not in text


def test_a_reader_that_is_given_a_story_finds_the_feeds_of_its_section(client: FlaskClient) -> None:
    story = client.get("/api/v1/stories?q=newest+frigate").get_json()["stories"][0]
    head = client.get(story["url"].removeprefix(ROOT)).text.partition("</head>")[0]
    assert re.findall(r'<link rel="alternate" type="[^"]+" title="([^"]+)" href="([^"]+)">', head) == [
        (f"Defense – Test Wire ({name})", f"{ROOT}/sections/defense.{extension}")
        for extension, name in (("rss", "RSS"), ("atom", "Atom"), ("json", "JSON Feed"))
    ]


def test_autodiscovery_on_every_stream(client: FlaskClient) -> None:
    for address in ("/latest", "/sections/defense", "/topics/nato", "/sources/kyodo", "/sources"):
        text = client.get(address).text
        for type, extension in (("rss+xml", "rss"), ("atom+xml", "atom"), ("feed+json", "json")):
            assert re.search(
                rf'<link rel="alternate" type="application/{re.escape(type)}"[^>]+href="{ROOT}{address}\.{extension}"',
                text,
            )


def test_the_api_names_addresses_where_they_are(client: FlaskClient) -> None:
    """Under a sub-path its hints left this out, and led nowhere."""
    detail = client.get("/api/v1/storys").get_json()["detail"]
    assert detail == "There is nothing at this address; /news/docs and /news/openapi.json list what there is."
