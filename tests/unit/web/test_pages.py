"""Pages for people: order, charts, what is shown once, what is left out."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from html import escape
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import brotli
import pytest
from flask.testing import FlaskClient
from lxml import etree
from msgspec import structs
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, NOON, Newsroom, Rooms, gibberish, item

from aggregator.model.item import Enclosure, Item
from aggregator.model.poll import PollResult
from aggregator.model.stream import StreamQuery
from aggregator.web import layout, related
from aggregator.web.body import standfirst_and_body
from aggregator.web.pulse import HEIGHT, bars
from aggregator.web.stream_page import PER_LIST, PER_PAGE
from aggregator.web.times import Times

STATIC = Path(__file__).resolve().parents[3] / "aggregator/web/static"


def page_of(client: FlaskClient, q: str) -> str:
    told = client.get("/api/v1/stories", query_string={"q": q}).get_json()["stories"][0]
    return client.get(told["url"].removeprefix("https://wire.example.org")).text


def test_texts_run_in_the_direction_of_their_letters_in_their_language_and_the_rest_in_the_sites(
    room: Newsroom,
) -> None:
    room.publish(item("BBC: الجيش يعلن مقتل جنود في غزة", summary="قال الجيش.", lang="ar"))
    story = room.client.get("/api/v1/stories").get_json()["stories"][0]
    for address in ("/", "/latest", "/latest?view=items"):
        assert re.search(r'<h[23] dir="rtl" lang="ar"><a [^>]+>BBC: الجيش', room.client.get(address).text), address
        assert '<p class="summary" dir="rtl" lang="ar">' in room.client.get(address).text, address
    page = room.client.get(story["url"].removeprefix("https://wire.example.org/news")).text
    for text in (room.client.get("/").text, page):  # under "Just in", under "Sources"
        assert re.search(r'<a [^>]+ dir="rtl" lang="ar">BBC: الجيش', text)
    assert '<h1 dir="rtl" lang="ar">' in page
    assert '<p class="standfirst" dir="rtl" lang="ar">' in page
    assert '<article class="story' in page
    assert not re.search(r"<article[^>]+lang=", page), "our own words are not Arabic"


def test_what_has_only_a_number_for_a_headline_is_told_by_its_summary(room: Newsroom) -> None:
    """The front page of a security team was a list of CVE-2026-41235, CVE-2026-41236 …"""
    flaw = "A buffer overflow of a router."
    titles = ["CVE-2026-41235", "8.19.0", "OpenSSL 3.6.1 is out"]
    room.publish(
        *(item(one, summary=flaw, age=timedelta(minutes=n)) for n, one in enumerate([*titles, "Octopus dreams"]))
    )
    front = etree.HTML(room.client.get("/").text)
    just_in = [one.xpath("string()") for one in front.iterfind(".//ol[@class='ticker']/li/a")]
    assert {f"CVE-2026-41235: {flaw}", f"8.19.0: {flaw}", "OpenSSL 3.6.1 is out"} <= set(just_in)
    room.publish(item("2.4.1", summary="2.4.1: a fix & more"), item("CVE-2026-41237", summary="פרצה בנתב"))
    page = room.client.get("/").text
    assert ">2.4.1: a fix &amp; more</a>" in page, "once"
    assert re.search(r'<a [^>]*dir="rtl">CVE-2026-41237: פרצה', page)
    cards = [(one.xpath("string(h3)"), one.findtext("p[@class='summary']")) for one in front.iterfind(".//article")]
    shown = {title: summary for title, summary in cards if title in titles[1:]}
    assert shown == {"8.19.0": flaw, "OpenSSL 3.6.1 is out": None}, "below the first of a section"


def test_names_of_outlets_that_run_from_right_to_left_stand_in_their_order(rooms: Rooms) -> None:
    """`כאן 11, ערוץ 12 …` would be shown as one text from right to left, the ellipsis beside the first name."""
    text = CONFIG
    for name, publisher in (("Kyodo", "כאן 11"), ("Reuters", "ערוץ 12")):
        text = text.replace(f"{{name: {name}, url", f"{{name: {name}, publisher: {publisher}, url")
    room = rooms(text)
    room.publish(*NEWS[:3])
    shown = re.sub(r"</?a[^>]*>", "", room.client.get("/latest").text)
    assert "<b>3 outlets</b> BBC, <bdi>כאן 11</bdi>, <bdi>ערוץ 12</bdi></span>" in shown
    assert '<span class="outlets"><bdi>כאן 11</bdi></span>' in room.client.get("/latest?view=items").text
    page = page_of(room.client, "licenses")
    assert "<b><bdi>כאן 11</bdi></b>" in page
    assert "<b>BBC</b>" in page


def test_the_pages_own_words_are_english_whatever_the_site_is_in(rooms: Rooms) -> None:
    room = rooms(CONFIG.replace("language: en,", "language: de,"))
    room.publish(
        item("Kanzler in China: rare earths", lang=None), item("Chancellor visits Peru", "reuters", lang="en-GB")
    )
    page = room.client.get("/latest").text
    assert '<html lang="en">' in page
    assert '<h2 dir="ltr" lang="de"><a href="/news/stories/' in page, "of unknown language: the site's"
    assert re.search(r'<h2 dir="ltr"><a [^>]+>Chancellor visits Peru', page)
    assert '<a class="name" href="/news/" lang="de">Test Wire</a>' in page
    assert ' lang="de">Asia-Pacific</a>' in page, "as feeds.yaml calls it"
    assert '<h1><span lang="de">Asia-Pacific</span></h1>' in room.client.get("/sections/asia-pacific").text
    assert re.search(r'<h1><a [^>]+ lang="de">Asia-Pacific</a>', room.client.get("/sections/asia-pacific/daily").text)
    assert re.search(r'<h1><a [^>]+ lang="de">Asia-Pacific</a>', room.client.get("/sections/asia-pacific/2026-11").text)
    topics = {address: room.client.get(address).text for address in ("/topics", "/topics/rare-earths", "/topics/china")}
    assert '/topics/rare-earths" lang="de">Rare earths</a>' in topics["/topics"]
    assert '<span lang="de">Rare earths</span>' in topics["/topics/rare-earths"]
    assert "<h1>China</h1>" in topics["/topics/china"], "a country, which we name"
    tags = page_of(room.client, "kanzler")
    assert '/topics/china">China</a>' in tags
    assert '/topics/rare-earths" lang="de">Rare earths</a>' in tags


def test_a_page_names_its_one_address_and_what_it_is_about(client: FlaskClient) -> None:
    """Whatever else was in the address asked for; for search engines, and for those who show a link with a preview."""
    root = "https://wire.example.org/news"
    story = client.get("/api/v1/stories?q=newest+frigate").get_json()["stories"][0]
    for asked, canonical, about in (
        ("/?utm_source=letter", f"{root}/", "The news of 4 sources: reports of one event are one story"),
        ("/sections/defense/daily?fbclid=1", f"{root}/sections/defense/daily", "Defense, one entry per day"),
        ("/sections/asia-pacific?from=x", f"{root}/sections/asia-pacific", "in the section Asia-Pacific."),
        ("/search?q=rare&amp=1&lang=en", f"{root}/search?q=rare&amp;lang=en", "found by a search."),
        ("/sources/kyodo", f"{root}/sources/kyodo", "Items from Kyodo."),
        (story["url"].removeprefix(root), story["url"], "Navy&#39;s Newest Frigate Delayed Again, Shipbuilder Says, says bbc-world"),
    ):  # fmt: skip
        head = client.get(asked).text.partition("</head>")[0]
        assert re.findall(r'<link rel="canonical" href="([^"]+)">', head) == [canonical]
        assert re.findall(r'<meta property="og:url" content="([^"]+)">', head) == [canonical]
        described = re.findall(r'<meta (?:name="|property="og:)description" content="([^"]*)">', head)
        assert len(described) == 2
        assert all(about in one for one in described)
    for index in ("/sections", "/topics", "/sources"):
        assert f'<link rel="canonical" href="{root}{index}">' in client.get(f"/news{index}?fbclid=1").text
    for no_page_of_its_own in ("/search?q=frigate&order=relevance", "/nowhere", "/docs"):
        assert "canonical" not in client.get(no_page_of_its_own, headers={"Accept": "text/html"}).text


def test_a_preview_names_the_site_once(tmp_path: Path) -> None:
    """Those who show one put `og:site_name` beside `og:title`."""
    room = Newsroom(tmp_path, CONFIG.replace("title: Test Wire", 'title: "Sea & Land"'))
    room.publish(item("A Frigate & Its Crew"))
    told = room.client.get("/api/v1/stories").get_json()["stories"][0]
    story = told["url"].removeprefix("https://wire.example.org/news")
    for address, named in (
        ("/", "Sea &amp; Land"),
        ("/sections/defense", "Defense"),
        (story, "A Frigate &amp; Its Crew"),
    ):
        text = room.client.get(address).text
        assert f'<meta property="og:title" content="{named}">' in text
        assert '<meta property="og:site_name" content="Sea &amp; Land">' in text


def test_the_front_page_shows_each_story_once(client: FlaskClient) -> None:
    text = client.get("/").text
    cards = re.findall(r'<h3[^>]*><a href="/news/stories/([^"]+)"', text)
    assert len(cards) == len(set(cards)) == 5
    assert text.index("China Grants") < text.index("Navy&#39;s Newest")  # more outlets tell it
    assert "3 outlets" in text
    assert '<svg class="bars"' in text


def test_what_has_just_come_in_stands_beside_what_most_outlets_report(room: Newsroom) -> None:
    words = ["anchors", "boilers", "cooks", "divers", "engines", "flags", "guns", "hulls", "islands", "jetties"]
    single = [
        item(f"{word.title()} seen by {n + 20} men", age=timedelta(hours=n + 1), summary="")
        for n, word in enumerate(words)
    ]
    several = [
        item("Octopuses dream in colour", source, age=timedelta(minutes=5), summary="")
        for source in ("bbc-world", "kyodo")
    ]
    room.publish(*single, *several)
    text = room.client.get("/").text
    assert _beside(room) == [one.id for one in single[:9]]
    for name, extension in (("rss+xml", "rss"), ("atom+xml", "atom"), ("feed+json", "json")):
        assert re.search(
            rf'<link rel="alternate" type="application/{re.escape(name)}"[^>]+/news/latest\.{extension}"', text
        )


def test_one_outlet_does_not_fill_what_has_just_come_in(room: Newsroom) -> None:
    """At night the briefs that one posts together took seven of nine places."""
    words = ["anchors", "boilers", "cooks", "divers", "engines", "flags", "guns", "hulls", "islands", "jetties"]
    briefs = [
        item(f"Navy counts {n + 20} {word}", age=timedelta(minutes=n), summary="") for n, word in enumerate(words)
    ]
    others = [
        item(f"Missile hits {word}", ("kyodo", "reuters")[n % 2], age=timedelta(hours=n + 1), summary="")
        for n, word in enumerate(words[:6])
    ]
    room.publish(*briefs, *others)
    assert _beside(room) == [one.id for one in (*briefs[:3], *others)]
    room.overrule(hide=others[1:])  # few others: then more of it
    assert _beside(room) == [one.id for one in (*briefs[:8], others[0])]


def test_two_outlets_may_fill_what_has_just_come_in(room: Newsroom) -> None:
    """The fourth story of the same two gave way to what single ones had told hours before."""
    told = [f"Navy {words}" for words in gibberish(24)]

    def report(n: int, source: str) -> Item:
        return item(told[n], source, age=timedelta(minutes=n + 1), summary="")

    room.publish(*(report(n, source) for n in range(15) for source in ("bbc-world", "kyodo")))
    room.publish(*(report(15 + n, ("bbc-world", "kyodo", "reuters")[n % 3]) for n in range(9)))
    beside = re.findall(r"/stories/[^>]+>Navy ([^<]+)<.*?</li>", _ticker(room), re.DOTALL)
    assert (len(beside), sum(f"Navy {one}" in told[:15] for one in beside)) == (11, 4)


def _beside(room: Newsroom) -> list[str]:
    """The ids of the stories under "Just in"."""
    return re.findall(r"/stories/([^\"]+)\"[^>]*>", _ticker(room))


def _ticker(room: Newsroom) -> str:
    return room.client.get("/").text.partition('<ol class="ticker">')[2].partition("</ol>")[0]


def test_what_has_just_come_in_names_its_outlets(room: Newsroom) -> None:
    told = [
        ("Frigate runs aground", ("bbc-world", "kyodo", "reuters")),
        ("Missile found in a barn", ("kyodo", "reuters")),
    ]
    several = [
        item(title, outlet, age=timedelta(minutes=60 - n), summary="")
        for title, outlets in told
        for n, outlet in enumerate(outlets)
    ]
    pinned = "stories: {pin: [" + ", ".join(f"{{url: '{one.url}', section: defense}}" for one in several) + "]}\n"
    room.put_in_force(CONFIG + pinned)  # so that they are not at the top
    room.publish(*several, item("Octopuses dream in colour"))
    beside = room.client.get("/").text.partition('id="newest"')[2].partition("</ol>")[0]
    named = dict(re.findall(r'dir="ltr">([^<]+)</a> <span class="meta">([^<]+)</span>', beside))
    assert named == {
        "Frigate runs aground": "BBC and 2 others", "Missile found in a barn": "Kyodo and 1 other", "Octopuses dream in colour": "BBC",
    }  # fmt: skip


def test_a_block_of_the_front_page_begins_with_what_most_outlets_report(rooms: Rooms) -> None:
    room = rooms(CONFIG.partition("topics:\n")[0])
    events = (  # quite different ones: of one affair not all would be at the top
        "Glacier collapses above an alpine village", "Striking bakers block the capital's bridges",
        "Astronomers weigh a distant planet", "Court annuls the sale of a football club",
        "Vaccine against dengue approved", "Volcano forces airport to close",
        "Orchestra discovers lost symphony", "Parliament lowers the voting age",
        "Locusts devour the wheat harvest", "Chess champion quits after scandal",
        "Museum returns looted bronzes", "Earthquake shakes mountain province",
    )  # fmt: skip
    outlets = ("bbc-world", "kyodo", "reuters")
    top = [item(event, outlet) for event in events for outlet in outlets]
    told = [item("Frigate runs aground in fog", outlet, age=timedelta(hours=3)) for outlet in outlets[:2]]
    old = [item("Missile silo to be closed", outlet, age=timedelta(hours=40)) for outlet in outlets[:2]]
    names = ["Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel"]
    alone = [item(f"Navy names its vessel {name}", age=timedelta(hours=2, minutes=n)) for n, name in enumerate(names)]
    room.publish(*top, *told, *alone, *old)
    block = room.client.get("/").text.partition('id="s-defense"')[2].partition("</section>")[0]
    titles = re.findall(r'<h3[^>]*><a href="[^"]+"[^>]*>([^<]+)', block)
    assert titles == ["Frigate runs aground in fog", *(one.title for one in alone[:5])]


def test_a_block_of_the_front_page_whose_news_is_old_begins_with_the_newest(room: Newsroom) -> None:
    """After a year, no number of outlets weighs anything."""
    names = ["Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot"]
    old = [item(f"Navy names its vessel {name}", age=timedelta(days=400 + n)) for n, name in enumerate(names)]
    room.publish(*old)
    block = room.client.get("/").text.partition('id="s-defense"')[2].partition("</section>")[0]
    assert re.findall(r'<h3[^>]*><a href="[^"]+"[^>]*>([^<]+)', block) == [one.title for one in old]


@pytest.mark.parametrize("many", [1, 8, 9])
@pytest.mark.parametrize(("news", "led"), [(timedelta(hours=1), False), (timedelta(days=4), True)])
def test_the_top_has_no_news_of_last_week_where_there_is_news_of_today(
    room: Newsroom, news: timedelta, led: bool, many: int
) -> None:
    """With two or three sources, what several outlets told last led the page for days. Where nothing is polled any more it still does."""
    words = ["anchors", "boilers", "cooks", "divers", "engines", "flags", "guns", "hulls", "islands"][:many]
    today = [item(f"{word.title()} seen by {n + 20} men", age=news, summary="") for n, word in enumerate(words)]
    told = [item("Navy sinks a frigate", source, age=timedelta(days=5)) for source in ("bbc-world", "kyodo")]
    room.publish(*today, *told)
    text = room.client.get("/").text
    assert ("Reported by several outlets" in text) == led
    assert "Navy sinks a frigate" in text.partition('class="block')[0 if led else 2]


def test_news_from_a_clock_that_was_ahead_is_on_the_front_page_only_where_there_is_no_other(room: Newsroom) -> None:
    """For months the page showed nothing else, and nothing at its top; later such news had "just come in" all that time, or the sections
    whose lists it filled were missing."""
    room.now += timedelta(days=90)
    *ahead, today = gibberish(31)
    room.publish(*(structs.replace(item(title, summary=""), published=None) for title in ahead), live=True)
    room.now = NOON
    assert ahead[0] in room.client.get("/").text, (
        "as long as there is nothing else, the present clock may be the wrong one"
    )
    told = [item("Navy sinks a frigate", source) for source in ("bbc-world", "kyodo")]
    room.publish(*told, item(today, summary=""), live=True)
    text = room.client.get("/").text
    assert "Reported by several outlets" in text
    assert re.findall(r'<h3[^>]*><a href="[^"]+"[^>]*>([^<]+)', text) == ["Navy sinks a frigate", today]
    assert [title for title in ahead if title in text] == []


def test_charts_count_what_entered_each_section_as_its_index_and_its_page_do(room: Newsroom) -> None:
    room.publish(item("Missile test over Japan alarms Tokyo", age=timedelta(hours=2)))
    told = room.client.get("/api/v1/stories").get_json()["stories"][0]
    assert set(told["sections"]) == {"asia-pacific", "defense"}
    index = room.client.get("/sections").text
    for id, title in (("asia-pacific", "Asia-Pacific"), ("defense", "Defense")):
        assert f'aria-label="{title}: stories in each of the last 24 hours, at most 1"' in index
        for address in ("/", "/latest", f"/sections/{id}"):
            page = room.client.get(address).text
            assert re.search(rf'{title}</a><svg.*?</svg><span class="number">1</span>', page), (title, address)


def test_charts_of_a_page_are_drawn_on_one_scale_and_by_the_hour(room: Newsroom) -> None:
    """Or else a section with one story looks as busy as one with three."""
    ships = ("Navy buys potatoes", "Frigate sold to museum", "Missile silo becomes hotel")
    room.publish(*(item(title, age=timedelta(hours=2)) for title in ships), item("Cherry trees bloom in Japan"))
    text = room.client.get("/").text
    tallest = {}
    for title, most in (("Defense", 3), ("Asia-Pacific", 1)):
        (chart,) = re.findall(rf'aria-label="{title}: [^"]*, at most {most}">(.*?)</svg>', text)
        bars = re.findall(r'<rect x="(\d+)" y="\d+" width="\d+" height="(\d+)"', chart)
        assert len(bars) == 24
        tallest[title] = max((int(height), int(x) // 5) for x, height in bars)
    assert tallest == {"Defense": (32, 21), "Asia-Pacific": (11, 22)}


def test_a_section_without_news_of_the_day_has_no_chart_of_zeros(room: Newsroom) -> None:
    room.publish(item("Navy buys potatoes", age=timedelta(hours=2)))
    for address in ("/", "/latest", "/sections"):
        page = room.client.get(address).text
        assert page.count('<svg class="bars"') == 1, address
    assert re.search(r'World</a><span class="number">0</span>', room.client.get("/").text)
    assert "last 24 hours" not in room.client.get("/sections/world").text
    room.now += timedelta(days=2)
    for address in ("/", "/latest", "/sections", "/sections/defense"):
        assert "last 24 hours" not in room.client.get(address).text, address


def test_a_front_page_of_many_stories_stays_light(room: Newsroom) -> None:
    names = ["Ankara", "Bogota", "Cairo", "Dakar", "Erbil", "Fukuoka", "Geneva", "Hanoi", "Izmir", "Jakarta"]
    room.receive(
        *(
            item(f"{a} {n} {b} {n * 7}", age=timedelta(minutes=n), summary=f"{b} {n} " * 30)
            for n, (a, b) in enumerate([(a, b) for a in names for b in names] * 10)
        )
    )
    room.publish()
    got = room.client.get("/", headers={"Accept-Encoding": "br"})
    assert len(got.data) < 100_000
    assert len(brotli.decompress(got.data)) < 400_000


def test_a_summary_is_not_told_twice_and_pictures_stay_out(room: Newsroom) -> None:
    room.publish(
        item("Twice Told", summary="What the summary says already.", content="<p>What the summary says already.</p>"),
        item(
            "Full Story", "kyodo", content='<h3>Part</h3><p>More.</p><img src="https://bbc.example/x.jpg" alt="a > b">'
        ),
    )
    twice = page_of(room.client, "twice")
    assert 'class="body"' not in twice
    full = page_of(room.client, "full")
    assert "<h2>Part</h2><p>More.</p>" in full
    assert "<img" not in full


def test_a_long_summary_is_cut_near_its_limit_also_where_words_have_no_spaces(room: Newsroom) -> None:
    """Japanese has a space after the dateline, and then none for long."""
    room.publish(
        item("北朝鮮が弾道ミサイルを発射", "kyodo", summary=f"（東京 1日 共同） {'防衛省が発表した。' * 40}", lang="ja")
    )
    for address in ("/", "/latest", "/latest?view=items"):
        [shown] = re.findall(r'<p class="summary"[^>]*>(.*?)</p>', room.client.get(address).text)
        assert len(shown) == 240, address
        assert shown.endswith("…")
    [described] = re.findall(r'<meta name="description" content="(.*?)">', page_of(room.client, "弾道"))
    assert len(described) == 200


def test_a_short_text_with_headings_or_lists_is_shown_as_it_is() -> None:
    content = "<h2>Backstory</h2><p>It began.</p><ul><li>One</li></ul>"
    assert standfirst_and_body("It began. One", content) == ("", content)


def test_the_summary_of_a_text_that_is_not_shown_is() -> None:
    """It is an excerpt of the text, which only leads on, and stood nowhere on the page."""
    assert (
        standfirst_and_body("They met on Tuesday.", "<p>Read more: They met on Tuesday.</p>")[0]
        == "They met on Tuesday."
    )


def test_a_film_is_shown_where_the_text_has_no_other_words_than_the_summary() -> None:
    film = '<figure><figcaption dir="ltr"><a href="https://film.example/1">film.example/1</a></figcaption></figure>'
    assert standfirst_and_body("It began.", f"<p>It began.</p>{film}") == ("It began.", film)
    assert standfirst_and_body("", film) == ("", film), "nothing but a film"


def test_what_a_player_plays_is_linked_once() -> None:
    """Outlets link to it for who cannot see the player, and some show one twice."""
    film = '<figure><figcaption dir="ltr"><a href="https://a.example/v" rel="nofollow">a.example/v</a></figcaption></figure>'
    other = film.replace("a.example", "b.example")
    link = '<p>See <a href="https://a.example/v" rel="nofollow noopener">the film</a>.</p>'
    for text in (film + link, link + film):
        assert standfirst_and_body("", text + other)[1] == link + other
    assert standfirst_and_body("", f"<p>One.</p>{film}<p>Two.</p>{film}")[1] == f"<p>One.</p>{film}<p>Two.</p>"
    headline = link.replace("See ", "").replace(".</p>", "</p>")
    assert standfirst_and_body("", headline + film, "the film") == ("", film), "the link that repeats the headline goes"


@pytest.mark.parametrize(
    "opening", ["<h2>It <div><h2>began.</h2></div></h2>", '<p>It <div><p dir="ltr">began.</p></div></p>']
)
def test_an_opening_that_holds_another_is_shown_as_it_is(opening: str) -> None:
    """If only the part up to the first end were taken for the repeated summary, the rest would close what is around it in the page."""
    content = f"{opening}<p>Then it went on for days.</p>"
    assert "</div>" not in (standfirst_and_body("It began.", content)[1] or "").partition("<div>")[0]


def test_links_that_hold_nothing_but_a_picture_go_with_it() -> None:
    """On a page they could be reached by keyboard but neither be seen nor named (WCAG 2.4.4)."""
    picture = '<img src="https://bbc.example/x.jpg" alt="a > b">'
    linked = f'<a href="https://bbc.example/x" title="1 > 0">\n{picture} </a>'
    blank = '<a href="https://bbc.example/x">&nbsp;<br></a>'
    text = f"<figure><p>{linked}</p></figure><p>One {linked}{blank}two.</p><table><tbody><tr><td></td></tr></tbody></table>"
    _, shown = standfirst_and_body("", text)
    assert shown
    assert " ".join(shown.split()).startswith("<p>One &nbsp;<br>two.</p><div")
    assert "<table><tbody><tr><td></td></tr></tbody></table>" in shown


def test_emphasis_that_holds_only_a_blank_leaves_it() -> None:
    """As word processors write it: else it would join the words around it."""
    text = "<p>One<strong>&nbsp;</strong>two<em> </em>three<b><br></b>four.</p><p><span> </span></p><h2><a> </a></h2><p>Five.</p>"
    assert standfirst_and_body("", text)[1] == "<p>One&nbsp;two three<br>four.</p><p>Five.</p>"


def test_headings_of_a_text_follow_that_of_the_page_without_a_gap() -> None:
    text = "<p>One.</p><h3>A</h3><p>Two.</p><h5>B</h5><p>h3 or &lt;h3&gt;</p><h3>C</h3><hr>"
    _, body = standfirst_and_body("", text)
    assert body == "<p>One.</p><h2>A</h2><p>Two.</p><h3>B</h3><p>h3 or &lt;h3&gt;</p><h2>C</h2><hr>"
    whole = "<h2>A</h2><h3>B</h3><h4>C</h4>"
    assert standfirst_and_body("", whole)[1] == whole
    late = "<h3>A</h3><h3>B</h3><h2>C</h2><h4>D</h4><h3>E</h3>"
    assert standfirst_and_body("", late)[1] == "<h2>A</h2><h2>B</h2><h2>C</h2><h3>D</h3><h3>E</h3>"
    within = "<h3>A <div><h2>B</h2><h3>C</h3></div></h3><h3>D</h3></h4><p>E</p>"
    shown = "<h2>A <div><h2>B</h2><h3>C</h3></div></h2><h3>D</h3></h4><p>E</p>"
    assert standfirst_and_body("", within)[1] == shown, (
        "each ends as it begins; what earlier versions stored may have ends alone"
    )


def test_a_caption_leads_to_its_picture() -> None:
    """Pages show no pictures; a caption without one read like a stray paragraph of the text."""
    picture = '<img alt="Two > one" src="https://e.example/a.jpg?x=1&amp;y=2" width="900">'
    link = '<a href="https://e.example/a.jpg?x=1&amp;y=2" lang="en" rel="noopener nofollow">Picture</a>: '
    words = "<p>One. Two. Three.</p>"
    for figure in (
        f"<figure>{picture}<figcaption>A port.</figcaption></figure>",
        f'<figure><a href="https://e.example/a">{picture}</a><figcaption>A port.</figcaption></figure>',
    ):
        _, body = standfirst_and_body("Short.", words + figure)
        assert body == f"{words}<figure><figcaption>{link}A port.</figcaption></figure>"
    for nothing in ("", " ", "&nbsp;<br>"):
        assert (
            standfirst_and_body("Short.", f"<p>Short.</p><figure>{picture}<figcaption>{nothing}</figcaption></figure>")[
                1
            ]
            is None
        )
    rtl = f'<figure>{picture}<figcaption dir="rtl">A port.</figcaption></figure>'
    assert (
        standfirst_and_body("", words + rtl)[1]
        == f'{words}<figure><figcaption dir="rtl">{link}A port.</figcaption></figure>'
    )
    odd = f'<figure>{picture}<figcaption lang="a>b">A port.</figcaption></figure>'  # as earlier versions stored it
    assert standfirst_and_body("Short.", words + odd)[1] == (
        f'{words}<figure><figcaption lang="a>b">{link}A port.</figcaption></figure>'
    )
    without = f"<p>{picture}</p><figure><figcaption>A film.</figcaption></figure>"
    assert standfirst_and_body("", words + without)[1] == f"{words}<figure><figcaption>A film.</figcaption></figure>"
    many = (picture + " <b>x</b>") * 2_000
    assert "Picture" not in (standfirst_and_body("", words + many)[1] or "")


@pytest.mark.parametrize("tag", ["<table>", "<img ", "<p ", "<figcaption ", "<img src=x>"])
def test_what_stands_in_an_attribute_is_no_tag_where_earlier_versions_stored_it_as_it_is(tag: str) -> None:
    """A frame around a table there would end the attribute, and what follows in it be tags; and beginnings of tags took quadratic time."""
    words = "<p>Some of the words of it.</p>"
    for end in ("<meta http-equiv=refresh content=0;url=//a.example>", tag * 30_000):
        shown = standfirst_and_body("", f'{words}<p><a href="https://a.example/1" title="{tag}{end}">x</a> y="</p>')[1]
        written = f"{tag}{end}".replace("<", "&lt;")
        assert shown == f'{words}<p><a href="https://a.example/1" title="{written}">x</a> y="</p>'


def test_a_table_that_is_too_wide_can_be_scrolled_by_keyboard() -> None:
    inner = "<table><tbody><tr><td>2</td></tr></tbody></table>"
    first = f"<table><tbody><tr><td>1</td><td>{inner}</td></tr></tbody></table>"
    framed = '<div class="scroll" role="region" aria-label="Table {}" tabindex="0">{}</div>'
    assert standfirst_and_body("", f"<p>One.</p>{first}<p>Two.</p>{inner}") == (
        "",
        f"<p>One.</p>{framed.format(1, first)}<p>Two.</p>{framed.format(2, inner)}",
    )


def test_what_a_body_repeats_is_told_once() -> None:
    assert standfirst_and_body("One. Two.", "<p>One.</p><p>Two.</p>") == ("One. Two.", None)
    assert standfirst_and_body("Two.", "One<br>Two.", "One") == ("Two.", None), "a post without title"
    for text in ("<p>One<br>Two. Three.</p>", "One<br><br>Two. Three.", "<p><br><b>One</b> <br>Two. Three.</p>"):
        shown = "<p>Two. Three.</p>" if "<p>" in text else "Two. Three."
        assert standfirst_and_body("Two.", text, "One") == ("", shown), "a longer one"
    for text in ("<p>One <a>day</a><br>Two.</p>", "<p><b>One<br>Two.</b></p>", "<p>One, Two.</p>"):
        assert standfirst_and_body("", text, "One") == ("", text)
    assert standfirst_and_body("One. Two.", "") == ("One. Two.", None)
    assert standfirst_and_body("One & two.", "<p>One &amp; two.</p>\n<p>Three.</p>") == (
        "One & two.",
        "<p>Three.</p>",
    )
    cut = "A long beginning of what is told…"
    text = "<p>A long beginning of what is told at length.</p>"
    assert standfirst_and_body(cut, text) == ("", text)
    assert standfirst_and_body("Short.", "<p>Other words.</p>") == ("Short.", "<p>Other words.</p>")
    assert standfirst_and_body("", "<p>Other words.</p>") == ("", "<p>Other words.</p>")
    straight, curly = 'It\'s "over" - at last...', "<p>It’s “over” – at last…</p>"
    assert standfirst_and_body(straight, curly) == (straight, None)
    assert standfirst_and_body(straight, f"{curly}<p>Other words.</p>") == (straight, "<p>Other words.</p>")
    assert standfirst_and_body(straight, f"<div>{curly} More of it.</div>")[0] == ""


@pytest.mark.parametrize(
    "text",
    [
        "<p>By A. Writer</p><h2>Coast</h2><p>Seven states agreed on Tuesday</p><ul><li>to share data</li><li>to pay</li></ul><p>More.</p>",
        "<p>Seven states <a>agreed</a>\non Tuesday to share data to pay and more.</p><p>More.</p>",
    ],
)
def test_an_excerpt_from_the_text_is_not_shown_above_it(text: str) -> None:
    """Headings, list items and bylines are not in a summary, and it has full stops of its own."""
    summary = "Seven states agreed on Tuesday. To share data. To pay…"
    assert standfirst_and_body(summary, text) == ("", text)
    assert standfirst_and_body("Coastal states. " + summary, text) == ("Coastal states. " + summary, text)


def test_a_heading_that_repeats_the_summary_is_shown_once() -> None:
    text = "<h2>Seven states agreed.</h2><p>They met on Tuesday.</p>"
    assert standfirst_and_body("Seven states agreed.", text) == ("Seven states agreed.", "<p>They met on Tuesday.</p>")


@pytest.mark.parametrize(
    "tail",
    [
        '<p>The post <a href="https://x.example/1">Deal</a> appeared first on <a href="https://x.example/">X</a>.</p>',
        '<p><a href="https://x.example/1">Continue reading</a></p>',
        ' <a href="https://x.example/1">∞ Permalink</a>',
        '<p>submitted by <a href="https://x.example/u">u</a> <a href="https://x.example/1">[link]</a>'
        ' <a href="https://x.example/2">[3 comments]</a></p>',
    ],
)
def test_a_text_that_only_leads_on_is_no_body(tail: str) -> None:
    summary = "Seven states agreed to share data."
    assert standfirst_and_body(summary, f"<p>{summary}</p>{tail}") == (summary, None)
    assert standfirst_and_body(summary, tail) == (summary, None)


def test_a_heading_with_nothing_below_it_is_not_shown() -> None:
    text = "<h2>Deal</h2><p>They met.</p>"
    last = '<h2>More</h2><h3>In <em>pictures</em></h3>\n<img src="https://x.example/1.jpg">'
    assert standfirst_and_body("", text + last)[1] == text
    assert standfirst_and_body("", "<h2>They met.</h2>")[1] == "<h2>They met.</h2>"
    poem = "<h2>Haiku</h2><h3>Radar in the strait</h3><h3>Out of reach of idle hands</h3>"
    assert standfirst_and_body("", poem)[1] == poem, "a text may be of headings"
    pictured = standfirst_and_body("", f'{text}{poem}<h2>In pictures</h2><img src="https://x.example/1.jpg">')[1]
    assert pictured == text + poem


def test_what_outlets_put_between_their_paragraphs_is_not_shown() -> None:
    text = (
        "<p>Seven states agreed.</p><p>Advertisement</p><p>Story continues below advertisement</p>"
        '<p>Read more: <a href="https://x.example/2">Squid is dear</a></p><p>They met on Tuesday.</p>'
        "<blockquote><p>View this post on Instagram</p></blockquote>"
        '<p>Follow us on <a href="https://t.example">Telegram</a>.</p><p>Already a subscriber? Log in.</p>'
        "<p>Continue reading...</p><p>Keep reading</p><p>Read more »</p>"
    )
    assert standfirst_and_body("", text)[1] == "<p>Seven states agreed.</p><p>They met on Tuesday.</p>"
    told = "<p>Advertisement is a third of its income.</p><p>Subscribers to the newsletter are 3,000.</p>"
    assert standfirst_and_body("", told)[1] == told


def test_what_only_begins_as_outlets_lead_elsewhere_is_shown() -> None:
    link = '<a href="https://x.example/2" rel="nofollow noopener">'
    told = (
        "<p>Read more books this winter, librarians told pupils on Tuesday.</p>"
        f"<p>Continue reading aloud {link}long after children learn to read</a>, a study of 3,000 pupils finds.</p>"
        "<p>The article he wrote appeared on Monday.</p><p>Follow our leaders, not Facebook, the bishops told them.</p>"
        f"<p>Read the full story at {link}The Rival</a>.</p><p>Read more on {link}Rival News</a></p>"
        f"<ul><li>Sign up for {link}emergency alerts</a></li><li>Read more than the label</li><li>Comments</li></ul>"
    )
    assert standfirst_and_body("", told)[1] == told


def test_the_welcome_of_a_newsletter_is_no_part_of_the_body() -> None:
    """As in the excerpts of The Hill, which are the summary and the text."""
    text = "Welcome to our newsletter {beacon} Defense Defense The Big Story Seven states agreed."
    assert standfirst_and_body("Seven states agreed.", text) == ("Seven states agreed.", None)
    assert standfirst_and_body("Agreed.", f"<p>{text}</p>")[1] == "<p>Seven states agreed.</p>"
    told = "<p>Seven states agreed.</p>"
    banner = "You are subscribed to Examples. This information has recently been updated, and is now available."
    assert standfirst_and_body("Agreed.", f"<p>{banner}</p>\n{told}")[1] == told
    apart = banner.replace("Examples", "<div>Examples") + f"</div>{told}"
    assert standfirst_and_body("Agreed.", apart)[1] == apart, "its end would end what is around it in the page"


def test_a_headline_is_not_told_again_below_it() -> None:
    """Short posts without title are their own headline; other texts begin with theirs."""
    said = "We’re off to the coast & back"
    assert standfirst_and_body("", f"<p>{escape(said)}.</p>", said) == ("", None)
    assert standfirst_and_body("", '<a href="https://x.example/">We\'re</a> off to the coast &amp; back', said) == (
        "",
        None,
    )
    film = '<figure><figcaption><a href="https://film.example/1">film.example/1</a></figcaption></figure>'
    assert standfirst_and_body("", f"<p>{escape(said)}</p>{film}", said) == ("", film)
    below = "<p>Seven states agreed.</p>"
    picture = '<p><img src="https://x.example/1.jpg"></p><br>'
    for opening in (f"<p>{escape(said)}</p>", f"<h2>{escape(said)}</h2>", f"{picture}<p><b>{escape(said)}</b></p>"):
        assert standfirst_and_body("", opening + below, said) == ("", below)
        assert standfirst_and_body("Short.", opening + below, said) == ("Short.", below)
    longer = f"<p>{escape(said)}, they said.</p>"
    assert standfirst_and_body("", longer, said) == ("", longer)
    excerpt = f"{said}. Seven states agreed."
    assert standfirst_and_body(excerpt, f"<h2>{escape(said)}</h2>{below}", said) == ("", below), "nor is its excerpt"
    assert standfirst_and_body("Short.", f"<h2>{escape(said)}</h2><p>Short.</p>{below}", said) == ("Short.", below)
    listed = f"<p>{escape(said)}</p><ul><li>One</li></ul>"
    assert standfirst_and_body("", listed, said) == ("", "<ul><li>One</li></ul>")
    assert standfirst_and_body("", "<p>Untitled.</p>") == ("", "<p>Untitled.</p>")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<p>Seven states agreed to … <a href="https://x.example/1">Read more</a></p>', "<p>Seven states agreed to …</p>"),
        ('Seven states agreed… [<a href="https://x.example/1">Continue reading</a>]', "Seven states agreed…"),
        ('<p>They met.</p><p>Deal.<b> <a href="https://x.example/1">Read More »</a></b></p>\n', "<p>They met.</p><p>Deal.</p>"),
        ('<p>Agreed. <a href="https://x.example/1">Read the paper</a></p>', None),
        ('<p>Agreed.</p> <a title="1" href="http://www.x.example/1/?utm_source=rss&amp;a=b#more-1">Read more</a>', None),
        ('<p>Agreed.</p> <a href="http://www.x.example/1/?utm_source=rss#more-1">Read more</a>', "<p>Agreed.</p>"),
        ('<p>He wants us to <a href="https://x.example/1">read more</a></p>', None),
        ('<p>They agreed (see <a href="https://x.example/1">Read More</a>).</p>', None),
        ('<p>They agreed [<b><a href="https://x.example/1">Read More</a></b>]</p>', None),
        ('<p>One. <a href="https://x.example/1">Read more</a></p><p>Two. <a href="https://x.example/2">Read more</a></p>', None),
        ('<p>Clerk jailed.</p><a href="https://weblog.example/1">∞ Permalink</a>', None),
    ],
)  # fmt: skip
def test_a_link_at_the_end_that_only_leads_on_is_not_shown(text: str, shown: str | None) -> None:
    """The page has its own link to the article below the text. That of a weblog's entry is all that leads there, if the entry is about
    another article."""
    assert standfirst_and_body("", text, address="https://x.example/1")[1] == (shown or text)


def test_pictures_that_are_not_shown_leave_no_space_above_and_below_the_text() -> None:
    picture = '<img src="https://x.example/1.jpg">'
    text = "<p>They met.<br>Then they left.</p>"
    assert standfirst_and_body("", f"{picture}<br> <br>{picture}<br>\n{text}<br>{picture}<br>")[1] == text


def test_a_text_without_words_is_no_body() -> None:
    """As in a weblog's entries that link to others: a star that leads to the entry itself."""
    star = '<div><a href="https://weblog.example/1">&nbsp;★&nbsp;</a></div>'
    assert standfirst_and_body("Short.", f"<p>Short.</p>{star}") == ("Short.", None)
    assert standfirst_and_body("", '<p><img src="https://weblog.example/1.png"></p>') == ("", None)


