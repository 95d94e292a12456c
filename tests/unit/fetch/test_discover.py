"""Finding the feeds of a page."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.discover import candidates

PAGE = b"""<!doctype html><html><head>
<link rel="stylesheet alternate" type="application/rss+xml" href="/style.css">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
<link REL="Alternate home" TYPE="application/atom+xml; charset=utf-8" href="atom.xml#top">
<link rel="alternate" type="application/json" href="/wp-json/oembed/1.0/embed?url=x">
<link rel="alternate" type="text/html" hreflang="fr" href="/fr/">
<link rel="feed" href="//feeds.harbour.example/all">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="https://me:secret@harbour.example/private.rss">
</head><body><a href="/rss/world.xml">World</a><a href="/feedback">Say</a><a href="/news/rss">News</a>
<a href="file:///feed">x</a><a href="world.rss?x=1">y</a></body></html>"""


def test_what_the_page_declares_comes_first_and_comments_last() -> None:
    found = candidates(PAGE, "https://harbour.example/news/")
    assert tuple(found.declared) == (
        "https://harbour.example/news/atom.xml",
        "https://feeds.harbour.example/all",
        "https://harbour.example/private.rss",
        "https://harbour.example/comments/feed",
    )
    assert found.linked == (
        "https://harbour.example/rss/world.xml",
        "https://harbour.example/news/rss",
        "https://harbour.example/news/world.rss?x=1",
    )


def test_feeds_that_the_answer_declares_in_its_header_come_before_those_of_the_page() -> None:
    header = (
        '</wp-json/>; rel="https://api.w.org/", <../feed>;rel=alternate ; type="application/rss+xml"; title="News; more, and more", '
        '<https://e.org/x>; rel="canonical", <//feeds.harbour.example/a>; Type=application/atom+xml; REL="home alternate"; rel=next, '
        '<javascript:x>; rel=alternate; type=application/rss+xml, <broken>; rel=alternate; type="application/rss+xml'
    )
    found = candidates(PAGE, "https://harbour.example/news/today/", header)
    assert tuple(found.declared)[:3] == (
        "https://harbour.example/news/feed",
        "https://feeds.harbour.example/a",
        "https://harbour.example/news/today/atom.xml",
    )
    assert found.declared["https://harbour.example/news/feed"] == "News; more, and more"
    assert [*candidates(b'<base href="//other.example/"><p>', "https://e.org/", "</feed>;rel=feed").declared] == [
        "https://e.org/feed"
    ]


@pytest.mark.parametrize("said", ["crossorigin", r'x="a \"b\", c"', "", 'x="\\\\"'])
def test_a_link_of_the_header_may_say_more(said: str) -> None:
    header = f'</feed>; rel=alternate; {said}; type="application/rss+xml"; title="The \\"Best\\" News"'
    found = candidates(b"", "https://e.org/", header)
    assert found.declared == {"https://e.org/feed": 'The "Best" News'}


def test_a_feed_that_header_and_page_declare_has_the_title_that_one_of_them_tells() -> None:
    found = candidates(b'<link rel="feed" href="/feed" title="News">', "https://e.org/", "</feed>; rel=feed")
    assert found.declared == {"https://e.org/feed": "News"}


@pytest.mark.parametrize("part", [r'<a>;a="\\', "<a>;a;", ";", "<", "<a>;", "<a>; a =", '<a>;a="', " ", "<a>; a=b;"])
def test_an_endless_header_is_read_in_no_time(part: str) -> None:
    assert candidates(b"", "https://e.org/", part * 4000).declared == {}


def test_what_else_a_page_names_is_not_requested_in_search_of_a_feed() -> None:
    page = (
        b'<link rel="stylesheet" type="text/css" href="/a.css"><link rel=icon href="/i.png">'
        b'<link rel="alternate" type="text/html" href="/fr/"><a href="/news/rss">News</a>'
    )
    found = candidates(page, "https://harbour.example/")
    assert (found.declared, found.linked) == ({}, ("https://harbour.example/news/rss",))


def test_guesses_are_made_beside_the_page_and_at_the_top_of_the_host() -> None:
    guessed = candidates(b"", "https://harbour.example/news/today.html").guessed
    assert guessed[0] == "https://harbour.example/news/feed"
    assert "https://harbour.example/rss.xml" in guessed


def test_a_base_element_counts_for_links_but_not_for_guesses() -> None:
    page = b'<base href="https://cdn.example/x/"><link rel=alternate type=application/rss+xml href=rss>'
    found = candidates(page, "https://harbour.example/")
    assert found.declared == {"https://cdn.example/x/rss": ""}
    assert all(address.startswith("https://harbour.example/") for address in found.guessed)


def test_where_scripts_are_off_is_not_where_browsers_go_on_to() -> None:
    """Many pages have it, and lead to one that says no more than that scripts are needed."""
    meta = b'<meta http-equiv=refresh content="0;url=/nojs">'
    assert candidates(meta, "https://e.org/").onward == "https://e.org/nojs"
    assert candidates(b"<noscript><style>p {}</style>" + meta + b"</noscript>", "https://e.org/").onward is None
    assert candidates(b"x<noscript><div>" + meta + b"</div></noscript>", "https://e.org/").onward is None


@pytest.mark.parametrize("tag", [b"<div>", b"<a href=/rss><div>"])
def test_a_page_without_end_costs_little(tag: bytes) -> None:
    began = time.process_time()
    found = candidates(b"<link rel=feed href=/all>" + tag * ((1 << 20) // len(tag)), "https://e.org/")
    assert found.declared == {"https://e.org/all": ""}
    assert time.process_time() - began < 5


def test_a_page_of_nothing_but_links_is_bounded() -> None:
    page = b"".join(b'<a href="/%d/feed"></a>' % number for number in range(10_000))
    assert len(candidates(page, "https://harbour.example/").linked) == 20


@given(st.binary(max_size=300))
def test_no_page_breaks_it(page: bytes) -> None:
    found = candidates(b"<link rel=alternate type=application/rss+xml href='" + page, "https://harbour.example/")
    assert all(
        address.startswith(("http://", "https://")) for address in (*found.declared, *found.linked, *found.guessed)
    )
