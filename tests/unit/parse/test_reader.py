"""Documents to parsed feeds: formats, which parser reads them, and what of them is kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape, unescape
from json import dumps

import pytest
from builders.documents import URL, atom, item, read, rss
from msgspec.structs import replace

from aggregator.errors import ParseError
from aggregator.model.item import Enclosure, ParsedFeed, ParsedItem
from aggregator.normalise.dates import read as read_date
from aggregator.parse.article import article
from aggregator.parse.reader import parse

_UNDATED = re.compile(rb"(<item\b(?:(?!</item>|<pubDate|<dc:date|<published).)*)</item>", re.DOTALL)


def parsed(body: bytes, content_type: str | None = None) -> ParsedFeed:
    """The feed. Its items must say the same if they are dated: only then fastfeedparser may read those of RSS alone."""
    feed = parse(body, content_type, URL)
    if feed.format == "rss":
        dated = parse(
            _UNDATED.sub(rb"\1<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate></item>", body), content_type, URL
        )
        assert list(map(undated, dated.items)) == list(map(undated, feed.items))
    return feed


def undated(one: ParsedItem) -> ParsedItem:
    return replace(one, published=None, updated=None)


@pytest.mark.parametrize("guid", ["g-1", "https://example.org/?p=1"])
def test_reads_an_item_of_rss_whole(guid: str) -> None:
    feed = parsed(
        rss(
            item(
                "<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate><dc:creator>Ann Writer</dc:creator>"
                "<category>World</category><category>Asia</category><description>Short.</description>"
                "<content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>"
                '<enclosure url="https://example.org/a.mp3" length="12" type="audio/mpeg"/>'
                '<media:content url="https://example.org/small.jpg" medium="image" width="100"/>'
                '<media:content url="https://example.org/large.jpg" medium="image" width="900"/>',
                guid=guid,
            )
        )
    )
    (one,) = feed.items
    assert (feed.format, feed.parser) == ("rss", "fastfeedparser")
    assert (one.guid, one.link, one.title) == (guid, "https://example.org/1", "Title")
    assert read_date(one.published) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (one.author, one.categories) == ("Ann Writer", ("World", "Asia"))
    assert (one.summary, one.content) == ("Short.", "<p>Long.</p>")
    assert one.enclosures == (Enclosure("https://example.org/a.mp3", "audio/mpeg", 12),)
    assert one.image == "https://example.org/large.jpg"


@pytest.mark.parametrize(("mark", "parser"), [("", "fastfeedparser"), (" <b>!</b>", "feedparser")])
def test_reads_an_item_of_rss_whole_among_elements_of_modules(mark: str, parser: str) -> None:
    own = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'  # as some programs declare it, on each element
    feed = parse(
        rss(
            item(
                "<media:title>Photo</media:title><itunes:summary>Spoken</itunes:summary>"
                "<media:description>A photo</media:description><link> </link><link>\n https://example.org/1\n</link>"
                f"<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><dc:date {own}>2026-11-20T10:00:00Z</dc:date>"
                "<atom:updated>5 November</atom:updated>"
                f"<dc:creator {own}>Ann</dc:creator><dc:creator> Ben Lee (ben@e.org) </dc:creator>"
                "<dc:creator>Ann</dc:creator><author>desk@e.org (Desk)</author><author>Other</author>"
                '<source url="https://paper.example/feed"> The Paper </source><dc:language>de</dc:language>'
                '<enclosure url="https://example.org/a.mp3" length="12" type="audio/mpeg"/><enclosure length="3"/>'
                '<enclosure url="https://example.org/b.pdf"/><description>Short.</description>'
                "<content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>"
                '<category>World</category><category domain="x">Asia</category>',
                title=f"Title{mark}", link="", guid="g-1",
            )
        ),
        None, URL,
    )  # fmt: skip
    assert feed.parser == parser
    assert feed.items == (
        ParsedItem(
            guid="g-1", link="https://example.org/1", title=f"Title{mark}", summary="Short.", content="<p>Long.</p>",
            author="Ann, Ben Lee", published="Fri, 20 Nov 2026 10:00:00 GMT", updated="5 November",
            categories=("World", "Asia"),
            enclosures=(
                Enclosure("https://example.org/a.mp3", "audio/mpeg", 12), Enclosure("https://example.org/b.pdf"),
            ),
            language="de", publisher="The Paper", publisher_url="https://paper.example/feed",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("mark", "parser"), [("", "fastfeedparser"), (" <b>!</b>", "feedparser")])
def test_reads_an_entry_of_atom_whole_that_another_feed_had_first(mark: str, parser: str) -> None:
    feed = parse(
        atom(
            f'<entry xml:lang="fr" xml:base="https://blog.example/2026/"><id>urn:1</id><title>Title{mark}</title>'
            '<media:content xmlns:media="http://search.yahoo.com/mrss/" url="https://blog.example/1.jpg" medium="image"/>'
            '<link rel="enclosure" href="a.mp3" length="12" type="audio/mpeg"/><link rel="enclosure"/>'
            '<link rel="self" href="self.xml"/><link href="one"/>'
            "<published>2026-11-20T10:00:00+01:00</published><updated>5 November</updated>"
            "<author><name>Ann</name><email>a@e.org</email></author>"
            "<author><name> Ben </name><uri>https://e.org/</uri></author><author><name>Ann</name></author>"
            "<contributor><name>Cas</name></contributor>"
            '<category term="world" label="The World"/><category term="asia"/><category/>'
            '<source><id>urn:s</id><title> The Blog </title><link href="https://blog.example/"/>'
            "<updated>2026-11-20T12:00:00Z</updated><author><name>Someone</name></author></source>"
            '<summary>Short.</summary><content type="html" xml:base="deep/">&lt;p&gt;Long.&lt;/p&gt;</content></entry>',
            head="<author><name>The Planet</name></author>",
        ),
        None, URL,
    )  # fmt: skip
    assert feed.parser == parser
    assert feed.items == (
        ParsedItem(
            guid="urn:1", link="https://blog.example/2026/one", title=f"Title{mark}", summary="Short.",
            content="<p>Long.</p>", author="Ann, Ben", published="2026-11-20T10:00:00+01:00", updated="5 November",
            categories=("The World", "asia"),
            enclosures=(Enclosure("https://blog.example/2026/a.mp3", "audio/mpeg", 12),),
            image="https://blog.example/1.jpg", language="fr", base="https://blog.example/2026/deep/",
            publisher="The Blog", publisher_url="https://blog.example/",
        ),
    )  # fmt: skip


def test_an_article_that_quotes_a_feed_needs_no_tolerant_parser() -> None:
    quoted = "<description><![CDATA[<item><title>A <b>title</b></title></item>]]></description>"
    feed = parse(rss(item(f"<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>{quoted}")), None, URL)
    assert (feed.parser, len(feed.items)) == ("fastfeedparser", 1)


@pytest.mark.parametrize("length", ["", " ", "abc", "²", "1.5", "-1", "9" * 16, "9" * 25, "-" + "9" * 25])
def test_an_enclosure_of_unknown_length_has_none(length: str) -> None:
    enclosure = f'<enclosure url="https://example.org/a.mp3" length="{length}" type="audio/mpeg"/>'
    feed = parsed(rss(item(f"<pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>{enclosure}")))
    assert feed.parser == "fastfeedparser"
    assert feed.items[0].enclosures == (Enclosure("https://example.org/a.mp3", "audio/mpeg", None),)


YOUTUBE = (
    '<media:group><media:content url="https://video.example/v/1" type="application/x-shockwave-flash" width="640"/>'
    '<media:thumbnail url="https://video.example/1.jpg" width="480"/></media:group>'
)
WORDPRESS_COM = (
    '<media:content url="https://1.gravatar.com/avatar/ab?s=96" medium="image"><media:title>Ann</media:title></media:content>'
    '<media:content url="https://example.org/a.jpg" medium="image"/>'
)


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (YOUTUBE, "https://video.example/1.jpg"),
        (WORDPRESS_COM, "https://example.org/a.jpg"),
        ('<itunes:image href="https://example.org/cover.jpg"/>', "https://example.org/cover.jpg"),
        (
            '<media:content xmlns:media="http://www.rssboard.org/media-rss" url="https://example.org/b.jpg" medium="image"/>',
            "https://example.org/b.jpg",
        ),
        ('<media:thumbnail url="https://example.org/t.jpg"/>', "https://example.org/t.jpg"),
        (
            '<media:thumbnail url="https://e.org/s.jpg" width="144"/><media:thumbnail url="https://e.org/w.jpg" width="992"/>',
            "https://e.org/w.jpg",
        ),
        (
            '<media:thumbnail width="992"/><media:thumbnail url="https://example.org/t.jpg" width="144"/>',
            "https://example.org/t.jpg",
        ),
        (
            '<media:content url="https://e.org/1.mp4" type="video/mp4"><media:thumbnail url="https://e.org/s.jpg" width="144"/>'
            '<media:thumbnail url="https://e.org/w.jpg" width="992"/></media:content>',
            "https://e.org/w.jpg",
        ),
        (
            '<m:content xmlns:m="http://search.yahoo.com/mrss/" url="https://e.org/1.mp4" type="video/mp4">'
            '<m:thumbnail url="https://e.org/t.jpg"/></m:content>',
            "https://e.org/t.jpg",
        ),
        (
            '<media:content url="https://example.org/still.jpg" type="video/mp4" width="992"/>'
            '<media:content url="https://example.org/c.jpg" type="image/jpeg"/>',
            "https://example.org/c.jpg",
        ),
        ('<media:content url="https://example.org/c.jpg" type="image"/>', "https://example.org/c.jpg"),
        ('<media:content url="https://example.org/c?w=9" medium="image"/>', "https://example.org/c?w=9"),
        ('<media:content url="https://e.org/1.mp4"/><media:content url="https://e.org/1.JPG"/>', "https://e.org/1.JPG"),
        (
            '<media:content url="https://e.org/1"/><media:content url="https://e.org/1.jpeg?w=9"/>',
            "https://e.org/1.jpeg?w=9",
        ),
        ('<media:content url="https://e.org/png"/><media:content url="https://e.org/1.png"/>', "https://e.org/1.png"),
        (
            '<media:content url="https://e.org/a.gif/b"/><media:content url="https://e.org/1.gif"/>',
            "https://e.org/1.gif",
        ),
        (
            '<media:content url="https://e.org/1.mp3"/><media:content url="https://e.org/1.webp"/>',
            "https://e.org/1.webp",
        ),
        (
            '<media:content url="https://e.org/1.pdf"/><media:content url="https://e.org/1.avif"/>',
            "https://e.org/1.avif",
        ),
        ("<image>//example.org/i.jpg</image>", "//example.org/i.jpg"),
        ("<image>HTTP://example.org/i.jpg</image>", "HTTP://example.org/i.jpg"),
        ("<image> https://example.org/i.jpg?a&amp;b </image>", "https://example.org/i.jpg?a&b"),
        ("<image><![CDATA[https://example.org/i.jpg]]></image>", "https://example.org/i.jpg"),
        ("<image>\n<title>T</title><url>https://example.org/i.jpg</url></image>", "https://example.org/i.jpg"),
        ("<image>i</image>" + '<media:thumbnail url="https://example.org/t.jpg"/>', "https://example.org/t.jpg"),
        ("<image><title>T</title><link>https://example.org/i.jpg</link></image>", "https://example.org/i.jpg"),
        ("<image><link>\n  https://example.org/i.jpg\n  </link></image>", "https://example.org/i.jpg"),
        ("<image><link>https://e.org/i.jpg</link><url>https://e.org/u.png</url></image>", "https://e.org/u.png"),
        (
            '<News:Image xmlns:News="https://www.bing.com/news/search?q=a">http://www.bing.com/th?id=A&amp;pid=News</News:Image>',
            "http://www.bing.com/th?id=A&pid=News",
        ),
    ],
)
def test_finds_the_picture_among_the_media(media: str, expected: str) -> None:
    fast = parsed(rss([item(media), item('<media:thumbnail url="https://example.org/other.jpg"/>')]))
    tolerant = parsed(rss([item(media + "<description>a <b>doubt</b></description>")]))
    assert (fast.parser, tolerant.parser) == ("fastfeedparser", "feedparser")
    assert (fast.items[0].image, tolerant.items[0].image) == (expected, expected)


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
def test_finds_the_picture_in_the_other_namespace_of_media(title: str) -> None:
    """Also where nothing but its items declares that."""
    space = "http://www.rssboard.org/media-rss"
    picture = f'<media:content xmlns:media="{space}" url="https://example.org/b.jpg" medium="image"/>'
    one = parsed(rss([item(picture + "<description>D</description>", title=title)])).items[0]
    assert one.image == "https://example.org/b.jpg"


@pytest.mark.parametrize("mark", ["", "<b>!</b>"])
@pytest.mark.parametrize("link", ["<link>https://e.org/1</link>", '<link href="https://e.org/1.jpg" rel="self"/>'])
def test_what_is_no_address_of_a_picture_is_none(link: str, mark: str) -> None:
    told = f'<image>Photo{link}</image><media:content url="https://e.org/1.mp4" type="video/mp4"/><itunes:image/>'
    assert [one.image for one in parsed(rss(item(told, title=f"Title{mark}"))).items] == [None]


@pytest.mark.parametrize("mark", ["", "<b>!</b>"])
@pytest.mark.parametrize(
    "media",
    [
        '<media:thumbnail url="https://avatars3.githubusercontent.com/u/1?s=60" width="30" height="30"/>',
        '<media:thumbnail url="https://avatars.githubusercontent.com/u/1"/>',
        '<media:thumbnail url="https://1.gravatar.com/avatar/ab?s=96"/>',
        '<media:thumbnail url="https://example.org/face.jpg" width="49"/>',
        '<media:content url="https://example.org/face.jpg" width="48" type="image/jpeg"/>',
    ],
)
def test_a_face_beside_the_name_of_the_author_is_no_picture_of_an_item(media: str, mark: str) -> None:
    """Releases on GitHub have no other."""
    other = '<media:content url="https://e.org/1.mp4" type="video/mp4"/><itunes:image href="https://e.org/i.jpg"/>'
    body = rss([item(media, title=f"Title{mark}"), item(media + other, title="Other")])
    assert [one.image for one in parsed(body).items] == [None, "https://e.org/i.jpg"]


def test_finds_the_picture_whatever_prefix_all_media_have() -> None:
    thumbnails = (
        '<m:thumbnail url="https://e.org/s.jpg" width="144"/><m:thumbnail url="https://e.org/w.jpg" width="992"/>'
    )
    media = f'<m:content xmlns:m="http://search.yahoo.com/mrss/" url="https://e.org/1.mp4">{thumbnails}</m:content>'
    assert parsed(rss(item(media))).items[0].image == "https://e.org/w.jpg"


def test_reads_atom_with_its_enclosures_and_authors() -> None:
    feed = parsed(
        atom(
            "<entry><id>urn:x</id><title type='html'>A &amp;lt; B</title><link href='https://example.org/1'/>"
            "<link rel='enclosure' href='https://example.org/v.mp4' type='video/mp4' length='7'/>"
            "<author><name>One</name></author><author><name>Two</name></author>"
            "<published>2026-11-20T10:00:00Z</published><updated>2026-11-21T10:00:00Z</updated>"
            "<content type='html'>&lt;p&gt;Text&lt;/p&gt;</content></entry>"
        )
    )
    (one,) = feed.items
    assert feed.format == "atom"
    assert (one.guid, one.link, one.author) == ("urn:x", "https://example.org/1", "One, Two")
    assert one.enclosures == (Enclosure("https://example.org/v.mp4", "video/mp4", 7),)
    assert read_date(one.published) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (one.summary, one.content) == (None, "<p>Text</p>")


def test_feedparser_reads_rss_1() -> None:
    body = (
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        b'<channel rdf:about="https://example.org/"><title>Example</title><link>https://example.org/</link></channel>'
        b'<item rdf:about="https://example.org/1"><title>One</title><link>https://example.org/1</link>'
        b"<dc:date>2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>"
    )
    feed = parsed(body)
    assert (feed.format, feed.parser, feed.channel.title) == ("rdf", "feedparser", "Example")
    assert [(one.title, read_date(one.published)) for one in feed.items] == [
        ("One", datetime(2026, 11, 20, 10, tzinfo=UTC))
    ]


@pytest.mark.parametrize("prefixes", ["", 'xmlns:atom="http://www.w3.org/2005/Atom"'])
def test_rss_1_is_none_of_atom_whatever_prefixes_it_declares(prefixes: str) -> None:
    """feedparser goes by which namespace comes first."""
    items = '<item rdf:about="a"><title>One</title><guid>g-1</guid></item><item rdf:about="b"><title>Two</title></item>'
    space = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    feed = parsed(f"<rdf:RDF {prefixes} {space}><channel><title>E</title></channel>{items}</rdf:RDF>".encode())
    assert [one.guid for one in feed.items] == ["g-1", "b"]


@pytest.mark.parametrize(
    "inside",
    [
        "<description>Plain <b>bold</b> end</description>",
        "<summary>Plain <b>bold</b> end</summary>",
        "<content:encoded>Plain <b>bold</b> end</content:encoded>",
        "<content:encoded>Plain <!-- c --><b>bold</b> end</content:encoded>",
        "<fullitem>Plain &lt;b&gt;bold&lt;/b&gt; end</fullitem>",
        '<xhtml:body xmlns:xhtml="http://www.w3.org/1999/xhtml"><xhtml:b>bold</xhtml:b> end</xhtml:body>',
        '<body xmlns="http://www.w3.org/1999/xhtml"><p>Plain <b>bold</b> end</p></body>',
    ],
)
def test_feedparser_reads_what_the_fast_parser_would_cut_short(inside: str) -> None:
    feed = parsed(rss(item(inside)))
    assert feed.parser == "feedparser"
    assert "end" in (feed.items[0].summary or "") + (feed.items[0].content or "")


@pytest.mark.parametrize(
    "name", ["yandex:full-text", "rambler:fulltext", "ya:full-text", "full-text", "fulltext", "turbo:content"]
)
def test_full_texts_for_portals_are_read(name: str) -> None:
    portals = '<rss xmlns:yandex="http://news.yandex.ru" xmlns:ya="http://news.yandex.ru" xmlns:turbo="http://turbo.yandex.ru" xmlns:rambler="http://news.rambler.ru"'
    full = f"<description>In short.</description><{name}><![CDATA[<p>At length: <fulltext>.</p>]]></{name}>"
    feed = parsed(rss(item(full)).replace(b"<rss", portals.encode(), 1))
    assert (feed.items[0].summary, feed.items[0].content) == ("In short.", "<p>At length: <fulltext>.</p>")
    assert feed.flaws == ()


_OTHER = (
    "<title>Another</title><link>https://example.org/other</link><description>Another text.</description><guid>other</guid>"
    "<pubDate>Fri, 20 Nov 2020 09:00:00 GMT</pubDate><category>Others</category><image>https://example.org/o.jpg</image>"
    '<url>https://example.org/other</url><dc:creator>Somebody Else</dc:creator><enclosure url="https://example.org/o.mp3"/>'
    '<link url="https://example.org/other" href="https://example.org/other" img="https://example.org/o.jpg">Another</link>'
    "<dc:date>2020-11-20T09:00:00Z</dc:date><item><title>Another</title></item>"
)


@pytest.mark.parametrize("text", ["", "<fulltext>At length.</fulltext>"])
@pytest.mark.parametrize("name", ["yandex:related", "related", "articles", "media:credit"])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("deeper", [True, False])
def test_what_stands_within_an_element_of_an_entry_is_not_its_own(
    text: str, name: str, before: bool, deeper: bool
) -> None:
    own = "<guid>own</guid>" + text
    other = f"<{name}>{f'<infobox>{_OTHER}</infobox>' if deeper else _OTHER}</{name}>"
    (expected,) = parsed(rss(item(own))).items
    feed = parsed(rss(item(other + own if before else own + other)).replace(b"<rss", b'<rss xmlns:yandex="y"', 1))
    assert feed.items == (expected,)
    assert (expected.guid, expected.link) == ("own", "https://example.org/1")


def test_an_entry_whose_elements_do_not_match_keeps_what_it_says() -> None:
    broken = "<articles><b></articles></b><description>Own &nosuch; text.</description><fulltext>At length.</fulltext>"
    feed = parse(rss(item("<i><b></i>" + broken, guid="own")) + b"<", None, URL)
    assert [(one.guid, one.link, one.title) for one in feed.items] == [("own", "https://example.org/1", "Title")]


def test_full_texts_for_portals_do_not_replace_those_for_readers() -> None:
    full = "<content:encoded>&lt;p&gt;At &lt;b&gt;length&lt;/b&gt;.&lt;/p&gt;</content:encoded>"
    (one,) = parsed(rss(item(f"{full}<fulltext>{'At length, for portals. ' * 9}</fulltext>"))).items
    assert one.content == "<p>At <b>length</b>.</p>"


@pytest.mark.parametrize("empty", ["", "<content:encoded/>", "<content:encoded><![CDATA[ ]]></content:encoded>"])
def test_a_text_for_readers_does_not_cost_other_entries_theirs(empty: str) -> None:
    full = item("<content:encoded>&lt;p&gt;For readers.&lt;/p&gt;</content:encoded><fulltext>For portals.</fulltext>")
    feed = parsed(
        rss(full, item(f"<description>Short.</description>{empty}<fulltext>At length.</fulltext>", link="/2"))
    )
    assert {one.link: one.text for one in feed.items} == {
        "https://example.org/1": "<p>For readers.</p>",
        "/2": "At length.",
    }


@pytest.mark.parametrize("type", ["", ' type="html"', ' type="text/html"'])
@pytest.mark.parametrize("name", ["title", "summary", "content"])
def test_unescaped_markup_in_an_entry_of_atom_cuts_nothing_short(name: str, type: str) -> None:
    entry = f"<entry><id>1</id><{name}{type}>Plain <b>bold</b> end</{name}></entry>"
    one = parsed(atom(entry)).items[0]
    assert (one.title or one.text) == "Plain <b>bold</b> end"


@pytest.mark.parametrize("between", ["</channel>", "</channel><channel>", "<x/></list>"])
def test_items_are_read_wherever_they_stand(between: str) -> None:
    before = "<list>" if "list" in between else ""
    after = "" if between == "</channel>" else "</channel>"
    items = f"{before}{item(title='One')}{between}{item(title='Two')}"
    body = f"<rss><channel><title>Example</title>{items}{after}</rss>".encode()
    assert [one.title for one in parsed(body).items] == ["One", "Two"]


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_categories_may_be_together_in_an_element(title: str) -> None:
    several = "<categories> <category> Asia </category><category/><category>Trade</category> </categories>"
    assert parsed(rss(item(several, title=title))).items[0].categories == ("Asia", "Trade")


def test_xhtml_under_a_prefix_keeps_its_tags() -> None:
    text = '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>One<h:br/>line</h:p><h:p><h:a href="/a">Two</h:a></h:p></h:div>'
    (one,) = read(atom(f'<entry><id>1</id><title>T</title><content type="xhtml">{text}</content></entry>')).items
    assert (
        one.content == '<p>One<br>line</p><p><a href="https://feeds.example.org/a" rel="nofollow noopener">Two</a></p>'
    )


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_an_empty_element_of_xhtml_has_an_end_in_html(title: str) -> None:
    text = '<p>In <i/>and <a id="/"/>out<BR/>of <b class="mark" /> type<wbr/>.</p><td/><h2/><p>End</p>'
    content = f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{text}</div></content>'
    (one,) = read(atom(f"<entry><id>1</id><title>{title}</title>{content}</entry>")).items
    assert one.content == "<p>In and out<br>of  type<wbr>.</p><p>End</p>"


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_the_div_around_xhtml_is_no_part_of_it(title: str) -> None:
    text = '\n<div xmlns="http://www.w3.org/1999/xhtml">One <div>two</div></div>\n'
    (one,) = read(atom(f'<entry><id>1</id><title>{title}</title><content type="xhtml">{text}</content></entry>')).items
    assert one.content == "One <div>two</div>"


@pytest.mark.parametrize(
    "others",
    [
        '<link rel="alternate" href="gemini://example.org/1"/>',
        '<link rel="enclosure" href="https://example.org/1.mp3"/>',
        '<link rel="replies" href="https://example.org/1/comments"/>',
        '<link rel="self" href="https://example.org/1.xml"/>',
    ],
)
@pytest.mark.parametrize("rel", ["", 'rel="alternate"', 'rel="Alternate"', 'rel=""'])
def test_the_link_of_an_entry_is_to_its_article(others: str, rel: str) -> None:
    link = f'<link {rel} href="https://example.org/1"/>'
    feeds = [
        parsed(atom(f"<entry><id>1</id><title>T</title>{links}</entry>")) for links in (others + link, link + others)
    ]
    assert [feed.items[0].link for feed in feeds] == ["https://example.org/1"] * 2


@pytest.mark.parametrize(
    "links",
    [
        '<link rel="alternate" type="application/pdf" href="/2.pdf"/><link rel="alternate" type="text/html" href="/1"/>',
        '<link rel="alternate" hreflang="en" href="/1"/><link rel="alternate" hreflang="fr" href="/fr/1"/>',
        '<link href="/1"/><link type="application/xhtml+xml" href="/2"/><link type="application/json" href="/3"/>',
        '<link rel="alternate" type="application/pdf" href="/1"/><link rel="alternate" type="application/json" href="/2"/>',
        '<link rel="alternate" type="application/pdf" href="/2"/><link rel="alternate" type="application/xhtml+xml" href="/1"/>',
    ],
)
@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_of_several_links_of_an_entry_the_first_to_a_page_counts(links: str, title: str) -> None:
    """As in Miniflux; each time a feed changed its parser, its items would have had other addresses."""
    assert parsed(atom(f"<entry><id>1</id><title>{title}</title>{links}</entry>")).items[0].link == "/1"


@pytest.mark.parametrize("rel", ["enclosure", "replies", "self", "related"])
@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
@pytest.mark.parametrize(("guid", "link"), [("urn:x", None), ("https://example.org/1", "https://example.org/1")])
def test_a_link_to_something_else_is_not_to_the_article(rel: str, title: str, guid: str, link: str | None) -> None:
    told = f'<entry><id>{guid}</id><title>{title}</title><link rel="{rel}" href="https://example.org/2"/></entry>'
    one = read(atom(told)).items[0]
    assert (one.url, one.key) == (link, guid)


@pytest.mark.parametrize(
    "first",
    [
        '<atom:link rel="self" href="https://e.org/self"/>', "<link/>", '<link rel="self" href="/x"/>',
        '<atom:link href="https://e.org/other"/>', '<x:link xmlns:x="urn:x">https://e.org/other</x:link>',
        "<media:link>https://e.org/other</media:link>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("guid", ["", "g-1", "https://e.org/?p=1", "https://e.org/1"])
@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_the_link_of_an_item_is_read_behind_one_to_something_else(first: str, guid: str, title: str) -> None:
    told = item(title=title, link="https://e.org/1", guid=guid)
    (one,) = parsed(rss(told.replace("<item>", f"<item>{first}"))).items
    assert (one.link, one.guid) == ("https://e.org/1", guid if guid not in ("", "https://e.org/1") else None)


@pytest.mark.parametrize(
    "rel", ["", 'rel="alternate"', 'rel="alternate" type="text/html"', "type='application/json' rel='alternate'"]
)
@pytest.mark.parametrize("more", ["", "<source url='https://o.example/feed'>Other</source>"])  # is read from the tree
@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_the_link_of_rss_counts_beside_one_of_atom(rel: str, more: str, title: str) -> None:
    """As in newsboat and Miniflux, wherever it stands; read in different ways a feed without guids would bring its items twice."""
    beside = f'<atom:link {rel} href="https://e.org/other"/>'
    quoted = f"<description><![CDATA[Write <code>{beside}</code>.]]></description>"
    for links in (f"<link>https://e.org/1</link>{beside}", f"{beside}<link>https://e.org/1</link>"):
        told = item(links + quoted + more, title=title, link="", guid="g-1")
        one = parsed(rss([told, item("<description>Other</description>")])).items[0]
        assert (one.link, one.summary) == ("https://e.org/1", f"Write <code>{beside}</code>.")


@pytest.mark.parametrize("empty", ["", "<description/>", "<description></description>", "<description> </description>"])
@pytest.mark.parametrize(
    "others", [[], [item("<description>A</description><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>")]]
)
def test_an_empty_summary_is_none(empty: str, others: list[str]) -> None:
    told = "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"
    told += "<content:encoded><![CDATA[<style>p {color: red}</style><p>At length.</p>]]></content:encoded>"
    first = parse(rss([item(empty + told), *others]), None, URL)
    assert (first.parser, first.items[0].summary) == ("fastfeedparser", None)


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_an_empty_summary_of_html_is_part_of_the_content(title: str) -> None:
    details = "<details><summary></summary>At length.</details>"
    (found,) = read(rss([item(f"<content:encoded><![CDATA[{details}]]></content:encoded>", title=title)])).items
    assert found.content == details


@pytest.mark.parametrize("empty", ["<link></link>", "<link> </link>", "<link><![CDATA[]]></link>", "<link/>"])
@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_an_empty_link_hides_none(empty: str, title: str) -> None:
    told = item(title=title, link="https://e.org/1", guid="g-1").replace("<item>", f"<item>{empty}")
    assert [(one.link, one.guid) for one in parsed(rss([told, item()])).items[:1]] == [("https://e.org/1", "g-1")]


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
@pytest.mark.parametrize("written", ["<link>{}</link>", '<link href="{}"/>', '<link rel="alternate" href="{}"/>'])
@pytest.mark.parametrize("more", [(), ("gemini://e.org/4",)])
def test_of_several_links_of_an_item_the_last_that_is_followed_counts(
    more: tuple[str, ...], written: str, title: str
) -> None:
    """There is no rule; feedparser, newsboat and Miniflux have it so, too."""
    links = "".join(map(written.format, ("https://e.org/1", "https://e.org/2", "https://e.org/3", *more)))
    told = item(links, title=title, link="", guid="g-1")
    assert parsed(rss([told, item()])).items[0].link == "https://e.org/3"


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_the_link_of_an_item_may_be_written_as_in_atom(title: str) -> None:
    told = item('<link href="https://e.org/1"/>', title=title, link="", guid="g-1")
    assert [(one.link, one.guid) for one in parsed(rss([told, item()])).items[:1]] == [("https://e.org/1", "g-1")]


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
@pytest.mark.parametrize("blank", ["", " "])
def test_an_empty_address_is_none(blank: str, title: str) -> None:
    """As WordPress writes it; that of the feed, in its place, would make one item of several."""
    told = f'<entry xml:base="https://e.org/feed"><id>https://e.org/1</id><title>{title}</title><link href="{blank}"/></entry>'
    assert read(atom(told)).items[0].url == "https://e.org/1"


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_an_enclosure_of_unknown_type_is_no_page(title: str) -> None:
    told = f'<entry><id>1</id><title>{title}</title><link rel="enclosure" href="https://e.org/a"/></entry>'
    assert [one.type for one in parsed(atom(told)).items[0].enclosures] == [None]


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
@pytest.mark.parametrize("part", ["image", "author"])
def test_what_is_said_of_a_part_is_not_said_of_the_item(part: str, title: str) -> None:
    said = f"<{part}><url>//e.org/i.png</url><title>Logo</title><link>https://e.org/i</link><description>Seen</description></{part}>"
    told = item("<description>Told</description>", title=title, guid="g-1")
    for entry in (told.replace("<item>", f"<item>{said}"), told.replace("</item>", f"{said}</item>")):
        one = parsed(rss([entry, item()])).items[0]
        assert (one.title, one.link, one.summary) == (title, "https://example.org/1", "Told")
        assert one.image == ("//e.org/i.png" if part == "image" else None)


def test_elements_may_have_any_prefix() -> None:
    entry = (
        "<id>urn:x</id><title>T</title><link href='https://example.org/1'/><author><name>Ann</name></author>"
        "<updated>2026-11-20T10:00:00Z</updated><summary>Short</summary><content type='html'>&lt;p&gt;Text&lt;/p&gt;</content>"
    )
    plain = atom(f"<entry>{entry}</entry><entry>{entry.replace('urn:x', 'urn:y')}</entry>")
    for prefix in (b"a:", b"atom:"):
        prefixed = re.sub(rb"<(/?)(?=[a-z])", rb"<\1" + prefix, plain).replace(
            b"xmlns=", b"xmlns:" + prefix[:-1] + b"="
        )
        assert [(one.key, one.hash) for one in read(prefixed).items] == [
            (one.key, one.hash) for one in read(plain).items
        ]


WITH_ADDRESSES = [
    "ann@example.org (Ann)", "Ann &lt;ann@example.org&gt;", "Ann (ann@example.org)", "ann@example.org Ann",
    "ann@paper.online (Ann)", "Ann &lt;ann@paper.online&gt;", "Ann (ann@paper.online)", "ann@paper.online Ann",
]  # fmt: skip


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
@pytest.mark.parametrize("written", WITH_ADDRESSES)
def test_an_author_is_named_without_the_address(written: str, title: str) -> None:
    both = f"<author>{written}</author><dc:creator>Ann</dc:creator>"
    alone = f"<author>{written}</author>", f'<dc:creator xml:lang="en">{written}</dc:creator>'
    feed = read(rss([item(both, title=title), *(item(one, link=f"https://e.org/{n}") for n, one in enumerate(alone))]))
    assert [one.author for one in feed.items] == ["Ann"] * 3


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
@pytest.mark.parametrize("written", [*WITH_ADDRESSES, "Ann, ann@example.org"])
def test_several_authors_are_named_without_their_addresses(written: str, title: str) -> None:
    """Those of a feed, of its entry and of one of JSON Feed."""
    both = f"<author><name>{written}</name></author><author><name>Bob</name></author>"
    entry = f"<entry><id>1</id><title>{title}</title>%s</entry>"
    feeds = [atom(entry % both), atom(entry % "", head=both)]
    people = [{"name": unescape(written)}, {"name": "Bob"}]
    feeds.append(
        dumps(
            {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "T", "authors": people}]}
        ).encode()
    )
    assert [read(feed).items[0].author for feed in feeds] == ["Ann, Bob"] * 3


@pytest.mark.parametrize("written", ["<author />", '<dc:creator nil="true" />', "<author>Ann</author>"])
def test_an_author_who_is_not_named_leaves_the_address_behind_it_as_it_is(written: str) -> None:
    document = b"<rss><channel><item><title>Ma<b>rk</b>ed</title>" + written.encode()
    document += b"<link>https://e.org/@ann/1</link></item></channel></rss>"
    assert read(document).items[0].url == "https://e.org/@ann/1"


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
@pytest.mark.parametrize(
    "written", ["<time %s>today</time>", "&lt;time %s&gt;today&lt;/time&gt;", "\n<p><time %s/></p>"]
)
def test_a_date_may_be_marked_up(written: str, title: str) -> None:
    date = written % 'datetime="2026-11-20T10:05:00+01:00"'
    feed = read(rss([item(f"<pubDate>{date}</pubDate>", title=title), item(link="https://example.org/2")]))
    assert [one.published for one in feed.items] == [datetime(2026, 11, 20, 9, 5, tzinfo=UTC), None]
    updated = read(atom(f"<entry><id>1</id><title>{title}</title><updated>{date}</updated></entry>")).items[0]
    assert updated.published == datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
@pytest.mark.parametrize("name", ["author", "dc:creator"])
@pytest.mark.parametrize("written", ['By <a href="/ann">Ann <b>Lee</b></a>', "<span>Ann</span> Lee", "<a>Ann Lee</a>"])
def test_an_author_may_be_marked_up(written: str, name: str, title: str) -> None:
    (one,) = read(rss(item(f"<{name}>{written}</{name}>", title=title))).items
    assert one.author == "Ann Lee"


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
@pytest.mark.parametrize(
    "written",
    ["ann@example.org, bob@example.org", "<![CDATA[<ann@paper.online>]]>", "<email>ann@paper.online</email>"],
)
@pytest.mark.parametrize("name", ["author", "dc:creator"])
def test_addresses_alone_are_no_authors(name: str, written: str, title: str) -> None:
    assert read(rss(item(f"<{name}>{written}</{name}>", title=title))).items[0].author is None


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
def test_a_text_that_quotes_an_author_of_a_feed_keeps_the_address(title: str) -> None:
    quoted = "<description><![CDATA[<p>Write &lt;author&gt; or <author>ann@paper.online</p>]]></description>"
    assert "ann@paper.online" in read(rss(item(quoted, title=title))).items[0].content


@pytest.mark.parametrize("end", ["", "<bb>"])
@pytest.mark.parametrize("name", ["image", "author"])
@pytest.mark.parametrize("written", ["<![CDATA[{}]]>", "{}"])
def test_entries_between_two_texts_that_quote_a_tag_keep_titles_and_addresses(
    written: str, name: str, end: str
) -> None:
    texts = [written.format(f"<{name}> x"), "", written.format(f"x </{name}>"), end]
    places = [f"https://e.org/{n}" for n in range(4)]
    items = [item(f"<description>{text}</description>", link=link) for text, link in zip(texts, places, strict=True)]
    entries = [
        f'<entry><id>{link}</id><title>Title</title><link href="{link}"/><summary>{text}</summary></entry>'
        for text, link in zip(texts, places, strict=True)
    ]
    for document in (rss(items), atom("".join(entries))):
        found = read(document).items
        assert [(one.title, one.url) for one in found] == [("Title", link) for link in places]


@pytest.mark.parametrize("end", ["", "<bb>"])
@pytest.mark.parametrize("name", ["image", "author"])
def test_an_entry_whose_texts_quote_a_tag_keeps_what_is_between_them(name: str, end: str) -> None:
    begun, ended = (
        f"<description><![CDATA[a <{name}> b]]></description>",
        f"<content:encoded><![CDATA[c </{name}> d]]></content:encoded>",
    )
    entry = f"<item>{begun}<title>Quake</title><link>https://e.org/1</link>{ended}</item>"
    found = read(rss([entry, item(end, link="https://e.org/2")])).items
    assert [one.url for one in found] == ["https://e.org/1", "https://e.org/2"]
    assert found[0].title == "Quake"


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
def test_an_empty_content_hides_no_description(title: str) -> None:
    texts = "<description>Told</description><content:encoded><![CDATA[ \n ]]></content:encoded>"
    assert read(rss(item(texts, title=title))).items[0].content == "Told"


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
def test_the_authors_of_a_feed_are_those_of_its_entries(title: str) -> None:
    entry = f"<entry><id>1</id><title>{title}</title>%s</entry>"
    own, elsewhere = "<author><name>Ben</name></author>", "<source><title>Another</title></source>"
    authors = "<author><name>Ann</name></author><author><name>Al</name><uri>https://e.org/</uri></author>"
    feed = parsed(atom("".join(entry % more for more in ("", own, elsewhere)), head=authors))
    assert [one.author for one in feed.items] == ["Ann, Al", "Ben", None]


@pytest.mark.parametrize("title", ["Plain", "Ma<b>rk</b>ed"])
def test_the_authors_of_the_feed_that_an_entry_was_taken_from_are_its_own(title: str) -> None:
    """Unless it names others (RFC 4287, 4.2.1). A planet lists entries of many blogs so, which had no author."""
    authors = "<author><name>Ann</name><email>ann@e.org</email></author><author><name>Al</name></author>"
    entry = f"<entry><id>1</id><title>{title}</title><source>%s{authors}</source>%s</entry>"
    own = "<author><name>Ben</name></author>"
    whole = atom(
        entry % ("<title>Blog</title>", "") + entry % ("", "") + entry % ("<title>Blog</title>", own),
        head="<author><name>The Planet</name></author>",
    )
    assert [one.author for one in parsed(whole).items] == ["Ann, Al", "Ann, Al", "Ben"]


def test_a_guid_of_rss_in_an_entry_of_atom_is_read_alike_whichever_parser_reads_it() -> None:
    """Else the entry would get another key, and be stored anew, as soon as the document is malformed."""
    entry = "<entry><title>T</title><guid>https://example.org/1</guid></entry>"
    assert {parsed(atom(entry + end)).items[0].link for end in ("", "<bb>")} == {None}


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
def test_a_guid_that_is_no_address_is_no_link(title: str) -> None:
    enclosure = '<enclosure url="https://example.org/1.mp3" type="audio/mpeg"/>'
    in_rss = parsed(rss(f"<item><title>{title}</title><guid>a3f1</guid>{enclosure}</item>")).items[0]
    bare = parsed(rss(f"<item><title>{title}</title>{enclosure}</item>")).items[0]
    assert (bare.guid, bare.link) == (None, None)
    in_atom = parsed(atom(f"<entry><title>{title}</title><id>urn:sha1:a3f1</id></entry>")).items[0]
    assert [(one.guid, one.link) for one in (in_rss, in_atom)] == [("a3f1", None), ("urn:sha1:a3f1", None)]


@pytest.mark.parametrize(
    "declared", ["", ' xmlns:{0}="{1}"', " xmlns:{0} = '{2}'", ' xmlns:{0}="http://example.org/my-own"'], ids=str
)
def test_text_and_pictures_are_read_however_their_prefixes_are_declared(declared: str) -> None:
    spaces = [("content", "http://purl.org/rss/1.0/modules/content/"), ("media", "http://search.yahoo.com/mrss/")]
    document = rss(
        item(
            "<description>Short</description><content:encoded>&lt;p&gt;Text&lt;/p&gt;</content:encoded>"
            '<media:content url="https://example.org/1.jpg" medium="image"/>'
        )
    )
    for prefix, space in spaces:
        written = declared.format(prefix, space.removesuffix("/"), space.replace("http:", "https:"))
        document, declarations = re.subn(rb'\sxmlns:%s="[^"]*"' % prefix.encode(), written.encode(), document)
        assert declarations == 1
    feed = parsed(document)
    (one,) = feed.items
    assert (one.summary, one.content, one.image) == ("Short", "<p>Text</p>", "https://example.org/1.jpg")
    assert feed.flaws == ("unusual-namespaces",)


@pytest.mark.parametrize("title", ["Title", "Title <b>!</b>"])
def test_a_prefix_that_is_declared_in_single_quotes_or_where_it_is_used_is_usual(title: str) -> None:
    space = "http://search.yahoo.com/mrss/"
    picture = '<media:thumbnail url="https://example.org/1.jpg"/>'
    document = rss(item(picture, title=title))
    in_root = document.replace(f'"{space}"'.encode(), f"'{space}'".encode())
    in_element = document.replace(f' xmlns:media="{space}"'.encode(), b"")
    in_element = in_element.replace(b"<media:thumbnail ", f"<media:thumbnail xmlns:media='{space}' ".encode())
    assert len({document, in_root, in_element}) == 3
    for one in (in_root, in_element):
        feed = parsed(one)
        assert (feed.items[0].image, feed.flaws) == ("https://example.org/1.jpg", ())


@pytest.mark.parametrize("title", ["Title", "Title <b>!</b>"])
@pytest.mark.parametrize("name", ["published", "issued"])
def test_an_entry_is_dated_by_when_it_came_and_not_by_its_last_edit(name: str, title: str) -> None:
    dates = f"<modified>2026-11-20T10:00:00Z</modified><{name}>2026-11-19T10:00:00Z</{name}>"
    entry = f'<entry xml:lang="en"><id>1</id><title>{title}</title>{dates}</entry>'
    one = parsed(atom(entry)).items[0]
    assert read_date(one.published) == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert read_date(one.updated) == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("title", ["Title", "Title <b>!</b>"])
def test_the_description_of_dublin_core_is_read_where_an_item_has_no_other(title: str) -> None:
    text = "<dc:description>Told</dc:description><content:encoded>At length</content:encoded>"
    one = parsed(rss(item(text, title=title))).items[0]
    assert (one.summary, one.content) == ("Told", "At length")


@pytest.mark.parametrize("title", ["Title", "Title <b>!</b>"])
@pytest.mark.parametrize("space", ["http://backend.userland.com/rss2", "http://www.w3.org/2005/Atom"])
def test_pictures_and_enclosures_are_read_where_rss_declares_a_namespace_for_itself(space: str, title: str) -> None:
    picture = "https://example.org/1.jpg"
    inside = f'<description>Text</description><enclosure url="{picture}" length="12" type="image/jpeg"/><source url="https://paper.example/feed">Paper</source>'
    document = rss(item(inside, title=title))
    feed = parse(document.replace(b"<rss ", f'<rss xmlns="{space}" '.encode()), None, URL)
    assert feed.items == parse(document, None, URL).items
    assert feed.items[0].enclosures == (Enclosure(picture, "image/jpeg", 12),)
    assert feed.flaws == ("unusual-namespaces",)


def test_an_empty_namespace_of_rss_is_usual() -> None:
    assert parse(rss(item()).replace(b"<rss ", b"<rss xmlns='' "), None, URL).flaws == ()


def test_pictures_are_read_where_only_their_prefix_is_declared_wrongly() -> None:
    picture = '<media:content url="https://example.org/1.jpg" medium="image"/>'
    document = rss(item("<content:encoded>Text</content:encoded>" + picture))
    one = parsed(document.replace(b"http://search.yahoo.com/mrss/", b"https://search.yahoo.com/mrss/")).items[0]
    assert (one.content, one.image) == ("Text", "https://example.org/1.jpg")
    entry = f"<entry><id>1</id><title>T</title>{picture}</entry>"
    for declared in (b"", b'xmlns:media="https://search.yahoo.com/mrss/" '):
        document = atom(entry).replace(b"<feed ", b"<feed " + declared)
        assert parsed(document).items[0].image == "https://example.org/1.jpg"


def test_the_head_says_when_to_come_again() -> None:
    feed = parsed(
        rss(
            item(),
            head="<ttl>30</ttl><language>en-gb</language><skipHours><hour>1</hour><hour>24</hour></skipHours>"
            "<skipDays><day>Sunday</day><day>Someday</day></skipDays>"
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
            '<atom:link rel="self" href="https://example.org/self"/>'
            "<image><url>https://example.org/icon.png</url></image>",
        )
    )
    assert (feed.channel.title, feed.channel.link, feed.channel.language) == (
        "Example",
        "https://example.org/",
        "en-gb",
    )
    assert (feed.channel.ttl, feed.channel.skip_hours, feed.channel.skip_days, feed.channel.update_seconds) == (
        30,
        (0, 1),
        (6,),
        21600,
    )
    assert feed.channel.icon == "https://example.org/icon.png"


@pytest.mark.parametrize(
    ("period", "seconds"),
    [
        ("hourly", 1800),
        ("daily", 43200),
        ("\n  Weekly\n", 302400),
        ("monthly", 1296000),
        ("Yearly", 15768000),
        ("", 43200),
        ("fortnightly", None),
    ],
)
def test_how_often_a_feed_changes_is_read(period: str, seconds: int | None) -> None:
    said = f"<sy:updatePeriod>{period}</sy:updatePeriod><sy:updateFrequency> 2 </sy:updateFrequency>"
    assert parsed(rss(item(), head=said)).channel.update_seconds == seconds


@pytest.mark.parametrize(
    "frequency", ["", "<sy:updateFrequency>0</sy:updateFrequency>", "<sy:updateFrequency>x</sy:updateFrequency>"]
)
def test_a_feed_that_says_no_sensible_number_changes_once_in_its_period(frequency: str) -> None:
    said = f"<sy:updatePeriod>daily</sy:updatePeriod>{frequency}"
    assert parsed(rss(item(), head=said)).channel.update_seconds == 86400
    assert parsed(rss(item())).channel.update_seconds is None


@pytest.mark.parametrize(
    ("ttl", "minutes"),
    [
        (" 60 ", 60),
        ("0", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("999999999", 525600),
        ("9999999999", 525600),
        ("", None),
    ],
)
def test_only_a_number_of_minutes_is_a_time_to_live(ttl: str, minutes: int | None) -> None:
    assert parsed(rss(item(), head=f"<ttl>{ttl}</ttl>")).channel.ttl == minutes


def test_only_days_and_hours_that_there_are_are_skipped() -> None:
    days = ("Sunday", "MONDAY", "tuesday", "Wednesday", "Thursday", "friday", "Saturday", " Sunday ", "Weekend", "")
    hours = ("23", "0", "24", "25", "-1", "x", "²", "", " 7 ", "07")
    skipped = "".join(f"<day>{day}</day>" for day in days), "".join(f"<hour>{hour}</hour>" for hour in hours)
    channel = parsed(rss(item(), head="<skipDays>{}</skipDays><skipHours>{}</skipHours>".format(*skipped))).channel
    assert (channel.skip_days, channel.skip_hours) == ((0, 1, 2, 3, 4, 5, 6), (0, 7, 23))


@pytest.mark.parametrize(
    ("head", "icon"),
    [
        ('<image><url>/i.png</url></image><w:icon xmlns:w="http://webfeeds.org/rss/1.0">/w.png</w:icon>', "/w.png"),
        ('<itunes:image href="/cover.jpg"/><image><title>x</title></image>', "/cover.jpg"),
        ('<image/><itunes:image/><image><url> /i.png </url></image><itunes:image href="/cover.jpg"/>', "/i.png"),
        ("<image><title>x</title></image>", None),
    ],
)
def test_the_icon_of_a_feed_is_found(head: str, icon: str | None) -> None:
    assert parsed(rss(item(), head=head)).channel.icon == icon


def test_the_icon_of_an_atom_feed_comes_before_its_logo() -> None:
    entry = "<entry><id>1</id><title>T</title></entry>"
    assert parsed(atom(f"<logo>/logo.png</logo><icon>/icon.png</icon>{entry}")).channel.icon == "/icon.png"
    assert parsed(atom(f"<logo>/logo.png</logo>{entry}")).channel.icon == "/logo.png"


def test_what_a_feed_says_of_itself_after_its_items_counts_too() -> None:
    channel = parsed(rss(item() + "<ttl>30</ttl><language>fr</language><image><url>/i.png</url></image>")).channel
    assert (channel.ttl, channel.language, channel.icon) == (30, "fr", "/i.png")


@pytest.mark.parametrize(
    ("root", "channel"), [(' xml:lang="fr"', ""), ("", ' xml:lang="fr"'), (' xml:lang="de"', ' xml:lang="fr"')]
)
def test_a_feed_may_name_its_language_as_an_attribute(root: str, channel: str) -> None:
    body = f"<rss{root}><channel{channel}><title>T</title>{item()}</channel></rss>".encode()
    assert parsed(body).channel.language == "fr"
    named = body.replace(b"<title>", b"<language>en-gb</language><title>", 1)
    assert parsed(named).channel.language == "en-gb"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The <b>Wire</b></div></title>', "The Wire"),
        ('<title mode="base64">VGhlIFdpcmU=</title>', "The Wire"),
        ('<title mode="base64">V</title>', None),
    ],
)
def test_the_title_of_a_feed_is_read_however_it_is_written(title: str, shown: str | None) -> None:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{title}<entry><id>1</id><title>T</title></entry></feed>'
    assert parsed(feed.encode()).channel.title == shown


def test_an_entry_without_authors_has_those_of_its_feed() -> None:
    authors = "<author><name> Ann </name></author><author><name>Ann</name></author><author><name>Ben</name></author>"
    entries = "<entry><id>1</id><title>T</title></entry><entry><id>2</id><title>U</title><author><name>Cy</name></author></entry>"
    feed = parsed(atom(f"{authors}<author><email>a@e.org</email></author>{entries}"))
    assert [one.author for one in feed.items] == ["Ann, Ben", "Cy"]


def test_the_head_may_be_in_dublin_core_and_its_picture_has_a_title_first() -> None:
    image = "<image><title>Example</title><url>https://example.org/icon.png</url></image>"
    channel = parsed(rss(item(), head=f"<dc:language>fr</dc:language>{image}")).channel
    assert (channel.language, channel.icon) == ("fr", "https://example.org/icon.png")


@pytest.mark.parametrize(
    "space", ["", ' xmlns="http://backend.userland.com/RSS2"', ' xmlns="http://example.org/my-own"']
)
def test_the_head_is_read_in_whichever_namespace(space: str) -> None:
    head = (
        "<title>Example</title><ttl>30</ttl><skipDays><day>Sunday</day></skipDays><image><url>/icon.png</url></image>"
    )
    feed = parsed(f"<rss{space}><channel>{head}<link>https://example.org/</link>{item()}</channel></rss>".encode())
    assert (feed.channel.title, feed.channel.link, feed.channel.ttl, feed.channel.skip_days) == (
        "Example",
        "https://example.org/",
        30,
        (6,),
    )
    assert feed.channel.icon == "/icon.png"
    link = '<link rel="self" href="https://example.org/feed"/><link href="https://example.org/"/>'
    feed = parsed(f"<feed{space}><title>Example</title>{link}<entry><id>1</id><title>T</title></entry></feed>".encode())
    assert (feed.channel.title, feed.channel.link) == ("Example", "https://example.org/")


def test_what_a_feed_says_of_itself_does_not_end_at_the_list_of_its_items() -> None:
    listed = '<items><r:Seq><r:li resource="a"/></r:Seq></items><title>Example</title>'
    space = 'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    feed = parsed(
        f'<r:RDF {space}><channel>{listed}</channel><item r:about="a"><title>One</title></item></r:RDF>'.encode()
    )
    assert (feed.channel.title, feed.items[0].title) == ("Example", "One")


def test_the_picture_of_rss_1_0_is_beside_the_channel_that_refers_to_it() -> None:
    space = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    picture = "https://example.org/icon.png"
    feed = parsed(
        f'<rdf:RDF {space}><channel rdf:about="c"><title>Example</title><image rdf:resource="{picture}"/>'
        f'<items><rdf:Seq><rdf:li resource="a"/></rdf:Seq></items></channel><image rdf:about="{picture}">'
        f'<title>Example</title><url>{picture}</url></image><item rdf:about="a"><title>One</title></item></rdf:RDF>'.encode()
    )
    assert feed.channel.icon == picture


def test_what_a_feed_says_of_itself_does_not_end_where_a_text_has_a_colon_before_the_name_of_entries() -> None:
    feed = parsed(
        rss(item(), head="<description><![CDATA[Menu:item]]></description><ttl>30</ttl><language>fr</language>")
    )
    assert (feed.channel.ttl, feed.channel.language) == (30, "fr")


def test_the_source_of_an_item_is_kept_as_bing_names_it() -> None:
    source = (
        '<News:Source xmlns:News="https://www.bing.com/news/search?q=x&amp;format=rss">Another Outlet</News:Source>'
    )
    assert parsed(rss(item(source))).items[0].publisher == "Another Outlet"


def test_the_source_of_an_item_is_kept() -> None:
    feed = parsed(rss([item('<source url="https://paper.example">The Paper</source>'), item(link="https://e.org/2")]))
    assert [one.publisher for one in feed.items] == ["The Paper", None]
    assert feed.items[0].publisher_url == "https://paper.example"


@pytest.mark.parametrize("date", ["Mon, 02 Nov 2026 10:00:00 GMT", "2 November 2026"])
def test_source_and_language_of_another_namespace_are_not_those_of_the_item(date: str) -> None:
    """They counted in documents that are read from the tree, as for an unusual date."""
    told = f"<r:source>An Archive</r:source><r:language>SV</r:language><pubDate>{date}</pubDate>"
    feed = parsed(rss(item(told)).replace(b"<rss ", b'<rss xmlns:r="urn:r" '))
    assert [(one.publisher, one.language) for one in feed.items] == [(None, None)]


@pytest.mark.parametrize("prefix", ["", "a:", "atom:", "ns0:"])
def test_atom_is_read_with_any_prefix_and_its_xhtml_with_none(prefix: str) -> None:
    """Without prefix before the <div>, titles and summaries in XHTML were empty."""

    def xhtml(text: str) -> str:
        return f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'

    document = (
        f'<_feed xmlns{":" + prefix[:-1] if prefix else ""}="http://www.w3.org/2005/Atom"><_title>Example</_title>'
        '<_link href="https://example.org/"/><_updated>2026-11-20T10:00:00Z</_updated>'
        f'<_entry><_id>urn:1</_id><_title type="xhtml">{xhtml("One <em>word</em>")}</_title><_link href="https://e.org/1"/>'
        f'<_updated>2026-11-20T10:00:00Z</_updated><_summary type="xhtml">{xhtml("<p>Short</p>")}</_summary></_entry>'
        f'<_entry><_id>urn:2</_id><_title>Two</_title><_link href="https://e.org/2"/><_updated>2026-11-20T10:00:00Z</_updated>'
        f'<_author><_name>Ann</_name></_author><_content type="xhtml">{xhtml("<p>Long</p>")}</_content></_entry></_feed>'
    )
    one, two = read(document.replace("<_", f"<{prefix}").replace("</_", f"</{prefix}").encode()).items
    assert (one.key, one.title, one.content, one.url) == ("urn:1", "One word", "<p>Short</p>", "https://e.org/1")
    assert (two.title, two.content, two.author) == ("Two", "<p>Long</p>", "Ann")


def test_xml_base_counts_for_feed_and_item() -> None:
    entry = '<link href="/"/><icon>i.png</icon><entry xml:base="b/"><id>1</id><title>T</title><link href="c"/></entry>'
    feed = parsed(atom(entry, head="").replace(b"<feed ", b'<feed xml:base="https://example.org/a/" '))
    assert feed.items[0].base == "https://example.org/a/b/"
    assert (feed.channel.link, feed.channel.icon) == ("https://example.org/", "https://example.org/a/i.png")


@pytest.mark.parametrize("title", ["Title", "<b>Title</b>"])  # the second is read by feedparser
@pytest.mark.parametrize("site", ["", '<link href="https://e.org/site/"/>'])
def test_a_relative_base_of_an_entry_counts_once(title: str, site: str) -> None:
    """And only there: other entries are read as ever, and no address gets the query of the feed, which may be a key."""
    inside = '<link rel="enclosure" href="s.mp3"/><content type="html">&lt;img src="i.png"&gt;&lt;a href="#n"&gt;n&lt;/a&gt;</content>'
    entry = f'<entry xml:base="quake/"><id>urn:1</id><title>{title}</title><link href="a"/>{inside}</entry>'
    other = f'<entry><id>urn:2</id><title>{title}</title><link href="#b"/>{inside}</entry>'
    two, one = read(atom(other + entry, site), url="https://e.org/blog/feed.xml?key=secret").items
    root, here = ("https://e.org/site/",) * 2 if site else ("https://e.org/blog/", "https://e.org/blog/feed.xml")
    assert (one.url, one.image) == (f"{root}quake/a", f"{root}quake/i.png")
    assert (two.url, two.image) == (f"{here}#b", f"{root}i.png")
    assert [file.url for entry in (one, two) for file in entry.enclosures] == [f"{root}quake/s.mp3", f"{root}s.mp3"]
    assert f'"{here}#n"' in two.content


@pytest.mark.parametrize("title", ["Title", "<b>Title</b>"])  # the second is read by feedparser
@pytest.mark.parametrize("base", ["quake/", "https://e.org/quake/"])
def test_the_base_of_an_rss_item_counts_for_its_enclosures(title: str, base: str) -> None:
    inside = f'<title>{title}</title><link>a</link><enclosure url="s.mp3" type="audio/mpeg" length="1"/>'
    (one,) = read(rss(f'<item xml:base="{base}">{inside}</item>').replace(b"example.org", b"e.org")).items
    assert (one.url, one.enclosures[0].url) == ("https://e.org/quake/a", "https://e.org/quake/s.mp3")


@pytest.mark.parametrize("title", ["Title", "<b>Title</b>"])  # the second is read by feedparser
def test_a_link_may_have_a_base_of_its_own(title: str) -> None:
    links = '<link href="a" xml:base="quake/"/><link rel="enclosure" href="s.mp3" xml:base="https://f.example/"/>'
    inside = f'<id>urn:1</id><title>{title}</title>{links}<content type="html">&lt;a href="b"&gt;b&lt;/a&gt;</content>'
    (one,) = read(atom(f'<entry xml:base="https://e.org/">{inside}</entry>')).items
    assert (one.url, one.enclosures[0].url) == ("https://e.org/quake/a", "https://f.example/s.mp3")
    assert '"https://e.org/b"' in one.content


def test_a_base_that_is_no_address_costs_nothing_else() -> None:
    entry = '<entry xml:base="http://[/"><id>urn:1</id><title>Title</title><link href="c"/></entry>'
    assert [(one.guid, one.link) for one in parsed(atom(entry)).items] == [("urn:1", "c")]


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
@pytest.mark.parametrize("name", ["content", "summary"])
def test_the_text_may_have_a_base_of_its_own(name: str, title: str) -> None:
    text = f'<{name} type="html" xml:base="https://example.org/a/c/">Text</{name}>'
    entry = f'<entry><id>1</id><title>{title}</title><link href="c/"/>{text}</entry>'
    one = parsed(atom(entry, head="").replace(b"<feed ", b'<feed xml:base="https://example.org/a/" ')).items[0]
    assert (one.link, one.base) == ("https://example.org/a/c/", "https://example.org/a/c/")


@pytest.mark.parametrize("mark", ["", "<b>!</b>"])
def test_title_or_entry_say_the_language_of_an_entry(mark: str) -> None:
    feed = parsed(atom(f'<entry><id>1</id><title xml:lang="zh-Hans">国际{mark}</title></entry>'))
    assert feed.items[0].language == "zh-Hans"
    for entry, content in ((' xml:lang="fr"', ""), ("", ' xml:lang="fr"'), (' xml:lang="en"', ' xml:lang="fr"')):
        texts = f"<id>1</id><title>À la une{mark}</title><content type='html'{content}>Texte</content>"
        assert parsed(atom(f"<entry{entry}>{texts}</entry>")).items[0].language == "fr"
    said = "<dc:language>de</dc:language><pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>"
    (one,) = parsed(rss(item(said, title=f"Titel{mark}"))).items
    assert (one.language, read_date(one.published)) == ("de", datetime(2026, 11, 20, 9, tzinfo=UTC))


def test_a_date_is_not_guessed() -> None:
    feed = parsed(rss([item("<pubDate>yesterday</pubDate>"), item("<pubDate>12:00</pubDate>", link="https://e.org/2")]))
    assert [one.published for one in feed.items] == ["yesterday", "12:00"]


def test_a_guid_is_no_date_and_content_no_summary() -> None:
    feed = parsed(rss(item("<content:encoded>&lt;p&gt;Text&lt;/p&gt;</content:encoded>", guid="20240101")))
    assert (feed.items[0].published, feed.items[0].summary) == (None, None)


def test_content_is_no_summary_beside_an_entry_that_has_one() -> None:
    content = f"<content:encoded>{300 * 'It is told. '}</content:encoded>"
    feed = parsed(rss([item(f"<description>Short</description>{content}"), item(content)]))
    assert [one.summary for one in feed.items] == ["Short", None]


@pytest.mark.parametrize("own", ["", "<pubDate />", "<updated>2026-11-20T09:00:00Z</updated>"])
def test_a_guid_is_no_date_beside_entries_with_two(own: str) -> None:
    twice = "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate><dc:date>2026-11-20T09:00:00Z</dc:date>"
    feed = parsed(rss([item(twice, guid="a"), item(own, guid="20240101")]))
    assert [read_date(one.published) for one in feed.items[1:]] == [
        read_date(feed.items[0].published) if "updated" in own else None
    ]


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])  # of each parser
@pytest.mark.parametrize(
    "dated",
    [
        "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>",
        "<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2026-11-20T09:00:00Z</dc:date>",
    ],
    ids=["pubDate", "dc:date"],
)
def test_an_atom_entry_may_have_the_date_of_rss(dated: str, title: str) -> None:
    (found,) = read(atom(f"<entry><id>1</id><title>{title}</title><link href='https://e.org/1'/>{dated}</entry>")).items
    assert str(found.published) == "2026-11-20 09:00:00+00:00"


def test_the_title_is_the_items_own() -> None:
    foreign = "<item><media:title>A picture</media:title><media:description>Seen</media:description>"
    feed = parsed(rss(foreign + "<title>The news</title><description>Told</description></item>"))
    assert (feed.items[0].title, feed.items[0].summary) == ("The news", "Told")


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])  # the second is read by feedparser
def test_the_caption_of_a_picture_is_no_text_where_the_entry_has_one(title: str) -> None:
    caption = '<media:description type="plain">People in a street, seen from above.</media:description>'
    picture = f'<media:content url="https://e.org/1.jpg" medium="image">{caption}</media:content>'
    told, alone = (
        f"<item><title>{title}</title>{text}{picture}</item>" for text in ("<description>Told</description>", "")
    )
    feed = parsed(rss([told, alone]))
    assert [one.text for one in feed.items] == ["Told", "People in a street, seen from above."]


OF_MODULES = [
    '<source url="https://s.example/">S</source><media:title type="plain">A picture</media:title>',
    '<source url="https://s.example/">S</source><media:title />',
    "<itunes:summary>Of a podcast, at length</itunes:summary>",
    "<itunes:author>The station</itunes:author>",
    "<itunes:keywords>war, peace</itunes:keywords>",
]


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
@pytest.mark.parametrize("said", OF_MODULES)
def test_what_a_module_says_is_not_said_of_an_item_that_says_it_itself(said: str, title: str) -> None:
    told = item("<description>Told</description><dc:creator>Ann</dc:creator>", title=title, guid="g-1")
    for entry in (told.replace("<item>", f"<item>{said}"), told.replace("</item>", f"{said}</item>")):
        one = parsed(rss([entry, item("<description>Other</description>")])).items[0]
        assert (one.title, one.summary, one.content, one.author, one.categories) == (title, "Told", None, "Ann", ())


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_what_a_module_says_counts_for_an_item_that_does_not(title: str) -> None:
    said = "<itunes:title>A &amp;amp; B</itunes:title><itunes:summary>&lt;p&gt;Told&lt;/p&gt;</itunes:summary>"
    said += "<itunes:author>ann@paper.online (Ann)</itunes:author>"
    one, _ = parsed(rss([f"<item><guid>g-1</guid>{said}</item>", item(title=title)])).items
    assert (one.title, one.text, one.author) == ("A &amp; B", "<p>Told</p>", "Ann")


@pytest.mark.parametrize("title", ["The news", "The <i>news</i>"])
def test_the_subtitle_of_an_episode_is_its_text_if_it_has_no_other(title: str) -> None:
    said = "<itunes:subtitle>In short, &amp;amp; told</itunes:subtitle>"
    others = ("", "<itunes:summary>At length</itunes:summary>", "<description>Told</description>")
    feed = parsed(rss([item(said + other, title=title, guid=f"g-{n}") for n, other in enumerate(others)]))
    assert [one.text for one in feed.items] == ["In short, &amp; told", "At length", "Told"]
    assert [one.text for one in parsed(rss([item(said, title=title)])).items] == ["In short, &amp; told"]


@pytest.mark.parametrize("prefix", ["a10", "atom"])
def test_an_rss_item_may_have_its_text_in_elements_of_atom(prefix: str) -> None:
    space = f'xmlns:{prefix}="http://www.w3.org/2005/Atom"'
    full = f"<{prefix}:content {space} type='html'>&lt;p>The &lt;b>whole&lt;/b> text&lt;/p></{prefix}:content>"
    short = f"<{prefix}:summary {space} type='text'>In short</{prefix}:summary>"
    both, first, second = parsed(
        rss([item("<description>In short</description>" + full), item(full), item(short)])
    ).items
    assert (both.summary, both.content) == ("In short", first.text) == ("In short", "<p>The <b>whole</b> text</p>")
    assert second.text == parsed(rss(item(short))).items[0].text == "In short"


def test_media_description_of_an_item_without_another_is_its_text() -> None:
    described = item("<media:description>Told</media:description><media:thumbnail url='https://e.org/1.jpg'/>")
    assert parsed(rss(described)).items[0].text == "Told"


@pytest.mark.parametrize("end", ["", "<bb>"])  # the second is read by feedparser
def test_the_description_of_a_video_keeps_its_lines(end: str) -> None:
    told = "<media:description>Told.\n\n00:00 One\n02:15 A &lt; B</media:description>"
    described = f"<media:group><media:content url='https://e.org/v'/>{told}</media:group>"
    assert parsed(rss(item(described) + end)).items[0].text == "Told.<br><br>00:00 One<br>02:15 A &lt; B"


@pytest.mark.parametrize("name", ["content", "summary"])
@pytest.mark.parametrize(
    "text",
    [
        "<p>One &amp; two</p>", "One<br/>two", "One < two", "One &amp; two", "<i>One</i>", "<span>One</span>", "One&#8217;s",
        "One&#x2019;s", "<div>One</div>", "<h3>One</h3>", "<li>One</li>", "<figure>One</figure>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("type", ["", ' type="text"'])
def test_a_text_of_atom_that_says_it_is_plain_or_nothing_is_read_alike_whichever_parser_reads_it(
    name: str, type: str, text: str
) -> None:
    entry = f"<entry><id>1</id><title>T</title><{name}{type}>{escape(text)}</{name}></entry>"
    whole, malformed = (read(atom(entry + end)).items[0].content for end in ("", "<bb>"))
    shown = text.replace("<br/>", "<br>").replace(" < ", " &lt; ").replace("&#8217;", "’").replace("&#x2019;", "’")
    assert whole == malformed == shown


@pytest.mark.parametrize("text", ["Use <video> and <main> there", "a<b", "<bread> & <brass>", "R&D; Q&A;"])
@pytest.mark.parametrize(
    "name", ["content type='text'", "summary type='text'", 'summary lang="en" type="text"', "summary"]
)
def test_a_text_of_atom_that_says_it_is_plain_loses_no_word_that_looks_like_a_tag(name: str, text: str) -> None:
    entry = f"<entry><id>1</id><title>T</title><{name}>{escape(text)}</{name.split(maxsplit=1)[0]}></entry>"
    whole, malformed = (read(atom(entry + end)).items[0].content for end in ("", "<bb>"))
    assert whole == malformed == escape(text)


OTHER = "<entry><id>o</id><title>%s</title></entry>"
READERS = {"fast": ("Plain", ""), "tolerant": ("<b>Marked</b> up", ""), "of malformed documents": ("Plain", "<bb>")}


_LATER, _EARLIER = "Fri, 20 Nov 2026 09:00:00 GMT", "Thu, 19 Nov 2026 08:00:00 GMT"
TWICE = {
    "guid": ("guid", "g-1", "g-2"),
    "title": ("title", "One", "Two"),
    "dc:title": ("title", "One", "Two"),
    "pubDate": ("published", _LATER, _EARLIER),
    "dc:date": ("published", "2026-11-20T09:00:00Z", "2026-11-19T08:00:00Z"),
    "description": ("summary", "One.", "Two."),
    "content:encoded": ("text", "<p>One</p>", "<p>Two, longer</p>"),
}


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("before", ["", "<{0}/>", "<{0}></{0}>", "<{0}> </{0}>", "<{0}><![CDATA[ ]]></{0}>"])
@pytest.mark.parametrize("name", TWICE)
def test_of_several_elements_of_one_name_the_first_full_one_is_read_alike(
    name: str, before: str, title: str, end: str
) -> None:
    field, *texts = TWICE[name]
    first, second = (f"<{name}><![CDATA[{text}]]></{name}>" for text in texts)
    dated = f"<pubDate>{_LATER}</pubDate>"
    inside = f"{before.format(name)}{first}{second}<{name}/>{'' if field == 'published' else dated}"
    one, _ = parse(rss([item(inside, title="", guid=""), item(dated, title=title), end]), None, URL).items
    if field == "published":
        assert read_date(one.published) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    else:
        assert getattr(one, field) == texts[0]


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", ["id", "published", "updated", "summary", "content"])
def test_of_several_elements_of_atom_the_first_is_read_alike(name: str, title: str, end: str) -> None:
    first, second = ("2026-11-20T09:00:00Z", "2026-11-19T08:00:00Z") if name.endswith("ed") else ("One", "Two, longer")
    inside = f"<{name}>{first}</{name}><{name}>{second}</{name}><{name}/><{name}></{name}>"
    other = f'<entry><title>{title}</title><link href="https://example.org/2"/></entry>{end}'
    one, _ = parse(
        atom(f'<entry><title>T</title><link href="https://example.org/1"/>{inside}</entry>{other}'), None, URL
    ).items
    found = {"id": one.guid, "published": one.published, "updated": one.updated}
    assert str(found.get(name) or one.text).removesuffix("+00:00").removesuffix("Z") == first.removesuffix("Z")


@pytest.mark.parametrize("name", ["title", "author", "contributor", "publisher", "categories", "image"])
def test_an_element_that_does_not_end_costs_the_next_entry_no_guid(name: str) -> None:
    one = f"<item><guid>g-1</guid><link>https://example.org/1</link><{name}>A</item>"
    two = f"<item><{name}>B</{name}><guid>g-2</guid><link>https://example.org/2</link></item>"
    assert [found.guid for found in parse(rss([one, two]), None, URL).items][-1] == "g-2"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_date_of_rss_counts_before_one_of_atom_whichever_parser_reads_it(title: str, end: str) -> None:
    other = "<atom:published>2026-11-19T08:00:00Z</atom:published>"
    one, _ = parse(
        rss([item(f"<pubDate>{_LATER}</pubDate>{other}"), item(f"<pubDate>{_LATER}</pubDate>", title=title), end]),
        None,
        URL,
    ).items
    assert read_date(one.published) == datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_who_wrote_an_item_is_read_alike(title: str, end: str) -> None:
    """dc:creator holds a name, <author> an address, which is often that of the desk."""
    said = [
        "<author>desk@paper.example (The desk)</author><dc:creator>Ann</dc:creator>",
        "<dc:creator>Ann</dc:creator><author>desk@paper.example</author><dc:creator>Ben</dc:creator>",
        "<author><![CDATA[desk@paper.example (The desk)]]></author><dc:creator/>",
        "<author/><dc:creator>Ann</dc:creator>",
        "<author>desk@paper.example (Lee, Ann)</author>",
    ]
    dated = "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    feeds = [parsed(rss([item(one + dated), item(dated, title=title), end])) for one in said]
    assert [feed.items[0].author for feed in feeds] == ["Ann", "Ann, Ben", "The desk", "Ann", "Lee, Ann"]


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_the_language_of_a_feed_is_none_that_an_item_names(title: str, end: str) -> None:
    """An item that names none may be in another one, which is recognised, or the editor says it of the source."""
    written = f'<title type="html">{escape(title)}</title>'
    entries = f"<entry><id>1</id>{written}</entry><entry xml:lang='de'><id>2</id>{written}</entry>"
    bodies = atom(f"{entries}{end}"), rss([item(title=title), item(title=title), end])
    feeds = [parse(re.sub(rb"<(feed|rss) ", rb'<\1 xml:lang="fr" ', body), None, URL) for body in bodies]
    assert [[one.language for one in feed.items] for feed in feeds] == [[None, "de"], [None, None]]
    assert {feed.channel.language for feed in feeds} == {"fr"}


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", ["authors", "Links", "title_detail", "summary_detail"])
@pytest.mark.parametrize(
    "value", [">x</{}>", " n='1'>x</{}>", "/>", "><author>Ann</author><link>https://e.org/x</link></{}>"]
)
def test_an_element_that_is_called_as_feedparser_calls_what_it_has_read_is_none_of_an_entry(
    title: str, end: str, name: str, value: str
) -> None:
    """It cost all entries of the document."""
    unknown = f"<{name}{value.format(name)}"
    written = item(f"{unknown}<description>Told</description><author>ann@e.org (Ann)</author>", title=title)
    (one,) = parse(rss([written, end]), None, URL).items
    assert (one.title, one.summary, one.author, one.link) == (title, "Told", "Ann", "https://example.org/1")
    entry = f"<entry><id>1</id><title>T</title><link href='https://e.org/1'/>{unknown}<author><name>Ann</name></author></entry>"
    one = parse(atom(entry + OTHER % title + end), None, URL).items[0]
    assert (one.title, one.author, one.link) == ("T", "Ann", "https://e.org/1")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_elements_of_an_unknown_module_are_none_of_the_item(title: str, end: str) -> None:
    """Those that came first were taken, if the fast parser read the document."""
    module = "<x:title>Other</x:title><x:description>Other</x:description>"
    own = "<title>Quake</title><description>Told</description><link>https://e.org/1</link>"
    space = ' xmlns:x="https://e.org/module"'
    for inside in (module + own, own + module):
        one = read(
            rss([f"<item{space}>{inside}</item>", item("<description>D</description>", title=title), end])
        ).items[0]
        assert (one.title, one.summary) == ("Quake", "Told")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("before", [True, False])
def test_title_and_text_of_dublin_core_count_only_without_others(title: str, end: str, before: bool) -> None:
    core, dated = (
        "<dc:title>Quakes</dc:title><dc:description>At a glance</dc:description>",
        "<dc:date>2026-11-20</dc:date>",
    )
    own = "<title>Quake kills &amp;lt;9</title><description>Told</description>"
    whole = f"<item>{dated}{core + own if before else own + core}</item>"
    other = item(dated + "<description>D</description>", title=title)
    feed = parse(rss([whole, f"<item>{dated}{core.replace('s<', ' &amp;amp; fire<')}</item>", other, end]), None, URL)
    assert [(one.title, one.summary) for one in feed.items[:2]] == [
        ("Quake kills &lt;9", "Told"),
        ("Quake &amp; fire", "At a glance"),
    ]


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("own", "summary"), [("<description>At length</description>", "At length"), ("", "At a glance")]
)
def test_a_summary_that_is_all_of_the_text_is_an_item_s_own(title: str, end: str, own: str, summary: str) -> None:
    dated = "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    texts = f"{own}<content:encoded>At length</content:encoded><dc:description>At a glance</dc:description>"
    other = item(dated + "<description>D</description>", title=title)
    assert parse(rss([item(dated + texts), other, end]), None, URL).items[0].summary == summary


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_subjects_of_dublin_core_are_the_categories_of_an_entry_of_atom(title: str, end: str) -> None:
    core = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    entry = (
        f"<entry {core}><id>1</id><title>T</title><dc:subject>Navy</dc:subject><dc:subject>Gulf</dc:subject></entry>"
    )
    assert read(atom(entry + OTHER % title + end)).items[0].categories == ("Navy", "Gulf")


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
def test_the_description_of_a_module_is_not_the_summary_of_an_entry(title: str) -> None:
    module = '<cap:description xmlns:cap="urn:cap">Other</cap:description>'
    other = f"<entry><id>urn:2</id><title>{title}</title></entry>"
    one, _ = parsed(
        atom(f"<entry><id>urn:1</id><title>Flood</title><summary>Told</summary>{module}</entry>{other}")
    ).items
    assert one.summary == "Told"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_text_of_rss_may_have_a_base_of_its_own(title: str, end: str) -> None:
    for name in ("description", "content:encoded"):
        text = f'<{name} xml:base="https://e.org/a/">&lt;a href="b"&gt;More&lt;/a&gt;</{name}>'
        one, _ = read(rss([item(text), item(title=title, link="https://e.org/2"), end])).items
        assert 'href="https://e.org/a/b"' in one.content


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_enclosure_of_atom_in_rss_is_read_alike(title: str, end: str) -> None:
    enclosure = '<atom:link rel="enclosure" href="https://e.org/a.mp3" type="audio/mpeg" length="5"/>'
    one, _ = parsed(rss([item(enclosure), item(title=title), end])).items
    assert one.enclosures == (Enclosure("https://e.org/a.mp3", "audio/mpeg", 5),)


@pytest.mark.parametrize(
    "said",
    [
        '<link rel = "enclosure" href="https://e.org/a.mp3"/>', '<link title="a>b" rel="enclosure" href="https://e.org/a.mp3"/>',
        '<link rel="enclosure" href="https://e.org/a.mp3"/><x:item xmlns:x="urn:x"/>', '<link rel="Enclosure" href="https://e.org/a.mp3"/>',
    ],
)  # fmt: skip
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_enclosure_of_atom_is_read_however_it_is_written(title: str, end: str, said: str) -> None:
    entry = f'<entry><id>1</id><title>T</title><link href="https://e.org/1"/>{said}</entry>'
    one = parsed(atom(entry + OTHER % title + end)).items[0]
    assert [enclosed.url for enclosed in one.enclosures] == ["https://e.org/a.mp3"]


@pytest.mark.parametrize("other", ['<x:item xmlns:x="urn:x"/>', '<x:list xmlns:x="urn:x"><x:item/><x:item/></x:list>'])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_elements_of_another_namespace_that_are_called_like_entries_change_nothing(
    title: str, end: str, before: bool, other: str
) -> None:
    """The outlet and the picture were missing, and the date was made up of the guid and today."""
    said = '<source url="https://other.example/feed">Other</source><pubDate>11/10/2026</pubDate>'
    picture = '<media:content><media:thumbnail url="https://e.org/a.jpg"/></media:content>'
    entry = item(said + picture + ("" if before else other), guid="1")
    one, _ = parsed(rss([entry, item(title=title), end], head=other if before else "")).items
    assert (one.publisher, one.published) == ("Other", "11/10/2026")
    assert one.image == "https://e.org/a.jpg"


def test_elements_of_another_namespace_that_are_called_like_entries_change_nothing_in_atom() -> None:
    source = "<source><title>Other</title></source>"
    entry = f'<entry xml:base="https://b.example/"><id>1</id><title>T</title><link href="a"/>{source}<x:entry xmlns:x="urn:x"/></entry>'
    one = parsed(atom(entry)).items[0]
    assert (one.link, one.base, one.publisher) == ("https://b.example/a", "https://b.example/", "Other")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_the_outlet_of_an_item_is_read_alike(title: str, end: str) -> None:
    source = '<source url="https://other.example/feed">Other</source>'
    one, _ = parsed(rss([item(source), item(title=title), end])).items
    assert (one.publisher, one.publisher_url) == ("Other", "https://other.example/feed")


@pytest.mark.parametrize(
    "date",
    [
        "11/10/2026",
        "yesterday",
        "Fri, 20 Nov 26 09:00:00 GMT",
        "Fri, 20 Nov 2026 09:00:00 +2000",
        "2026-11-20T09:00:00+99:99",
    ],
)
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_date_that_parsers_read_in_different_ways_is_left_to_the_normaliser(title: str, end: str, date: str) -> None:
    one, _ = parsed(rss([item(f"<pubDate>{date}</pubDate>"), item(title=title), end])).items
    assert (one.published, one.updated) == (date, None)


@pytest.mark.parametrize(
    "date",
    [
        "2026-02-30T09:00:00Z",
        "2026-04-31T09:00:00Z",
        "2026-11-00T09:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-00-10T09:00:00Z",
        "Tue, 31 Feb 2026 09:00:00 GMT",
    ],
)
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_day_that_no_calendar_has_is_no_date(title: str, end: str, date: str) -> None:
    """Not another day, near it or not: 2026-13-01 was a day of 2027, or 13 January."""
    one, _ = read(rss([item(f"<pubDate>{date}</pubDate>"), item(title=title, link="https://e.org/2"), end])).items
    assert one.published is None


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_id_is_no_element_of_rss(title: str, end: str) -> None:
    """Some shops write their own number so. It counted instead of the guid where the tolerant parser read the item."""
    numbered = "<id>7</id>"
    items = [item(numbered, guid="g-1"), item(numbered + "<guid>g-2</guid>"), item(numbered), item(title=title), end]
    assert [one.guid for one in parsed(rss(items)).items[:3]] == ["g-1", "g-2", None]


@pytest.mark.parametrize("end", ["<entry><title>T<i>t</i></title></entry>", "<bb>"])
def test_an_id_of_atom_counts_although_the_feed_writes_of_rss(end: str) -> None:
    entry = "<entry><id>7</id><title>T</title></entry>"
    assert parsed(atom(f"<subtitle><![CDATA[On <rss> and Atom]]></subtitle>{entry}{end}")).items[0].guid == "7"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_guid_that_is_the_link_is_read_alike(title: str, end: str) -> None:
    address = "https://e.org/?a=1&amp;b=2"
    one, _ = parsed(rss([item(link=address, guid=address), item(title=title), end])).items
    assert (one.guid, one.link) == (None, "https://e.org/?a=1&b=2")


@pytest.mark.parametrize("written", ["&amp;", "&#38;", "&#038;", "&#x26;"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_ampersand_of_an_address_is_read_alike(title: str, end: str, written: str) -> None:
    entry = f'<entry><id>1</id><title>T</title><link href="https://e.org/?a=1{written}b=2"/></entry>'
    one, _ = parsed(atom(entry + OTHER % title + end)).items
    assert one.link == "https://e.org/?a=1&b=2"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_address_for_mail_alone_is_no_author_of_atom(title: str, end: str) -> None:
    entry = "<entry><id>1</id><title>T</title><author><email>desk@paper.example</email></author></entry>"
    one, _ = parsed(atom(entry + OTHER % title + end)).items
    assert one.author is None


def test_addresses_that_nobody_quoted_are_read() -> None:
    entry = "<entry><id>1</id><title>T</title><link href=https://e.org/1 /></entry>"
    assert parsed(atom(entry)).items[0].link == "https://e.org/1"


@pytest.mark.parametrize("type", ['mode="base64" type="text/html"', 'type="application/octet-stream"'])
def test_a_text_in_base64_is_decoded(type: str) -> None:
    for name in ("title", "summary", "content"):
        one = parsed(atom(f"<entry><id>1</id><{name} {type}>PHA+VG9sZDwvcD4=</{name}></entry>")).items[0]
        assert (one.title or one.text) == "<p>Told</p>"


@pytest.mark.parametrize("type", ["application/xml", "text/xml", "application/docbook+xml", "application/xhtml+xml"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_text_of_atom_may_be_xml(title: str, end: str, type: str) -> None:
    told = f'<content type="{type}"><doc xmlns="urn:x"><p>Told &amp; <b>done</b></p></doc></content>'
    one, _ = read(atom(f"<entry><id>1</id><title>T</title>{told}</entry>" + OTHER % title + end)).items
    assert one.content == "<p>Told &amp; <b>done</b></p>"


@pytest.mark.parametrize("type", ["application/xml", "text/xml; charset=utf-8", "Application/CAP+XML"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_xml_that_is_data_is_no_text(title: str, end: str, type: str) -> None:
    """An alert, a row of a table: their values in a row would be "17Actual2026-01-01"."""
    data = '<alert xmlns="urn:x"><id>17</id><status>Actual</status><title>Other</title></alert>'
    for content in (f'<content type="{type}">{data}</content>', f'<content type="{type}" src="https://e.org/1"/>'):
        entry = f"<entry><id>1</id><title>T</title>{content}<summary>Told</summary></entry>"
        one, other = read(atom(entry + OTHER % title + end)).items
        assert (one.title, one.content) == ("T", "Told")
        assert other.title


@pytest.mark.parametrize(
    "said",
    [
        "<link>https://e.org/1</link>",
        '<link rel="self" href="https://e.org/s"/><link> https://e.org/1 </link><link rel="enclosure">https://e.org/2</link>',
        '<link rel="Alternate">https://e.org/1</link>',
        '<link href="https://e.org/1">Read more</link><link>https://e.org/2</link>',
    ],
)
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_address_of_atom_may_be_written_as_in_rss(title: str, end: str, said: str) -> None:
    for authors in ("", "<author><name>A</name></author><author><name>B</name></author>"):
        entry = f"<entry><id>1</id><title>T</title>{said}{authors}</entry>"
        one, other = parsed(atom(entry + OTHER % title + end)).items
        assert (one.guid, one.link) == ("1", "https://e.org/1")
        assert other.link == parsed(atom(OTHER % title)).items[0].link
        old = atom(entry).replace(b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#")
        assert [(one.guid, one.link) for one in parsed(old).items] == [("1", "https://e.org/1")]


@pytest.mark.parametrize(
    "first",
    [
        "yesterday 10:00 +0100", "0000-00-00 00:00:00", "Mon, 01 Jan 0001 00:00:00 +0100", "n/a", "2 Nov 10:00", "2 Nov 10:00 -1000",
        "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 31 Dec 69 19:00:00 -0500", "Thu, 01 Jan 70 00:00:00 +0000",
        "1970-01-01T01:00:00+01:00", "1900-01-01T00:00:00Z",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_date_that_is_none_hides_no_other(title: str, end: str, first: str) -> None:
    dates = f"<pubDate>{first}</pubDate><dc:date>2026-11-02T10:00:00Z</dc:date>"
    one, other = read(
        rss([item(dates, guid="1"), item("<pubDate>02 Nov 26 10:00 GMT</pubDate>", title=title, guid="2"), end])
    ).items
    assert str(one.published) == str(other.published) == "2026-11-02 10:00:00+00:00"


@pytest.mark.parametrize("first", ["02 Nov 26 10:00 GMT", "02-Nov-26 10:00"])
@pytest.mark.parametrize("name", ["dc:date", "atom:updated"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_year_of_two_digits_is_one(title: str, end: str, name: str, first: str) -> None:
    """RSS allows it (RFC 822)."""
    dates = f"<pubDate>{first}</pubDate><{name}>2026-11-05T10:00:00Z</{name}>"
    one, _ = read(rss([item(dates, guid="1"), item(title=title, guid="2"), end])).items
    assert str(one.published) == "2026-11-02 10:00:00+00:00"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_what_its_media_say_counts_for_an_entry_of_atom_that_says_nothing(title: str, end: str) -> None:
    said = "<media:title>News</media:title><media:description>Told\nA &lt; B</media:description>"
    for media in (said, f"<media:group>{said}</media:group>", f"<media:content>{said}</media:content>"):
        entry = f'<entry xmlns:media="http://search.yahoo.com/mrss/"><id>1</id>{media}</entry>'
        one, _ = parsed(atom(entry + OTHER % title + end)).items
        assert (one.title, one.text) == ("News", "Told<br>A &lt; B")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_entry_leads_to_its_article_and_not_through_feedburner(title: str, end: str) -> None:
    """Its id stays what it was. Without guid the link identifies it, and counts."""
    article, link = "https://e.org/1?a=1&amp;b=2", "https://feeds.example/~/1/0/e"
    for address, guid, url in (
        (article, "g-1", "https://e.org/1?a=1&b=2"), (article, article, "https://e.org/1?a=1&b=2"), (article, "", link),
        ("/1", "g-1", link),
    ):  # fmt: skip
        told = f"<feedburner:origLink>{address}</feedburner:origLink>"
        one, before = (
            read(rss([item(said, link=link, guid=guid), item(title=title, guid="2"), end])).items[0]
            for said in (told, "")
        )
        assert (one.id, one.url, before.url) == (before.id, url, link)


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("kind", ["", ' type="html"'])
def test_a_description_of_media_may_be_html(title: str, end: str, kind: str) -> None:
    told = {
        "&lt;p>It's\n&lt;b>told&lt;/b>&lt;/p>\n": "<p>It's\n<b>told</b></p>",
        "It&amp;#39;s &lt;3\nhttps://e.org/?a=1&amp;copy=2\n": "It's &lt;3<br>https://e.org/?a=1&amp;copy=2",
    }
    for said, shown in told.items():
        alone = f"<media:description{kind}>{said}</media:description>"
        for media in (alone, f"<media:content url='https://e.org/v'>{alone}</media:content>"):
            one, _ = read(rss([item(media), item(title=title, guid="2"), end])).items
            assert one.content == shown


def test_a_text_of_the_same_name_in_another_namespace_is_not_the_content() -> None:
    """As in exports of WordPress. A description of media that is equal to the content counted for it."""
    excerpt = "<excerpt:encoded xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/'>In short</excerpt:encoded>"
    text = "<media:description>All of it</media:description><content:encoded>All of it</content:encoded>"
    assert parsed(rss(item(excerpt + text))).items[0].text == "All of it"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_author_of_atom_in_rss_is_read_alike(title: str, end: str) -> None:
    """As .NET writes it."""
    author = "<atom:author>\n<atom:name>Ann</atom:name>\n<atom:uri>https://e.org/</atom:uri></atom:author>"
    dated = "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    one, _ = parsed(rss([item(author + dated), item(dated, title=title), end])).items
    assert one.author == "Ann"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_author_of_dublin_core_in_atom_is_read_alike(title: str, end: str) -> None:
    creator = '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ann</dc:creator>'
    one, _ = parsed(atom(f"<entry><id>1</id><title>T</title>{creator}</entry>" + OTHER % title + end)).items
    assert one.author == "Ann"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_authors_apart_from_each_other_are_read_alike(title: str, end: str) -> None:
    names = "<id>1</id>".join(f"<author><name>{name}</name></author>" for name in ("Ann", "Ben"))
    one, _ = parsed(atom(f"<entry><title>T</title>{names}</entry>" + OTHER % title + end)).items
    assert one.author == "Ann, Ben"
    dated = "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
    names = dated.join(f"<dc:creator>{name}</dc:creator>" for name in ("Ann", "Ben"))
    one, _ = parsed(rss([item(names), item(dated, title=title), end])).items
    assert one.author == "Ann, Ben"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_an_id_is_not_resolved_whichever_parser_reads_it(title: str, end: str) -> None:
    entry = '<entry xml:base="https://example.org/a/"><id>1?b&amp;c</id><title>T</title><link href="c"/></entry>'
    one, _ = parsed(atom(entry + OTHER % title + end)).items
    assert (one.guid, one.link) == ("1?b&c", "https://example.org/a/c")
    based = item(guid="1").replace("<item>", '<item xml:base="https://example.org/a/">')
    one, _ = parsed(rss(based + item(title=title) + end)).items
    assert one.guid == "1"


@pytest.mark.parametrize("permalink", ["", ' isPermaLink="true"', ' isPermaLink="false"'])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_the_guid_of_an_item_without_a_link_is_its_link_if_it_is_an_address(
    title: str, end: str, permalink: str
) -> None:
    guids = [
        f"<item><title>T</title><guid{permalink}>{guid}</guid></item>"
        for guid in ("https://e.org/1", " http://e.org/2\n", "1")
    ]
    items = parsed(rss([*guids, item(title=title), end])).items[:3]
    assert [(one.guid, one.link) for one in items] == [
        (None, "https://e.org/1"),
        (None, "http://e.org/2"),
        ("1", None),
    ]


@pytest.mark.parametrize("rel", ["replies", "enclosure", "related", "self"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_link_to_something_else_is_no_identity(title: str, end: str, rel: str) -> None:
    links = f'<link rel="{rel}" href="https://e.org/all"/><link href="https://e.org/1"/>'
    said = [f"<title>T</title>{links}", f"<title>T</title>{links}<source><id>s</id></source>", f"<id>1</id>{links}"]
    said.append(f"<id>https://e.org/all</id>{links}")
    feed = parsed(atom("".join(f"<entry>{one}</entry>" for one in said) + OTHER % title + end))
    assert [(one.guid, one.link) for one in feed.items[:-1]] == [
        (None, "https://e.org/1"),
        (None, "https://e.org/1"),
        ("1", "https://e.org/1"),
        ("https://e.org/all", "https://e.org/1"),
    ]


@pytest.mark.parametrize("rel", ["enclosure", "self"])
@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_the_only_link_is_an_identity_where_there_is_no_other(title: str, end: str, rel: str) -> None:
    """Else what is stored under it comes twice, and an entry loses the only address that it has."""
    entry = f'<entry><title>T</title><link rel="{rel}" href="https://e.org/?a=1&amp;b=2"/></entry>'
    assert parsed(atom(entry + OTHER % title + end)).items[0].guid == "https://e.org/?a=1&b=2"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_what_is_said_for_networks_is_not_said_of_the_item(title: str, end: str) -> None:
    network = "<title>Share</title><description>Share it</description><image>https://e.org/s.jpg</image><type>x</type>"
    own = "<title>Own</title><description>Told</description>"
    for said in (
        f"<og>{network}</og>{own}",
        f"{own}<og>{network}</og>",
        f'<og:image xmlns:og="https://ogp.me/ns#"/>{own}',
    ):
        one, other, *_ = parsed(rss([f"<item>{said}</item>", item(title=title), end])).items
        assert (one.title, one.summary, one.content, one.image) == ("Own", "Told", None, None)
        assert (other.title, other.link) == (title, "https://example.org/1")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", ["date", "dc:date"])
def test_a_date_is_that_of_the_entry_and_not_of_its_last_change(name: str, title: str, end: str) -> None:
    dates = f"<{name}>2026-11-20T10:00:00Z</{name}><atom:updated>2026-11-20T11:00:00Z</atom:updated>"
    one = parsed(rss([item(dates), item(title=title), end])).items[0]
    assert (read_date(one.published), read_date(one.updated)) == (
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        datetime(2026, 11, 20, 11, tzinfo=UTC),
    )


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_title_after_an_instruction_is_read_alike(title: str, end: str) -> None:
    entry = "<item><?php echo '<title>no</title>' ?><title>Words</title></item>"
    assert parsed(rss([entry, item(title=title), end])).items[0].title == "Words"


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_a_category_is_called_by_its_label(title: str, end: str) -> None:
    named = '<category term="w" label="World"/><category term="Asia"/><category/>'
    entry = f"<entry><id>1</id><title>T</title>{named}</entry>"
    assert parsed(atom(entry + OTHER % title + end)).items[0].categories == ("World", "Asia")


@pytest.mark.parametrize(("title", "end"), READERS.values(), ids=READERS)
def test_fractions_of_seconds_are_read_alike(title: str, end: str) -> None:
    entry = "<entry><id>1</id><title>T</title><updated>2026-11-20T10:00:00.750+01:00</updated></entry>"
    one, _ = parsed(atom(entry + OTHER % title + end)).items
    assert read_date(one.published) == read_date(one.updated) == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_feed_is_one_whatever_its_outermost_element_is_called() -> None:
    assert [one.title for one in parsed(f"<items>{item(title='One')}{item(title='Two')}</items>".encode()).items] == [
        "One",
        "Two",
    ]


def test_a_feed_of_which_no_entry_can_be_read_is_none() -> None:
    with pytest.raises(ParseError) as error:
        parsed(b"Use <a:item>.")
    assert error.value.kind == "not-a-feed"


def test_a_feed_is_read_although_a_quotation_mark_of_its_first_element_is_missing() -> None:
    root = '<rss version="2.0"\n  xmlns:sy="http://purl.org/rss/1.0/modules/syndication/>'
    feed = parsed(f"{root}<channel><title>Example</title>{item()}{item(title='Two')}</channel></rss>".encode())
    assert [one.title for one in feed.items] == ["Title", "Two"]


def test_an_empty_feed_is_a_feed() -> None:
    """No parser is asked: the last one takes long for what is large and has no entries."""
    feed = parsed(rss())
    assert (feed.parser, feed.items) == ("none", ())
    assert parsed(rss(head="<description><![CDATA[write <item>]]></description>")).items == ()


@pytest.mark.parametrize(
    "inside",
    [
        'xmlns="http://purl.org/rss/1.0/">', 'xmlns="http://my.netscape.com/rdf/simple/0.9/">',
        'xmlns:rss="http://purl.org/rss/1.0/"><rss:channel/>',
    ],
)  # fmt: skip
def test_an_empty_feed_of_rdf_is_one_by_its_namespace_or_its_channel(inside: str) -> None:
    feed = parsed(f'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {inside}</r:RDF>'.encode())
    assert (feed.format, feed.items) == ("rdf", ())


@pytest.mark.parametrize(
    "start", ["<ITEM>", "<x:item>", "<x:y:item>", "<\N{LATIN SMALL LETTER U WITH DIAERESIS}:item>", "<item", '<item"']
)
def test_entries_are_found_however_they_begin(start: str) -> None:
    """A document in which none begins is given to no parser. The last two are tags that do not end."""
    end = f"</{start.strip('<>')}>" if start.endswith(">") else "</item>"
    assert [one.title for one in parsed(rss(f"{start}<title>One</title>{end}")).items] == ["One"]


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"", "empty", "empty"),
        (b"\xef\xbb\xbf  \n", "empty", "empty"),
        (b"<!DOCTYPE html><html><title>Hi</title></html>", "not-a-feed", "web page"),
        (b"<html><form><input type=password></form></html>", "not-a-feed", "login page"),
        (b"<html><title>Just a moment...</title></html>", "not-a-feed", "Cloudflare"),
        (b"<opml><body/></opml>", "not-a-feed", "OPML"),
        (b"<urlset/>", "not-a-feed", "sitemap"),
        (b"<urlset><![CDATA[<item>]]></urlset>", "not-a-feed", "sitemap"),
        (b'<?xml version="1.0"?>\n<sitemapindex xmlns="urn:x"/>', "not-a-feed", "sitemap"),
        (
            b'<?xml version="1.0"?><!-- a >\n b -->\n<?x <y> ?><!DOCTYPE svg [<!ENTITY a "b">] ><svg/>',
            "not-a-feed",
            "an image",
        ),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "not-a-feed", "error message of the server"),
        (b"<r:RDF xmlns:r='urn:r' xmlns:foaf='urn:f'><foaf:Person/></r:RDF>", "not-a-feed", "not a feed"),
        (b"<!-- of\nus --> <!doctype  HTML><p>Hi", "not-a-feed", "a web page"),
        (b"<head><title>Hi</title></head>", "not-a-feed", "a web page"),
        (b"<Body>Hi", "not-a-feed", "a web page"),
        (b"<html><script src=/cdn-cgi/challenge-platform/x></script></html>", "not-a-feed", "Cloudflare"),
        (b"<html><div class=cf-browser-verification></div></html>", "not-a-feed", "Cloudflare"),
        (b"<html><script>window._cf_chl_opt={}; /* cf-chl-x */</script></html>", "not-a-feed", "Cloudflare"),
        (b"<html><title>Captive Portal</title></html>", "not-a-feed", "login page of a network"),
        (b"<html><title>Airport Hotspot</title></html>", "not-a-feed", "login page of a network"),
        (b"<html><title>Wi-Fi login</title><input type=password></html>", "not-a-feed", "login page of a network"),
        (b'<html><input type="password"></html>', "not-a-feed", "a login page"),
        (b"<html><input type='password'></html>", "not-a-feed", "a login page"),
        (b"<html><noscript>Please enable JavaScript.</noscript></html>", "not-a-feed", "requires JavaScript"),
        (b"<html><p>This site requires JavaScript.</p></html>", "not-a-feed", "requires JavaScript"),
        (b"plain text", "not-a-feed", "not a feed"),
        (
            b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="urn:x" xmlns:rss="http://purl.org/rss/1.0/"><Ann/></r:RDF>',
            "not-a-feed",
            "not a feed",
        ),
        (b'{"a": 1}', "not-a-feed", "JSON"),
        (b'{"a": ', "malformed", "JSON"),
    ],
)
def test_what_is_no_feed_is_said_clearly(body: bytes, kind: str, says: str) -> None:
    with pytest.raises(ParseError) as error:
        parsed(body)
    assert error.value.kind == kind
    assert says in str(error.value)


@pytest.mark.parametrize("start", ["<!doctype html>", "<html>", "<!-- a page\nno more -->\n<html><body>", "<head>"])
@pytest.mark.parametrize("root", ["rss", "RSS"])
def test_a_feed_is_read_although_a_page_begins_before_it(start: str, root: str) -> None:
    """As servers write that add something to every answer."""
    told = (
        rss(item(title="One")).decode().partition("?>")[2].replace("<rss ", f"<{root} ").replace("</rss>", f"</{root}>")
    )
    assert [one.title for one in parsed(f"{start}{told}".encode()).items] == ["One"]


@pytest.mark.parametrize(
    "link",
    [
        "<LINK REL=alternate TYPE=application/atom+xml HREF=/feed>",
        "<link href='/feed' rel='alternate' type='application/feed+json'>",
        '<link\ntype = "application/rss+xml" href = "https://feeds.example.org/feed">',
        '<link type="application/rss+xml" href=" /feed " />',
        "<base href=/news/><link rel=alternate type=application/rss+xml href=../feed>",
    ],
)
def test_the_feed_that_a_page_names_is_found_however_its_link_is_written(link: str) -> None:
    page = f"<html><head><link href=/style.css>{link}</head></html>".encode()
    with pytest.raises(ParseError, match=re.escape("the page names a feed at https://feeds.example.org/feed") + r"\Z"):
        parsed(page)


def test_a_page_that_names_its_feed_is_told_about() -> None:
    """And not called a captcha because it has one, for its newsletter."""
    page = b'<html><head>%s<script src="/recaptcha.js"></script></head></html>'
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed">'
    with pytest.raises(
        ParseError, match=re.escape("a web page, not a feed; the page names a feed at https://feeds.example.org/feed")
    ):
        parsed(page % link)
    with pytest.raises(ParseError, match="a captcha"):
        parsed(page % b"")


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"%PDF-1.7", "application/pdf", "not-a-page: the article is sent as application/pdf, not as a page"),
        (b"<p>" + b"x" * (4 << 20), None, "too-large: the page is larger than 4 MiB"),
        (b"<html><body></body></html>", "text/html", "no-article: no article was found on the page"),
    ],
)
def test_why_a_page_gives_no_article_is_said(body: bytes, kind: str | None, says: str) -> None:
    with pytest.raises(ParseError) as error:
        article(body, kind, URL)
    assert f"{error.value.kind}: {error.value}" == says


@pytest.mark.parametrize("kind", ["image/png\u202e\x9b31m", "\u202etext", "application/pdf; name=\u202e"])
def test_what_an_article_is_sent_as_is_told_in_letters_of_media_types(kind: str) -> None:
    with pytest.raises(ParseError) as error:
        article(b"<p>x", kind, URL)
    assert str(error.value).isascii()
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    "said",
    [
        '<script type="application/ld+json">{"isAccessibleForFree":false}</script>',
        """<script type='application/ld+json'>{"isAccessibleForFree" : "False"}</script>""",
        '<meta itemprop="isAccessibleForFree" content="http://schema.org/False">',
    ],
)
def test_an_article_for_subscribers_is_none(said: str) -> None:
    text = "The engineers who had inspected the wall in spring found that water seeped through it, and said so. " * 4
    page = f"<html><head>{{}}</head><body><article><p>{text}</p></article></body></html>"
    assert "seeped" in article(page.format(re.sub("(?i)false", "true", said)).encode(), "text/html", URL)
    with pytest.raises(ParseError, match="subscribers only"):
        article(page.format(said).encode(), "text/html", URL)


def test_an_article_is_in_the_encoding_that_its_header_names() -> None:
    text = "Předseda vlády oznámil, že jednání budou příští týden pokračovat v Ženevě, uvedla agentura. " * 4
    page = f"<html><body><article><h1>Titul</h1><p>{text}</p></article></body></html>".encode("iso-8859-2")
    assert "Předseda vlády oznámil, že" in article(page, "Text/HTML; charset=ISO-8859-2", URL)


def test_a_long_document_that_is_malformed_is_read_by_the_fast_parser() -> None:
    """The other one would take seconds for it."""
    text = "Ships are on their way. " * 50_000
    feed = parse(
        f"<rss><channel><item><title>A</title><description>{text}</description><x></item></channel></rss>".encode(),
        None,
        URL,
    )
    assert (feed.parser, [one.title for one in feed.items]) == ("fastfeedparser", ["A"])