def related_news(room: Newsroom, query: str) -> tuple[list[str], list[str]]:
    """Of the first story that a search finds: what is related to it, and what fills up after that."""
    told = room.client.get(f"/api/v1/stories?q={query}").get_json()["stories"][0]["related"]
    assert told == sorted(told, key=itemgetter("filled"))
    is_related, fills_up = ([one["title"] for one in told if one["filled"] is filled] for filled in (False, True))
    return is_related, fills_up


SMALL = [a + b + c for a in "bdfglm" for b in ("ar", "el", "in", "ost") for c in ("ba", "den", "ku", "lo")]


LATELY = ("Drill", "Budget", "Chief")
ALARMS = "Fire alarms of a theatre rang twice during rehearsal"
WEEKS = timedelta(days=20)  # after which news is no chapter


def test_what_fills_up_related_news_is_what_most_outlets_tell(room: Newsroom) -> None:
    quake = "Strong quake shakes northern Chile near Iquique"
    outlets = ("kyodo", "reuters", "bbc-world")
    room.publish(
        item(ALARMS, summary=""),
        *(item(quake, source, age=timedelta(hours=9), summary="") for source in outlets),
        *(item(" ".join(random.Random(n).choices(SMALL, k=5)).capitalize(), summary="") for n in range(50)),
    )
    assert related_news(room, "alarms")[1][0] == quake


