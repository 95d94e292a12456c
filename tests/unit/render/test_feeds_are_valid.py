"""Feeds by the strictest reading: the RELAX NG schema of RFC 4287, a schema of JSON Feed 1.1, and what the W3C
validator wants of RSS 2.0. Different parsers read the same out of all three."""

from __future__ import annotations

import calendar
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import fastfeedparser
import feedparser
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from newsroom import NOON, Newsroom, of_the_file
from newsroom import item as news

from aggregator.model.feed import Names, Rendered, Stream
from aggregator.model.item import Enclosure
from aggregator.model.story import ItemView
from aggregator.render import atom, rss
from aggregator.render.entry import entries
from aggregator.render.fit import fit

ROOT = "https://wire.example.org/news"
STREAMS = (
    "/latest{}",
    "/latest{}?view=items",
    "/latest{}?limit=3&q=" + quote_plus("“é” & <x> ]]>"),
    "/sections/asia-pacific{}?primary=1&min_publishers=2",
    "/sections/defense/2026-10{}",
    "/latest/2026-11{}",
    "/topics/rare-earths{}",
    "/sources/reuters{}",
    "/sources/silent{}",
    "/search{}?q=nothing+at+all",
    "/sources{}",
    "/sections/defense/daily{}",
    "/sections/world/daily{}",
)
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (\+0000|GMT)"
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def tree(data: bytes) -> Any:
    return etree.fromstring(data)


def get(room: Newsroom, stream: str, extension: str) -> bytes:
    got = room.client.get(stream.format(f".{extension}"))
    assert got.status_code == 200
    return bytes(got.data)


def one_entry(told: Sequence[str]) -> Stream:
    """A feed of one item, each of whose fields is one of the texts."""
    id, source, publisher, title, summary, url, author, lang, image, sound, kind, picture, section, topic, *names = told
    place, subject, feed, address, icon = names
    item = ItemView(
        id=id, n=1, source=source, publisher=publisher, title=title, summary=summary, url=url, author=author, lang=lang,
        image=image, enclosures=(Enclosure(sound, kind, 1), Enclosure(picture, "image/png", 2)), categories=(),
        published=NOON, updated=NOON, entered=NOON, story=None, section=section, sections=(section,), topics=(topic,),
    )  # fmt: skip
    return Stream(
        title="One", description="One", root=ROOT, address=f"{ROOT}/latest", query="", language="en", updated=NOON, modified=NOON,
        items=(item,), names=Names({section: place}, {topic: subject}, {source: feed}, {source: address}), icons={source: icon},
    )  # fmt: skip


def fields(stream: Stream) -> list[str]:
    (told,) = entries(stream)
    return [
        *(
            told.id,
            told.title,
            told.link,
            told.summary,
            told.body,
            told.author,
            told.lang or "",
            told.image or "",
            told.icon or "",
        ),
        *(told.source or ()),
        *(text for tag in told.tags for text in tag),
        *(text or "" for one in told.enclosures for text in (one.url, one.type)),
    ]


def values(document: bytes) -> list[tuple[str, str, str]]:
    return [
        (part.tag, name, value)
        for part in tree(document).iter()
        for name, value in (("", part.text or ""), *sorted(part.attrib.items()))
    ]


PLAIN = one_entry([f"plain-{n}" for n in range(19)])
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("&<>]\"'/\r\n\t\x00\x08\ufffe\u2028\u202e"), min_size=1)


@pytest.mark.parametrize("render", [rss.render, atom.render])
@given(told=st.lists(TEXT.map(lambda text: f"-{text}]]>"), min_size=19, max_size=19, unique=True))
def test_whatever_stands_in_a_field_is_read_there_and_nowhere_else(
    render: Callable[[Stream], Rendered], told: list[str]
) -> None:
    hostile = one_entry(told)
    meant = dict(zip(fields(PLAIN), map(fit, fields(hostile)), strict=True))
    assert values(render(hostile).body) == [
        (tag, name, meant.get(value, value)) for tag, name, value in values(render(PLAIN).body)
    ]


