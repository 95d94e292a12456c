"""Whatever comes: items or ParseError, nothing else; and what comes out is inert and legal in every output."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from builders.documents import JOB, NOW, atom, item, read, rss
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from aggregator.errors import ParseError
from aggregator.model.item import Item, StoredItem
from aggregator.model.poll import Recognition, StoredItems
from aggregator.normalise.address import absolute, canonical
from aggregator.normalise.characters import cut
from aggregator.normalise.dates import EARLIEST, earliest
from aggregator.normalise.dates import read as read_date
from aggregator.normalise.markup import ATTRIBUTES, TAGS, sanitise
from aggregator.normalise.plain import plain
from aggregator.normalise.recognition import recognise
from aggregator.parse.charset import to_utf8

PIECES = st.sampled_from(
    [
        "<script>", "</script>", "<img src=", "x onerror=alert(1)>", "<svg>", "</svg>", "<math>", "<style>", "</style>", "<a href=",
        "'javascript:x'", '"', "'", ">", "<", "/", "&lt;", "&amp;", "&#106;", "&colon;", "&Tab;", "<!--", "-->", "<![CDATA[", "]]>",
        "<p title=", "<noscript>", "</noscript>", "<table>", "<tr>", "<iframe srcdoc=", "<template>", "text", " ", "\x00", "\ufffe",
        "http://e.org/", "//e.org", "<h1>", "</h1>", "<b>", "<form>", "<base href=", "id=x", "style=y", "<xmp>", "<plaintext>",
    ]
)  # fmt: skip
HTML = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join)
LEFT_OUT = (
    "applet",
    "center",
    "dir",
    "fieldset",
    "hgroup",
    "isindex",
    "listing",
    "main",
    "marquee",
    "menu",
    "nobr",
    "x",
)
FEED_PIECES = st.sampled_from(
    [
        b"<?xml version='1.0'?>", b"<rss>", b"</rss>", b"<channel>", b"</channel>", b"<item>", b"</item>", b"<title>", b"</title>",
        b"<link>", b"</link>", b"<guid>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"</feed>", b"<entry>", b"</entry>", b"<id>",
        b"<pubDate>", b"<source url='x'>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"]>", b"&a;",
        b"&nbsp;", b"&", b"<rdf:RDF>", b"xml:base='x'", b"{", b'"items":[', b"]}", b'"version":"https://jsonfeed.org/version/1"', b",",
        b"\xff\xfe", b"\x00", b"\xc3", b"<description>", b"</description>", b"<html>", b"yesterday", b"2026-13-45", b"javascript:x",
    ]
)  # fmt: skip
ENTRY = """<title>A &amp; B</title><link>https://e.org/1</link><description>&lt;p&gt;One&lt;/p&gt;</description><pubDate>Mon, 02 Nov 2026
10:00:00 GMT</pubDate><content:encoded><![CDATA[<p>One <a href='/x'>x</a></p>]]></content:encoded><category>C</category>
<enclosure url='https://e.org/a.mp3' length='12' type='audio/mpeg'/><media:content url='https://e.org/m.jpg' medium='image'/>"""
SOUND = (
    rss([item(ENTRY, guid="g1"), item(link="https://e.org/2")]),
    atom(
        "<entry><id>a</id><title type='html'>A &lt;b&gt;c&lt;/b&gt;</title><link href='/1'/><content type='xhtml'><div xmlns="
        "'http://www.w3.org/1999/xhtml'><p>One</p></div></content><updated>2026-11-02T10:00:00Z</updated></entry>"
    ),
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel><title>T</title>"
    b"</channel><item rdf:about='https://e.org/1'><title>A</title><description>D</description></item></rdf:RDF>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "url": "https://e.org/1", "title": "A", "tags": ["a"],'
    b'"content_html": "<p>x</p>", "attachments": [{"url": "https://e.org/a.mp3", "mime_type": "audio/mpeg"}]}, {"id": "2"}]}',
)


def damaged(document: bytes, damage: list[tuple[int, int, bytes]]) -> bytes:
    """With pieces in it, each at a place where so many bytes are gone."""
    for at, gone, piece in damage:
        place = at % (len(document) + 1)
        document = document[:place] + piece + document[place + gone :]
    return document


DAMAGE = st.tuples(
    st.integers(0, 1 << 16), st.integers(0, 12), FEED_PIECES | PIECES.map(str.encode) | st.binary(max_size=5)
)
DOCUMENT = st.builds(damaged, st.sampled_from((b"", *SOUND)), st.lists(DAMAGE, max_size=8))
"""Most have items: of pieces alone none had."""


def assert_safe(one: Item) -> None:
    texts = [one.title, one.summary, one.content, one.author or "", one.publisher, one.key, *one.categories]
    for text in texts:
        etree.Element("x").text = text  # raises for what XML 1.0 forbids
        json.dumps(text, ensure_ascii=False).encode()
    assert_inert(one.content)
    for text in (one.title, one.summary):
        nodes = LexborHTMLParser(f"<body><i>{text}</i></body>").css("body *")
        assert [node.tag for node in nodes] == ["i"]
    for address in (one.url, one.image, one.canonical, *(enclosed.url for enclosed in one.enclosures)):
        assert address is None or address.startswith(("http://", "https://"))
    assert one.published is None or EARLIEST <= one.published <= NOW


def assert_inert(safe: str) -> None:
    """Also, it ends nothing that is open around it."""
    page = LexborHTMLParser(f"<!doctype html><body><div>{safe}<br></div></body>")
    assert [node.tag for node in page.css("body > *")] == ["div"]
    for node in page.css("body *"):
        assert node.tag in TAGS or node.tag == "tbody"
        for name, value in node.attributes.items():
            assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(node.tag, set()) | ({"rel"} if node.tag == "a" else set())
            if name in ("href", "src", "cite"):
                assert (value or "").startswith(("http://", "https://"))


@settings(max_examples=100, deadline=None)
@given(DOCUMENT)
def test_bytes_become_safe_items_or_a_parse_error(body: bytes) -> None:
    try:
        feed = read(body)
    except ParseError as error:
        assert error.kind in ("empty", "not-a-feed", "too-deep", "malformed")
        return
    for one in feed.items:
        assert_safe(one)
    assert len({one.id for one in feed.items}) == len(feed.items)


@settings(max_examples=150, deadline=None)
@given(HTML, HTML, st.text(max_size=30), st.text(max_size=30))
def test_hostile_text_in_a_sound_feed_becomes_safe_items(title: str, html: str, link: str, date: str) -> None:
    def data(text: str) -> str:
        return text.encode("utf-8", "ignore").decode().replace("&", "&amp;").replace("<", "&lt;")

    inside = f"<description>{data(html)}</description><pubDate>{data(date)}</pubDate>"
    inside += f"<category>{data(title)}</category><author>{data(title)}</author>"
    feed = read(rss(item(inside, title=data(title), link=data(link), guid="g")))
    assert len(feed.items) == 1
    assert_safe(feed.items[0])


@settings(max_examples=100, deadline=None)
@example("<li>A<ul></ul><div><table><li>B</table></div></li>")
@example("<dd>A<dl></dl><div><table><dd>B</table></div></dd>")
@example("<h3><div><h4>One<x><h2>Two</h2></x></h4></div></h3><p>Three</p>")
@given(HTML)
def test_sanitised_html_is_inert_and_stays_so(html: str) -> None:
    safe = sanitise(html, "https://e.org/", Counter())
    assert_inert(safe)
    assert_inert(sanitise(safe, "https://e.org/", Counter()))


@settings(max_examples=100, deadline=None)
@example(["li", "menu", "div", "li"])
@example(["dd", "marquee", "div", "dd"])
@example(["li", "isindex", "div", "li"])
@example(["li", "div", "table", "li"])
@example(["dd", "div", "table", "dt"])
@example(["li", "div", "blockquote", "ruby", "li", "x", "rt"])
@given(st.lists(st.sampled_from([*sorted(TAGS), *LEFT_OUT]), max_size=7))
def test_elements_that_are_left_out_or_moved_let_none_of_those_inside_end_what_is_around(tags: list[str]) -> None:
    nested = "".join(f"<{tag}>" for tag in tags) + "x" + "".join(f"</{tag}>" for tag in reversed(tags))
    assert_inert(sanitise(nested, "https://e.org/", Counter()))


@given(HTML)
def test_plain_text_holds_no_start_of_a_tag(html: str) -> None:
    text = plain(html)
    assert "\n" not in text
    assert LexborHTMLParser(f"<body><i>{text}</i></body>").css("body *")[1:] == []


@given(st.text(max_size=60), st.sampled_from(["https://e.org/a/b", "http://e.org", ""]))
def test_addresses_are_http_or_none_and_their_forms_are_stable(text: str, base: str) -> None:
    url = absolute(text, base)
    assert url is None or url.startswith(("http://", "https://"))
    assert absolute(url, base) == url
    assert canonical(canonical(url)) == canonical(url)


@given(st.text(max_size=40))
def test_dates_are_aware_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


@given(
    st.datetimes().filter(lambda when: when.year // 100 != 25),  # those years are Buddhist
    st.sampled_from(["iso", "rfc"]),
)
def test_a_date_that_was_written_is_the_date_that_is_read(when: datetime, shape: str) -> None:
    when = when.replace(microsecond=0)
    text = (
        when.isoformat() + "Z"
        if shape == "iso"
        else when.strftime("%a, %d %b ") + f"{when.year:04} {when:%H:%M:%S} +0000"
    )
    found = read_date(text)
    if found is not None:
        assert found == when.replace(tzinfo=UTC)
    if when.year >= 1970:
        assert found is not None
        assert earliest([found]) in (found, None)


@given(st.text(max_size=200), st.integers(2, 100))
def test_cut_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "text/xml; charset=utf-8", "text/xml; charset=utf-16", "charset=x", "charset=gbk"]),
)
def test_every_body_becomes_utf8(body: bytes, header: str | None) -> None:
    to_utf8(body, header)[0].decode("utf-8")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), max_size=12))
def test_recognising_twice_brings_nothing_new(entries: list[tuple[int, int, int]]) -> None:
    body = rss(
        [item(guid=f"g{guid}", link=f"https://e.org/{link}", title=f"T{title}") for guid, link, title in entries]
    )
    items = read(body).items
    changes = recognise(items, StoredItems({}))
    stored = {one.id: StoredItem(number, one.hash) for number, one in enumerate(changes.new)}
    addresses = {one.canonical: [one.id] for one in changes.new if one.canonical}
    again = recognise(items, StoredItems(stored, addresses, {one.title: {None} for one in changes.new}))
    assert (again.new, again.changed) == ((), ())
    assert len(again.seen) == len(stored)


ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(ENTRIES, min_size=2, max_size=4), st.integers(1, 8))
@example([[(1, 1, 1, 1), (0, 1, 0, 0)], [(1, 1, 1, 1)]], 2)
@example([[(0, 2, 1, 0), (1, 2, 0, 1)], [(1, 0, 0, 0), (1, 2, 0, 1)]], 2)  # a guid is trusted no more
@example([[(2, 1, 0, 0)], [(2, 2, 0, 0)], [(2, 1, 2, 1), (2, 2, 0, 1)], [(2, 0, 0, 0), (2, 1, 2, 1)]], 1)
@example(
    [[(0, 1, 0, 0), (0, 1, 2, 1), (0, 1, 1, 0)], [(0, 1, 0, 0), (0, 1, 1, 0), (1, 1, 2, 0), (0, 1, 2, 1)]], 2
)  # the twin of a new entry is not read
@example(
    [[(1, 0, 0, 0)], [(0, 1, 1, 1), (1, 1, 1, 0)], [(0, 1, 1, 1)]], 2
)  # an entry has the title of another, stored by it
@example(
    [[(1, 0, 3, 0)], [(0, 1, 0, 1)], *[[(0, 1, 2, 0), (1, 1, 0, 1), (0, 1, 3, 0), (1, 0, 1, 0)]] * 2], 8
)  # different items are stored under an entry's guid and its address, none of which counts now
def test_not_reading_what_was_said_before_changes_nothing(
    documents: list[list[tuple[int, int, int, int]]], most: int
) -> None:
    """Whatever a source lists, drops and takes up again: the same is new, changed and seen as if all were read."""
    reader, skipper = Stored(), Stored()
    for entries in documents:
        body = rss(
            [
                item(
                    f"<description>{'words ' * text}</description>" if text else "",
                    guid=f"g{guid}" if guid else "", link=f"https://e.org/{link}" if link else "", title=f"T{title}",
                )
                for guid, link, title, text in entries
            ]
        )  # fmt: skip
        plain = reader.take(read(body).items, most)
        items = read(body, replace(JOB, fingerprints=skipper.fingerprints)).items
        quick = skipper.take(items, most)
        if quick.unread:
            quick = skipper.take(read(body).items, most)
        assert quick == plain
        reader.store(plain)
        skipper.store(quick)


class Stored:
    """What the store would know of a source."""

    def __init__(self) -> None:
        self.items: dict[str, StoredItem] = {}
        self.addresses: dict[str, list[str]] = {}
        self.titles: dict[int, str] = {}
        self.fingerprints = b""

    def take(self, items: Sequence[Item], most: int) -> Recognition:
        titles = {title: {None} for title in self.titles.values()}
        return recognise(items, StoredItems(self.items, self.addresses, titles), most)

    def store(self, changes: Recognition) -> None:
        self.fingerprints = changes.fingerprints
        fresh = [(len(self.items) + n, one) for n, one in enumerate(changes.new)]
        for number, one in (*fresh, *changes.changed):
            self.items[one.id] = StoredItem(number, one.hash, one.title, one.canonical)
            self.titles[number] = one.title
            if one.canonical:
                there = self.addresses.setdefault(one.canonical, [])
                there[:] = sorted({*there, one.id}, key=lambda id: self.items[id].number)


def element(name: str, inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return inside.map(lambda text: f"<{name}>{text}</{name.partition(' ')[0]}>")


WORDS = st.sampled_from(
    [
        "Words",
        "A &amp; B",
        "<![CDATA[A & B]]>",
        "a &lt; b",
        "Łódź — 日本",
        " spaced \n out ",
        "it&#8217;s",
        "AT&amp;amp;T",
    ]
)
MARKUP = st.sampled_from(
    [
        "Words", "&lt;p&gt;One &amp;amp; two&lt;/p&gt;", "<![CDATA[<p>One</p><p><a href='/x'>x</a></p>]]>",
        "<![CDATA[One<br>two <img src='/i.jpg'>]]>", "",
    ]
)  # fmt: skip
ADDRESS = st.sampled_from(
    ["https://e.org/1", "http://e.org/p?x=1&amp;y=2", "/rel/3", "https://e.org/4#part", " https://e.org/5 "]
)
DATE = st.sampled_from(
    [
        "Mon, 02 Nov 2026 10:00:00 GMT", "2026-11-02T10:00:00+02:00", "2026-11-02", "02 Nov 2026 10:00 EST", "",
        "Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z",
    ]
)  # fmt: skip
RSS_ELEMENTS = (
    element("title", WORDS), element("link", ADDRESS), element("description", MARKUP), element("content:encoded", MARKUP),
    st.one_of(element("guid", ADDRESS), element('guid isPermaLink="false"', ADDRESS), st.just("<guid>g-1</guid>")),
    st.one_of(element("dc:creator", WORDS), st.just("<author>ann@paper.online (Ann)</author>")),
    element("pubDate", DATE), element("category", WORDS), element("category", WORDS), element("comments", ADDRESS),
    st.just('<enclosure url="https://e.org/a.mp3" length="12" type="audio/mpeg"/>'),
    st.just('<media:content url="https://e.org/m.jpg" medium="image"/>'), st.just('<media:thumbnail url="https://e.org/t.jpg"/>'),
    st.just('<source url="https://s.example/feed">Src</source>'), st.just('<atom:link rel="self" href="https://e.org/self"/>'),
    element("media:description", MARKUP), element('media:title type="plain"', WORDS),
    element("itunes:summary", MARKUP), element("itunes:keywords", WORDS),
    element("author", WORDS), element("dc:creator", WORDS), element("dc:date", DATE), element("dc:subject", WORDS),
    element("itunes:author", WORDS), element("slash:comments", st.just("3")),
    element("georss:point", st.just("45.256 -71.92")), st.just('<itunes:image href="https://e.org/cover.jpg"/>'),
    st.just('<media:group><media:content url="https://e.org/g.jpg" type="image/jpeg" width="9"/></media:group>'),
    st.just('<atom:link rel="alternate" href="https://e.org/alternate"/>'), element("dc:language", st.just("de")),
    st.just("<!-- <title>no</title> -->"), st.just("<?php echo '<title>no</title>' ?>"),
    element("feedburner:origLink", ADDRESS),
    st.just("<og><title>no</title><description>no</description><image>no</image></og>"),
)  # fmt: skip


def atom_text(name: str) -> st.SearchStrategy[str]:
    return st.one_of(
        element(name, WORDS), element(f'{name} type="text"', WORDS), element(f'{name} type="html"', MARKUP),
        st.just(f'<{name} type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p></div></{name}>'),
    )  # fmt: skip


def atom_link(attributes: str) -> st.SearchStrategy[str]:
    return ADDRESS.map(lambda address: f'<link {attributes} href="{address.strip()}"/>')


ATOM_ELEMENTS = (
    st.one_of(element("id", ADDRESS), st.just("<id>urn:x</id>")),
    st.one_of(atom_link(""), atom_link('rel="alternate"')), atom_link('rel="self"'), atom_link('rel="replies"'),
    atom_link('rel="alternate" type="application/pdf"'),
    st.just('<link rel="enclosure" href="https://e.org/a.mp3" length="12" type="audio/mpeg"/>'),
    atom_text("title"), atom_text("summary"), atom_text("content"), element("published", DATE), element("updated", DATE),
    st.just("<author><name>Ann</name><email>ann@paper.online</email></author>"),
    st.just('<category term="t" label="Label"/>'), st.just('<category term="u"/>'),
    st.just("<author><name>Ben</name><uri>/ben</uri></author>"), st.just("<contributor><name>no</name></contributor>"),
    st.just("<source><id>no</id><title>Src</title><updated>2026-01-01T00:00:00Z</updated></source>"),
    element("rights", WORDS), st.just("<!-- <title>no</title> -->"),
)  # fmt: skip


def written(name: str, elements: Sequence[st.SearchStrategy[str]], least: int) -> st.SearchStrategy[str]:
    """An entry with some of these elements in any order, always with the first `least`."""
    some = st.lists(st.sampled_from(range(least, len(elements))), unique=True, min_size=1)
    chosen = some.flatmap(lambda numbers: st.permutations([*range(least), *numbers]))
    told = chosen.flatmap(lambda numbers: st.tuples(*(elements[number] for number in numbers)))
    return told.map(lambda parts: f"<{name}>{''.join(parts)}</{name}>")


def said(body: bytes) -> list[Item]:
    """The items of a document but the last, without what tells how they were written: categories may be dc:subject."""
    found = [one for one in read(body).items if one.key != "urn:other"]
    return [
        replace(one, hash="", fingerprint=b"", former_ids=(), categories=tuple(sorted(one.categories))) for one in found
    ]


@given(written("item", RSS_ELEMENTS, 0))
def test_an_item_of_rss_is_the_same_whichever_parser_reads_its_document(entry: str) -> None:
    other = item("<description>%s</description>", guid="urn:other", link="https://e.org/other")
    tolerated, malformed = [entry, other % "A <b>doubt</b>"], [entry, other % "Told", "<bb>"]
    assert said(rss(tolerated)) == said(rss(malformed)) == said(rss([entry, other % "Told"]))


@given(written("entry", ATOM_ELEMENTS, 1))
@example(
    '<entry><link rel="self" href="https://e.org/1"/><summary>A &amp; B</summary><id>https://e.org/1</id><link  href="https://e.org/1"/></entry>'
)
def test_an_entry_of_atom_is_the_same_whichever_parser_reads_its_document(entry: str) -> None:
    other = "<entry><id>urn:other</id><title>%s</title><link href='https://e.org/o'/><summary>Told</summary></entry>"
    tolerated, malformed = entry + other % "A <b>doubt</b>", entry + other % "Other" + "<bb>"
    assert said(atom(tolerated)) == said(atom(malformed)) == said(atom(entry + other % "Other"))