def test_what_fills_up_related_news_is_of_what_the_editor_follows_first(room: Newsroom) -> None:
    rovers, oslo = "Rovers win cup after extra time", "NATO ministers meet in Oslo"
    room.publish(
        item(ALARMS, summary=""),
        *(item(rovers, outlet, summary="") for outlet in ("kyodo", "reuters", "bbc-world")),
        *(item(oslo, outlet, age=timedelta(hours=9), summary="") for outlet in ("kyodo", "reuters")),
    )
    assert related_news(room, "alarms") == ([], [oslo, rovers])


def test_what_fills_up_related_news_is_recent(room: Newsroom) -> None:
    """A back-catalogue that two outlets share does not push out the news of the day."""
    old = [item(f"Diary of a gardener, {year}", source, age=timedelta(days=365 * (2026 - year)), summary="")
           for year in range(2000, 2020) for source in ("kyodo", "reuters")]  # fmt: skip
    room.publish(item(ALARMS, summary=""), item("Bees hum", summary=""), *old)
    assert related_news(room, "alarms")[1] == ["Bees hum"]


def test_what_fills_up_related_news_follows_what_changes(room: Newsroom) -> None:
    """It is read once for all stories, until there is news, an edit, or another hour."""
    bees, whales = (item(title, age=timedelta(days=29, hours=23), summary="") for title in ("Bees hum", "Whales sing"))
    alarms = item(ALARMS, summary="")

    def filling() -> list[str]:
        assert related_news(room, "alarms") == related_news(room, "twice")
        return related_news(room, "alarms")[1]

    room.publish(alarms, bees)
    assert filling() == [bees.title]
    room.publish(whales)
    assert filling() == [bees.title, whales.title]
    room.overrule(hide=[whales])
    assert filling() == [bees.title]
    room.now += timedelta(hours=2)
    assert filling() == []


