"""Word for word what one feed, one story and one item are in each format: whatever a subscriber is shown is somewhere here."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree, html
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.model.item import Enclosure

HOURS = timedelta(hours=20)
ROOT = "https://wire.example.org/news"
STREAM = f"{ROOT}/sections/asia-pacific"
ICON = f"{ROOT}/static/icon.png"
DESCRIPTION = "Stories, each with all the outlets that report it, in the section Asia-Pacific."
PREFIXES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://www.w3.org/XML/1998/namespace": "xml",
}

STORY = "China Grants Rare Earth Licenses to US Auto Suppliers"
ID = "e9c35c8b-891b-546d-a46f-232c3b1c75dd"
SUMMARY = f"{STORY}, says bbc-world at greater length."
PICTURE = "https://bbc.example/a.jpg"
REPORTS = [
    ("BBC", "bbc-world", "https://bbc-world.example/e9c35c8b", STORY, "07:00"),
    ("Kyodo", "kyodo", "https://kyodo.example/4d887af9", "China grants rare earth licenses to suppliers of US automakers", "08:00"),
    ("Reuters", "reuters", "https://reuters.example/e6b8cf5b", "China Grants Rare Earth Licenses to U.S. Auto Suppliers", "09:00"),
]  # fmt: skip
BODY = (
    f"<p>{SUMMARY}</p><p><strong>Sources</strong></p><ul>"
    + "".join(
        f'<li>{publisher}: <a href="{url}">{title}</a> (24 Nov 2026, {time} UTC)</li>'
        for publisher, _, url, title, time in REPORTS
    )
    + "</ul><p>Topics: Rare earths, China, United States</p>"
    + f'<p><a href="{ROOT}/stories/{ID}">All about this story</a></p>'
)
TAGS = [
    ("asia-pacific", "Asia-Pacific"),
    ("rare-earths", "Rare earths"),
    ("china", "China"),
    ("united-states", "United States"),
]

ITEM = "Un sommet à Genève"
ITEM_ID = "76575630-da0c-5805-8d29-44662ea5f932"
ITEM_BODY = (
    f"<p>{ITEM}, says reuters at greater length.</p>"
    f'<ul><li>Reuters: <a href="https://reuters.example/76575630">{ITEM}</a> (24 Nov 2026, 11:00 UTC)</li></ul>'
    f'<p><a href="{ROOT}/stories/{ITEM_ID}">All about this story</a></p>'
)
REUTERS_ICON = "https://reuters.example/icon.png?a=1&b=2"


Said = tuple[str, str | None, dict[str, str]]


def told(element: Any, within: str = "") -> list[Said]:
    """What stands in an element: (path, text, attributes) of each part, entries left out."""
    found: list[Said] = []
    for part in element:
        if etree.QName(part).localname in ("item", "entry"):
            continue
        path = within + short(part.tag)
        if len(part):
            found += told(part, f"{path}/")
        else:
            found.append((path, part.text, {short(name): value for name, value in part.attrib.items()}))
    return sorted(found, key=_order)


def _order(said: Said) -> tuple[str, list[tuple[str, str]], str]:
    return said[0], sorted(said[2].items()), said[1] or ""


def short(tag: str) -> str:
    name = etree.QName(tag)
    prefix = PREFIXES[name.namespace] if name.namespace else ""
    return f"{prefix}:{name.localname}" if prefix else name.localname


def tree(room: Newsroom, address: str) -> Any:
    return etree.fromstring(room.client.get(address).data)


def entry(room: Newsroom, address: str, tag: str, title: str) -> Any:
    return next(one for one in tree(room, address).iter(f"{{*}}{tag}") if one.findtext("{*}title") == title)


def same(found: list[Said], expected: list[Said]) -> None:
    assert found == sorted(expected, key=_order)


def test_a_feed_in_rss(newsroom: Newsroom) -> None:
    title = "Test Wire – Asia-Pacific"
    same(
        told(tree(newsroom, "/sections/asia-pacific.rss")[0]),
        [
            ("title", title, {}),
            ("link", STREAM, {}),
            ("description", DESCRIPTION, {}),
            ("language", "en", {}),
            ("lastBuildDate", "Tue, 24 Nov 2026 11:58:00 +0000", {}),
            ("ttl", "15", {}),
            ("docs", "http://www.rssboard.org/rss-specification", {}),
            ("generator", "Aggregator", {}),
            ("image/url", ICON, {}),
            ("image/title", title, {}),
            ("image/link", STREAM, {}),
            ("image/width", "144", {}),
            ("image/height", "144", {}),
            ("atom:link", None, {"rel": "self", "href": f"{STREAM}.rss", "type": "application/rss+xml"}),
            ("atom:link", None, {"rel": "prev-archive", "href": f"{STREAM}/2026-11.rss"}),
        ],
    )


def test_the_picture_of_an_rss_feed_is_as_large_as_it_says(newsroom: Newsroom) -> None:
    """RSS allows a width of 144 and a height of 400."""
    image = tree(newsroom, "/latest.rss").find("channel/image")
    header = newsroom.client.get(image.findtext("url").removeprefix(ROOT)).data[16:24]
    assert struct.unpack(">II", header) == (144, 144) == (int(image.findtext("width")), int(image.findtext("height")))


def test_a_feed_in_atom(newsroom: Newsroom) -> None:
    feed = tree(newsroom, "/sections/asia-pacific.atom")
    assert {short(name): value for name, value in feed.attrib.items()} == {"xml:lang": "en"}
    same(
        told(feed),
        [
            ("atom:id", STREAM, {}),
            ("atom:title", "Test Wire – Asia-Pacific", {}),
            ("atom:subtitle", DESCRIPTION, {}),
            ("atom:updated", "2026-11-24T11:58:00+00:00", {}),
            ("atom:generator", "Aggregator", {}),
            ("atom:icon", ICON, {}),
            ("atom:logo", ICON, {}),
            ("atom:link", None, {"rel": "self", "href": f"{STREAM}.atom", "type": "application/atom+xml"}),
            ("atom:link", None, {"rel": "alternate", "href": STREAM, "type": "text/html"}),
            ("atom:link", None, {"rel": "prev-archive", "href": f"{STREAM}/2026-11.atom"}),
        ],
    )


def test_a_feed_in_json(newsroom: Newsroom) -> None:
    feed = newsroom.client.get("/sections/asia-pacific.json").get_json()
    assert {name: value for name, value in feed.items() if name != "items"} == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Test Wire – Asia-Pacific",
        "home_page_url": STREAM,
        "feed_url": f"{STREAM}.json",
        "description": DESCRIPTION,
        "language": "en",
        "icon": ICON,
        "favicon": ICON,
        "next_url": f"{STREAM}/2026-11.json",
        "_aggregator": {"about": f"{ROOT}/docs", "updated": "2026-11-24T11:58:00Z"},
    }


@pytest.mark.parametrize("view", ["stories", "items"])
def test_a_section_is_described_in_the_words_of_the_editor(newsroom: Newsroom, view: str) -> None:
    address, query = "/sections/defense", f"?view={view}"
    said = "Forces & weapons"
    assert tree(newsroom, f"{address}.rss{query}").findtext("channel/description") == said
    assert tree(newsroom, f"{address}.atom{query}").findtext("{http://www.w3.org/2005/Atom}subtitle") == said
    assert newsroom.client.get(f"{address}.json{query}").get_json()["description"] == said
    page = html.fromstring(newsroom.client.get(address + query).data)
    assert page.xpath("//meta[@name='description']/@content") == [said]


@pytest.mark.parametrize("archive", ["/sections/defense/2026-10", "/latest/2026-10"])
def test_a_closed_month_says_in_rss_that_it_is_an_archive_and_where_it_leads(newsroom: Newsroom, archive: str) -> None:
    found = told(tree(newsroom, f"{archive}.rss")[0])
    stream = archive.rsplit("/", 1)[0]
    assert ("fh:archive", None, {}) in found
    for rel, address in (("current", f"{stream}.rss"), ("next-archive", f"{stream}/2026-11.rss")):
        assert ("atom:link", None, {"rel": rel, "href": ROOT + address}) in found


def test_a_story_in_rss(newsroom: Newsroom) -> None:
    same(
        told(entry(newsroom, "/sections/asia-pacific.rss", "item", STORY)),
        [
            ("title", STORY, {}),
            ("link", REPORTS[0][2], {}),
            ("description", SUMMARY, {}),
            ("content:encoded", BODY, {}),
            ("guid", f"urn:uuid:{ID}", {"isPermaLink": "false"}),
            ("pubDate", "Tue, 24 Nov 2026 07:00:00 +0000", {}),
            ("source", "BBC World", {"url": "https://bbc.example/world.xml"}),
            ("dc:creator", "BBC", {}),
            ("media:thumbnail", None, {"url": PICTURE}),
            ("media:content", None, {"url": PICTURE, "medium": "image"}),
            *(("category", title, {}) for _, title in TAGS),
        ],
    )


def test_a_picture_that_is_enclosed_is_no_second_one(room: Newsroom) -> None:
    room.publish(item("Frigate sails to Oslo", image=PICTURE, enclosures=(Enclosure(PICTURE, "image/jpeg", 9),)))
    thumbnail = ("media:thumbnail", None, {"url": PICTURE})
    enclosed = {"url": PICTURE, "medium": "image", "type": "image/jpeg", "fileSize": "9"}
    for extension, tag, contents in (("rss", "item", [("media:content", None, enclosed)]), ("atom", "entry", [])):
        found = told(entry(room, f"/latest.{extension}", tag, "Frigate sails to Oslo"))
        assert [part for part in found if part[0].startswith("media:")] == [*contents, thumbnail]


def test_a_headline_alone_stands_in_an_entry_once(room: Newsroom) -> None:
    """It was the description, too: readers that show descriptions below headlines had it twice."""
    room.publish(item("Frigate sails to Oslo", summary=""))
    for extension, tag in (("rss", "description"), ("atom", "{*}summary")):
        found = entry(room, f"/latest.{extension}", "item" if extension == "rss" else "entry", "Frigate sails to Oslo")
        assert found.find(tag) is None
        assert "<p></p>" not in etree.tostring(found, encoding="unicode", method="text")


def test_a_story_in_atom(newsroom: Newsroom) -> None:
    same(
        told(entry(newsroom, "/sections/asia-pacific.atom", "entry", STORY)),
        [
            ("atom:id", f"urn:uuid:{ID}", {}),
            ("atom:title", STORY, {}),
            ("atom:link", None, {"rel": "alternate", "href": REPORTS[0][2]}),
            ("atom:summary", SUMMARY, {}),
            ("atom:content", BODY, {"type": "html"}),
            ("atom:published", "2026-11-24T07:00:00+00:00", {}),
            ("atom:updated", "2026-11-24T09:00:00+00:00", {}),  # when the third outlet joined
            ("atom:author/atom:name", "BBC", {}),
            ("atom:source/atom:id", "https://bbc.example/world.xml", {}),
            ("atom:source/atom:title", "BBC World", {}),
            ("atom:source/atom:updated", "2026-11-24T09:00:00+00:00", {}),
            ("atom:source/atom:link", None, {"rel": "self", "href": "https://bbc.example/world.xml"}),
            ("media:thumbnail", None, {"url": PICTURE}),
            ("media:content", None, {"url": PICTURE, "medium": "image"}),
            *(("atom:category", None, {"term": id, "label": title}) for id, title in TAGS),
        ],
    )


def test_a_story_in_json(newsroom: Newsroom) -> None:
    items = newsroom.client.get("/sections/asia-pacific.json").get_json()["items"]
    (story,) = (one for one in items if one["title"] == STORY)
    receipts = story["_aggregator"].pop("receipts")
    assert story == {
        "id": f"urn:uuid:{ID}",
        "url": REPORTS[0][2],
        "title": STORY,
        "summary": SUMMARY,
        "content_html": BODY,
        "date_published": "2026-11-24T07:00:00Z",
        "date_modified": "2026-11-24T09:00:00Z",
        "authors": [{"name": "BBC"}],
        "tags": [title for _, title in TAGS],
        "image": PICTURE,
        "language": "en",
        "_aggregator": {
            "about": f"{ROOT}/docs",
            "story": f"urn:uuid:{ID}",
            "section": "asia-pacific",
            "sections": ["asia-pacific"],
            "topics": ["rare-earths", "china", "united-states"],
            "publishers": ["BBC", "Kyodo", "Reuters"],
            "sources": [
                {"publisher": publisher, "source": source, "url": url, "title": title, "published": f"2026-11-24T{time}:00Z"}
                for publisher, source, url, title, time in REPORTS
            ],
        },
    }  # fmt: skip
    assert receipts == [
        {
            "section": "asia-pacific",
            "score": 0.853,
            "rule": "places: CN",
            "matched": [
                {"text": "China", "field": "title", "weight": 4.8},
                {"text": "China", "field": "summary", "weight": 1.0},
            ],
            "runner_up": None,
        },
        {
            "section": "rare-earths",
            "score": 0.8,
            "rule": "words: rare earth",
            "matched": [
                {"text": "Rare Earth", "field": "title", "weight": 3.0},
                {"text": "Rare Earth", "field": "summary", "weight": 1.0},
            ],
            "runner_up": None,
        },
    ]


def test_an_item_in_rss(newsroom: Newsroom) -> None:
    picture = {"url": "https://bbc.example/p.jpg?a=1&b=2", "medium": "image", "type": "image/jpeg", "fileSize": "99"}
    same(
        told(entry(newsroom, "/sources/reuters.rss", "item", ITEM)),
        [
            ("title", ITEM, {}),
            ("link", "https://reuters.example/76575630", {}),
            ("description", f"{ITEM}, says reuters at greater length.", {}),
            ("content:encoded", ITEM_BODY, {}),
            ("guid", f"urn:uuid:{ITEM_ID}", {"isPermaLink": "false"}),
            ("pubDate", "Tue, 24 Nov 2026 11:00:00 +0000", {}),
            ("source", "Reuters", {"url": "https://reuters.example/feed.xml"}),
            ("dc:creator", "Reuters", {}),
            ("dc:language", "fr", {}),
            ("category", "World", {}),
            ("enclosure", None, {"url": "https://bbc.example/a.mp3?a=1&b=2", "type": "audio/mpeg", "length": "1234"}),
            ("media:content", None, {"url": "https://bbc.example/b.mp3"}),
            ("media:content", None, picture),
        ],
    )


def test_further_enclosures_in_rss_say_what_they_are_and_pictures_come_first(tmp_path: Path) -> None:
    """Some readers show the first media:content as the picture of an item."""
    kinds = {
        "a.mp3": "audio/mpeg",
        "b.mp3": "audio/mpeg",
        "c.mp4": "video/mp4",
        "d.pdf": "application/pdf",
        "e.png": "image/png",
    }
    room = Newsroom(tmp_path)
    room.publish(item(ITEM, "reuters", enclosures=[Enclosure(f"https://bbc.example/{at}", kinds[at]) for at in kinds]))
    found = entry(room, "/sources/reuters.rss", "item", ITEM)
    files = [(one.get("url")[-5:], one.get("medium")) for one in found.iter("{http://search.yahoo.com/mrss/}content")]
    assert files == [("e.png", "image"), ("b.mp3", "audio"), ("c.mp4", "video"), ("d.pdf", None)]


@pytest.mark.parametrize("stream", ["/sources/reuters", "/latest"], ids=["as an item", "as a story"])
def test_enclosures_and_the_feed_of_an_outlet_in_atom(newsroom: Newsroom, stream: str) -> None:
    found = entry(newsroom, f"{stream}.atom", "entry", ITEM)
    said = told(found)
    assert found.findtext("{*}content") == ITEM_BODY
    assert [link for tag, _, link in said if tag == "atom:link"] == [
        {"rel": "enclosure", "href": "https://bbc.example/a.mp3?a=1&b=2", "type": "audio/mpeg", "length": "1234"},
        {"rel": "enclosure", "href": "https://bbc.example/b.mp3"},
        {"rel": "enclosure", "href": "https://bbc.example/p.jpg?a=1&b=2", "type": "image/jpeg", "length": "99"},
        {"rel": "alternate", "href": "https://reuters.example/76575630"},
    ]
    assert ("atom:source/atom:icon", REUTERS_ICON, {}) in said


def test_an_item_in_json(newsroom: Newsroom) -> None:
    items = newsroom.client.get("/sources/reuters.json").get_json()["items"]
    (item,) = (one for one in items if one["title"] == ITEM)
    assert item == {
        "id": f"urn:uuid:{ITEM_ID}",
        "url": "https://reuters.example/76575630",
        "title": ITEM,
        "summary": f"{ITEM}, says reuters at greater length.",
        "content_html": ITEM_BODY,
        "date_published": "2026-11-24T11:00:00Z",
        "date_modified": "2026-11-24T12:00:00Z",
        "authors": [{"name": "Reuters", "avatar": REUTERS_ICON}],
        "tags": ["World"],
        "language": "fr",
        "attachments": [
            {"url": "https://bbc.example/p.jpg?a=1&b=2", "mime_type": "image/jpeg", "size_in_bytes": 99},
            {"url": "https://bbc.example/a.mp3?a=1&b=2", "mime_type": "audio/mpeg", "size_in_bytes": 1234},
            {"url": "https://bbc.example/b.mp3", "mime_type": "application/octet-stream"},
        ],
        "_aggregator": {
            "about": f"{ROOT}/docs",
            "story": f"urn:uuid:{ITEM_ID}",
            "section": "world",
            "sections": ["world"],
            "topics": [],
            "publishers": ["Reuters"],
            "sources": [
                {
                    "publisher": "Reuters",
                    "source": "reuters",
                    "url": "https://reuters.example/76575630",
                    "title": ITEM,
                    "published": "2026-11-24T11:00:00Z",
                }
            ],
            "receipts": [{"section": "world", "score": 0.0, "rule": "fallback", "matched": [], "runner_up": None}],
        },
    }


def test_a_story_that_links_nowhere_leads_to_its_page(newsroom: Newsroom) -> None:
    (story,) = (
        one for one in newsroom.client.get("/latest.json").get_json()["items"] if one["title"] == "Nothing to Link To"
    )
    assert story["url"] == f"{ROOT}/stories/{story['id'].removeprefix('urn:uuid:')}"
    assert story["content_html"].startswith(
        "<p>Only &amp; a &lt;summary&gt;.</p><ul><li>BBC: Nothing to Link To (24 Nov 2026, 11:00 UTC)</li></ul>"
    )
    assert "language" not in story
    assert story["attachments"] == [{"url": "https://bbc.example/q.png", "mime_type": "image/png"}]
    said = told(entry(newsroom, "/latest.rss", "item", "Nothing to Link To"))
    assert ("media:content", None, {"url": "https://bbc.example/q.png", "medium": "image", "type": "image/png"}) in said


def test_authors_are_named_where_an_item_has_some(newsroom: Newsroom) -> None:
    listed = newsroom.client.get("/sources/kyodo.json").get_json()["items"]
    authors = {one["title"]: one["authors"] for one in listed}
    assert authors["Emoji 🛰️ and 中国 and العربية"] == [{"name": "Emoji 🛰️ and 中国 and العربية"}]
    assert authors["Scientists Discover How Octopuses Dream"] == [{"name": "Kyodo"}]


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_the_address_of_a_feed_that_needs_a_secret_is_not_passed_on(newsroom: Newsroom, extension: str) -> None:
    """Masked it leads nowhere, and a reader that follows it asks for a feed that does not exist."""
    address = f"/sources/kyodo.{extension}"
    found = [one for one in tree(newsroom, address).iter("{*}item", "{*}entry") if one.find("{*}source") is not None]
    assert not found
    assert b"***" not in newsroom.client.get(address).data


def test_an_item_that_links_nowhere_leads_to_the_page_of_its_story(newsroom: Newsroom) -> None:
    listed = newsroom.client.get("/sources/bbc-world.json").get_json()["items"]
    (found,) = (one for one in listed if one["title"] == "Nothing to Link To")
    assert found["url"] == f"{ROOT}/stories/{found['_aggregator']['story'].removeprefix('urn:uuid:')}"


@pytest.mark.parametrize(
    ("of", "title", "listed"),
    [
        ("", "Test Wire", [("Defense", "/sections/defense"), ("Asia-Pacific", "/sections/asia-pacific"), ("World", "/sections/world")]),
        ("topics", "Test Wire – topics", [("Rare earths", "/topics/rare-earths"), ("NATO", "/topics/nato")]),
    ],
)  # fmt: skip
def test_a_list_of_subscriptions(newsroom: Newsroom, of: str, title: str, listed: list[tuple[str, str]]) -> None:
    opml = tree(newsroom, f"/subscriptions.opml?of={of}")
    assert (opml.tag, dict(opml.attrib)) == ("opml", {"version": "2.0"})
    query = "" if of else "?primary=1"  # a story is shown once over all sections

    def named(title: str) -> dict[str, str]:
        return {"type": "rss", "text": title, "title": title}

    same(
        told(opml),
        [
            ("head/title", title, {}),
            ("head/dateModified", "Tue, 24 Nov 2026 11:59:00 GMT", {}),
            *(
                ("body/outline", None, named(name) | {"xmlUrl": f"{ROOT}{path}.rss{query}", "htmlUrl": ROOT + path})
                for name, path in listed
            ),
        ],
    )


def test_an_item_is_told_to_be_where_its_story_is(newsroom: Newsroom) -> None:
    """A story of one item in two sections: both views of a stream say the same, and why."""
    views = (newsroom.client.get(f"/latest.json?view={view}").get_json()["items"] for view in ("stories", "items"))
    story, item = (
        next(one for one in listed if one["title"] == "Missile Test Over the Sea of Japan Alarms NATO")
        for listed in views
    )
    assert item["_aggregator"] == story["_aggregator"]
    assert item["tags"] == story["tags"] == ["Asia-Pacific", "Defense", "NATO", "Japan"]
    told = story["_aggregator"]
    assert told["section"] == "asia-pacific"
    assert told["sections"] == ["asia-pacific", "defense"]
    assert told["topics"] == ["nato", "japan"]
    assert [(one["section"], one["score"], one["runner_up"]) for one in told["receipts"]] == [
        ("asia-pacific", 0.853, {"section": "defense", "score": 0.588}),
        ("defense", 0.588, {"section": "asia-pacific", "score": 0.853}),
        ("nato", 0.8, None),
    ]


MARKUP = CONFIG.replace("site: {title: Test Wire", "site: {title: 'Wire <b> & Co'").replace(
    "{id: nato, title: NATO, words: [NATO]}", "{id: nato, title: 'NATO <b> & friends', words: [frigate]}"
).replace("wire.example.org/news", "wire.example.org/a&copy").replace(
    "sources:\n", 'sources:\n  - {name: Kyodo Sport, publisher: Kyodo, url: "https://kyodo.example/sport.xml"}\n'
).replace("{name: Reuters,", "{name: Reuters, wrapper: true,")  # fmt: skip


@pytest.mark.parametrize("stream", ["/latest", "/latest?view=items", "/sections/defense/daily"])
def test_what_outlets_and_editors_wrote_is_text_in_the_body_of_an_entry(tmp_path: Path, stream: str) -> None:
    """Titles, names and addresses: readers show bodies as HTML, and not all of them sanitise it."""
    room = Newsroom(tmp_path, MARKUP)
    hostile = 'Frigate <img src=x onerror=alert(1)> & "others" &lt;b&gt;'
    address = 'https://kyodo.example/?a=1&copy/" onclick="alert(3)'
    first = item(hostile, "kyodo", age=HOURS, url=address, summary="<script>alert(2)</script> & more")
    again = replace(first, id=str(UUID(int=7)), key="again", source="kyodo-sport")
    room.publish(first, item("Navy <b>buys</b>", "reuters", age=HOURS, publisher="R & <i>Sons</i>", summary=""))
    room.publish(again)
    room.publish(item(f"{hostile}, says the navy", "bbc-world", age=HOURS, summary="<script>alert(2)</script> & more"))
    seen = set[str]()
    path, _, query = stream.partition("?")
    for entry in room.client.get(f"{path}.json?{query}").get_json()["items"]:
        body = html.fragment_fromstring(entry["content_html"], create_parent="body")
        assert {element.tag for element in body.iter()} <= {"body", "p", "strong", "ul", "ol", "li", "a", "br"}
        assert {name for element in body.iter() for name in element.attrib} <= {"href"}
        seen |= {body.text_content(), *(link.get("href") for link in body.iter("a"))}
    told = "\n".join(seen)
    for part in (hostile, "<script>alert(2)</script> & more", "Navy <b>buys</b>", "R & <i>Sons</i>"):
        assert part in told
    assert any(link.startswith("https://wire.example.org/a&copy/stories/") for link in seen)
    if "daily" not in stream:
        assert address in seen
        assert "NATO <b> & friends" in told or "items" in stream
    if stream == "/latest":
        assert told.count("Kyodo:") == 1, "two of its feeds list the article"
    room.close()


@pytest.mark.parametrize("times", [5, 6, 40])
def test_of_what_one_outlet_told_many_times_a_feed_lists_the_newest_and_the_api_all(room: Newsroom, times: int) -> None:
    """A ticker that lists its article anew with each line, each time at another address."""
    told = []
    for n in range(times):
        url = f"https://bbc.example/{n}"
        one = item(STORY, age=HOURS - timedelta(minutes=n), url=url)
        told.append(replace(one, id=str(UUID(int=n + 1)), key=str(n)))
    room.publish(item(STORY, "kyodo", age=HOURS - timedelta(seconds=30)), *told)
    (entry,) = room.client.get("/latest.json").get_json()["items"]
    body = html.fragment_fromstring(entry["content_html"], create_parent="body")
    said = [line.text_content().partition(" (")[0] for line in body.iter("li")]
    first = f"BBC: {times - 5} earlier" if times > 5 else f"BBC: {STORY}"
    assert said == [first, f"Kyodo: {STORY}", *[f"BBC: {STORY}"] * (5 if times > 5 else 4)]
    listed = [link.get("href") for link in body.iter("a") if "bbc.example" in link.get("href")]
    assert listed == [one.url for one in told[-5:]]
    assert len(entry["_aggregator"]["sources"]) == times + 1
    (story,) = room.client.get("/api/v1/stories").get_json()["stories"]
    assert len(story["sources"]) == times + 1
