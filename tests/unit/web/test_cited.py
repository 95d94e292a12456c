"""Cited: the links of a story's lead to others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from newsroom import Newsroom, item

from aggregator.web.cited import cited

CONTENT = (
    '<p>As <a href="https://gov.example/report.pdf">a report of the ministry</a> and '
    '<a href="https://www.bbc.example/earlier">our earlier story</a>, <a href="https://news.bbc.example/x">live</a>, '
    '<a href="https://gov.example/report.pdf">the report</a>, <a href="https://rival.example/scoop">the Rival</a>, '
    '<a href="https://empty.example/"><img src="https://i.example/a.jpg" alt=""></a> say.</p>'
)


def told_by(room: Newsroom, *, content: str, url: str | None = "") -> tuple[list[dict[str, Any]], str]:
    """What the API and the page of a story say that its lead, with this text, cites."""
    room.publish(item("Dam gives way in Kakhovka", content=content, url=url))
    id = room.client.get("/api/v1/stories").get_json()["stories"][0]["id"]
    return room.client.get(f"/api/v1/stories/{id}").get_json()["cited"], room.client.get(
        f"/stories/{id.removeprefix('urn:uuid:')}"
    ).text


def test_what_the_lead_links_elsewhere_is_listed_once_in_its_order(room: Newsroom) -> None:
    told, page = told_by(room, content=CONTENT, url="https://www.bbc.example/dam")
    assert told == [
        {"title": "a report of the ministry", "url": "https://gov.example/report.pdf", "host": "gov.example"},
        {"title": "the Rival", "url": "https://rival.example/scoop", "host": "rival.example"},
    ]
    part = page.split('id="cited"', 1)[1].split("</section>", 1)[0]
    assert part.index("gov.example/report.pdf") < part.index("rival.example/scoop")
    assert "bbc.example" not in part


def test_what_shares_or_advertises_is_not_cited_and_here_names_nothing(room: Newsroom) -> None:
    content = (
        '<p>The <a href="https://gov.example/r%C3%A9port.pdf">here</a> <a href="https://law.example/7">[1]</a> says.</p>'
        '<p><a href="https://share.example/s?u=https%3A%2F%2Fwww.bbc.example%2Fdam">Share it</a>'
        ' <a href="https://ad.doubleclick.net/x">Shoes</a> <a href="https://i.example/a.jpg">View fullsize</a>'
        ' <a href="https://links.example/1">∞ Permalink</a></p>'
        '<p>Seen <a href="https://rival.example/%E2%80%AEgpj.exe%00%0Ax%1B">here</a>.</p>'
        '<p>Follow us on <a href="https://facebook.example/bbc">Facebook</a>.</p>'
        '<p>Read more: <a href="https://other.example/1">Another dam</a></p>'
        '<p>Read next <a href="https://other.example/2">Strike on Kyiv</a></p>'
        '<p><a href="https://source.example/1">Read the full story at The Source</a></p>'
    )
    told, _ = told_by(room, content=content, url="https://www.bbc.example/dam")
    titles = ["gov.example/réport.pdf", "law.example/7", "rival.example/gpj.exe x", "Read the full story at The Source"]
    assert [one["title"] for one in told] == titles


def test_the_host_stands_beside_what_is_cited_unless_its_address_does(room: Newsroom) -> None:
    """Whatever begins like the host (`gov.example.org` of gov.example) is not its address."""
    links = (
        ("https://gov.example/7", "here"),
        ("https://gov.example/8", "gov.example.org/8"),
        ("https://a.example", "a.example"),
    )
    content = " ".join(f'<a href="{url}">{words}</a>' for url, words in links)
    _, page = told_by(room, content=f"<p>{content}</p>", url="https://www.bbc.example/dam")
    listed = page.split('<ul class="cited">', 1)[1].split("</ul>", 1)[0]
    assert re.findall(r"<li><a [^>]*>([^<]*)</a>(?: <span class=\"meta\">([^<]*))?", listed) == [
        ("gov.example/7", ""),
        ("gov.example.org/8", "gov.example"),
        ("a.example", ""),
    ]


def test_of_a_page_of_links_the_first_are_listed(room: Newsroom) -> None:
    links = " ".join(f'<a href="https://l{n}.example/">Paper {n}</a>' for n in range(30))
    told, _ = told_by(room, content=f"<p>{links}</p>", url="https://www.bbc.example/dam")
    assert [one["title"] for one in told] == [f"Paper {n}" for n in range(20)]


def test_where_nothing_is_cited_there_is_no_heading(room: Newsroom) -> None:
    told, page = told_by(room, content="<p>They <a href='https://bbc-world.example/2'>do</a>.</p>")
    assert (told, "Cited" in page) == ([], False)


def test_addresses_are_such_as_the_api_promises(room: Newsroom) -> None:
    """`format: uri` is of few characters (RFC 3986); texts and feeds hold what browsers accept."""
    link = "https://bbc-world.example/a|b?c[]=1"
    room.publish(
        item(
            "Dam gives way",
            url=link,
            image=link,
            content='<p><a href="https://rival.example/?title=唐映&amp;a[]=b c">it</a></p>',
        )
    )
    told = room.client.get("/api/v1/stories").get_json()["stories"][0]
    full = room.client.get(f"/api/v1/stories/{told['id']}").get_json()
    (entry,) = room.client.get("/latest.json").get_json()["items"]
    valid = "https://bbc-world.example/a%7Cb?c%5B%5D=1"
    assert [one["url"] for one in full["cited"]] == ["https://rival.example/?title=%E5%94%90%E6%98%A0&a%5B%5D=b%20c"]
    for story in (told, full):
        assert [story["link"], story["image"], story["sources"][0]["url"]] == [valid] * 3
    assert full["timeline"][0]["url"] == valid
    assert room.client.get("/api/v1/items").get_json()["items"][0]["url"] == valid
    assert [entry["url"], entry["_aggregator"]["sources"][0]["url"]] == [valid] * 2


def test_the_host_is_the_one_a_browser_goes_to(room: Newsroom) -> None:
    told, _ = told_by(room, content='<p><a href="https://evil.example\\@rival.example/x">it</a> says</p>')
    assert [one["host"] for one in told] == ["evil.example"]


def test_the_words_of_a_long_link_end_with_one_of_them_and_no_sign_in_half(room: Newsroom) -> None:
    links = [("a", "alpha beta gamma " * 20), ("b", "A" + "🇺🇦" * 100)]
    content = "".join(f'<a href="https://gov.example/{path}">{words}</a> ' for path, words in links)
    told, _ = told_by(room, content=content)
    long, flags = (one["title"] for one in told)
    assert long.endswith(("alpha…", "beta…", "gamma…")) and 100 < len(long) <= 120
    assert flags == "A" + "🇺🇦" * 59 + "…"


def test_links_are_read_as_sanitised_html_has_them() -> None:
    """Not by a parser, which in a text of 25 kB could make a gigabyte of elements."""
    link = '<a dir="ltr" href="https://b.example/?a=1&amp;b=2" rel="nofollow" title="5 > 3">Told &lt;<em>twice</em>&gt;</a>'
    (found,) = cited(f'<p>{link} <a rel="nofollow">nowhere</a></p>', None)
    assert (found["title"], found["url"]) == ("Told < twice>", "https://b.example/?a=1&b=2")


def test_a_link_in_a_table_in_a_link_is_one_of_its_own() -> None:
    inner = '<table><tbody><tr><td>table <a href="https://c.example/2">Two</a></td></tr></tbody></table>'
    found = cited(f'<a href="https://b.example/1">One {inner}</a>', None)
    assert [(one["title"], one["url"]) for one in found] == [
        ("One table", "https://b.example/1"),
        ("Two", "https://c.example/2"),
    ]


@pytest.mark.parametrize("words", ["there", "this report", "see that article", "Read this post."])
def test_words_that_point_name_nothing(words: str) -> None:
    (found,) = cited(f'<p>As <a href="https://gov.example/cables/7">{words}</a> says, cables are cut.</p>', None)
    assert found["title"] == "gov.example/cables/7"
    (named,) = cited(f'<p>As <a href="https://gov.example/7">{words} on cables</a> says.</p>', None)
    assert named["title"] == f"{words} on cables"


def test_no_title_has_the_start_of_a_tag() -> None:
    """As with headlines: some programs take the titles of the API for HTML."""
    text = (
        '<p><a href="https://a.example/1">&lt;img src=x onerror=alert(1)&gt; is a tag</a>, '
        '<a href="https://b.example/%3Cscript%3E">here</a></p>'
    )
    told = [one["title"] for one in cited(text, None)]
    assert told == ["is a tag", "b.example/< script>"]


def test_lines_of_a_card_that_is_a_link_do_not_run_together() -> None:
    (card,) = cited('<a href="https://a.example/1"><h3>A table format</h3><p>What is next?<br>Views</p></a>', None)
    assert card["title"] == "A table format What is next? Views"
