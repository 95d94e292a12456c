"""The text of an article as its page has it."""

from __future__ import annotations

import json
import time

import pytest

from aggregator.errors import ParseError
from aggregator.parse.article import article, headings

URL = "https://courier.example/2026/11/deal"
TEXT = (
    "Negotiators from seven coastal states agreed on Tuesday to share radar data on fishing vessels that switch off their"
    " transponders in the strait, ending two years of talks that had twice collapsed over who would pay for the stations."
)


def read(markup: str, head: str = "") -> str:
    page = f"<html><head>{head}</head><body><article><p>{TEXT}</p>{markup}<p>{TEXT[::-1]}</p></article></body></html>"
    return article(page.encode(), "text/html; charset=utf-8", URL)


def test_lists_keep_their_numbers_and_code_and_quotations_stay_in_their_sentence() -> None:
    told = read(
        "<p>They call <code>publish()</code> a <q>first step</q>, said <b>she</b> <i>now</i> H<sub>2</sub>O.</p>"
        "<ol><li>Three judges decide</li><li>The bank pays</li></ol><ul><li>No one objects</li></ul>"
        "<pre><code>for vessel in fleet:\n    publish(vessel)</code></pre><blockquote><p>We have waited long for this.</p></blockquote>"
    )
    for part in (
        "<p>They call <code>publish()</code> a <q>first step</q>, said <strong>she</strong> <i>now</i> H<sub>2</sub>O.</p>",
        "<ol><li>Three judges decide</li><li>The bank pays</li></ol><ul><li>No one objects</li></ul>",
        "<pre><code>for vessel in fleet:\n    publish(vessel)</code></pre>",
        "<blockquote><p>We have waited long for this.</p></blockquote>",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ("", ("https://courier.example/2026/11/map", "https://courier.example/study", f"{URL}#note")),
        (
            '<base href="//base.example/a/">',
            ("https://base.example/a/map", "https://base.example/study", "https://base.example/a/#note"),
        ),
        (
            "<base target='_top'>",
            ("https://courier.example/2026/11/map", "https://courier.example/study", f"{URL}#note"),
        ),
    ],
)
def test_links_are_relative_to_the_page_or_to_what_it_names_and_a_broken_one_costs_nothing_else(
    base: str, found: tuple[str, ...]
) -> None:
    told = read(
        '<p>The <a href="map">map</a>, the <a href="/study">study</a>, a <a href="#note">note</a> and'
        ' <a href="https://[broken">more</a> show what has changed since last year in the strait.</p>',
        base,
    )
    assert all(f'<a href="{url}">' in told for url in found) and ">more</a> show" in told


@pytest.mark.parametrize("reference", ["&#1;", "&#08;", "&#27;", "&#x1B;", "&#X1f ", "&#xe", "&#65534;", "&#xFFFF;"])
def test_a_reference_to_a_character_that_no_text_may_hold_costs_no_article(reference: str) -> None:
    assert TEXT in read(f"<h2>Radar{reference} data</h2><p>They will share {reference}it from March on.</p>")


def test_other_references_stay() -> None:
    text = "<p>A line&#10;more, &#8220;all&#x201D; of &#x1F6A2; and &#160;&#81; &#311; and &#x1BC; are read.</p>"
    assert "more, “all” of 🚢 and Q ķ and Ƽ are read." in " ".join(read(text).split())


@pytest.mark.parametrize("within", ["<ul><li>One{}</li></ul>", "<h2>Radar{}</h2>", "<p>A</p><a href='/x'>map{}</a>"])
def test_the_elements_of_word_cost_no_article(within: str) -> None:
    assert TEXT in read(within.format("<o:p>and more</o:p>")) and TEXT in read(within.format("<o:p x='1'></o:p>"))


@pytest.mark.parametrize(
    "text",
    [
        *("<!-- i<n; -->{}", "<!-- i<n; --!>{}", "<![CDATA[ i<n; ]]>{}"),
        *("<img src='/x' alt='a<b.c'>{} It's <b>so</b>", "<h2>a<dd<b></h2>{}"),
    ],
)
def test_a_less_than_where_no_tag_begins_costs_no_article(text: str) -> None:
    sentence = "<p>A sentence that is long enough to be kept as text of the article.</p>"
    assert sentence in read(text.format(sentence))


def test_the_caption_of_a_table_is_one() -> None:
    told = read(
        "<table><caption>Catches, tonnes</caption><tr><th>State</th><th>2025</th></tr><tr><td>Norland</td><td>300</td></tr></table>"
    )
    assert "<table><caption>Catches, tonnes</caption><tr><th>State</th><th>2025</th></tr><tr><td>Norland</td>" in told
    assert TEXT in read("<table><tr></tr>x")


def test_the_first_row_of_a_table_without_caption_stays_a_row() -> None:
    rows = "<tr><td>Norland</td><td>300</td></tr><tr><td>Sudland</td><td>200</td></tr>"
    assert rows in read(f"<table>{rows}</table>")


