"""Ends that are missing inside an entry cost neither this entry nor those after it."""

from __future__ import annotations

import pytest
from builders.documents import item, read, rss

from aggregator.model.item import NormalFeed
from aggregator.parse import ends

DATE = "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>"
WHOLE = item(f"<description>&lt;p&gt;Told&lt;/p&gt; at length</description>{DATE}", guid="g2", link="https://e.org/2")


def told(entry: str) -> NormalFeed:
    """A document with this entry between two others."""
    first, last = (
        item(f"<description><![CDATA[Text <i>{n}</i>]]></description>", title=n, guid=n, link=f"https://e.org/{n}")
        for n in ("First", "Last")
    )
    return read(rss([first, entry, last]))


def shown(feed: NormalFeed) -> list[tuple[object, ...]]:
    return [(one.key, one.url, one.title, one.content, one.published) for one in feed.items]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("</description>", "</descripton>"), ("</description>", "</description"), ("</description>", ""), ("</title>", "</titel>"),
        ("</title>", "<title/>"), ("</link>", "</lnk>"), ("</link>", ""), ("</guid>", "</gid>"), ("</guid><description>", "<description>"),
        ("</pubDate>", "</pubdate>"), ("</pubDate>", ""),
    ],
)  # fmt: skip
def test_an_end_tag_that_is_missing_or_mistyped(right: str, wrong: str) -> None:
    feed = told(WHOLE.replace(right, wrong, 1))
    assert shown(feed) == shown(told(WHOLE))
    assert "missing-ends" in feed.flaws


@pytest.mark.parametrize(
    "unended",
    [
        "<media:title>Foo", "<media:group><media:title>Foo</media:group>", "<media:title>Foo<media:credit>Me</media:credit>",
        "<media:content medium='video'>", "<media:group><media:content medium='video'></media:group>", "<itunes:summary>Foo",
        "<dc:rights>Foo", "<source url='https://e.org/'>Foo", "<enclosure url='https://e.org/a.mp3'>",
    ],
)  # fmt: skip
def test_an_element_without_end_among_the_others(unended: str) -> None:
    for place in ("<description>", "</item>"):
        feed = told(WHOLE.replace(place, unended + place))
        assert shown(feed) == shown(told(WHOLE))
        assert feed.flaws == ("missing-ends",)


RICH = item(
    '<media:group><media:content url="https://e.org/1.jpg" medium="image"/><media:title>Photo</media:title></media:group>'
    '<enclosure url="https://e.org/a.mp3" length="12" type="audio/mpeg"/><category>World</category>'
    "<content:encoded><![CDATA[<p>Long</b> <title>x <link> ]] > <item> </description> <i>a]]></content:encoded>"
    f"<description><![CDATA[One </summary>]]> &amp; <![CDATA[<b>two]]></description>{DATE}<dc:creator>Ann</dc:creator>",
    guid="g2", link="https://e.org/2",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["title", "link", "guid", "category", "pubDate", "dc:creator", "description", "content:encoded"]
)
@pytest.mark.parametrize("wrong", ["", "</x>"])
def test_what_sections_quote_is_no_tag_where_an_end_is_missing(name: str, wrong: str) -> None:
    """Nor do elements that end within their tag, or hold others, miss an end."""
    parts = RICH.rpartition(f"</{name}>")
    feed, whole = told(f"{parts[0]}{wrong}{parts[2]}"), told(RICH)
    assert shown(feed) == shown(whole)
    assert (feed.flaws, feed.items[1].author) == (("missing-ends",), "Ann")
    assert (feed.items[1].enclosures, feed.items[1].image) == (whole.items[1].enclosures, whole.items[1].image)


@pytest.mark.parametrize("name", [b"title", b"link", b"description", b"copyright", b"dc:rights"])
def test_an_element_without_end_in_front_of_the_first_entry(name: bytes) -> None:
    whole = rss([WHOLE])
    feed = read(whole.replace(b"<item>", b"<" + name + b">Foo<item>"))
    assert shown(feed) == shown(read(whole))


