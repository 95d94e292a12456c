"""Repairs before parsing: each makes a broken document readable, and notes it."""

from __future__ import annotations

import re

import pytest
from builders.documents import URL, atom, item, read, rss

from aggregator.model.item import ParsedFeed
from aggregator.parse.document import MAX_ENTRIES, Document, split_cdata
from aggregator.parse.reader import parse
from aggregator.parse.repair import well_formed, without_comments, without_doctype

OTHER = "<entry><id>2</id><title>Other</title></entry>"
TWO = item(title="One", guid="1") + item(title="Two", guid="2")


def parsed(body: bytes) -> ParsedFeed:
    return parse(body, None, URL)


def titles(feed: ParsedFeed) -> list[str | None]:
    return [one.title for one in feed.items]


def test_what_an_article_quotes_is_no_use_of_a_prefix() -> None:
    """The document counted as one with unusual namespaces."""
    quoted = b"<![CDATA[<pre><media:content url='x'/></pre>]]>"
    body = b"<item><title>One</title><description>" + quoted + b"</description></item>"
    assert parsed(b'<rss version="2.0"><channel>' + body + b"</channel></rss>").flaws == ()


@pytest.mark.parametrize(
    ("before", "flaw"),
    [
        (b"\n\n  ", None),
        (b"<br />\n<b>Warning</b>: oops\n", "junk-before-start"),
        (b"<feedback>oops</feedback>\n", "junk-before-start"),
        (b'<?xml version="1.0"?>\n', "second-declaration"),
        (b'<?xml version="1.0" encoding="utf-8">\n', "second-declaration"),
        (b"<!DOCTYPE html><html><head><title>Error</title></head><body>\n", "junk-before-start"),
    ],
)
def test_what_stands_before_the_document_goes(before: bytes, flaw: str | None) -> None:
    feed = parsed(before + rss(TWO))
    assert titles(feed) == ["One", "Two"]
    assert feed.flaws == ((flaw,) if flaw else ())
    undeclared = atom("<entry><id>1</id><title>One</title></entry>").partition(b"?>")[2]
    feed = parsed(before + undeclared)
    assert (titles(feed), feed.flaws) == (["One"], ("junk-before-start",) if flaw == "junk-before-start" else ())


def test_a_declaration_without_end_takes_nothing_of_the_document() -> None:
    whole = rss(f"<item><title>One</title><content:encoded>Text</content:encoded></item>{item(title='Two')}")
    feed = parsed(whole.replace(b"?>", b" ", 1))
    assert (titles(feed), feed.items[0].content, feed.channel.title) == (["One", "Two"], "Text", "Example")


@pytest.mark.parametrize("comments", [b"<!-- made by hand -->", b"\n<!-- made --> <!-- by\nhand -->\n"])
def test_comments_may_stand_before_the_declaration(comments: bytes) -> None:
    feed = parsed(comments + rss(TWO))
    assert (titles(feed), feed.parser, feed.flaws) == (["One", "Two"], "fastfeedparser", ("junk-before-start",))


@pytest.mark.parametrize(
    "before",
    [
        "<!-- made by hand -->",
        '<!DOCTYPE rss SYSTEM "rss.dtd">',
        '<?xml-stylesheet href="/s.xsl"?>',
        "<!-- made\nby hand -->\n<!DOCTYPE rss>\n",
        '<!-- made by hand -->\n<?xml-stylesheet href="/s.xsl"?>\n<!DOCTYPE rss>\n',
    ],
)
def test_what_may_stand_before_a_feed_is_no_junk(before: str) -> None:
    body = rss([TWO, item("<description><![CDATA[Told]]></description>", title="Three", guid="3")])
    feed = parsed(before.encode() + body.partition(b"?>")[2])
    assert (titles(feed), feed.flaws) == (["One", "Two", "Three"], ())


@pytest.mark.parametrize(
    "junk",
    [
        "<script>alert(1)</script>",
        "<rss>",
        "<item><title>Three</title></item>",
        "</item>",
        "<rss></item>",
        "<rss><item>",
    ],
)
def test_junk_after_the_end(junk: str) -> None:
    feed = parsed(rss(TWO) + junk.encode())
    assert (titles(feed), feed.flaws) == (["One", "Two"], ("junk-after-end",))


