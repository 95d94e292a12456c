"""Finding the feeds of a page."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.parse.discover import candidates
from aggregator.parse.sniff import offered

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


@pytest.mark.parametrize(
    "start", ["\ufeff<!doctype html>", "", "<title>t</title>", "<!-- a -->\n<META charset=utf-8>", "<base href=/>"]
)
@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", None])
def test_a_page_may_begin_with_a_byte_order_mark_and_leave_out_the_tags_that_html_implies(
    start: str, content_type: str | None
) -> None:
    page = f'{start}<link rel="alternate" type="application/rss+xml" href="/world.rss">'.encode()
    found = offered(page, content_type, "https://harbour.example/")
    assert tuple(found.declared) == ("https://harbour.example/world.rss",)


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