@pytest.mark.parametrize("stream", STREAMS)
def test_atom_by_the_schema_of_the_rfc(newsroom: Newsroom, atom_schema: Any, stream: str) -> None:
    feed = tree(get(newsroom, stream, "atom"))
    assert atom_schema.validate(feed), atom_schema.error_log
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == ROOT + stream.format(".atom")
    for entry in feed.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}author") is not None or feed.find(f"{ATOM}author") is not None
        assert entry.find(f"{ATOM}content") is not None or entry.find(f"{ATOM}link[@rel='alternate']") is not None
        links = [
            (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
            for link in entry.findall(f"{ATOM}link")
        ]
        assert len(set(links)) == len(links) or any(rel == "enclosure" for rel, _, _ in links)
        assert entry.findtext(f"{ATOM}updated") >= entry.findtext(f"{ATOM}published")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)


def test_the_schema_refuses_what_is_wrong(newsroom: Newsroom, atom_schema: Any) -> None:
    good = get(newsroom, "/latest{}", "atom").decode()
    for old, new in (
        ("<updated>2026", "<updated>x2026"),
        ("<id>", "<ide>"),
        ('type="html"', 'type="foo"'),
        ('label="', 'lable="'),
    ):
        broken = good.replace(old, new, 1).replace("</id>", "</ide>", 1 if new == "<ide>" else 0)
        assert not atom_schema.validate(tree(broken.encode())), new


@pytest.mark.parametrize("stream", STREAMS)
def test_json_feed_by_its_schema(newsroom: Newsroom, jsonfeed_schema: Any, stream: str) -> None:
    feed = newsroom.client.get(stream.format(".json")).get_json()
    jsonschema.validate(feed, jsonfeed_schema)
    assert feed["feed_url"] == ROOT + stream.format(".json")
    assert feed["home_page_url"] == ROOT + stream.format("")