def test_of_very_many_sources_the_first_are_shown_and_the_others_folded(room: Newsroom) -> None:
    title = "Frigate Sachsen Collides With Freighter Near Bornholm"
    room.publish(item(title, publisher="Outlet 0", url="https://o0.example/"))
    assert "<details><summary>" not in page_of(room.client, "bornholm").replace('<details class="why">', "")
    copies = [(n, item(f"{title} {n}", publisher=f"Outlet {n}", url=f"https://o{n}.example/")) for n in range(1, 30)]
    room.publish(*(replace(one, title=title, summary=f"Says {n}.") for n, one in copies))
    text = page_of(room.client, "bornholm")
    shown, folded = text.split("<details><summary>")
    assert folded.startswith("10 more</summary>")
    assert [len(re.findall(r'href="https://o\d+\.example/"', part)) for part in (shown, folded)] == [20 + 1, 10]


@pytest.mark.parametrize(
    ("news", "asked"),
    [
        (
            {
                "US and Qatar block access of Iran to frozen funds": "The money was part of a prisoner deal.",
                "Qatar hosts talks between Iran and Saudi Arabia": "Ministers discussed sanctions.",
                "Verstappen wins the Qatar Grand Prix": "The driver took the title after a collision.",
            },
            "block",
        ),
        (
            {
                "Bear Kills Two Hikers in a National Park of Canada": "Rangers closed the trails after the attack.",
                "Wolves Attack Hikers in a Park of Canada": "Rangers search for the pack.",
                "Museum in Canada Returns a Totem Pole": "The carved pole goes back to its people.",
            },
            "bear",
        ),
        # Of words in languages other than English embeddings know next to none.
        ({"日本与德国道歉的不同": "", "德国卫星与日本火箭": "", "日本海啸四年后": ""}, "道歉"),
    ],
)
def test_a_place_alone_relates_no_stories_however_rare(room: Newsroom, news: dict[str, str], asked: str) -> None:
    room.publish(*(item(title, summary=summary) for title, summary in news.items()))
    _, about_it_too, about_something_else = news
    assert related_news(room, asked) == ([about_it_too], [about_something_else])