def test_categories_of_a_podcast_hold_others() -> None:
    """Each had one end too many, which was taken for that of what is around it."""
    held = b'<itunes:category text="News"><itunes:category text="Politics"/></itunes:category>'
    whole = rss([WHOLE]).replace(b"<item>", held + b"<copyright>Foo<item>")
    assert ends.of_elements(whole) == whole
    assert shown(read(whole)) == shown(read(rss([WHOLE])))


@pytest.mark.parametrize("field", ["title", "description"])
def test_a_picture_with_a_title_and_link_of_its_own_behind_a_missing_end(field: str) -> None:
    picture = "<image><url>https://e.org/2.jpg</url><title>Second</title><link>https://e.org/2</link></image>"
    whole = WHOLE.replace(f"</{field}>", f"</{field}>{picture}")
    assert shown(told(whole.replace(f"</{field}>", "", 1))) == shown(told(whole))


@pytest.mark.parametrize("wrong", ["", "]", "]>", "]] >"])
@pytest.mark.parametrize("field", ["title", "description"])
def test_a_section_that_never_ends(field: str, wrong: str) -> None:
    entries = []
    for end in ("]]>", wrong):
        texts = {"title": "Title", "description": "<p>Told</p> at length", field: f"<![CDATA[A <b>text</b>{end}"}
        texts["description"] = texts["description"].replace("<p>", "&lt;p&gt;").replace("</p>", "&lt;/p&gt;")
        entries.append(item(f"<description>{texts['description']}</description>{DATE}", title=texts["title"], guid="g"))
    whole, broken = map(told, entries)
    assert shown(broken) == shown(whole)
    assert broken.flaws == ("endless-cdata",)


@pytest.mark.parametrize(("broken", "stray"), [(1, 0), (1, 3), (1, 5), (4, 0)])
def test_a_section_that_never_ends_in_a_document_with_an_end_of_none(broken: int, stray: int) -> None:
    """Ends were as many as beginnings, so that the items up to the next section were lost."""
    texts = [f"<![CDATA[Text <i>{n}</i>]]>" for n in range(6)]
    texts[broken] = texts[broken].removesuffix("]]>")
    texts[stray] += "]]>"
    found = read(
        rss([item(f"<description>{text}</description>", title=f"T{n}", guid=str(n)) for n, text in enumerate(texts)])
    )
    assert [one.title for one in found.items] == [f"T{n}" for n in range(6)]
    assert all(f"Text <i>{n}</i>" in one.content for n, one in enumerate(found.items))
    assert "endless-cdata" in found.flaws


@pytest.mark.parametrize("stray", ["", "<category>]]&gt;</category><media:thumbnail url='https://e.org/]]>'/>"])
def test_sections_begun_within_a_text_are_text_of_it(stray: str) -> None:
    """As a well-known blog system writes scripts. The second was ended with the script, so that readers saw the markup of the text."""
    script = "<script>/* <![CDATA[ */ let a = 1; /* ]]&gt; */</script>"
    text = f"<p>One</p>{script}<p>Two</p>{script}<p>Three</p>{script}<p>Four</p>"
    feed = told(item(f"<content:encoded><![CDATA[{text}]]></content:encoded>{stray}"))
    assert [one.content for one in feed.items][1] == "<p>One</p><p>Two</p><p>Three</p><p>Four</p>"
    assert len(feed.items) == 3
    assert feed.flaws == ()


@pytest.mark.parametrize("before", ["<!-- as HTML -->", " " * 600, "<![CDATA[" + "Zero " * 120 + "]]> "])
def test_sections_begun_within_a_text_whose_element_is_not_known_are_text_of_it(before: str) -> None:
    """The element around the second was taken for that of the text."""
    script = "<script>/* <![CDATA[ */ let a = 1; /* ]]&gt; */</script>"
    whole = item(f"<content:encoded>{before}<![CDATA[<p>One</p>{script}<p>Two</p>{script}]]></content:encoded>")
    assert ends.of_cdata(whole.encode()) == whole.encode()