@pytest.mark.parametrize("end", ["\n", " \r\n\t", "\n<!-- Cached -->\n"])
def test_what_may_stand_after_a_feed_is_no_junk(end: str) -> None:
    feed = parsed(rss(TWO) + end.encode())
    assert (titles(feed), feed.flaws) == (["One", "Two"], ())


@pytest.mark.parametrize("broken", ["</item>", "<item>"])
def test_a_second_document_without_entries_adds_none(broken: str) -> None:
    assert titles(parsed(rss(TWO) + rss(broken))) == ["One", "Two"]


@pytest.mark.parametrize(
    "begun", ["<rss><channel><title>Example", '<feed xmlns="http://www.w3.org/2005/Atom"><title>Example']
)
def test_a_document_that_breaks_off_before_its_first_entry_is_a_feed_without_any(begun: str) -> None:
    for end in ("", "</title>", "</title><link"):
        feed = parsed((begun + end).encode())
        assert (feed.items, feed.channel.title, feed.flaws[0]) == ((), "Example", "truncated")


def test_a_document_that_breaks_off_keeps_its_entries_although_none_ends() -> None:
    feed = parsed(b"<rss><channel><item><title>One</title><item><title>Two</title><item><title>Thr")
    assert (titles(feed)[:2], feed.flaws[0]) == (["One", "Two"], "truncated")


RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel></channel>{}</rdf:RDF>'


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        ([rss(TWO), rss(item(title="Three", guid="3")), rss(item(title="Four", guid="4"))], "One Two Three Four"),
        ([rss(), rss(TWO)], "One Two"),
        ([rss(TWO), rss()], "One Two"),
        ([rss(TWO), rss(TWO)], "One Two"),
        (
            [rss(item("<description><![CDATA[</rss>]]></description>", title="One")), rss(item(title="Two", guid="2"))],
            "One Two",
        ),
        ([atom(f"<entry><id>{n}</id><title>{n}</title></entry>") for n in ("One", "Two")], "One Two"),
        ([atom(), atom("<entry><id>1</id><title>One</title></entry>")], "One"),
        ([RDF.format(item(title=title, link=title)).encode() for title in ("One", "Two")], "One Two"),
        ([RDF.format("").encode(), RDF.format(item(title="One")).encode()], "One"),
    ],
)
def test_of_several_documents_the_entries_of_each_are_kept(bodies: list[bytes], found: str) -> None:
    feed = parsed(b"\n".join(bodies))
    assert (titles(feed), feed.flaws) == (found.split(), ("second-document",))
    assert feed.channel.title == parsed(bodies[0]).channel.title


@pytest.mark.parametrize("bodies", [[rss(TWO)], [rss(item(title="One")), rss(item(title="Two", guid="2"))]])
def test_of_a_further_document_that_breaks_off_the_complete_entries_are_kept(bodies: list[bytes]) -> None:
    further = rss([item(title=title, guid=title) for title in ("Three", "Four")])
    feed = parsed(b"\n".join([*bodies, further[: further.index(b"Four")]]))
    assert (titles(feed), feed.flaws) == (["One", "Two", "Three"], ("second-document", "truncated"))


def test_entries_after_an_end_that_comes_before_all_of_them_are_kept() -> None:
    feed = parsed(rss() + TWO.encode())
    assert (titles(feed), feed.flaws) == (["One", "Two"], ("second-document", "truncated"))


@pytest.mark.parametrize(
    ("feed", "junk"),
    [
        (rss(), f"<html><script>row = '{TWO}'</script></html>"),
        (rss(), f"<![CDATA[{TWO}]]>"),
        (rss("<ITEM><title>Real</title></ITEM>"), TWO),
    ],
)
def test_what_looks_like_an_entry_after_the_end_of_a_feed_is_none(feed: bytes, junk: str) -> None:
    found = parsed(feed + junk.encode())
    assert (titles(found), found.flaws) == (["Real"] * (b"Real" in feed), ("junk-after-end",))


def test_many_documents_take_no_time() -> None:
    assert len(parsed(rss(item(title="One")) * 20_000).items) == 1
    assert len(parsed(rss(item(title="One")) * 20_000 + b"<rss><item></item>").items) == 2


def test_a_quoted_end_tag_is_no_second_document() -> None:
    feed = parsed(rss(item("<description><![CDATA[write </rss> and then <rss>]]></description>")))
    assert feed.flaws == ()


