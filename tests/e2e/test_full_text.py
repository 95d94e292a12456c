"""`full_text: true`: the article itself is asked for once, its text shown on the story page and kept out of feeds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from servers.local import Request, Route, Server, answer, redirect

from aggregator.bootstrap import Application, Installation, library, utc_now
from aggregator.cli.main import main
from aggregator.store.sqlite.connection import Connection
from aggregator.web.app import create_app

SENTENCE = "The engineers who had inspected the wall in spring found that water seeped through it, and said so"


def article(headline: str) -> Route:
    """Its page."""
    return answer(PAGE.replace("HEADLINE", headline).encode(), content_type="text/html; charset=utf-8")


PAGE = f"""<!doctype html><html><head><title>Dam</title><script>alert('page')</script></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/news">News</a></nav>
<article><h1>HEADLINE</h1>
{"".join(f"<p>{SENTENCE}, in paragraph {n}, <a href='https://dams.example/report'>as a report tells</a>.</p>" for n in range(4))}
<h2>What is known of the flood</h2>
<p onclick="alert(1)">{SENTENCE} at length, again and again, to everybody who asked them about it.</p>
</article><footer>All rights reserved by the outlet</footer></body></html>"""


class Wire:
    def __init__(self, folder: Path, server: Server) -> None:
        self.server = server
        self.place = Installation(folder / "feeds.yaml", folder / "instance")
        self.place.config.write_text(
            "site: {title: Wire}\nallow_private: [127.0.0.1]\nsources:\n"
            f"  - {{name: Full, url: '{server.url('/full')}', full_text: true}}\n"
            f"  - {{name: Short, url: '{server.url('/short')}'}}\n"
            "sections:\n  - {id: world, title: World}\n"
        )

    def publish(self, outlet: str, *entries: tuple[str, str]) -> None:
        """Each with the path of its article and its headline."""
        date = format_datetime(utc_now() - timedelta(minutes=20))
        rows = "".join(
            f"<item><title>{title}</title><link>{self.server.url(path)}</link><pubDate>{date}</pubDate>"
            f"<description>{title}: a short description.</description></item>"
            for path, title in entries
        )
        self.server.routes[f"/{outlet}"] = answer(
            f"<rss version='2.0'><channel><title>{outlet}</title><link>https://x.example/</link>"
            f"<description>d</description>{rows}</channel></rss>".encode()
        )

    def poll(self) -> None:
        assert main(["--config", str(self.place.config), "--instance", str(self.place.instance), "poll"]) == 0

    def asked(self, path: str) -> int:
        return sum(request.path == path for request in self.server.requests)

    @property
    def client(self) -> FlaskClient:
        return create_app(library(Application.load(self.place))).test_client()

    def page(self, words: str) -> str:
        client = self.client
        story = client.get(f"/api/v1/stories?q={words}").get_json()["stories"][0]
        return client.get(f"/stories/{story['id'].removeprefix('urn:uuid:')}").text


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    with Server({}) as server:
        server.routes["/dam"] = article("Dam gives way in Kakhovka")
        server.routes["/report"] = answer(b"%PDF-1.7", content_type="application/pdf")
        made = Wire(tmp_path_factory.mktemp("polled"), server)
        made.publish("full", ("/dam", "Dam gives way in Kakhovka"), ("/report", "Budget office reports on tariffs"))
        made.publish("short", ("/octopus", "Octopuses dream in colour"))
        made.poll()
        yield made


@pytest.fixture
def wire(polled: Wire, tmp_path: Path) -> Iterator[Wire]:
    """As it is after the first poll, to which each test comes anew."""
    server = polled.server
    routes, requests = dict(server.routes), len(server.requests)
    shutil.copytree(polled.place.instance, tmp_path / "instance")
    yield Wire(tmp_path, server)
    server.routes = routes
    del server.requests[requests:]


def test_the_story_page_shows_the_article_and_feeds_do_not(wire: Wire) -> None:
    page = wire.page("dam")
    assert "found that water seeped through it" in page
    assert "What is known of the flood" in page
    assert "All rights reserved" not in page
    assert "alert(" not in page.split("<article", 1)[1].split("</article", 1)[0]
    for address in ("/latest.rss", "/latest.json", "/latest.atom", "/latest.json?view=items"):
        told = wire.client.get(address)
        assert told.status_code == 200
        assert "Dam gives way" in told.text
        assert "seeped" not in told.text
    for name in ("stories", "items"):
        for row in wire.client.get(f"/api/v1/{name}").get_json()[name]:
            assert "seeped" not in wire.client.get(f"/api/v1/{name}/{row['id']}").text


def test_feeds_hold_the_article_where_the_site_may_republish_it(wire: Wire) -> None:
    config = wire.place.config
    config.write_text(config.read_text().replace("title: Wire}", "title: Wire, republish_full_text: true}"))
    wire.poll()  # puts the edit in force
    for address in ("/latest.rss", "/latest.json", "/latest.atom", "/latest.json?view=items", "/sources/full.atom"):
        told = wire.client.get(address).text
        assert "seeped" in told, address
        assert "What is known of the flood" in told
        assert "All rights reserved" not in told
        assert "alert(" not in told
    items = wire.client.get("/latest.json").get_json()["items"]
    dam = next(one for one in items if one["title"].startswith("Dam"))
    assert "seeped" in dam["content_html"]
    assert "seeped" not in dam["summary"]
    assert "All about this story" in dam["content_html"]
    assert sum("seeped" in one["content_html"] for one in items) == 1  # not of sources without `full_text`
    for name in ("stories", "items"):
        for row in wire.client.get(f"/api/v1/{name}").get_json()[name]:
            one = wire.client.get(f"/api/v1/{name}/{row['id']}").get_json()
            assert ("seeped" in one["content_html"]) == (row["title"] == dam["title"]), row["title"]


@pytest.mark.parametrize("view", ["stories", "items"])
def test_the_store_is_asked_no_more_often_for_many_articles_than_for_one(
    wire: Wire, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = wire.place.config
    config.write_text(config.read_text().replace("title: Wire}", "title: Wire, republish_full_text: true}"))
    wire.poll()
    reads = 0
    read = Connection.read

    def counted(self: Connection, query: str, values: Sequence[Any] = (), **how: bool) -> list[Any]:
        nonlocal reads
        reads += 1
        return read(self, query, values, **how)

    monkeypatch.setattr(Connection, "read", counted)
    client = wire.client
    client.get("/latest.json")  # the first request opens the archive
    asked = []
    for limit in (1, 2):
        reads = 0
        told = client.get(f"/sources/full.json?view={view}&limit={limit}").get_json()["items"]
        assert len(told) == limit
        asked.append(reads)
    assert asked[0] == asked[1]


def test_an_article_is_asked_for_once_and_of_those_sources_alone(wire: Wire) -> None:
    wire.poll()
    assert wire.asked("/dam") == wire.asked("/report") == 1
    assert wire.asked("/octopus") == 0
    assert "Octopuses dream" in wire.page("octopuses")


def test_an_article_whose_address_is_a_feed_too_is_asked_for_as_a_page(wire: Wire) -> None:
    page, comments = article("Ferry runs aground off Samos"), answer(b"<rss/>", content_type="application/rss+xml")

    async def negotiated(request: Request, writer: asyncio.StreamWriter) -> None:
        await (page if request.headers["accept"].startswith("text/html") else comments)(request, writer)

    wire.server.routes["/ferry"] = negotiated
    wire.publish("full", ("/ferry", "Ferry runs aground off Samos"))
    wire.poll()
    assert "seeped" in wire.page("ferry")


def test_a_page_without_an_article_leaves_what_the_feed_said(wire: Wire) -> None:
    page = wire.page("tariffs")
    assert "Budget office reports on tariffs" in page
    assert "%PDF" not in page


def paragraphs(*texts: str) -> str:
    return "<main>" + "".join(f"<p>{text}</p>" for text in texts) + "</main>"


FERRY = "Ferry sinks near Palermo harbour"
TEASER = f"{FERRY}, and all of its passengers were saved by fishermen within an hour, as the harbour master told us"
OTHERS = {
    "not found": paragraphs(
        "Sorry, the page you are looking for could not be found. It may have been moved, renamed or deleted.",
        "Please try searching, or return to our home page to read the latest news, sport, business and opinion.",
    ),
    "log in": paragraphs(
        "Log in to continue reading this article. Enter the email address and the password of your account.",
        "No account yet? Create a free account to read this article and to get our newsletters every morning.",
    ),
    "cookies": paragraphs(
        "We and our partners store or access information on a device, such as cookies and process personal data.",
        "With your permission we and our partners may use precise geolocation data and identification.",
    ),
    "front page": "<main>"
    + "".join(
        f"<article><h2><a href='/{n}'>Minister {n} speaks</a></h2><p>A teaser of what minister {n} said at length.</p></article>"
        for n in range(20)
    )
    + "</main>",
    "for subscribers": paragraphs(
        TEASER, "Subscribe now to go on reading. Cancel at any time. Log in if you subscribe already."
    )
    + '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
}


@pytest.mark.parametrize("page", OTHERS.values(), ids=OTHERS)
def test_a_page_that_is_not_the_article_is_not_shown_as_it(wire: Wire, page: str) -> None:
    whole = f"<!doctype html><html><head><title>{FERRY}</title></head><body>{page}</body></html>"
    wire.server.routes["/ferry"] = answer(whole.encode(), content_type="text/html")
    wire.publish("full", ("/ferry", FERRY))
    wire.poll()
    assert wire.asked("/ferry") == 1
    shown = wire.page("ferry")
    assert "a short description" in shown
    for words in ("could not be found", "Log in", "our partners", "minister 3", "Subscribe now"):
        assert words not in shown


def test_an_address_that_leads_to_the_front_page_leads_to_no_article(wire: Wire) -> None:
    wire.server.routes["/"] = article(FERRY)
    wire.server.routes["/moved"] = redirect("/")
    wire.publish("full", ("/moved", FERRY))
    wire.poll()
    assert wire.asked("/") == 1
    assert "seeped" not in wire.page("ferry")


def test_the_text_of_the_feed_stays_where_the_page_holds_less(wire: Wire) -> None:
    text = f"{TEASER}. " * 20 + "That was all."
    page = f"<!doctype html><html><body>{paragraphs(TEASER, TEASER, TEASER)}</body></html>"
    wire.server.routes["/ferry"] = answer(page.encode(), content_type="text/html")
    date = format_datetime(utc_now() - timedelta(minutes=20))
    entry = f"<title>{FERRY}</title><link>{wire.server.url('/ferry')}</link><pubDate>{date}</pubDate><description>{text}</description>"
    wire.server.routes["/full"] = answer(
        f"<rss><channel><title>Full</title><item>{entry}</item></channel></rss>".encode()
    )
    wire.poll()
    assert wire.asked("/ferry") == 1
    assert "That was all" in wire.page("ferry")


def test_the_text_goes_where_retention_takes_what_the_feed_said(wire: Wire) -> None:
    archive = Application.load(wire.place).database.open()
    archive.upkeep.prune(int(utc_now().timestamp()) + 10, 1, {})
    archive.close()
    assert "seeped" not in wire.page("dam")


def robots(wire: Wire, *lines: str) -> None:
    wire.server.routes["/robots.txt"] = answer("\n".join(lines).encode(), content_type="text/plain")


def news(wire: Wire, path: str = "/bridge") -> None:
    """Another article, polled anew by a process of its own."""
    wire.server.routes[path] = article("Bridge reopens over the Rhine after years")
    wire.publish("full", (path, "Bridge reopens over the Rhine after years"))
    wire.poll()


def later(wire: Wire) -> None:
    """An hour or a day has passed for whatever was put off."""
    archive = Application.load(wire.place).database.open()
    with archive._connection.transaction() as raw:
        raw.execute("UPDATE articles SET again = 0 WHERE again IS NOT NULL")
    archive.close()


def test_an_article_that_robots_txt_excludes_is_not_asked_for_and_its_feed_is(wire: Wire) -> None:
    robots(wire, "User-agent: *", "Disallow: /")
    news(wire)
    wire.poll()
    assert (wire.asked("/bridge"), wire.asked("/full")) == (0, 3)
    assert "Bridge reopens over the Rhine after years: a short description" in wire.page("bridge")


def test_where_robots_txt_cannot_be_read_the_article_is_asked_for_later(wire: Wire) -> None:
    wire.server.routes["/robots.txt"] = answer(b"", "500 Internal Server Error")
    news(wire)
    wire.poll()
    assert wire.asked("/bridge") == 0
    robots(wire, "User-agent: *", "Disallow: /sport")
    wire.poll()
    assert wire.asked("/bridge") == 0, "it was put off for an hour"
    later(wire)
    wire.poll()
    assert wire.asked("/bridge") == 1
    assert "seeped through it" in wire.page("bridge")


def test_an_article_whose_host_asks_for_a_pause_is_asked_for_after_it(wire: Wire) -> None:
    wire.server.routes["/pause"] = answer(b"", "503 Service Unavailable", retry_after="600")
    wire.publish("full", ("/pause", "Ferry sinks near Palermo harbour"))
    wire.poll()
    wire.poll()
    assert wire.asked("/pause") == 1
    wire.server.routes["/pause"] = article("Ferry sinks near Palermo harbour")
    later(wire)
    wire.poll()
    assert wire.asked("/pause") == 2
    assert "seeped through it" in wire.page("ferry")


def test_an_article_that_leads_to_a_private_address_delays_no_other(wire: Wire) -> None:
    with Server({"/inside": article(FERRY)}) as inside:
        wire.server.routes["/out"] = redirect(inside.url("/inside", "localhost"))
        wire.server.routes["/bridge"] = article("Bridge reopens over the Rhine after years")
        wire.publish("full", ("/out", FERRY), ("/bridge", "Bridge reopens over the Rhine after years"))
        wire.poll()
        assert (wire.asked("/out"), wire.asked("/bridge")) == (1, 1)
        later(wire)
        wire.poll()
        assert not inside.requests
    assert wire.asked("/out") == 1, "no allow_private would help, so it is not asked for again"
    assert "seeped through it" in wire.page("bridge")