def test_the_posts_of_a_live_page_keep_their_headings() -> None:
    """Without them the posts run into each other. They stand in headers, of which other pages have that of the site and of what they
    recommend."""
    live = '<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>'
    posts = (
        "<header><h1>Live</h1><h2>What is known</h2></header>"
        f"<section><header><time>12:00</time><h2>Radar is switched on</h2></header><p>{TEXT.upper()}</p></section>"
        f"<section><HEADER class=post><h3 id=a>All have <b>signed</b></h3></HEADER><p>{TEXT.title()}</p></section>"
        '<section><header><h3><a href="/storm">Storm in the north</a></h3></header></section>'
    )
    told = read(posts, live)
    assert f"<h2>Radar is switched on</h2><p>{TEXT.upper()}</p>" in told
    assert f"<h3>All have <strong>signed</strong></h3><p>{TEXT.title()}</p>" in told
    assert not any(part in told for part in ("What is known", "Storm in the north", "12:00"))
    assert "<h2>" not in read(posts)
    assert f"<p>{TEXT}</p><p>{TEXT.upper()}</p>" in read(f"<header><p>{TEXT}</p></header><p>{TEXT.upper()}</p>", live)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (f"{TEXT}\n\n{TEXT} &amp; <more", f"<p>{TEXT}</p><p>{TEXT} &amp; &lt;more</p>"),
        (f"<p>{TEXT}</p><h2>More</h2>", f"<p>{TEXT}</p><h2>More</h2>"),
        (f"&lt;p&gt;{TEXT}&lt;/p&gt;", f"<p>{TEXT}</p>"),
        (f"{TEXT}<br><br>{TEXT} &amp; more", f"<p>{TEXT}<br><br>{TEXT} &amp; more</p>"),
        (f"{TEXT}<br>{TEXT}\n\n{TEXT}", f"<p>{TEXT}<br>{TEXT}</p><p>{TEXT}</p>"),
        (f"{TEXT}\n<b>More</b> &amp; more\n", f"<p>{TEXT}</p><p><b>More</b> &amp; more</p>"),
        (f"{TEXT}\nThe <b> is bold", f"<p>{TEXT}</p><p>The &lt;b&gt; is bold</p>"),
    ],
)
def test_a_text_that_only_scripts_show_is_that_which_the_page_tells_machines(body: str, shown: str) -> None:
    others = "".join(f'<script type="application/ld+json">{data}</script>' for data in ('{{"@type": broken', "null"))
    page = f'<html><head>{others}{{}}</head><body><div id="root"></div></body></html>'
    for data in (
        {"articleBody": body},
        [{"@graph": [{"x": [1, None]}, {"articleBody": body}]}],
        [{"articleBody": body}, {"articleBody": "Z"}],
        {"articleBody": [body]},
    ):
        script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
        if data == {"articleBody": [body]}:
            with pytest.raises(ParseError, match="no article was found"):
                article(page.format(script).encode(), "text/html", URL)
        else:
            assert article(page.format(script).encode(), "text/html", URL) == shown


def test_what_a_page_tells_machines_does_not_replace_what_it_shows() -> None:
    assert "Another" not in read("", '<script type="application/ld+json">{"articleBody": "Another text"}</script>')


def test_the_headings_of_a_page_are_its_first() -> None:
    page = b"<h1><a>The Courier</a></h1><h1 class='x'>Deal</h1><h2>No</h2><h1>A</h1><h1>B</h1>"
    assert headings(page, "text/html") == ["<a>The Courier</a>", "Deal", "A"]


@pytest.mark.parametrize(
    ("encoding", "header", "named"),
    [
        ("windows-1251", "text/html", "windows-1251"),
        ("koi8-r", "text/html; charset=ISO-8859-1", "koi8-r"),  # the default of many servers
        ("windows-1251", "text/html; charset=windows-1251", "koi8-r"),
        ("windows-1251", None, "windows-1251"),
        ("utf-8", "text/html; charset=ISO-8859-1", "windows-1251"),
        ("windows-1251", "text/html; charset=utf-8", "windows-1251"),
    ],
)
def test_text_and_headings_are_in_the_encoding_that_header_or_page_name(
    encoding: str, header: str | None, named: str
) -> None:
    text = "Прибрежные государства договорились во вторник обмениваться данными о рыболовных судах, которые прячутся в проливе."
    page = f'<html><head><meta charset="{named}"></head><body><article><h1>Договор</h1><p>{text}</p></article></body></html>'
    assert f"<p>{text}</p>" in article(page.encode(encoding), header, URL)
    assert headings(page.encode(encoding), header) == ["Договор"]


def test_headings_without_end_take_no_time() -> None:
    started = time.process_time()
    assert headings(b"<h1>" * 100_000 + b"Deal on radar</h1>", "text/html") == ["Deal on radar"]
    assert time.process_time() - started < 1