@pytest.mark.parametrize(
    "whole",
    [
        rss(TWO),
        rss(TWO).replace(b"item>", b"ITEM>"),
        rss(TWO).replace(b"item>", b"rss:item>"),
        atom("<entry><id>1</id><title>One</title></entry><entry><id>2</id><title>Two"),
    ],
)
def test_a_document_that_breaks_off_keeps_its_complete_entries(whole: bytes) -> None:
    feed = parsed(whole[: whole.index(b"Two") + 2])
    assert (titles(feed), feed.flaws) == (["One"], ("truncated",))


def test_a_document_does_not_end_where_an_article_quotes_the_end_of_one() -> None:
    quoting = item("<description><![CDATA[write </rss> last]]></description>", title="One")
    whole = rss([quoting, item(title="Two", guid="2"), item(title="Three", guid="3")])
    feed = parsed(whole[: whole.index(b"Three")])
    assert (titles(feed), feed.flaws) == (["One", "Two"], ("truncated",))


def test_an_entry_that_breaks_off_does_not_end_where_it_quotes_the_end_of_one() -> None:
    quoting = item("<description><![CDATA[write </item> last]]></description><comments>c</comments>", title="Two")
    whole = rss([item(title="One"), quoting])
    feed = parsed(whole[: whole.index(b"</comments>")])
    assert (titles(feed), feed.flaws) == (["One"], ("truncated",))


@pytest.mark.parametrize("title", ["One and on", "One <b>and</b> on", "One <![CDATA[and <item>]]> on"])
def test_an_entry_that_breaks_off_is_none_where_it_is_the_only_one(title: str) -> None:
    whole = rss(f"<item><title>{title}</title><guid>a3f1</guid></item>")
    feed = parsed(whole[: whole.index(b"f1</guid>")])
    assert (feed.channel.title, titles(feed), feed.flaws) == ("Example", [], ("truncated",))
    listed = RDF.format("").replace("<channel>", "<channel><title>Example</title><items><rdf:Seq/></items>")
    feed = parsed(listed.replace("</rdf:RDF>", f"<item><title>{title}").encode())
    assert (feed.channel.title, titles(feed), feed.flaws) == ("Example", [], ("truncated",))


@pytest.mark.parametrize(
    "error", ["<copyright>a < b</copyright>", "<image><url>x</image>", '<a href="1" href="2"/>', "<x:y>z</x:y>", "</b>"]
)
def test_after_an_error_nothing_of_an_address_or_a_text_is_lost(error: str) -> None:
    text = "<title>A &amp; B</title><link>https://example.org/?a=1&amp;b=2</link><description>&lt;b&gt;C&lt;/b&gt;</description>"
    document = rss(f"<item>{text}<category>D &amp; E</category></item>", head=error + "<language>en</language>")
    one = read(document).items[0]
    assert (one.title, one.url, one.content) == ("A & B", "https://example.org/?a=1&b=2", "<b>C</b>")
    assert one.categories == ("D & E",)


def test_after_an_error_nothing_of_the_title_of_the_feed_is_lost() -> None:
    title = "<title>A &lt; B &gt; &quot;C&quot; &apos;D&apos; &amp; E</title>"
    feed = parsed(f'<rss><channel><a href="1" href="2"/>{title}{item()}</channel></rss>'.encode())
    assert (feed.channel.title, feed.flaws) == ("A < B > \"C\" 'D' & E", ("malformed",))


def test_no_declaration_is_read_to_see_whether_a_document_is_well_formed() -> None:
    declaring = Document(b'<!DOCTYPE rss [<!ENTITY a "b">]><rss>&a;</rss>', URL)
    assert well_formed(declaring).flaws == ("malformed",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if a<b then", "if a&lt;b then"), ("see <note: 5", "see &lt;note: 5"), ("<3 it, for < $5 <- x", "&lt;3 it, for &lt; $5 &lt;- x"),
        ("at <b it's &quot;so", "at &lt;b it's \"so"), ('cut <a href="https://e.org/', "cut"),
        ('<img src="https://e.org/a" alt="a < b" /> c', '<img src="https://e.org/a" alt="a &lt; b"> c'),
    ],
)  # fmt: skip
def test_a_less_than_sign_that_is_text(text: str, expected: str) -> None:
    entries = [
        item(f"<description>{one}</description>", link=f"https://e.org/{n}", title=n)
        for n, one in (("1", text), ("2", "Next"))
    ]
    feed = read(rss(entries))
    assert [one.content for one in feed.items] == [expected, "Next"]