@pytest.mark.parametrize("comment", ["<!--<![CDATA[-->", "<!-- <![CDATA[ as HTML -->", "<!--<![CDATA[ </item>-->"])
def test_a_section_begun_in_a_comment_is_none(comment: str) -> None:
    """It counted as one without end: a sound document was read as one that is not well-formed."""
    feed = told(WHOLE.replace("<title>Title", f"{comment}<title>A &amp;lt;b> &lt;i&gt; c"))
    assert feed.items[1].title == told(WHOLE.replace("<title>Title", "<title>A &amp;lt;b> &lt;i&gt; c")).items[1].title
    assert feed.flaws == ()


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[One, 5 <!-- 6",
        "<![CDATA[One, 5 <!-- 6]",
        "<![CDATA[<p>One</p><script>//<![CDATA[\nlet a = 1;//]]></script><p>5 <!-- 6</p>]]>",
    ],
)
@pytest.mark.parametrize("end", ["One --> two", "<![CDATA[One --> two]]>"])
def test_a_comment_begun_in_a_section_takes_no_entries_with_it(text: str, end: str) -> None:
    """It was removed up to the next end of a comment, with all entries between."""
    entries = [
        item(f"<description>{said}</description>", title=f"T{n}", guid=f"g{n}")
        for n, said in enumerate([text, "x", end])
    ]
    assert [one.title for one in read(rss(entries)).items] == ["T0", "T1", "T2"]


def test_a_section_that_never_ends_in_an_element_of_a_module() -> None:
    whole = WHOLE.replace(
        "</item>", "<credit><![CDATA[Agency]]></credit><dc:creator><![CDATA[Ann]]></dc:creator></item>"
    )
    broken = told(whole.replace("]]></credit>", "</credit>"))
    assert shown(broken) == shown(told(whole))
    assert (broken.items[1].author, broken.flaws) == ("Ann", ("endless-cdata",))


def test_what_a_text_quotes_is_no_end() -> None:
    quoting = "On <![CDATA[ and </description> and <title> in <item>"
    entry = item(f"<description><![CDATA[{quoting}]]></description>{DATE}", guid="g")
    assert told(entry).flaws == ()
    unescaped = item("<description>Plain <b>inside</b> <br> end</description></b>", guid="g")
    assert told(unescaped).items[1].summary == "Plain inside end"


@pytest.mark.parametrize(
    "endless",
    [
        b"<![CDATA[" * 200_000, b"<a><![CDATA[" * 150_000 + b"]]>", b"<title>" * 200_000, b"<title><link><guid><author>" * 40_000,
        b"".join(b"<dc:a%d>" % n for n in range(60_000)),
        b"<a " * 400_000, b"</a>" * 300_000, b"<title><![CDATA[</title>" * 60_000, b"<image " * 150_000,
        b"<title><![CDATA[" + b"]" * 300_000 + b" a</title>", b"<title><![CDATA[]" + b" " * 300_000 + b"a</title>",
    ],
    ids=range(11),
)  # fmt: skip
def test_what_never_ends_takes_no_time(endless: bytes) -> None:
    document = b"<rss><channel><item>" + endless
    assert len(ends.of_elements(ends.of_cdata(document))) >= len(document)
    assert len(ends.without_strays(document)) <= len(document)


def test_the_ends_of_markup_inside_an_element_that_does_not_end_are_its_own() -> None:
    entry = f"<item><title>T</title><link>https://e.org/1</link><description>Rescue <b>teams</b> at work{DATE}</item>"
    assert told(entry).items[1].content == "Rescue <b>teams</b> at work"