def test_the_reports_of_a_story_leave_room_for_its_chapters(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share more words with it than any chapter."""
    monkeypatch.setattr(related, "LOOKED_AT", 3)
    erupts, flows = "Volcano Katla Erupts and Closes Roads", "Lava of Katla Reaches the Sea as the Volcano Calms"
    room.publish(
        *(item(erupts, outlet, summary="") for outlet in ("kyodo", "reuters", "bbc-world")),
        item(flows, age=timedelta(hours=60), summary=""),
    )
    assert len(room.client.get("/api/v1/stories?q=erupts").get_json()["stories"]) == 1
    assert related_news(room, "erupts") == ([flows], [])


@pytest.mark.parametrize(
    "visit",
    [
        "Narendra Modi Meets the Idle Cricket Team in a Temple",  # a cosine of 0.4 to 0.5
        "Narendra Modi Opens a Factory in Delhi",  # 0.5 to 0.6, and no further word in common
    ],
)
def test_who_shares_little_but_a_name_comes_after_what_has_the_same_topic(room: Newsroom, visit: str) -> None:
    """Or else ten stories that name one leader would leave no room for others about the same subject."""
    subject = [
        f"{what} of Rare Earths"
        for what in ("Tonnes", "Mines in Lapland Dig", "A Cargo", "Makers of Cars Run Short", "Exporters")
    ]
    room.publish(
        item("Narendra Modi Asks for Exports of Rare Earths", summary="Mines of the metals lie idle."),
        item(visit, summary=""),
        *(item(title, age=timedelta(hours=n), summary="Metals.") for n, title in enumerate(subject, 1)),
    )
    told, _ = related_news(room, "asks")
    assert len(told) > 3
    assert told[-1] == visit


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("Narendra Modi Opens a Temple in Delhi", False),
        ("Narendra Modi Wants More Trade With Asia", True),  # similar in meaning
        ("Narendra Modi Bakes Sourdough Bread in a Temple", True),  # a further word in common
    ],
)
def test_one_name_in_common_is_no_chapter_by_itself(room: Newsroom, other: str, told: bool) -> None:
    """Whatever a columnist writes, and whatever happens in Hong Kong, was related."""
    room.publish(
        item("Narendra Modi Asks for Exports to China and Japan", summary="He loves sourdough bread."),
        item(other, summary=""),
        item("Teachers Quit Over Pay", summary="Narendra Modi is silent on sourdough."),
    )
    assert (other in related_news(room, "exports")[0]) == told


def test_all_topics_that_two_stories_share_count(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if one of them has had so much news since that the other story is no longer among its newest."""
    monkeypatch.setattr(related, "LOOKED_AT", 3)
    both, one = "NATO Ministers Warn of a Shortage of Rare Earths", "Exporters of Rare Earths Ask for Loans"
    room.publish(
        item("Exporters of Rare Earths Ask NATO Ministers for Loans", summary=""),
        item(both, age=WEEKS, summary=""),
        item(one, age=WEEKS, summary=""),
        *(item(f"NATO {what}", age=timedelta(days=n), summary="") for n, what in enumerate(LATELY)),
    )
    assert related_news(room, "rare nato loans")[0][:2] == [both, one]


def test_an_old_story_has_related_news_of_its_time(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not only what its topic had since, however busy that is."""
    monkeypatch.setattr(related, "LOOKED_AT", 3)
    old, before = "NATO Ministers Warn of a Shortage of Tanks", "NATO Ministers Fear a Shortage of Shells"
    room.publish(
        item(old, age=timedelta(days=5), summary=""),
        item(before, age=timedelta(days=25), summary=""),  # no chapter
        *(item(f"NATO {what}", age=timedelta(hours=n), summary="") for n, what in enumerate(LATELY)),
    )
    assert before in related_news(room, "warn")[0]
    assert before in page_of(room.client, "warn")


def test_related_news_of_its_time_is_the_same_in_a_list(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest stories of the topic begin between two of one day, so that only the older one has those of its time."""
    monkeypatch.setattr(related, "LOOKED_AT", 2)
    monkeypatch.setattr(related.Relatives, "_chapters_of", lambda *_: [])
    shells, tanks = "NATO Ministers Fear a Shortage of Shells", "NATO Ministers Warn of a Shortage of Tanks"
    ages = {"NATO Chief Resigns": 1, shells: 50, tanks: 52}
    room.publish(*(item(title, age=timedelta(hours=hours), summary="") for title, hours in ages.items()))
    lib, latest = room.library(), StreamQuery("latest", limit=10)
    stories = lib.archive.reading.heads([latest], lib.seconds())[latest]
    together = {story.title: related.Relatives(lib, stories).of(story) for story in stories}
    assert {story.title: related.Relatives(lib, [story]).of(story) for story in stories} == together
    assert shells in [one.story.title for one in together[tanks] if not one.filled]


def test_one_small_country_alone_relates_no_stories_either(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """However rare it is in a large archive."""
    monkeypatch.setattr(related, "YOUNG", 5000)
    tax, school = "Companies in Hungary Fear Higher Taxes on Profits", "Teachers in Hungary Quit Over Pay"
    room.publish(
        item("Hungary Raises Taxes on Profits of Energy Companies", summary=""),
        item(tax, age=WEEKS, summary=""),
        item(school, age=WEEKS, summary=""),
    )
    assert related_news(room, "profits") == ([tax], [school])


def test_one_topic_with_little_else_relates_no_stories(room: Newsroom) -> None:
    """Whatever two armies, stock markets or gunmen did were related, since words of one kind of news are similar in meaning."""
    drills, blocked = "NATO Troops Train for War in the Arctic", "Reindeer Block Tanks of NATO"  # a rare word in common
    room.publish(
        item("Soldiers of NATO Train With Reindeer", summary=""),
        *(item(title, age=WEEKS, summary="") for title in (drills, blocked, "NATO Soldiers Fear Cuts of Pay")),
    )
    assert related_news(room, "with reindeer") == ([drills, blocked], ["NATO Soldiers Fear Cuts of Pay"])


@pytest.mark.parametrize(
    ("other", "fills_up"), [("NATO Fears Cuts of Pay in Hungary", False), ("Hungary Pays Its Soldiers Less", True)]
)
def test_two_topics_relate_stories_and_the_name_of_one_is_no_rare_word(
    room: Newsroom, other: str, fills_up: bool
) -> None:
    room.publish(
        item("Soldiers of NATO Train With Reindeer in Hungary", summary=""), item(other, age=WEEKS, summary="")
    )
    assert related_news(room, "reindeer")[fills_up] == [other]


def test_topics_that_come_together_relate_stories_hardly_more_than_one_of_them(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As US politics and the United States do: else they would relate whatever two news of politics there are."""
    monkeypatch.setattr(related, "FEW", -3)  # so that each is told of in one of twenty stories
    airport = "Hungary Sells Airport to NATO Investors"
    room.publish(
        item("Hungary Raises Taxes on Profits of Energy Companies to Pay NATO", summary=""),
        item(airport, age=WEEKS, summary=""),
    )
    assert related_news(room, "profits") == ([], [airport])


@pytest.mark.parametrize("lang", ["zh", None])
def test_a_place_relates_no_stories_in_two_languages(room: Newsroom, lang: str | None) -> None:
    """Nothing is known of how similar they are in meaning, and they stood before those of which it is."""
    room.publish(
        item("Carmakers in Japan Recall Cars", summary="The brakes of some models fail.", lang="en" if lang else None),
        item("Carmakers in Japan Sell More Cars", summary="Buyers ask for small models.", age=timedelta(hours=2)),
        item("日本与德国道歉的不同", summary="", lang=lang),
        item("日本の自動車", summary="", lang="ja"),
    )
    assert related_news(room, "recall")[0] == ["Carmakers in Japan Sell More Cars"]


@pytest.mark.parametrize("claimed", ["zh", "en"])
def test_one_known_word_speaks_against_no_story_in_its_language(room: Newsroom, claimed: str) -> None:
    """Of words in languages other than English embeddings know next to none."""
    room.publish(
        item("日本与德国道歉的不同", summary="", lang="zh"),
        item("日本火箭与 NASA 的德国卫星", summary="", lang=claimed),
        item("NASA Counts Satellites of Japan", summary="The agency lists all rockets."),
    )
    assert related_news(room, "日本与德国道歉的不同")[0] == ["日本火箭与 NASA 的德国卫星"]


def test_related_news_lists_a_headline_once(room: Newsroom) -> None:
    """A column, or a preview that an outlet publishes again each day, comes as a story each time."""
    erupts, watch = "Volcano Katla Erupts and Closes Roads in Iceland", "Katla Volcano in Iceland: how to watch"
    room.publish(
        *(
            replace(
                item(title, url=f"https://k.example/{n}", age=timedelta(hours=13 * n)), id=str(UUID(int=n)), key=str(n)
            )
            for n, title in enumerate((erupts, watch, erupts, watch, watch))
        )
    )
    stories = room.client.get("/api/v1/stories?q=katla").get_json()["stories"]
    assert [story["title"] for story in stories] == [erupts, watch, erupts, watch, watch]
    assert [one["title"] for one in stories[0]["related"]] == [watch]


def test_related_news_that_only_fills_up_says_so(room: Newsroom) -> None:
    room.publish(*NEWS, item("Missile test near Oslo worries NATO", "kyodo", age=timedelta(hours=6), summary=""))
    part = page_of(room.client, "alarms").partition("Related News</h2>")[2]
    related, mark, also = part.partition("<h3>Also in the news</h3>")
    assert mark
    assert "Oslo" in related
    assert "Oslo" not in also
    assert "/news/stories/" in also
    is_related, fills_up = related_news(room, "alarms")
    assert is_related == ["Missile test near Oslo worries NATO"]
    assert len(fills_up) == also.count('class="meta"')


def test_a_pin_is_told_by_whatever_form_of_the_address(room: Newsroom) -> None:
    pin = "stories:\n  pin: [{url: 'https://www.bbc.example/pinned/?utm_source=x', section: defense}]\n"
    room.text = CONFIG + pin
    room.put_in_force(room.text)
    room.publish(item("Octopuses Dream", url="https://bbc.example/pinned"))
    (story,) = room.client.get("/api/v1/stories").get_json()["stories"]
    assert story["section"] == "defense"
    assert story["receipts"][0]["rule"] == "stories: pin"


def test_whoever_comes_for_the_first_time_is_told_what_this_is(client: FlaskClient) -> None:
    """Wherever that is; nothing on the pages said it."""
    for address in ("/", "/nowhere", "/docs"):
        foot = client.get(address, headers={"Accept": "text/html"}).text.partition("<footer>")[2]
        assert "The news of 4 sources: reports of one event are one story" in foot
        assert "is also a feed" in foot


def test_the_addresses_that_help_gives_as_examples_are_there_whatever_the_sections_are(rooms: Rooms) -> None:
    """They named one of the sections that come with the program."""
    room = rooms(CONFIG.replace("id: defense", "id: at-sea"))
    found = re.findall(r"https://wire\.example\.org/news([^<' ]+)", room.client.get("/docs").text)
    assert {"/sections/at-sea", "/sections/at-sea.rss"} < set(found)
    for address in found:
        assert room.client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_why_a_story_is_here_names_words_and_line(client: FlaskClient) -> None:
    text = page_of(client, "newest frigate")
    assert "Why is this here?" in text
    assert re.search(r"<code>feeds\.yaml:\d+</code>", text)
    assert "<mark>Frigate</mark>" in text
    assert "The headline is that of" not in text
    assert "The headline is that of the earliest full report" in page_of(client, "rare earth licenses"), (
        "of three outlets"
    )


def test_why_a_story_is_here_names_a_word_once_that_its_headline_and_summary_say(rooms: Rooms) -> None:
    room = rooms(CONFIG)
    room.publish(item("Frigate sails", summary="A frigate and another frigate sailed.", age=timedelta(minutes=1)))
    why = page_of(room.client, "sails").partition('class="why"')[2].partition("</details>")[0]
    assert re.findall("<mark>(.*?)</mark>", why) == ["Frigate"]


def test_an_article_that_two_feeds_of_an_outlet_list_is_named_once(rooms: Rooms) -> None:
    title, address = "Glacier above Zermatt breaks off", "https://bbc.example/glacier"
    asia = '  - {name: BBC Asia, url: "https://bbc.example/asia.xml", publisher: BBC}\n'
    room = rooms(CONFIG.replace("sources:\n", f"sources:\n{asia}"))
    room.publish(
        item(title, "bbc-world", url=address, publisher="BBC"),
        item(title, "bbc-asia", url=address, publisher="BBC"),
        item(
            "Ice of a glacier breaks off above Zermatt",
            "reuters",
            summary=f"{title}, says bbc-world at greater length.",
        ),
    )
    told = room.client.get("/api/v1/stories").get_json()["stories"]
    assert [len(one["sources"]) for one in told] == [3]
    text = page_of(room.client, "glacier")
    sources = text.split('<h2 id="sources">', 1)[1].split("</ol>", 1)[0]
    assert sources.count("<li>") == 2
    assert sources.count(address) == 1
    for name in ("rss", "atom", "json"):
        feed = room.client.get(f"/latest.{name}").text
        assert feed.count("BBC: ") == feed.count("Reuters: ") == 1


def test_an_entry_names_the_feed_of_the_outlet_that_wrote_it_not_of_one_that_links_to_it(rooms: Rooms) -> None:
    title, address = "Glacier above Zermatt breaks off", "https://bbc.example/glacier"
    room = rooms(CONFIG)
    room.publish(item(title, "reuters", url=address), item(title, "bbc-world", url=address))
    entry = room.client.get("/latest.rss").text
    assert "<dc:creator>BBC</dc:creator>" in entry
    assert re.findall("<source url=.*?>(.*?)</source>", entry) == ["BBC World"]


def test_a_story_marks_its_section_and_leads_to_its_sources(newsroom: Newsroom) -> None:
    text = page_of(newsroom.client, "licenses")
    assert re.findall(r'href="/news/sections/([^"]+)"[^>]* aria-current="true"', text) == ["asia-pacific"]
    assert '<a href="#sources"><b>and 2 other outlets</b></a>' in text
    brief = newsroom.client.get("/sections/defense/daily").text
    assert re.findall(r'href="/news/sections/([^"]+)"[^>]* aria-current="true"', brief) == ["defense"]
    assert "aria-current" not in newsroom.client.get("/").text


def test_coverage_by_country_and_owner(rooms: Rooms) -> None:
    room = rooms(CONFIG)
    room.publish(*NEWS)
    text = page_of(room.client, "licenses")
    assert "<b>Outlets by country</b>" in text
    assert 'href="/news/search?label=country%3AGB"' in text
    assert "Japan 1</a> unknown&nbsp;1</p>" in text, "Reuters has no country"
    assert "<b>Outlets by country</b>" not in page_of(room.client, "octopuses")


def test_beside_a_stream_stands_what_most_outlets_tell(client: FlaskClient) -> None:
    section = client.get("/sections/asia-pacific").text
    rail = section.partition('<aside class="rail">')[2]
    assert re.search(r"<b>3<span[^>]*> outlets: </span></b> <a [^>]*>China Grants", rail)
    assert rail.count('<svg class="bars"') == 1
    assert client.get("/latest").text.count('<svg class="bars"') == 2, "none of zeros"
    for address in ("/search?q=frigate", "/sections/defense/2026-10", "/sources/kyodo", "/latest?since=24h"):
        assert '<aside class="rail">' not in client.get(address).text


def test_a_long_headline_is_not_as_large_as_others(room: Newsroom) -> None:
    """One of 270 letters, as some outlets write, took the whole screen of a phone."""
    long = f"Navy buys potatoes {'and peas ' * 12}"
    for title, marked in ((long, ' class="long"'), ("Frigate sold to museum", "")):
        room.publish(*(item(title, one) for one in ("kyodo", "reuters")))
        for page in (page_of(room.client, title.split()[1]), room.client.get("/").text):
            (size,) = re.findall(rf'<(?:h1|h3)( class="long")?[^>]*>(?:<a [^>]*>)?{title[:15]}', page)
            assert size == marked


def test_what_most_outlets_told_long_ago_has_its_date(room: Newsroom) -> None:
    """Where a section has little news, its most reported stories are of weeks ago."""
    for days, told in ((9, "Navy buys potatoes"), (0, "Frigate sold to museum")):
        room.publish(*(item(told, one, age=timedelta(days=days, hours=1)) for one in ("kyodo", "reuters")))
    rail = room.client.get("/sections/defense").text.partition('<aside class="rail">')[2]
    dates = {row[0]: re.findall(r"<time[^>]*>([^<]+)", row[1]) for row in re.findall(r">([^<]+)</a>(.*?)</li>", rail)}
    assert dates["Navy buys potatoes"] == ["15\N{NO-BREAK SPACE}Nov, 11:00"]
    assert dates["Frigate sold to museum"] == []


def test_a_podcast_can_be_heard_and_a_shared_story_shows_its_picture(room: Newsroom) -> None:
    """As in feeds: the page of an episode told its name alone. Nothing of either is loaded by the page."""
    attached = [
        Enclosure("https://bbc.example/1.mp3?a=1&b=2", "audio/mpeg", 5),
        Enclosure("https://bbc.example/1.mp4", "video/mp4", None),
        Enclosure("https://bbc.example/1.jpg", "image/jpeg", 5),
        Enclosure("https://bbc.example/1", None, None),
    ]
    room.publish(item("The week in missiles", image="https://bbc.example/cover.jpg", enclosures=attached))
    page = page_of(room.client, "week")
    assert re.findall(r'<a href="([^"]+)"[^>]*>(Listen|Watch)</a>', page) == [
        ("https://bbc.example/1.mp3?a=1&amp;b=2", "Listen"),
        ("https://bbc.example/1.mp4", "Watch"),
    ]
    assert '<meta property="og:image" content="https://bbc.example/cover.jpg">' in page
    assert '<meta property="article:published_time" content="2026-11-24T11:00:00+00:00">' in page
    assert "og:image" not in room.client.get("/").text


def test_sources_are_the_body_where_there_is_no_other(room: Newsroom) -> None:
    room.publish(item("Bare Report", summary="All there is.", content=""), *NEWS)
    bare, full = page_of(room.client, "bare"), page_of(room.client, "licenses")
    assert bare.index("Sources</h2>") < bare.index("<aside>")
    assert full.index("Sources</h2>") > full.index("<aside>")


def test_what_came_weeks_ago_has_not_just_come_in(room: Newsroom) -> None:
    """Where nothing has been polled for a while."""
    room.publish(*NEWS)
    assert ">Just in</a></h2>" in room.client.get("/").text
    room.now += timedelta(days=20)
    assert ">Newest</a></h2>" in room.client.get("/").text


@pytest.mark.parametrize(("zone", "published", "midnight"), [("Asia/Tokyo", 5, 51), ("America/Los_Angeles", 15, 44)])
def test_what_came_before_yesterday_is_of_days_of_the_site(
    rooms: Rooms, zone: str, published: int, midnight: int
) -> None:
    """`midnight`: the second one there after the story was published; both in hours after noon in UTC."""
    room = rooms(CONFIG.replace("timezone: UTC", f"timezone: {zone}"))
    room.now = NOON + timedelta(hours=published)
    room.publish(item("Frigate runs aground in fog", age=-timedelta(hours=published)))
    for minutes, heading in ((-5, "Just in"), (5, "Newest")):
        room.now = NOON + timedelta(hours=midnight, minutes=minutes)
        assert f">{heading}</a></h2>" in room.client.get("/").text


def test_an_empty_service_says_what_to_do(room: Newsroom) -> None:
    assert "Nothing has arrived yet" in room.client.get("/").text
    one, *others = room.archive.sources.states()
    failed: dict[str, Any] = {"failures": 1, "error": "the host name is not known", "error_kind": "dns"}
    room.archive.sources.save([structs.replace(state, **failed) for state in others])
    room.now += timedelta(minutes=1)
    assert "Nothing has arrived yet" in room.client.get("/").text
    room.archive.sources.save([structs.replace(one, **failed)])
    room.now += timedelta(minutes=1)
    told = f"the last poll of each of the {len(others) + 1} sources failed"
    assert told in room.client.get("/").text
    room.publish(*NEWS)
    assert told not in room.client.get("/").text
    assert room.client.get("/sections/defense").status_code == 200


def test_bars_are_sound_svg_without_style() -> None:
    drawn = bars([0, 1, 5, 10], 'Busy & <"quoted">', 10)
    root = etree.fromstring(str(drawn))
    heights = [int(rect.get("height", "0")) for rect in root.findall("rect")]
    assert heights == [1, 3, 16, HEIGHT]
    assert root.get("aria-label") == 'Busy & <"quoted">'
    assert "style" not in drawn
    assert len(etree.fromstring(str(bars([], "none", 0))).findall("rect")) == 0


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def test_colours_of_text_keep_their_contrast() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, light and dark."""
    schemes = re.findall(r":root \{([^}]*)\}", (STATIC / "wire.css").read_text("utf-8"))
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+)", scheme))
        for ink in ("ink", "soft", "accent", *(f"t{n}" for n in range(9))):
            for ground in ("paper", "card", "tint"):
                assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def test_paper_is_white_whatever_the_screen(client: FlaskClient) -> None:
    """Browsers print no backgrounds: the light letters of the dark would stand on white."""
    css = client.get("/static/wire.css").text
    assert css.count("prefers-color-scheme: dark") == css.count("@media screen and (prefers-color-scheme: dark)") > 0


def test_a_new_style_has_a_new_address_since_browsers_keep_the_old_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def linked() -> list[str]:
        layout.static_version.cache_clear()
        return re.findall(r"/static/wire\.(?:css|js)\?\w+", client.get("/sections").text)

    before = linked()
    monkeypatch.setattr(layout, "static_file", lambda name: b"body { color: red }")
    other = linked()
    monkeypatch.undo()
    assert linked() == before
    assert len(before) == 2
    assert not {*before} & {*other}


@pytest.mark.parametrize(
    ("hours", "shown"), [(11, "23:00"), (14, "25 Nov, 02:00"), (33, "25 Nov, 21:00"), (24 * 40, "3 Jan 2027")]
)
def test_a_poll_that_is_far_away_is_told_with_its_day(room: Newsroom, hours: int, shown: str) -> None:
    kyodo = next(state for state in room.archive.sources.states() if state.id == "kyodo")
    room.archive.sources.save([structs.replace(kyodo, next_poll=room.now + timedelta(hours=hours))])
    rows = etree.HTML(room.client.get("/sources").text).iterfind(".//tbody/tr")
    row: Any = next(row for row in rows if row.findtext("th/a") == "Kyodo")
    assert row.findtext("td[@data-label='Next poll']/time").replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(("hours", "shown"), [(11, "02:10"), (16, "23 Nov, 21:10")])
def test_a_time_of_yesterday_that_could_be_one_of_today_has_its_day(hours: int, shown: str) -> None:
    """At 13:30 the lead of the front page was of 21:10, which is yet to come."""
    now = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
    assert Times(now).local(now - timedelta(hours=hours)).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_sources_with_a_problem_stand_first_and_are_counted(room: Newsroom) -> None:
    """Of four hundred, those to look after were found by scrolling alone."""
    states = {state.id: structs.replace(state, last_success=NOON, polls=1) for state in room.archive.sources.states()}
    error = "the server has an error (500)"
    why = f"again in 1 d: 9 failures in a row; {error}"
    states["reuters"] = structs.replace(states["reuters"], failures=9, error=error, why=why)
    states["kyodo"] = structs.replace(states["kyodo"], last_new=NOON - timedelta(days=20))
    room.archive.intake.apply([PollResult(states[id]) for id in ("bbc-world", "kyodo", "reuters")], room.now)
    text = room.client.get("/sources").text
    named = [row.findtext("th/a") for row in etree.HTML(text).iterfind(".//tbody/tr")]
    assert named == ["Reuters", "Kyodo", "BBC World", "Silent"]
    assert "<b>4 sources:</b> 1&nbsp;failing, 1&nbsp;silent, 1&nbsp;ok, 1&nbsp;new." in text
    assert "<small>again in 1 d: 9 failures in a row</small>" in text
    assert text.count(error) == 1, "not in the reason and beside it"


def test_that_a_source_is_new_is_said_once_and_no_problem(room: Newsroom) -> None:
    rows = {row.findtext("th/a"): row for row in etree.HTML(room.client.get("/sources").text).iterfind(".//tbody/tr")}
    told = [str(cell.xpath("string()")).strip() for cell in rows["Silent"].iterfind("td")]
    assert told == ["new", "never", "– not polled yet", ""]
    assert "data-label" not in rows["Silent"][-1].attrib


def test_the_index_of_topics_says_first_what_its_figures_are(client: FlaskClient) -> None:
    text = client.get("/topics").text
    assert text.index("last 24 hours") < text.index("/topics/rare-earths")
    assert 'href="/news/subscriptions.opml?of=topics"' in text


def test_an_index_without_topics_says_that_there_are_none(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, CONFIG.partition("topics:\n")[0])
    text = room.client.get("/topics").text
    assert '<p class="empty">Nothing here yet.</p>' in text
    assert "?of=topics" not in text
    assert '<ul class="topics">' not in text
    room.publish(*(item(f"Cocoa is dear in Denmark, {n} told", age=timedelta(days=n)) for n in range(5)))
    text = room.client.get("/topics").text
    assert '<p class="empty">Number of stories in the last 24 hours / in total.</p>' in text
    assert "/topics/denmark" in text


def test_the_index_of_topics_tells_what_the_editor_chose_from_what_was_found(room: Newsroom) -> None:
    titles = ["Trains Late", "Cherry Trees Bloom", "A Whale Is Seen", "Shops Close", "Chess Champion Crowned"]
    room.publish(*(item(f"{title} in Japan", age=timedelta(hours=n)) for n, title in enumerate(titles)))
    chosen, heading, found = room.client.get("/topics").text.partition("Found in the news")
    assert heading
    assert "/topics/rare-earths" in chosen
    assert "/topics/japan" in found


def test_topics_that_were_found_are_listed_by_the_alphabet_whatever_their_accents(room: Newsroom) -> None:
    room.publish(*(item(f"Cocoa is dear in {place}") for place in ("Denmark", "Ivory Coast", "Cyprus")))
    rows = room.client.get("/api/v1/topics").get_json()["topics"]
    assert [row["title"] for row in rows][-3:] == ["Côte d’Ivoire", "Cyprus", "Denmark"]


def test_a_topic_that_every_tenth_story_has_relates_nothing(room: Newsroom) -> None:
    chance = random.Random(7)
    room.publish(
        item("NATO alarms rang twice over a ship of rare earths", summary=""),
        item("Price of rare earths alarms industry", "kyodo", age=timedelta(days=10), summary=""),
        *(item("NATO " + " ".join(chance.choices(SMALL, k=5)), summary="") for _ in range(30)),
    )
    told = room.client.get("/api/v1/stories?q=alarms+rang").get_json()["stories"][0]["related"]
    assert [one["title"] for one in told if not one["filled"]] == ["Price of rare earths alarms industry"]


@pytest.mark.parametrize(
    ("zone", "hour", "short", "long"),
    [
        ("Europe/London", "11:00", "GMT", "GMT"),
        ("Asia/Shanghai", "19:00", "CST", "CST (UTC+08)"),
        ("Asia/Kolkata", "16:30", "IST", "IST (UTC+05:30)"),
        ("Asia/Dubai", "15:00", "UTC+04", "UTC+04"),
    ],
)
def test_times_say_their_zone(rooms: Rooms, zone: str, hour: str, short: str, long: str) -> None:
    """Every third zone has no letters for itself, and others share theirs: CST is Shanghai, Chicago and Havana."""
    room = rooms(CONFIG.replace("timezone: UTC", f"timezone: {zone}"))
    room.publish(item("Frigate runs aground in fog"))
    page = page_of(room.client, "frigate")
    assert f"times in {long}<" in page
    assert f"24 November 2026, {hour} {short}<" in page
    for extension in ("rss", "atom", "json"):
        assert f"(24 Nov 2026, {hour} {short})" in room.client.get(f"/latest.{extension}").text, "so do texts of feeds"


@pytest.mark.parametrize("path", ["/sources", "/sources/kyodo"])
def test_what_is_said_of_a_source_has_the_times_of_the_site_and_one_full_stop(rooms: Rooms, path: str) -> None:
    room = rooms(CONFIG.replace("timezone: UTC", "timezone: Asia/Tokyo"))
    (state,) = room.archive.sources.states(["kyodo"])
    silent = replace(
        state, last_success=NOON, first_success=NOON - timedelta(days=30), why="silent since 2026-11-24 18:00 UTC"
    )
    room.archive.sources.save([silent])
    assert "nothing new has come since 25 October 2026, 21:00 JST" in room.client.get(path).text
    failing = replace(silent, failures=1, error="The host is down.", next_poll=NOON)
    room.archive.sources.save([failing])
    room.now += timedelta(minutes=2)  # until then the page is kept
    page = room.client.get(path).text
    assert "silent since 25 November 2026, 03:00 JST" in page
    assert "The host is down." in page
    assert ".." not in page


def test_archives_are_named_as_their_headings_are(client: FlaskClient) -> None:
    """NEWS has stories of defense in October and November."""
    assert "Archive: November\N{NO-BREAK SPACE}2026&nbsp;→</a>" in client.get("/sections/defense").text
    month = client.get("/sections/defense/2026-10").text
    assert '/sections/defense/2026-11">←&nbsp;Later: November\N{NO-BREAK SPACE}2026' in month
    assert "<title>Defense, October 2026 – Test Wire</title>" in month
    assert client.get("/sections/defense/2026-10.json").get_json()["title"] == "Test Wire – Defense – 2026-10"
    assert (
        '<h1><a href="https://wire.example.org/news/sections/defense">Defense</a> <small>October 2026</small></h1>'
        in month
    )
    empty = client.get("/sections/defense/2026-09").text
    assert "Nothing here." in empty
    assert '/sections/defense/2026-10">←&nbsp;Later: October\N{NO-BREAK SPACE}2026' in empty


def test_keys_that_need_a_script_are_told_where_scripts_run(client: FlaskClient) -> None:
    part = etree.HTML(client.get("/docs").text).find(".//section[h2='Keyboard shortcuts']")
    assert part is not None and "hidden" in part.attrib
    assert part.find("p/button[@data-shortcuts]") is not None, "by which the script finds what to show"


def test_an_error_shows_names_as_code_and_leads_on(client: FlaskClient) -> None:
    for address in ("/nowhere", "/latest?limit=none"):
        page = client.get(address, headers={"Accept": "text/html"}).text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert "`" not in main
        assert 'href="/news/sections"' in main
        assert ("<code>limit</code> must be" in main) == ("limit" in address)
    page = client.get("/latest?limt=3", headers={"Accept": "text/html"}).text
    assert '<p class="empty">A parameter is misspelt: did you mean <code>limit</code>?</p>' in page


def test_an_error_leads_to_what_was_probably_meant(client: FlaskClient) -> None:
    for address, meant in (
        ("/sections/defence", "/news/sections/defense"),
        ("/sections/defence/daily", "/news/sections/defense/daily"),
        ("/sources/x", "/news/sources"),
        ("/search?section=news", "/news/sections"),
    ):
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert re.findall(r'<a href="([^"]+)">\1</a>', page) == [meant]


def test_an_index_of_sections_calls_feeds_as_their_pages_do(client: FlaskClient) -> None:
    names = re.findall(r"<dt>([^<]+)</dt>", client.get("/sections/defense").text)
    shown = re.findall(r'/sections/defense\.\w+" aria-label="(.+?), Defense">(.+?)</a>', client.get("/sections").text)
    assert names == [text for text, _ in shown] == [text for _, text in shown] == ["RSS", "Atom", "JSON Feed"]


def test_a_long_month_is_shown_in_parts_and_its_feed_whole(room: Newsroom) -> None:
    titles = [f"Vessel {n} {words}" for n, words in enumerate(gibberish(PER_PAGE + 3))]
    told = [item(title, age=timedelta(minutes=n), summary="") for n, title in enumerate(titles)]
    room.publish(*told)

    def shown(address: str) -> list[str]:
        return re.findall(r"Vessel \d+", "".join(re.findall(r"<h3[^>]*>.*?</h3>", room.client.get(address).text)))

    parts = [shown("/latest/2026-11"), shown("/latest/2026-11?page=2")]
    assert list(map(len, parts)) == [PER_PAGE, 3]
    assert [*parts[0], *parts[1]] == [f"Vessel {n}" for n in range(PER_PAGE + 3)]
    assert 'rel="next" href="/news/latest/2026-11?page=2">Older: page 2 of 2' in room.client.get("/latest/2026-11").text
    found = room.client.get("/latest/2026-11?q=vessel&page=2").text
    assert "November 2026, page 2 – Test Wire" in found.partition("</title>")[0]
    assert "<small>page 2</small></h1>" in found
    assert "page 1" not in room.client.get("/latest/2026-11?page=1").text.partition('class="list"')[0]
    assert 'rel="prev" href="/news/latest/2026-11?q=vessel&amp;page=1">' in found
    assert [room.client.get(f"/latest/2026-11?page={n}").status_code for n in ("3", "0", "x")] == [404, 400, 400]
    assert len(shown("/latest/2026-11?limit=10")) == 10
    assert "Older: page" not in room.client.get("/latest").text
    assert room.client.get("/latest/2026-11.rss").text.count("<item>") == len(told)


WORDS = ("Sachsen", "Emden", "Karlsruhe", "Augsburg", "Bremen", "Hessen", "Lübeck")


def test_a_month_in_small_parts_leads_to_the_rest(room: Newsroom) -> None:
    """With `limit` the page had no link to the rest of its month, as its feed has."""
    room.publish(*(item(f"Frigate {WORDS[n]} sails", age=timedelta(hours=n), summary="") for n in range(7)))
    for view in ("", "&view=items"):
        address, shown = f"/latest/2026-11?limit=3{view}", list[str]()
        while address:
            page = room.client.get(address).text
            shown += re.findall(r"Frigate (\w+) sails</a></h3>", page)
            older = re.search(r'rel="next" href="/news([^"]+)"', page)
            address = older[1].replace("&amp;", "&") if older else ""
        assert shown == list(WORDS[:7]), view
    assert room.client.get("/latest/2026-11?limit=3&page=4").status_code == 404
    assert "<small>page 2</small>" in room.client.get("/latest/2026-11?limit=3&page=2").text


def test_an_archive_is_divided_into_days(room: Newsroom) -> None:
    """In the site's time zone; where it is ordered by relevance it is not."""
    room.publish(*(item(f"Frigate number {n} sails", age=timedelta(hours=6 * n)) for n in range(4)))
    for address in ("/latest/2026-11", "/latest/2026-11?view=items", "/latest/2026-11?q=frigate"):
        text = room.client.get(address).text.partition('class="list"')[2]
        days = re.findall(r"<h2>([^<]+)</h2>|<h3[^>]*>(?:<a[^>]*>)?(Frigate)", text)
        told = ["".join(found) for found in days]
        assert told == ["Tuesday, 24 November 2026", *["Frigate"] * 3, "Monday, 23 November 2026", "Frigate"], address
        assert "23 Nov, " not in re.sub(r'title="[^"]*"', "", text), "the day stands above"
    for address in ("/latest/2026-11?q=frigate&order=relevance", "/latest"):
        assert "Tuesday, 24" not in room.client.get(address).text.partition('class="list"')[2]


def test_the_archive_of_a_section_marks_it_in_the_row_of_sections(client: FlaskClient) -> None:
    page = client.get("/sections/defense/2026-11").text
    assert re.search(r'href="/news/sections/defense" aria-current="true"', page)
    assert page.count("aria-current") == 1


def test_a_list_that_is_cut_leads_on_to_older_stories(room: Newsroom) -> None:
    """By a link that goes on where the list ended, though news has come in since; the feeds that it offers begin at their top, and
    other orders know nothing of it."""
    titles = [f"Vessel {n} {words}" for n, words in enumerate(gibberish(2 * PER_LIST + 20))]
    old = [item(title, age=timedelta(hours=20, minutes=n), summary="") for n, title in enumerate(titles)]
    room.publish(*old)
    assert room.client.get("/latest.rss").text.count("<item>") == len(old), "all of the last 48 hours"
    for address in ("/search?q=vessel", "/sources/bbc-world", "/latest?view=items&source=bbc-world", "/latest"):
        pages = [room.client.get(address).text]
        room.publish(item(f"Vessel, the newest, {address.replace('/', ' ')}", age=timedelta(), summary=""))
        while link := re.search(r'<a rel="next" href="/news([^"]+)">Older', pages[-1]):
            pages.append(room.client.get(link[1].replace("&amp;", "&")).text)
        shown = [re.findall(r"Vessel \d+", "".join(re.findall(r"<h2[^>]*>.*?</h2>", page))) for page in pages]
        assert [name for names in shown for name in names] == [f"Vessel {n}" for n in range(len(old))], address
        assert len(pages) == 3
        assert "Newest</a>" not in pages[0]
        assert f'<a rel="prev" href="/news{address.replace("&", "&amp;")}">←&nbsp;Newest</a>' in pages[1]
        assert '<aside class="rail">' not in pages[1]
        assert "until 23 November 2026, 14:" in pages[1].partition("</title>")[0]
        assert "cursor" not in pages[2].partition("</head>")[0]
    cut = room.client.get("/search?q=vessel&limit=20").text
    assert re.search(r'<a rel="next" href="/news/search\?q=vessel&amp;limit=20&amp;cursor=', cut), (
        "as many as asked for, too"
    )
    assert "Older" not in room.client.get("/search?q=vessel&limit=224").text
    assert "Older" not in room.client.get("/search?q=vessel&order=relevance").text
    assert "Older" not in room.client.get("/search?q=newest").text
    assert room.client.get("/search?q=vessel&cursor=x").status_code == 400