def test_an_instruction_that_never_ends_is_text() -> None:
    told = ["Use <?php echo $a;", "<? and <? ask?", "<?x it ends?>x ?>", "Last"]
    for last in told[3], "Here ?>":
        told[3] = last
        items = [item(f"<description>{text}</description>", title=f"{n}") for n, text in enumerate(told)]
        feed = parsed(rss(items))
        assert [one.summary for one in feed.items] == [*told[:2], "x ?>", last]
        assert feed.flaws == ("endless-instruction",)
    assert parsed(rss(item("<description>Said <?x it ends?></description>"))).flaws == ()


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://e.org/a" alt="a < b"/>', "<img src='https://e.org/a' alt = 'a < b' />",
        '<a title="x < y" href="https://e.org/">z</a>',
    ],
)  # fmt: skip
def test_a_tag_with_a_less_than_sign_in_an_attribute_is_one(tag: str) -> None:
    """Else pictures and links of XHTML are shown as their source."""
    text = f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>See {tag} end</p></div></content>'
    one = read(atom(f"<entry><id>1</id><title>T</title>{text}</entry>{OTHER}")).items[0]
    assert re.sub("<.*?>", "", one.content) in ("See  end", "See z end")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("&lt;![CDATA[", "]]&gt;"), ("\n&lt;![CDATA[", "]]>\n"), ("<![CDATA[<![CDATA[", "]]]]><![CDATA[>]]>"),
        ("<![CDATA[<![CDATA[", "]]>]]>"),
    ],
)  # fmt: skip
def test_a_cdata_section_inside_a_text_is_none_of_its_words(before: str, after: str) -> None:
    text = "&lt;p>Told&lt;/p>" if "&lt;" in before else "<p>Told</p>"
    fields = (("title", "News"), ("link", "https://e.org/1"), ("description", text))
    entry = "".join(f"<{name}>{before}{value}{after}</{name}>" for name, value in fields)
    feed = read(rss([f"<item>{entry}</item>", item(title="Next")]))
    assert [(one.title, one.url) for one in feed.items] == [
        ("News", "https://e.org/1"),
        ("Next", "https://example.org/1"),
    ]
    assert (feed.items[0].content, feed.flaws) == ("<p>Told</p>", ("doubled-cdata",))


def test_a_script_in_a_section_of_its_own_ends_no_text() -> None:
    script = "<script>//<![CDATA[\nif (a < b) c()\n//]]></script>"
    text = f"<p>One</p>{script}<p>Two &amp; more</p>{script}"
    quoting = item(
        "<description><![CDATA[<p>It begins with <![CDATA[</p>]]></description>", guid="2", link="https://e.org/2"
    )
    feed = read(rss([item(f"<description><![CDATA[{text}]]></description>", guid="1"), quoting]))
    assert [one.content for one in feed.items] == ["<p>One</p><p>Two &amp; more</p>", "<p>It begins with </p>"]
    assert feed.flaws == ("doubled-cdata",)


def test_what_a_text_says_of_cdata_sections_stays() -> None:
    text = "Write &lt;![CDATA[x]]&gt; here"
    escaped = item(f"<description>{text.replace('&', '&amp;')}</description>")
    assert read(rss(escaped)).items[0].content == text


def test_a_stray_end_tag_in_the_last_entry_cuts_nothing_off() -> None:
    last = "<item><title>Two</title></b><link>https://example.org/2</link><guid>g2</guid></item>"
    feed = parsed(rss([item(title="One"), last]))
    assert [(one.title, one.link) for one in feed.items] == [
        (n, f"https://example.org/{k}") for k, n in ((1, "One"), (2, "Two"))
    ]
    assert feed.flaws == ("stray-ends",)


