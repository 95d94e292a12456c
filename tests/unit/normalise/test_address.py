"""Addresses: what survives, how it is resolved, which are equal."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import unquote

import pytest
from builders.documents import URL, atom, dropped, item, read, rss

from aggregator.model.story import Report
from aggregator.normalise.address import absolute, canonical, steady, typed
from aggregator.normalise.reports import told_once
from aggregator.render.fit import fit_address

BASE = "https://example.org/dir/page"


@pytest.mark.parametrize("begin", ["https://example.org/", "HTTPS://example.org/", "https://example.org/|/", "/"])
def test_an_address_may_be_as_long_in_whichever_way_it_is_written(begin: str) -> None:
    longest = begin + "x" * (4_096 - len(absolute(begin, BASE) or ""))
    assert absolute(longest, BASE) is not None
    assert absolute(longest + "x", BASE) is None


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "java\nscript:alert(1)", "\x01javascript:alert(1)", "vbscript:x", "data:text/html,<script>", "file:///etc/passwd",
        "mailto:a@example.org", "gopher://x/", "http://", "http:///", "about:blank", "//", "ftp://example.org/",
        "http://:80/", "http://user@/", f"https://example.org/{'é' * 1000}",
    ],
)  # fmt: skip
def test_only_http_survives(address: str) -> None:
    assert absolute(address, "") is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("other", "https://example.org/dir/other"),
        ("https://example.org/O&apos;Neil", "https://example.org/O'Neil"),
        ("/a?b=1&amp;c=2&#38;d=3&#x26;e=4&#X26;f=5", "https://example.org/a?b=1&c=2&d=3&e=4&f=5"),
        ("/a?b=1&lt=2", "https://example.org/a?b=1&lt=2"),
        ("https://example.org", "https://example.org/"),
        (" https://example.org/a b ", "https://example.org/a%20b"),
        ("https://user@example.org/", "https://example.org/"),
        ("/root", "https://example.org/root"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("www.example.com/a", "https://www.example.com/a"),
        (" WWW.example.com?a", "https://www.example.com/?a"),
        ("www.html", "https://example.org/dir/www.html"),
        (" example.org/a", "https://example.org/a"),
        ("example.com/a", "https://example.org/dir/example.com/a"),
        ("?q=1", "https://example.org/dir/page?q=1"),
        ("HTTP://Example.ORG:80/a/../b", "http://example.org/b"),
        ("https://user:secret@example.org/", "https://example.org/"),
        ("https://:secret@example.org/", "https://example.org/"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https:\\\\example.org\\a", "https://example.org/a"),
        ("https://https://example.com/a", "https://example.com/a"),
        (" http://HTTPS://http://example.com", "http://example.com/"),
        ("https://https.example/https://a.example/", "https://https.example/https://a.example/"),
        (f"HTTPS://example.org/{'a' * 2000}", f"https://example.org/{'a' * 2000}"),
    ],
)
def test_addresses_are_what_a_browser_would_follow(address: str, expected: str) -> None:
    assert absolute(address, BASE) == expected


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.org/a", "https://www.example.org/a", "https://example.org/a/", "https://example.org:443/a",
        "https://example.org/a#top", "https://example.org/a#xtor=RSS-221", "https://example.org/a#.VtCA1eS6FaQ",
        "https://example.org/a#ref=rss", "https://example.org/a#tk.rss_all", "https://example.org/a#comments",
        "https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a?fbclid=1",
        "https://example.org/a?at_medium=RSS&at_campaign=KARANGA", "https://example.org/a?",
        "https://example.org/a?maca=en-rss-en-all-1573-rdf", "https://example.org/a?mod=rss_markets_main",
        "https://example.org/a?pk_campaign=x&guccounter=1&guce_referrer=y&vero_id=z&mtm_source=a&soc_src=b&piwik_kwd=c",
        "https://example.org/a?source=atom&ref=feeds", "https://example.org/a?cid=social.1&from=whatsapp&src=RSS&sh=twitter&rss=",
        "https://example.org/a#respond", "https://example.org/a#content", "https://example.org/a#feed", "https://example.org/a#RSS",
        "https://example.org/a#utm_source", "https://example.org/a#refsponi#ref=rss",
    ],
)  # fmt: skip
def test_variants_of_one_address_are_equal(variant: str) -> None:
    assert canonical(absolute(variant, "")) == "https://example.org/a"


@pytest.mark.parametrize(
    ("address", "made_up"),
    [
        ("https://e.org/a;jsessionid={}.node1?lang=en", ("0A1B", "7F3C")),
        ("https://e.org/a;JSESSIONID={}", ("0A1B", "7F3C")),
        ("https://e.org/a.php?id=3&PHPSESSID={}&x=1", ("0A1B", "7F3C")),
        ("https://e.org/a.asp?ASPSESSIONIDQQ={}", ("0A1B", "7F3C")),
        ("https://e.org/viewtopic.php?f=2&t=18345&sid={}", ("0a1b" * 8, "7f3c" * 8)),
        ("https://e.org/a?t={}&page=2#c1", ("1764400000", "1764400900")),
        ("https://e.org/a?page=2&_={}#c1", ("1764400000123", "1764400900123")),
        ("https://e.org/a?rnd={}", ("0.83712345", "0.13712345")),
    ],
)
def test_sessions_and_numbers_against_caches_do_not_move_an_article(address: str, made_up: tuple[str, str]) -> None:
    one, other = (address.format(part) for part in made_up)
    assert steady(one) == steady(other)
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.org/viewtopic.php?t=18345", "https://e.org/viewtopic.php?t=18346"),
        ("https://e.org/modules.php?file=article&sid=1234", "https://e.org/modules.php?file=article&sid=1235"),
        ("https://e.org/a?start=1764400000", "https://e.org/a?start=1764400900"),
        ("https://e.org/a;jsessionid=0A#c1", "https://e.org/a;jsessionid=0A#c2"),
        ("https://e.org/a", None),
    ],
)
def test_what_tells_articles_apart_moves_them(one: str, other: str | None) -> None:
    assert steady(one) != steady(other)


@pytest.mark.parametrize("escapes", [str.lower, str.upper, unquote])
def test_an_escape_is_the_same_in_small_letters(escapes: Callable[[str], str]) -> None:
    place = "https://example.org/" + escapes("%D0%BD%D0%B0") + "?q=" + escapes("%E2%82%AC") + "#" + escapes("%D0%BD")
    assert typed(place) == "https://example.org/%D0%BD%D0%B0?q=%E2%82%AC#%D0%BD"


def test_an_escape_that_is_not_needed_is_none() -> None:
    """An address as feeds and the API give it is the one that an editor writes under `stories:`."""
    written = "a|b[c]^{d}`~-A"
    escaped = "".join(f"%{ord(char):02x}" for char in written)
    place, query = "https://example.org/", f"?{written}"
    stored = absolute(f"{place}{written}{query}", "")
    for form in (stored, fit_address(stored), f"{place}{escaped}{query}", f"{place}{written}?{escaped}"):
        assert canonical(form) == f"{place}{written}{query}"
    assert canonical("https://example.org/a%2Fb%3Fc%26d%2541") == "https://example.org/a%2Fb%3Fc%26d%2541"


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/A",
        "https://example.org/a?id=2",
        "https://example.org/a#comment-210335",
        "https://example.org/a#a080605",
        "https://example.org/a#!/page/2",
        "https://m.example.org/a",
        "https://example.org/a?source=kyiv",
        "https://example.org/a?mod=7",
        "https://example.org/a?cid=7",
        "https://example.org/a?from=kyiv",
        "https://example.org/a?src=7",
        "https://example.org/a?sh=7",
        "https://example.org/a?rss=7",
        "https://example.org/a#refugees",
        "https://example.org/a#feedback",
    ],
)
def test_different_addresses_stay_different(other: str) -> None:
    assert canonical(absolute(other, "")) != "https://example.org/a"


@pytest.mark.parametrize(
    "written",
    [
        "https://müller.example/überfall?q=ü", "https://MÜLLER.example/%C3%BCberfall/?q=ü", "http://www.müller.example/überfall?q=%C3%BC",
        "https://me:hush@müller.example/überfall?q=ü", "https://müller.example/news/../überfall?utm_source=rss&amp;q=ü",
        "https://www.google.com/amp/s/xn--mller-kva.example/%C3%BCberfall?q=%C3%BC",
        "https://www.google.com/url?rct=j&url=https%3A%2F%2Fxn--mller-kva.example%2F%25C3%25BCberfall%3Fq%3D%25C3%25BC&ct=ga",
    ],
)  # fmt: skip
def test_an_address_as_people_write_or_copy_it_is_that_of_the_item(written: str) -> None:
    assert typed(written) == canonical("https://xn--mller-kva.example/%C3%BCberfall?q=%C3%BC")


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?rct=j&sa=t&url=https://e.org/a%3Fb%3D1%26c%3D2&ct=ga&cd=x&usg=y",
        "https://www.google.co.uk/url?q=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2",
        "http://google.de/url?sa=t&url=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2",
        "https://bing.com/news/apiclick.aspx?url=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2",
        "https://lm.facebook.com/l.php?u=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url=https%3a%2f%2fe.org%2fa%3fb%3d1%26c%3d2&c=3&mkt=en-us",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2&h=x",
        "https://out.reddit.com/t3_x?url=https%3A%2F%2Fe.org%2Fa%3Fb%3D1%26c%3D2&token=x",
        "https://www.google.com/amp/s/e.org/a?b=1&c=2",
        "https://e-org.cdn.ampproject.org/c/s/e.org/a?b=1&c=2",
    ],
)
def test_an_item_leads_to_the_article_itself(link: str) -> None:
    (one,) = read(rss(item(link=link.replace("&", "&amp;")))).items
    assert one.url == one.canonical == "https://e.org/a?b=1&c=2"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=https%3A%2F%2F", "https://e.org/amp/s/x.org/a",
        "https://e.org/url?url=https://x.org/a", "https://www.google.com/search?q=https://x.org/a", "https://www.google.com/amp/",
        "https://www.google.com/url?url=https://e.org/caf%E9",
        "https://news.google.com/rss/articles/CBMi?oc=5", "https://e.org/?u=https://www.google.com/url?url=https://x.org/a",
    ],
)  # fmt: skip
def test_an_address_that_names_no_article_elsewhere_stays(link: str) -> None:
    assert read(rss(item(link=link))).items[0].url == link


def test_an_article_that_two_feeds_of_its_outlet_list_is_told_once() -> None:
    places = (
        "https://www.dw.com/a?maca=en-rss-en-all",
        "https://www.dw.com/a?maca=en-rss-en-eu",
        "https://www.dw.com/b",
    )
    reports = [Report("DW", f"dw-{number}", url, "Quake", 1_800_000_000) for number, url in enumerate(places)]
    other = Report("BBC", "bbc", places[0], "Quake", 1_800_000_000)
    assert told_once([*reports, other]) == [reports[0], reports[2], other]


def test_articles_without_an_address_are_told_apart_by_their_titles() -> None:
    reports = [Report("DW", f"dw-{number}", None, title, 1_800_000_000) for number, title in enumerate("ABA")]
    assert told_once(reports) == reports[:2]


def test_parameters_are_compared_in_any_order() -> None:
    assert canonical("https://example.org/a?b=2&a=1") == canonical("https://example.org/a?a=1&b=2")


def test_an_item_without_an_address_lost_none() -> None:
    assert dropped(read(rss(item(link="", guid="g")))) == {}


@pytest.mark.parametrize(
    ("link", "base"),
    [("http://www.example.org/2026/news/", "http://www.example.org/2026/news/"), ("https://other.example/", "https://example.org/")],
)  # fmt: skip
def test_the_text_of_an_item_is_resolved_against_its_page_at_the_outlet(link: str, base: str) -> None:
    text = '<a href="#fn1">1</a> <img src="map.png"> <a href="/about">About</a>'
    (one,) = read(rss(item(f"<description><![CDATA[{text}]]></description>", link=link))).items
    site = base.partition("2026")[0]
    found = re.findall(r'(?:href|src)="([^"]*)"', one.content)
    assert found == [f"{base}#fn1", f"{base}map.png", f"{site}about"]


def test_relative_links_are_resolved_against_base_channel_and_document() -> None:
    assert read(rss(item(link="a"))).items[0].url == "https://example.org/a"
    entry = '<entry xml:base="https://base.example/x/"><id>1</id><title>T</title><link href="y"/></entry>'
    assert read(atom(entry)).items[0].url == "https://base.example/x/y"
    entry = entry.replace('"y"', '"/2026/y"')
    text = '<content type="html">&lt;p&gt;&lt;a href="z"&gt;Z&lt;/a&gt;&lt;/p&gt;</content></entry>'
    assert 'href="https://base.example/x/z"' in read(atom(entry.replace("</entry>", text))).items[0].content
    bare = atom('<entry><id>1</id><title>T</title><link href="y"/></entry>')
    assert read(bare).items[0].url == "https://feeds.example.org/world/y"
    noted = atom(
        '<entry><id>1</id><title>T</title><content type="html">&lt;a href="#n"&gt;1&lt;/a&gt;</content></entry>'
    )
    assert f'href="{URL}#n"' in read(noted, url=f"{URL}?key=s3cret").items[0].content


@pytest.mark.parametrize("title", ["T", "<b>T</b>"])  # the second is read by feedparser
@pytest.mark.parametrize(("base", "folder"), [("news/", "world/news/"), ("../a&amp;b/", "a&b/")])
def test_a_relative_base_of_a_document_is_applied_once(base: str, folder: str, title: str) -> None:
    text = '<content type="html">&lt;a href="z"&gt;Z&lt;/a&gt;</content>'
    entry = f'<entry><id>1</id><title>{title}</title><link href="y"/>{text}</entry>'
    body = atom(entry).replace(b"<feed", f'<feed xml:base="{base}"'.encode(), 1)
    (one,) = read(body, url="https://feeds.example.org/world/feed.xml?key=s3cret").items
    folder = f"https://feeds.example.org/{folder}"
    assert (one.url, f'href="{escape(folder)}z"' in one.content) == (f"{folder}y", True)


@pytest.mark.parametrize("title", ["T", "<b>T</b>"])
@pytest.mark.parametrize(("base", "url"), [("/root/", "https://example.org/root/y"), ("", "https://example.org/y")])
def test_a_base_without_a_host_is_on_the_site_wherever_the_feed_is(base: str, url: str, title: str) -> None:
    entry = f'<entry><id>1</id><title>{title}</title><link href="y"/></entry>'
    body = atom(entry, '<link href="https://example.org/"/>').replace(b"<feed", f'<feed xml:base="{base}"'.encode(), 1)
    assert read(body, url="https://feeds.example.net/x/feed").items[0].url == url


@pytest.mark.parametrize("id", ["http://example.org/1", "https://example.org/1"])
def test_an_id_that_is_an_address_is_that_of_the_item(id: str) -> None:
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "{id}", "title": "Title"}}]}}'
    assert read(body.encode()).items[0].url == id


def test_what_was_dropped_is_counted_and_not_quoted() -> None:
    feed = read(rss(item(link="javascript:alert(1)", guid="g")))
    assert dropped(feed) == {"unsafe-address": 1}
    assert "alert" not in repr(feed)


def test_empty_parameters_do_not_count() -> None:
    assert canonical("https://example.org/a?&b=2&&a=1&") == canonical("https://example.org/a?a=1&b=2")