@pytest.mark.parametrize("stream", STREAMS)
def test_rss_as_the_w3c_validator_wants_it(newsroom: Newsroom, stream: str) -> None:
    rss = tree(get(newsroom, stream, "rss"))
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    (channel,) = rss
    for tag in ("title", "link", "description", "language", "lastBuildDate", "ttl", "generator", "docs"):
        assert len(channel.findall(tag)) == 1, tag
        assert channel.findtext(tag)
    assert re.fullmatch(r"[a-z]{2,3}(-[a-zA-Z0-9]+)*", channel.findtext("language"))
    assert int(channel.findtext("ttl")) >= 1
    assert RFC822.fullmatch(channel.findtext("lastBuildDate"))
    (mine,) = (link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self")
    assert mine.get("href") == ROOT + stream.format(".rss")
    assert mine.get("type") == "application/rss+xml"
    image = channel.find("image")
    assert image is not None or stream == "/sources{}"
    if image is not None:
        assert image.findtext("link") == channel.findtext("link")
        assert image.findtext("title") == channel.findtext("title")
        assert re.search(r"\.(png|gif|jpg)$", image.findtext("url"))
    guids = []
    for item in channel.findall("item"):
        _item_is_sound(item)
        guids.append(item.findtext("guid"))
    assert len(set(guids)) == len(guids)
    _addresses_are_absolute(rss)


def _item_is_sound(item: Any) -> None:
    for tag in ("title", "link", "guid", "pubDate"):
        assert len(item.findall(tag)) == 1, tag
        assert item.findtext(tag).strip(), tag
    assert item.findtext("description", "text").strip()
    for tag in ("description", "author", "comments", "enclosure", "source", CONTENT, f"{DC}creator"):
        assert len(item.findall(tag)) <= 1, tag
    assert item.find("guid").get("isPermaLink") == "false"
    assert RFC822.fullmatch(item.findtext("pubDate"))
    parsedate_to_datetime(item.findtext("pubDate"))
    assert item.find("author") is None  # would have to be an address of mail
    for category in item.findall("category"):
        assert category.text
        assert category.text.strip()
    for enclosure in item.findall("enclosure"):
        assert re.fullmatch(r"\d+", enclosure.get("length"))
        assert "/" in enclosure.get("type")
    for source in item.findall("source"):
        assert source.get("url").startswith("https://")
        assert source.text


def _addresses_are_absolute(tree: Any) -> None:
    for element in tree.iter():
        for name in ("href", "url"):
            assert element.get(name) is None or re.match(r"https?://", element.get(name))
    for body in tree.iter(CONTENT):
        for address in re.findall(r'(?:href|src)="([^"]*)"', body.text):
            assert re.match(r"https?://", address)


@pytest.mark.parametrize("stream", STREAMS)
def test_parsers_read_the_same_out_of_all_three(newsroom: Newsroom, stream: str) -> None:
    feed = newsroom.client.get(stream.format(".json")).get_json()
    wanted = [(one["id"], one["title"], one["url"], one["date_published"]) for one in feed["items"]]
    for extension in ("rss", "atom"):
        data = get(newsroom, stream, extension)
        loose = feedparser.parse(io.BytesIO(data))
        assert not loose.bozo, loose.get("bozo_exception")
        assert loose.feed.title == feed["title"]
        assert [
            (e.id, e.title, e.link, _instant(datetime.fromtimestamp(calendar.timegm(e.published_parsed), UTC)))
            for e in loose.entries
        ] == wanted
        if wanted:
            quick = fastfeedparser.parse(data)
            read = [
                (e["id"], e["title"], e["link"], _instant(datetime.fromisoformat(e["published"])))
                for e in quick["entries"]
            ]
            assert read == wanted


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_titles_arrive_as_they_were_and_markup_stays_text(newsroom: Newsroom, extension: str) -> None:
    titles = {
        entry.title
        for entry in feedparser.parse(io.BytesIO(get(newsroom, "/latest{}", extension)), sanitize_html=False).entries
    }
    for title in (
        "<script>alert(1)</script>",
        "&lt;script&gt;",
        "-- > comment <!-- ]]>",
        "Emoji 🛰️ and 中国 and العربية",
    ):
        assert title in titles
    assert b"<script" not in get(newsroom, "/latest{}", extension)


@pytest.mark.parametrize(
    "q", ["\ufffe", "\uffff", "\x00", "\x1b[31m", "\u202eabc", "\x7f", "a\tb\nc", "]]>", "\U0010ffff", "\ud800"]
)
@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_words_of_a_search_cannot_break_its_feed(newsroom: Newsroom, q: str, extension: str) -> None:
    got = newsroom.client.get(f"/search.{extension}?q={quote(q.encode('utf-8', 'surrogatepass'))}+word")
    assert got.status_code == 200
    title = got.get_json()["title"] if extension == "json" else tree(got.data).findtext(".//{*}title")
    assert not CONTROL.search(title)


def test_entries_in_another_language_say_so(newsroom: Newsroom) -> None:
    feed = tree(get(newsroom, "/sources/reuters{}", "atom"))
    spoken = {
        entry.findtext(f"{ATOM}title"): entry.get("{http://www.w3.org/XML/1998/namespace}lang")
        for entry in feed.iter(f"{ATOM}entry")
    }
    assert spoken["Un sommet à Genève"] == "fr"
    assert spoken["China Grants Rare Earth Licenses to U.S. Auto Suppliers"] is None  # as the feed
    items = tree(get(newsroom, "/sources/reuters{}", "rss")).iter("item")
    assert {item.findtext("title"): item.findtext(f"{DC}language") for item in items} == spoken


@pytest.mark.parametrize("address", ["/latest{}", "/sources/reuters{}"])
def test_texts_that_run_from_right_to_left_do_so_in_a_body_that_runs_the_other_way(
    room: Newsroom, address: str
) -> None:
    title, summary = "زلزال قوي يضرب شمال سوريا", "قال مسؤولون إن الزلزال ضرب الشمال (Reuters)."
    bare = "ראש הממשלה בוושינגטון"
    room.publish(news(title, "reuters", lang="ar", summary=summary), news(bare, "reuters", url=None, summary=""))
    bodies = {one["title"]: one["content_html"] for one in json.loads(get(room, address, "json"))["items"]}
    assert f'<p dir="rtl">{summary}</p>' in bodies[title]
    assert f' dir="rtl">{title}</a> (24 Nov' in bodies[title]
    assert f'<span dir="rtl">{bare}</span> (24 Nov' in bodies[bare]


def test_archives_link_to_each_other(newsroom: Newsroom) -> None:
    def links(stream: str) -> dict[str, str]:
        feed = tree(get(newsroom, stream, "atom"))
        return {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}

    assert links("/sections/defense{}")["prev-archive"] == f"{ROOT}/sections/defense/2026-11.atom"
    november = links("/sections/defense/2026-11{}")
    assert november["prev-archive"] == f"{ROOT}/sections/defense/2026-10.atom"
    assert november["current"] == f"{ROOT}/sections/defense.atom"
    october = links("/sections/defense/2026-10{}")
    assert october["next-archive"] == f"{ROOT}/sections/defense/2026-11.atom"
    assert "prev-archive" not in october
    assert b"archive/>" in get(newsroom, "/sections/defense/2026-10{}", "atom")
    assert b"archive/>" not in get(newsroom, "/sections/defense/2026-11{}", "atom")


@pytest.mark.parametrize("query", ["primary=1", "min_publishers=2", "min_publishers=2&primary=1"])
def test_archives_of_a_narrowed_section_are_as_narrow(newsroom: Newsroom, query: str) -> None:
    """Readers that go back through the archives find there what the feed would have listed, and no more."""

    def links(stream: str) -> dict[str, str]:
        feed = tree(get(newsroom, f"{stream}?limit=1&{query}", "atom"))
        return {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}

    at = f"{ROOT}/sections/defense"
    newest = links("/sections/defense{}")
    assert newest["prev-archive"] == f"{at}/2026-11.atom?{query}"
    assert "next" not in newest, "one way back is enough"
    november = links("/sections/defense/2026-11{}")
    assert november["prev-archive"] == f"{at}/2026-10.atom?{query}"
    assert november["current"] == f"{at}.atom?{query}"
    assert links("/sections/defense/2026-10{}")["next-archive"] == f"{at}/2026-11.atom?{query}"
    told = newsroom.client.get(f"/sections/defense.json?{query}").get_json()
    assert told["next_url"] == f"{at}/2026-11.json?{query}"
    page = newsroom.client.get(f"/sections/defense?{query}").text
    assert f'<a rel="prev" href="{at}/2026-11?{escape(query)}">' in page


@pytest.mark.parametrize("query", ["q=-football", "view=items"])
def test_what_is_searched_and_lists_of_items_have_no_archive(newsroom: Newsroom, query: str) -> None:
    told = newsroom.client.get(f"/sections/defense.json?{query}").get_json()
    assert told["items"]
    assert "next_url" not in told
    assert b"-archive" not in get(newsroom, f"/sections/defense/2026-11{{}}?{query}", "atom")


@pytest.mark.parametrize(
    "stream",
    [
        "/search{}?limit=2",
        "/sources/bbc-world{}?limit=1",
        "/latest{}?q=-football&limit=3",
        "/latest{}?view=items&limit=5",
    ],
)
def test_a_list_without_archives_leads_on_from_part_to_part(newsroom: Newsroom, stream: str) -> None:
    """In each format the parts are together what the list is without a limit, and each says its own address."""
    whole = newsroom.client.get(re.sub(r"limit=\d+", "limit=500", stream.format(".json"))).get_json()["items"]
    for extension in ("json", "atom", "rss"):
        address: str | None = ROOT + stream.format(f".{extension}")
        found: list[str | None] = []
        while address:
            got = newsroom.client.get(address.removeprefix(ROOT))
            assert f'<{address}>; rel="self"' in got.headers["Link"]
            if extension == "json":
                told = got.get_json()
                found += [one["id"] for one in told["items"]]
                assert told["feed_url"] == address
                address = told.get("next_url")
            else:
                feed = tree(got.data) if extension == "atom" else tree(got.data)[0]
                links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
                ids = "item/guid" if extension == "rss" else f"{ATOM}entry/{ATOM}id"
                found += [one.text for one in feed.findall(ids)]
                assert links["self"] == address
                address = links.get("next")
        assert found == [one["id"] for one in whole]


_AGAIN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import newsroom
from hashlib import sha256
room = newsroom.Newsroom(Path(sys.argv[2]))
for address in sys.argv[3:]:
    print(sha256(room.client.get(address).data).hexdigest())
room.close()
"""


@of_the_file
def test_bytes_depend_on_content_alone(newsroom: Newsroom) -> None:
    from hashlib import sha256

    addresses = [stream.format(f".{extension}") for stream in STREAMS for extension in ("rss", "atom", "json")]
    addresses = [address for address in addresses if "“" not in address]
    here = [sha256(newsroom.client.get(address).data).hexdigest() for address in addresses]
    tests = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", _AGAIN, tests, str(newsroom.folder), *addresses]
    there = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    )
    assert there.stdout.split() == here


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_what_came_without_headline_is_named_by_its_address(newsroom: Newsroom, extension: str) -> None:
    """An entry without a title is no valid Atom, and a link without words can be neither seen nor followed."""
    assert "kyodo.example/" in get(newsroom, "/latest{}", extension).decode().replace("https://kyodo.example/", "")
    assert b">kyodo.example/" in newsroom.client.get("/latest").data