def test_a_stray_end_tag_in_the_head_ends_no_head() -> None:
    """Of an Atom feed libxml2 would read nothing after it."""
    author = "<author><name>Ann</name></author>"
    head = f'</b><title>Example</title><link href="https://example.org/a/"/><updated>2026-11-20T09:00:00Z</updated>{author}'
    entry = '<entry><id>1</id><title>One</title><link href="1"/></entry>'
    feed = parsed(f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">{head}{entry}</feed>'.encode())
    assert (feed.channel.title, feed.channel.link, feed.channel.language, feed.items[0].author) == (
        "Example",
        "https://example.org/a/",
        "fr",
        "Ann",
    )
    feed = parsed(rss(item(), head="</b><language>fr</language><ttl>30</ttl>"))
    assert (feed.channel.language, feed.channel.ttl, feed.flaws) == ("fr", 30, ("stray-ends",))


def test_a_malformed_document_keeps_its_guids_and_the_attributes_of_its_texts() -> None:
    picture = '<img alt="&quot;A&quot; it&apos;s" src="https://example.org/a.jpg"/>'
    entry = f'<id>?a=1&amp;b=2</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{picture}</div></content>'
    document = read(atom(f"<entry><title>A</title>{entry}</entry><bb>"))
    one = document.items[0]
    assert (one.key, one.image, document.flaws) == ("?a=1&b=2", "https://example.org/a.jpg", ("malformed",))
    assert """alt="&quot;A&quot; it's\"""" in one.content


@pytest.mark.parametrize("mark", ["&quot;", "&#34;", "&#x22;", "&apos;", "&#39;"])
def test_a_quotation_mark_in_a_text_of_a_malformed_document_cuts_nothing_off(mark: str) -> None:
    text = f"""<p><a href="https://example.org/?q={mark}a{mark}" title='On {mark}b{mark}'>On</a> &amp;quot; on</p>"""
    in_cdata, escaped = (
        item(f"<description>{writing}</description>", guid=guid)
        for guid, writing in (("1", f"<![CDATA[{text}]]>"), ("2", text.replace("&", "&amp;").replace("<", "&lt;")))
    )
    whole, malformed = (read(rss([in_cdata, escaped, end])) for end in ("", "<bb>"))
    assert (whole.flaws, malformed.flaws) == ((), ("malformed",))
    assert [one.content for one in malformed.items] == [one.content for one in whole.items]


def test_a_warning_in_an_attribute_takes_no_entries() -> None:
    """PHP writes it wherever it stands, if a value is missing."""
    warning = '\nWarning: Undefined array key "url" in /srv/rss.php on line 12\n'
    entries = [item(f'<source url="{warning}">A</source>', title=title) for title in "ABC"]
    assert [one.title for one in parsed(rss(entries)).items] == ["A", "B", "C"]


def test_a_caption_in_a_malformed_document_is_read_as_in_a_whole_one() -> None:
    caption = "<media:description>A &amp; B say &quot;no&quot; &amp;amp; &lt;b&gt; &#38; <![CDATA[C & D]]></media:description>"
    entry = (
        f'<item><title>A video</title><media:group><media:content url="https://e.org/v"/>{caption}</media:group></item>'
    )
    whole, malformed = (read(rss(entry + end)).items[0].content for end in ("", "<bb>"))
    assert malformed == whole == 'A &amp; B say "no" &amp; &lt;b&gt; &amp; C &amp; D'


def test_comments_cut_nothing_short() -> None:
    commented = "<item><title><!-- a -->One <!-- b -->piece</title><link><!-- c -->https://example.org/1</link></item>"
    feed = parsed(rss([commented, "<!-- <item><title>Two</title></item> -->"]))
    assert [(one.title, one.link) for one in feed.items] == [("One piece", "https://example.org/1")]
    whole = parsed(
        rss([item(title="One"), f"<!-- {item('<description><![CDATA[a]]></description>', title='Two')} -->"])
    )
    assert (titles(whole), whole.flaws) == (["One"], ())
    behind = parsed(rss([item("<description><![CDATA[Told]]></description>", title="One"), commented]))
    assert titles(behind) == ["One", "One piece"]
    quoted = parsed(rss("<item><title><![CDATA[On <!-- and -->]]></title></item>"))
    assert (titles(quoted), quoted.flaws) == (["On <!-- and -->"], ())


def test_a_comment_that_never_ends_costs_no_entry() -> None:
    feed = parsed(rss([item(title="One"), "<!-- the second -- >", item(title="Two", link="https://example.org/2")]))
    assert (titles(feed), feed.flaws) == (["One", "Two"], ("endless-comment",))
    entries = [f"<entry><id>{title}</id><title>{title}</title></entry>" for title in ("One", "Two")]
    whole = atom("<!-- the second -- >".join(entries))
    prefixed = whole.replace(b"<feed xmlns", b"<a:feed xmlns:a").replace(b"</feed", b"</a:feed")
    prefixed = re.sub(rb"<(/?)(?=entry|id|title)", rb"<\1a:", prefixed)
    rdf = rss("<!-- the second -- >".join(map("<item><title>{}</title></item>".format, ("One", "Two"))))
    rdf = rdf.replace(b"rss", b"rdf:RDF").replace(
        b"<rdf:RDF", b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    )
    for body in whole, prefixed, rdf:
        assert (titles(parsed(body)), parsed(body).flaws) == (["One", "Two"], ("endless-comment",))


@pytest.mark.parametrize(
    "begun", ["<item><title>Two</title><!-- draft </item>", "<item><title>Two</title></item><!-- draft "]
)
def test_a_comment_that_never_ends_costs_no_entry_where_a_later_one_does(begun: str) -> None:
    feed = parsed(rss([item(title="One"), begun, item(title="Three", guid="3"), "<!-- and --><!-- on -->"]))
    assert (titles(feed), feed.flaws) == (["One", "Two", "Three"], ("endless-comment",))


def test_entries_in_a_comment_with_a_comment_inside_are_none() -> None:
    noted = item("<!-- without a picture -->", title="Draft two", guid="3")
    feed = parsed(rss([item(title="One"), "<!-- ", item(title="Draft"), noted, " -->", item(title="Four", guid="4")]))
    assert titles(feed) == ["One", "Four"]


def test_what_a_comment_holds_is_no_entry_where_the_document_breaks_off_inside_it() -> None:
    second = item(title="Two", link="https://example.org/2")
    whole = rss(["<!-- first -->", item(title="One"), f"<!-- {second} -->"])
    feed = parsed(whole[: whole.rindex(b"-->")])
    assert (titles(feed), feed.flaws) == (["One"], ("truncated",))


def test_comments_without_end_take_no_time() -> None:
    endless = Document(b"<rss>" + b"<!-- " * 200_000 + b"</rss>", URL)
    assert without_comments(endless).data == b"<rss>" + b" " * 200_000 + b"</rss>"
    ended = Document(b"<rss>" + b"<!-- </item>" * 200_000 + b"--></rss>", URL)
    assert without_comments(ended).data == b"<rss>" + b" </item>" * 199_999 + b"</rss>"
    declared = Document(b"<!DOCTYPE rss [" + b"<!-- " * 200_000 + b"<rss/>", URL)
    assert without_doctype(declared).data == b"<rss/>"


def test_prefixed_elements_are_no_end_of_the_feed() -> None:
    body = atom("<entry><id>1</id><title>One</title><feedburner:origLink>x</feedburner:origLink></entry>").replace(
        b"<feed ", b'<feed xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" '
    )
    assert (titles(parsed(body)), parsed(body).flaws) == (["One"], ())


def test_entities_of_html_become_characters_and_others_stay() -> None:
    title = "&hellip; caf&eacute; caf&#233; caf&#xE9; &nosuch; R&D &amp; more &quot;&lt;&apos;&gt; &LT; &nvlt;"
    feed = parsed(rss(item(title=title)))
    assert feed.items[0].title == "… café café café &nosuch; R&D & more \"<'> &LT; &nvlt;"
    assert feed.flaws == ("undeclared-entities",)


def test_ampersands_inside_cdata_are_left_alone() -> None:
    feed = parsed(rss(item("<description><![CDATA[<a href='?a=1&b=2'>&nbsp;</a>]]></description>")))
    assert feed.items[0].summary == "<a href='?a=1&b=2'>&nbsp;</a>"
    assert feed.flaws == ()
    beside = parsed(rss(item("<description><![CDATA[R&D &nosuch; &nbsp;]]></description>", title="R&D")))
    assert (beside.items[0].title, beside.items[0].summary) == ("R&D", "R&D &nosuch; &nbsp;")


@pytest.mark.parametrize("end", ["]]&gt;", "]]>", "]]&gt;\n", ""])
def test_an_escaped_section_is_its_text_whether_or_not_it_ends(end: str) -> None:
    told = f"<description>&lt;![CDATA[&lt;p&gt;A quake&lt;/p&gt;{end}</description>"
    assert read(rss(item(told))).items[0].content == "<p>A quake</p>"


@pytest.mark.parametrize("inside", ["<![CDATA[A quake]]>", "\n<!-- told -->A quake"])
def test_an_escaped_section_is_its_text_whatever_it_begins_with(inside: str) -> None:
    one = read(rss(item(f"<description>&lt;![CDATA[{inside}]]&gt;</description>"))).items[0]
    assert "A quake" in one.summary and "CDATA" not in one.content


def test_an_article_about_sections_keeps_the_mark_that_it_explains() -> None:
    text = '<div xmlns="http://www.w3.org/1999/xhtml">Begin with <code>&lt;![CDATA[</code>.</div>'
    entry = f'<entry><id>urn:1</id><title>One</title><content type="xhtml">{text}</content></entry>'
    content = parsed(atom(entry)).items[0].content
    assert content is not None and "<code>&lt;![CDATA[</code>" in content


def test_the_internal_subset_is_not_read() -> None:
    body = rss(item(title="a &x; b")).replace(
        b"<rss",
        b"<!-- <!DOCTYPE --><!DOCTYPE rss [<!ENTITY x \"]> expanded\"> <!ENTITY y ']> <rss> too'> <!-- it's\n <rss>]> --> ]><rss",
        1,
    )
    feed = parsed(body)
    assert feed.items[0].title == "a &x; b"
    assert feed.flaws == ("internal-subset", "undeclared-entities")


def test_control_characters_and_references_to_them_go() -> None:
    feed = parsed(rss(item(title="a\x00\x08\ufffe\uffffb&#8;c&#xD800;&#xFFFE;&#x110000;d&#146;e&#X41;")))
    assert feed.items[0].title == "abcd’eA"
    assert feed.flaws == ("control-characters", "forbidden-references")
    kept = parsed(
        rss(item(title="a\x7fb&#9;c&#10;d&#xD;e&#32;f &#x1F600;&#xD7FF;&#xE000;&#xFFFD;&#x10FFFF;&#128;&#x9F;"))
    )
    assert kept.items[0].title == "ab\tc\nd\re f \U0001f600\ud7ff\ue000\ufffd\U0010ffff€Ÿ"


def test_an_emoji_in_two_references_is_one() -> None:
    halves = "&#55357;&#56832;"
    again = halves.replace("&", "&amp;")
    text = f"<description>&lt;p&gt;Told {again}&lt;/p&gt;</description><category><![CDATA[Fun {halves}]]></category>"
    one = read(rss(item(text, title=f"{halves}{again} on"))).items[0]
    assert (one.title, one.content, one.categories) == ("😀😀 on", "<p>Told 😀</p>", ("Fun 😀",))
    for half in ("&#55357;", "&#56832;", "&#55357;&#56300;"):
        assert read(rss(item(title=f"One{half} and on"))).items[0].title == "One and on"


@pytest.mark.parametrize("begin", ["<item>", "<item"])
def test_an_endless_document_keeps_both_ends_and_counts_the_rest(begin: str) -> None:
    end = begin.replace("<", "</").removesuffix(">") + ">"
    feed = parsed(rss("".join(f"{begin}<guid>n{number}</guid>{end}" for number in range(MAX_ENTRIES + 500))))
    assert (len(feed.items), feed.left_out) == (MAX_ENTRIES, 500)
    assert (feed.items[0].guid, feed.items[-1].guid) == ("n0", f"n{MAX_ENTRIES + 499}")


def test_entries_that_an_article_quotes_do_not_make_a_document_endless() -> None:
    quoted = f"<description><![CDATA[{'<item>' * (MAX_ENTRIES + 1)}]]></description>"
    feed = parsed(rss([item(quoted, guid=str(number)) for number in range(3)]))
    assert ([one.guid for one in feed.items], feed.left_out) == (["0", "1", "2"], 0)


def test_an_empty_cdata_section_ends_where_it_begins() -> None:
    feed = parsed(rss(item("<description><![CDATA[]]></description>", title="<![CDATA[]]>caf&eacute;")))
    assert (titles(feed), feed.flaws) == (["café"], ("undeclared-entities",))


@pytest.mark.parametrize("attributes", ["", ' type="html"'])
def test_a_section_that_never_ends_takes_nothing_of_the_others(attributes: str) -> None:
    """The last one, and one before a section that quotes the end of its element."""
    endless = f"<item><title>Cut</title><description{attributes}><![CDATA[cut</description></item>"
    quoting = item("<description><![CDATA[Write </description> last]]></description>", title="Whole")
    for entries in [quoting, endless], [endless, quoting]:
        feed = parsed(rss(entries))
        assert {one.title: one.summary for one in feed.items} == {"Cut": "cut", "Whole": "Write </description> last"}
        assert feed.flaws == ("endless-cdata",)


@pytest.mark.parametrize("end", ["", "</Description>", "</description >", "</summary>"])
@pytest.mark.parametrize("later", ["more", "<![CDATA[more]]>"])
def test_a_section_whose_element_does_not_end_either_ends_with_its_entry(end: str, later: str) -> None:
    cut = f"<item><title>One</title><description><![CDATA[cut{end}</item>"
    two = item(f"<description>{later}</description>", title="Two", guid="2", link="https://example.org/2")
    feed = read(rss([cut, two, item(title="Three")]))
    assert [(one.title, one.summary) for one in feed.items] == [("One", "cut"), ("Two", "more"), ("Three", "")]
    assert "endless-cdata" in feed.flaws


def test_a_section_that_never_ends_after_other_text_takes_no_entries() -> None:
    feed = parsed(rss([item("<description>Said: <![CDATA[cut</description>", title="One"), item(title="Two")]))
    assert [(one.title, one.summary) for one in feed.items] == [("One", "Said: cut"), ("Two", None)]


def test_a_section_that_quotes_the_beginning_of_another_is_whole() -> None:
    quoting = "<description><![CDATA[<svg><title>x</title></svg> Write <![CDATA[ there]]></description>"
    feed = parsed(rss([item(quoting, title="One"), item(title="Two")]))
    assert titles(feed) == ["One", "Two"]
    assert (feed.items[0].summary or "").endswith("there")


def test_a_comment_that_quotes_the_beginning_of_a_section_changes_no_text() -> None:
    for quoting in "<!-- <b>x</b> <![CDATA[ -->", "<!-- <title>x</title><![CDATA[ -->":
        feed = parsed(rss([quoting, item("<description><b>Told</b></description>", title="One"), item(title="Two")]))
        assert [(one.title, "]]" in f"{one.summary}") for one in feed.items] == [("One", False), ("Two", False)]


@pytest.mark.parametrize("before", ["<b>Said</b> ", "<![CDATA[Said ]]>"])
def test_a_section_that_never_ends_after_markup_takes_no_entries(before: str) -> None:
    whole = item("<description><![CDATA[Whole]]></description>", title="Two")
    for further in [whole, item(title="Three")], [item(title="Three"), whole]:
        feed = parsed(rss([item(f"<description>{before}<![CDATA[cut</description>", title="One"), *further]))
        assert set(titles(feed)) == {"One", "Three", "Two"}
        assert "cut" in (feed.items[0].summary or "")
    titled = parsed(rss([f"<item><title>{before}<![CDATA[cut</title><link>https://e.org/1</link></item>", whole]))
    assert titles(titled)[1:] == ["Two"]


@pytest.mark.parametrize("text", ["a<b>x</b></b>c", "a<br/>x</br>c"])
def test_an_end_tag_too_many_goes(text: str) -> None:
    feed = parsed(rss([item(f"<description>{text}</description>", title="One"), item(title="Two")]))
    assert (titles(feed), feed.flaws) == (["One", "Two"], ("stray-ends",))


@pytest.mark.parametrize("link", ["<link/>https://e.org/1", "<link />\n https://e.org/1\n "])
def test_an_address_behind_an_empty_link_is_in_it(link: str) -> None:
    """As a writer of HTML writes RSS."""
    feed = parsed(rss([item(link, link="")]))
    assert (feed.items[0].link, feed.flaws) == ("https://e.org/1", ("missing-ends",))
    quoted = item(f"<description><![CDATA[{link}<br>]]></description>")
    assert parsed(rss([quoted])).flaws == ()


def test_cdata_that_never_ends_counts_as_markup() -> None:
    assert split_cdata(b"a<![CDATA[b]]>c<![CDATA[d") == [b"a", b"<![CDATA[b]]>", b"c<![CDATA[d"]


def test_relations_of_links_may_have_their_full_names() -> None:
    links = ("alternate", "/quake", "enclosure", "/quake.mp3")
    written = '<link rel="http://www.iana.org/assignments/relation/{}" href="{}"/>'
    body = atom(
        f"<entry><id>1</id><title>Quake</title>{written.format(*links[:2])}{written.format(*links[2:])}</entry>"
    )
    (one,) = parsed(body).items
    assert (one.link, [enclosed.url for enclosed in one.enclosures]) == ("/quake", ["/quake.mp3"])


def test_an_article_may_name_a_relation_in_full() -> None:
    title = 'How to write rel="http://www.iana.org/assignments/relation/alternate"'
    assert titles(parsed(atom(f"<entry><id>1</id><title>{title}</title></entry>"))) == [title]
