"""Bad inputs 1, 2, 6, 10 to 20, 22 to 25 and 30, F20 and F21: each with the outcome it must have.

KEEP: items, safely. DROP: that item or field, the rest kept. FAIL: a clear ParseError, and old items stay.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import pytest
from builders.documents import JOB, NOW, URL, atom, dropped, item, read, rss
from builders.process import PATIENCE, until_async
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import ParseError, SandboxError
from aggregator.model.item import Item, NormalFeed, StoredItem
from aggregator.model.poll import StoredItems
from aggregator.model.source import Fetched, Freshness
from aggregator.normalise.recognition import recognise
from aggregator.sandbox.pool import Sandbox
from aggregator.web.body import standfirst_and_body

FORBIDDEN = (
    "script, style, iframe, object, embed, form, svg, math, base, meta, link, video, audio, button,"
    " [onerror], [onload], [onclick], [style], [id], [class], [name], [target], [srcdoc]"
)


def described(html: str) -> bytes:
    return rss(item(f"<description>{escape(html)}</description>", guid="g"))


def assert_inert(items: tuple[Item, ...]) -> None:
    for one in items:
        tree = LexborHTMLParser(f"<body>{one.content}</body>")
        assert tree.css(f"body :is({FORBIDDEN})") == []
        for node in tree.css("[href], [src], [cite]"):
            for name in ("href", "src", "cite"):
                value = node.attributes.get(name)
                assert value is None or value.startswith(("http://", "https://"))
        for address in (one.url, one.image, *(enclosed.url for enclosed in one.enclosures)):
            assert address is None or address.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java&#9;script:alert(1)",
        "java&#10;script:alert(1)",
        "javascript&amp;colon;alert(1)",
        "&#1;javascript:alert(1)",
    ],
)
def test_1_unsafe_addresses_are_dropped_and_the_item_kept(address: str) -> None:
    inside = (
        f'<enclosure url="{address}"/><comments>{address}</comments><media:content url="{address}" medium="image"/>'
    )
    feed = read(rss(item(inside, link=address, guid=address)))
    (one,) = feed.items
    assert (one.title, one.url, one.image, one.enclosures, dropped(feed)) == (
        "Title",
        None,
        None,
        (),
        {"unsafe-address": 2},
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://joe:pw@e.org/x.png", "https://joe@e.org/x.png", "https:\\\\joe:pw@e.org/x.png", "https:joe:pw@e.org/x.png",
        "https:///joe:pw@e.org/x.png", "https://joe:pw&#64;e.org/x.png", "ht&#10;tps:/&#9;/joe:pw@e.org/x.png",
        "https://www.bbc.co.uk:pw@e.org/x.png",
    ],
)  # fmt: skip
def test_1_no_address_in_a_text_holds_a_user_or_password(address: str) -> None:
    """Who reads `https://www.bbc.co.uk@e.org` sees another host than the browser does."""
    html = f'<p><a href="{address}">who@e.org</a><img src="{address}"><q cite="{address}">x</q></p>'
    (one,) = read(described(html)).items
    plain_address = "https://e.org/x.png"
    assert one.image == plain_address
    assert one.content.count(f'="{plain_address}"') == 3, one.content
    assert ">who@e.org</a>" in one.content


def test_1_no_address_in_a_text_holds_a_key_of_the_feeds_own_address() -> None:
    """`https://git.example/news.atom?feed_token=…`, in whose texts notes are linked by `#note`."""
    entry = '<entry><id>a</id><title>News</title><link href="#one"/><content type="html">{}</content></entry>'
    body = atom(entry.format(escape('<p><a href="#note">1</a> <a href="?page=2">2</a> <img src=" "></p>')))
    (one,) = read(body, url="https://git.example/news.atom?feed_token=s3cret").items
    assert one.url == "https://git.example/news.atom#one"
    assert 'href="https://git.example/news.atom#note"' in one.content
    assert 'href="https://git.example/news.atom?page=2"' in one.content
    assert "s3cret" not in repr(one)


@pytest.mark.parametrize(
    ("source", "image"),
    [
        (f"https://e.org/{'a' * 5000}.png", None),
        ("https://e.org/a b\n.png?<&gt;", "https://e.org/a%20b.png?%3C%3E"),
        ("https:e.org/a.png", "https://e.org/a.png"),
    ],
)
def test_1_a_picture_of_a_text_has_an_address_that_feeds_can_carry(source: str, image: str | None) -> None:
    (one,) = read(described(f'<p><img src="{source}">x</p>')).items
    assert one.image == image


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>x", "<img src=x onerror=alert(1)>", "<svg><script>alert(1)</script></svg>",
        "<math><mi xlink:href='javascript:x'>x</mi></math>", "<iframe srcdoc='<script>x</script>'></iframe>",
        "<object data='javascript:x'></object><embed src=x>", "<form><button formaction='javascript:x'>x</button></form>",
        "<meta http-equiv=refresh content='0;url=javascript:x'>", "<base href='//evil.example'><a href=x>x</a>",
        "<style>@import 'x'</style><p style='background:url(javascript:x)'>x</p>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<blockquote cite='javascript:alert(1)'>x</blockquote><q cite='data:,x'>x</q><q cite=x>x</q>",
        "<a href='https:evil.example'>x</a><a href='https:\\\\evil.example'>x</a><img src='http:\u00ff/x'>",
        "<img src='https://e.org/emoji/1.png' alt='<img src=x onerror=a()>'>", "<svg onload=alert(1)></svg>", "<math><mtext></math>",
        "<a href='java\tscript:x'>x</a>", "<a href=data:text/html,x>x</a>", "<a href='ftp://e.org/x'>x</a>",
        "<a href='FILE:///etc/passwd'>x</a>", "<a href='tel:1'>x</a><img src='blob:https://e.org/x'>",
        "<p id=x class=y style='color:red' name=z>x</p>", "<a href='https://e.org/' target=_blank onclick=x>x</a>",
        "<video src=x onerror=y></video>",
    ],
)  # fmt: skip
def test_2_dangerous_html_is_kept_inert(html: str) -> None:
    feed = read(described(html))
    assert len(feed.items) == 1
    assert_inert(feed.items)


BOMBS: dict[str, Callable[[], bytes]] = {
    "6: escaped comments, 700 kB": lambda: described("<!--" * 175_000),
    "6: comments that never end": lambda: rss("<!--" * 175_000),
    "6: 40,000 attributes": lambda: described("<a " + " ".join(f"a{n}=x" for n in range(40_000)) + ">x</a>"),
    "12: 5 MB of <": lambda: described("<" * 1_000_000),
    "12: 100,000 nested div": lambda: described("<div>" * 30_000),
    "12: a title of 2 MB": lambda: rss(item(title="x" * 2_000_000)),
    "12: 500,000 nested elements": lambda: b"<a>" * 500_000,
    "tags that never end": lambda: rss("<title " * 30_000),
    "DOCTYPE without end": lambda: b"<!DOCTYPE rss [" + b'"' * 100_001 + rss(item()),
    "brackets of JSON": lambda: b'{"a":"' + b'\\"' * 200_000 + b"[" * 200,
    "authors": lambda: rss(item(f"<author>{'a ' * 100_000}@</author>")),
    "a text like many links": lambda: rss(
        item(
            f"<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description>{':link ' * 40_000} rel='self'</description>"
        )
    ),
    "boilerplate": lambda: described("The post " * 60_000 + "appeared first on"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_6_and_12_bombs_are_read_or_refused_in_time(name: str) -> None:
    body = BOMBS[name]()
    start = time.process_time()
    try:
        feed: NormalFeed | None = read(body)
    except ParseError:
        feed = None
    assert time.process_time() - start < 5
    if feed is not None:
        assert_inert(feed.items)
        assert all(len(one.title) <= 300 and len(one.summary) <= 600 for one in feed.items)


@pytest.mark.parametrize(
    "declarations",
    ["".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(20)), f'<!ENTITY e20 "{"A" * 100_000}">'],
)
def test_10_entities_are_never_expanded(declarations: str) -> None:
    body = rss(item(title="a &e20; b")).replace(b"<rss", b"<!DOCTYPE rss [" + declarations.encode() + b"]><rss", 1)
    feed = read(body)
    assert (feed.items[0].title, feed.flaws) == ("a &e20; b", ("internal-subset", "undeclared-entities"))


def test_11_nothing_outside_the_document_is_read() -> None:
    """An external entity and an external DTD name a local file and a local server: no read, no connection."""
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"
        subset = f'<!DOCTYPE rss SYSTEM "{address}" [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "{address}"> %y;]>'
        feed = read(rss(item("<description>d &x; e</description>")).replace(b"<rss", subset.encode() + b"<rss", 1))
        with pytest.raises(TimeoutError):
            server.accept()
            asked.set()
    assert not asked.is_set()
    assert feed.items[0].summary == "d &x; e"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1b", "\ufffe", "\u202e", "\u2066", "\u200b"])
def test_13_characters_that_break_outputs_are_stripped(character: str) -> None:
    text = f"a{character}b]]&gt;c"
    body = rss(
        item(
            f"<description>{text} more</description><author>{text}</author><category>{text}</category>",
            title=text,
            guid=text,
        )
    )
    (one,) = read(body).items
    for value in (one.title, one.summary, one.content, one.author or "", one.categories[0], one.key):
        assert character not in value
        assert "a" in value and "b]]" in value
    json.dumps(one.title).encode()


@pytest.mark.parametrize(
    "reference",
    ["&#12;", "&#x0B;", "&#x1b;[31m", "&#xFFFE;", "&#x202E;", "&#8294;", "&#x200F;", "&ZeroWidthSpace;", "&#xE0041;"],
)
@pytest.mark.parametrize("html", ["a{} b", "<p>a{} b</p>", '<p><img src="https://e.org/a.png" alt="a{} b"> a b</p>'])
def test_13_characters_spelt_as_references_of_html_are_stripped(reference: str, html: str) -> None:
    """They become themselves only where HTML is read, after the document was."""
    (one,) = read(described(html.format(reference))).items
    for value in (one.title, one.summary, one.content):
        assert all(letter.isprintable() for letter in value), ascii(value)


@pytest.mark.parametrize("number", ["&#{};", "&amp;#{};", "&amp;amp;#{};", "&amp;#{0}; &amp;lt; &#{0}"])
@pytest.mark.parametrize("tail", ["", "<p>"])
def test_13_a_reference_of_thousands_of_digits_costs_no_entry(number: str, tail: str) -> None:
    """Python reads no number of more than 4,300 digits. Both parsers, JSON, and what the pages make of a text that was stored."""
    text = f"a &amp;lt; {number.format('9' * 5000)} b"
    html = escape(f"<p>{text}</p>")
    full = f"<description>Said so.</description><content:encoded>{html}</content:encoded><author>{text}</author>"
    hostile = item(full, title=text, guid="a")
    feed = read(rss([hostile, item(f"<description>{html}{tail}</description>", guid="b"), item(guid="c")]))
    fields = {"title": text, "content_html": f"<p>{text}</p>", "summary": "Said so.", "tags": [text]}
    named = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "a", **fields}, {"id": "b", "title": "News"}],
    }
    assert len(feed.items) == 3
    for one in (*feed.items, *read(json.dumps(named).encode()).items):
        assert one.title
        standfirst_and_body("Another summary.", one.content)  # raises nothing


@pytest.mark.parametrize("escape_", ["\\ud800", "\\udfff x", "\\u0000"])
def test_13_lone_surrogates_of_json_are_stripped(escape_: str) -> None:
    fields = f'"id": "1{escape_}", "title": "a{escape_}b", "content_html": "<p>{escape_}</p>"'
    body = f'{{"version": "https://jsonfeed.org/version/1", "items": [{{{fields}}}]}}'
    (one,) = read(body.encode()).items
    f"{one.title}{one.content}{one.key}{one.summary}".encode()
    assert "\x00" not in one.title + one.content


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!doctype html><title>Log in</title><input type='password'>", "not-a-feed"),
        (b"<html><head><title>Captive portal</title></head></html>", "not-a-feed"),
        (b"<html><script src='/cdn-cgi/challenge-platform/x'></script></html>", "not-a-feed"),
        (b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b"\xff\xfe", "empty"), (b" \r\n\t ", "empty"),
    ],
)  # fmt: skip
def test_14_and_15_pages_and_nothing_fail_clearly(body: bytes, kind: str) -> None:
    with pytest.raises(ParseError) as error:
        read(body)
    assert error.value.kind == kind


def test_16_truncated_and_trailing() -> None:
    whole = rss([item(guid="1"), item(guid="2", link="https://e.org/2"), item(guid="3", link="https://e.org/3")])
    cut = read(whole[: whole.rindex(b"</item>")])
    assert (len(cut.items), cut.flaws) == (2, ("truncated",))
    junk = read(whole + b"<script>x</script>")
    assert (len(junk.items), junk.flaws) == (3, ("junk-after-end",))
    two = read(whole + whole)
    assert (len(two.items), two.flaws) == (3, ("second-document",))
    listed = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}, {"id": "2"}]}'
    cut, junk = read(listed[: listed.rindex(b"}]")]), read(listed + b"<script>x</script>")
    assert (len(cut.items), cut.flaws) == (1, ("truncated",))
    assert (len(junk.items), junk.flaws) == (2, ("junk-after-end",))


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "gb18030"])
def test_17_encodings_that_are_declared_truly_or_not(encoding: str) -> None:
    text = "naïve" if encoding == "windows-1252" else "naïve 中"
    assert read(rss(item(title=text), encoding=encoding)).items[0].title == text
    lied = read(rss(item(title="naïve 中"), declared=encoding), content_type=f"text/xml; charset={encoding}")
    assert lied.items[0].title == "naïve 中"


def test_17_utf_7_is_never_markup() -> None:
    feed = read(rss(item(title="+ADw-script+AD4-alert(1)"), declared="utf-7"), content_type="text/xml; charset=utf-7")
    assert feed.items[0].title == "+ADw-script+AD4-alert(1)"


@pytest.mark.parametrize("guid", ["", "same", "x" * 10_000, "a&#0;b"])
def test_18_distinct_items_do_not_collapse(guid: str) -> None:
    items = [item(guid=guid, link=f"https://e.org/{n}", title=f"T{n}") for n in range(5)]
    feed = read(rss(items))
    assert len({one.id for one in feed.items}) == 5
    assert all(len(one.key) <= 512 and "\x00" not in one.key for one in feed.items)


def known(stored: tuple[Item, ...]) -> StoredItems:
    return StoredItems(
        {one.id: StoredItem(n, one.hash) for n, one in enumerate(stored)},
        {one.canonical or "": [one.id] for one in stored},
        {one.title: {None} for one in stored},
    )


@pytest.mark.parametrize("length", ["9" * 20, "-" + "9" * 20, "9" * 5000])
@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
def test_a_length_that_no_file_has_costs_no_entry(length: str, title: str) -> None:
    date = "<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>"
    enclosure = f'{date}<enclosure url="https://example.org/a.mp3" length="{length}" type="audio/mpeg"/>'
    feed = read(rss([item(enclosure, title=title), item(date, link="https://example.org/2")]))
    assert [[one.length for one in entry.enclosures] for entry in feed.items] == [[None], []]


def test_19_guids_that_change_at_every_poll_are_kept_once() -> None:
    polls = [
        read(rss([item(guid=f"{poll}-{n}", link=f"https://e.org/{n}", title=f"T{n}") for n in range(9)])).items
        for poll in range(3)
    ]
    first = recognise(polls[0], StoredItems({}))
    assert len(first.new) == 9
    for poll in polls[1:]:
        changes = recognise(poll, known(first.new))
        assert (changes.new, len(changes.changed) + len(changes.seen)) == ((), 9)


def test_20_the_guid_of_another_source_overwrites_nothing() -> None:
    body = rss(item(guid="theirs"))
    assert read(body).items[0].id != read(body, replace(JOB, source="evil", root="evil")).items[0].id


def test_21_variants_of_one_address_are_one_item() -> None:
    links = [
        "http://example.org/a",
        "https://www.example.org/a/",
        "https://example.org/a?utm_source=x",
        "https://example.org/a#xtor=RSS-1",
    ]
    assert len(read(rss([item(link=link) for link in links])).items) == 1


def test_22_and_f20_a_hundred_thousand_items_are_capped_and_reported() -> None:
    body = rss("".join(f"<item><title>I {n}</title><guid>u{n}</guid></item>" for n in range(100_000)))
    feed = read(body)
    assert (len(feed.items), dropped(feed)["over-cap"]) == (1000, 99_000)


def test_23_a_feed_that_shrinks_or_rolls_back_announces_nothing() -> None:
    stored = read(rss([item(guid=f"{n}", link=f"https://e.org/{n}", title=f"T{n}") for n in range(9)])).items
    for snapshot in ((), stored[:2], stored[5:]):
        assert recognise(snapshot, known(stored)).new == ()


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("9999-12-31T23:59:59Z", NOW), ("2036-01-01T00:00:00Z", NOW), ("2026-11-20T13:00:00Z", NOW), ("99999-01-01", None),
        ("0001-01-01T00:00:00Z", None), ("1969-12-31T23:59:59Z", None), ("yesterday", None), ("", None),
        ("2026-11-19T24:00:00Z", datetime(2026, 11, 20, tzinfo=UTC)),
        ("Thu, 19 Nov 2026 10:00:00 NOWHERE", datetime(2026, 11, 19, 10, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_24_dates_are_clamped_or_absent(date: str, published: datetime | None) -> None:
    (one,) = read(rss(item(f"<pubDate>{date}</pubDate>"))).items
    assert one.published == published


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
@pytest.mark.parametrize("name", ["date_published", "date_modified"])
def test_24_a_time_that_is_in_no_year_in_utc_costs_no_entry(name: str, date: str) -> None:
    """The first is what .NET writes for no date."""
    items = [{"id": "1", "title": "A", name: date}, {"id": "2", "title": "B", name: "2026-11-20T10:00:00Z"}]
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())
    assert [one.published for one in feed.items] == [None, NOW.replace(hour=10)]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("a", "https://example.org/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("https:/cdn.example/a", "https://cdn.example/a"),
        ("https:cdn.example/a", "https://cdn.example/a"),
    ],
)
def test_25_relative_links_become_absolute(link: str, expected: str) -> None:
    assert read(rss(item(link=link))).items[0].url == expected
    body = rss(item(f"<description>{escape(f'<a href={link}>x</a>')}</description>"))
    assert f'href="{expected}"' in read(body).items[0].content


@pytest.mark.parametrize(
    "rest", ["2026/11/a.html", "page.html", "index.php/2026/a", "page.php?u=https:/b.example/1", "images/a/"]
)
def test_25_a_link_with_one_slash_that_names_no_host_is_within_the_site(rest: str) -> None:
    """As in a browser. (`https:/2026/11` with a host would be https://0.0.7.234/11.)"""
    assert read(rss(item(link=f"https:/{rest}"))).items[0].url == f"https://example.org/{rest}"


@pytest.mark.parametrize(
    "item_",
    [
        '{"id": 7}',
        '{"id": "7", "title": 3, "tags": {}}',
        '{"id": "7", "x": NaN}',
        '{"id": "7", "x": 1e999}',
        '{"id": "7", "x": %s}' % ("9" * 5000),
        '{"id": "7", "id": "7"}',
    ],
)
def test_30_json_keeps_its_tolerant_parts(item_: str) -> None:
    body = f'{{"version": "https://jsonfeed.org/version/2", "items": [{item_}, 5]}}'
    assert [one.key for one in read(body.encode()).items] == ["7"]


def test_30_depth_fails() -> None:
    with pytest.raises(ParseError) as error:
        read(b"[" * 200_000)
    assert error.value.kind == "too-deep"


async def test_f21_a_parser_bomb_costs_its_own_source_alone() -> None:
    bomb, good = b"<rss><channel><item><item>" + b"<" * 10_000_000, rss(item())

    def fetched(body: bytes) -> Fetched:
        return Fetched(URL, 200, body, None, None, None, Freshness())

    async with Sandbox(children=2, wall=1) as sandbox:
        costly = asyncio.create_task(sandbox.parse(fetched(bomb), JOB))
        await until_async(lambda: any(child.asked for child in sandbox._busy))
        sandbox._wall = PATIENCE
        rest = [sandbox.parse(fetched(good), JOB) for _ in range(49)]
        first, *others = await asyncio.gather(costly, *rest, return_exceptions=True)
    assert isinstance(first, SandboxError) and first.kind == "timeout"
    assert all(isinstance(one, NormalFeed) and len(one.items) == 1 for one in others)
    assert Sandbox()._wall <= 15, "where nobody says otherwise"
