"""What a reader in a hurry looks at: where a name leads, what a time says, where the next news stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, Rooms, item

from aggregator.web.pulse import HEIGHT

HOUR = timedelta(hours=1)
TOLD = "Navy Sinks Three Pirate Frigates Off Somalia"


def lines(page: str) -> list[str]:
    """The line below each headline of a page, as text."""
    found = re.findall(r'<p class="meta">(.*?)</p>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", one.replace("\N{NO-BREAK SPACE}", " ")).split()) for one in found]


def times(page: str, part: str) -> list[str]:
    inside = re.search(part, page, re.DOTALL)
    assert inside
    return re.findall(r"<time [^>]+>([^<]+)</time>", inside[0].replace("\N{NO-BREAK SPACE}", " "))


def story_page(room: Newsroom, title: str) -> str:
    (told,) = (one for one in room.client.get("/api/v1/stories").get_json()["stories"] if one["title"] == title)
    return room.client.get(told["url"].removeprefix("https://wire.example.org/news")).text


@pytest.mark.parametrize("address", ["/", "/latest"])
def test_each_outlet_that_a_card_names_leads_to_its_own_article(room: Newsroom, address: str) -> None:
    room.publish(*NEWS[:3], item("Navy buys potatoes", url=None))
    page = room.client.get(address).text
    links = [f'<a href="{one.url}" rel="noopener nofollow">{one.publisher}</a>' for one in NEWS[:3]]
    assert f"<b>3 outlets</b> {', '.join(links)}</span>" in page
    assert '<span class="outlets">BBC</span>' in page, "its report has no address"


def test_an_outlet_whose_first_report_has_no_address_leads_to_its_next(room: Newsroom) -> None:
    room.publish(item(TOLD, "kyodo", age=3 * HOUR, summary=""), item(TOLD, age=2 * HOUR, summary="", url=None))
    later = item(f"{TOLD}, Says Admiral", age=HOUR, summary="")
    room.publish(later)
    assert f'<a href="{later.url}" rel="noopener nofollow">BBC</a></span>' in room.client.get("/latest").text


def test_an_outlet_with_several_reports_leads_to_its_first(room: Newsroom) -> None:
    first = item(f"{TOLD} Today", age=2 * HOUR, summary="")
    room.publish(
        item(TOLD, "kyodo", age=3 * HOUR, summary=""), first, item(f"{TOLD}, Says Admiral", age=HOUR, summary="")
    )
    assert f'<a href="{first.url}" rel="noopener nofollow">BBC</a></span>' in room.client.get("/latest").text


def test_the_outlet_whose_headline_is_shown_is_named_first(room: Newsroom) -> None:
    question = item("Has the navy sunk three pirate frigates off Somalia?", "kyodo", age=3 * HOUR, summary="")
    lead = item(TOLD, "reuters", age=2 * HOUR, summary="")
    room.publish(question, lead)
    assert "<h3" in (front := room.client.get("/").text)
    assert TOLD in front, "a question heads no story that somebody tells"
    named = f'<b>2 outlets</b> <a href="{lead.url}" rel="noopener nofollow">Reuters</a>, <a href="{question.url}"'
    assert named in front
    assert named in room.client.get("/latest").text
    room.edit(CONFIG.replace("{name: Reuters, url", "{name: Reuters, publisher: Thomson Reuters, url"))
    assert named.replace(">Reuters<", ">Thomson Reuters<") in room.client.get("/latest").text


def test_more_than_three_outlets_are_counted(rooms: Rooms) -> None:
    outlets = ("herald", "mail", "courier", "globe")
    sources = "".join(f'  - {{name: {outlet}, url: "https://{outlet}.example/feed.xml"}}\n' for outlet in outlets)
    room = rooms(CONFIG.replace("sections:\n", f"{sources}sections:\n"))
    room.publish(*(item(TOLD, one, publisher=one, summary="", age=HOUR * (9 - n)) for n, one in enumerate(outlets)))
    assert lines(room.client.get("/latest").text) == ["03:00 4 outlets herald, mail, courier&nbsp;…"]


def test_among_the_sources_of_a_story_the_day_is_told_where_it_changes(room: Newsroom) -> None:
    """At noon, 23 November, 20:00 is recent enough to stand alone: after 23 Nov, 16:00 it would look like the next evening."""
    for age, source in ((20, "bbc-world"), (16, "kyodo"), (2, "reuters")):
        room.publish(item(TOLD, source, age=age * HOUR, summary=""))
    part = r'<section class="sources".*?</ol>'
    assert times(story_page(room, TOLD), part) == ["23 Nov, 16:00", "20:00", "24 Nov, 10:00"]


def test_a_headline_that_several_outlets_have_is_told_once_and_each_leads_to_its_report(room: Newsroom) -> None:
    """Such as that of an agency. The names of the others are the links then."""
    reports = [item(TOLD, one, age=n * HOUR, summary="") for n, one in ((3, "bbc-world"), (2, "kyodo"), (1, "reuters"))]
    room.publish(*reports)
    told = story_page(room, TOLD).partition('<section class="sources"')[2].partition("</ol>")[0]
    assert re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', told) == [
        (reports[0].url, TOLD), (reports[1].url, "Kyodo"), (reports[2].url, "Reuters"),
    ]  # fmt: skip
    assert "<b>BBC</b>" in told


def test_the_sources_of_an_old_story_are_told_with_the_year(room: Newsroom) -> None:
    room.publish(item(TOLD, age=400 * 24 * HOUR, summary=""), item(TOLD, "kyodo", age=399 * 24 * HOUR, summary=""))
    part = r'<section class="sources".*?</ol>'
    assert times(story_page(room, TOLD), part) == ["20 Oct 2025, 12:00", "21 Oct 2025, 12:00"]


def test_sources_of_today_are_told_by_the_hour_alone(room: Newsroom) -> None:
    room.publish(item(TOLD, age=3 * HOUR, summary=""), item(TOLD, "kyodo", age=HOUR, summary=""))
    assert times(story_page(room, TOLD), r'<section class="sources".*?</ol>') == ["09:00", "11:00"]


def test_below_the_heading_of_a_day_only_hours_are_told(room: Newsroom) -> None:
    room.publish(item("Navy buys potatoes", age=35 * HOUR), item("Navy sells a frigate", age=14 * HOUR))
    page = room.client.get("/sections/defense/daily").text
    assert "Monday, 23 November 2026</h2>" in page
    assert times(page, r"<main.*?</main>") == ["01:00", "22:00"]


def test_where_a_list_is_not_in_the_order_of_publication_it_says_since_when_a_story_is_there(room: Newsroom) -> None:
    room.publish(item("Navy buys potatoes", age=6 * HOUR))  # as the past of a source: it came when it was published
    room.publish(item("Navy sells a frigate", age=9 * HOUR), item("Navy tests missiles", age=HOUR / 2), live=True)
    room.publish(item("Navy paints an old frigate", age=30 * HOUR), live=True)
    # without words there is nothing to rank, so `order=relevance` changes nothing
    for address in ("/latest", "/sections/defense", "/search?q=navy", "/search?order=relevance"):
        told = lines(room.client.get(address).text)
        late = ["03:00 here since 12:00 BBC", "11:30 BBC", "23 Nov, 06:00 here since 24 Nov, 12:00 BBC"]
        assert sorted(told[:3]) == late, address
        assert told[3:] == ["06:00 BBC"], address
    for address in ("/", "/latest/2026-11", "/search?q=navy&order=relevance", "/sections/defense/daily"):
        assert "here since" not in room.client.get(address).text, address


def test_a_pinned_story_stands_in_no_order_of_times(room: Newsroom) -> None:
    late = item("Navy paints an old frigate", age=30 * HOUR)
    room.publish(late, live=True)
    assert "here since" in room.client.get("/sections/defense").text
    room.edit(f'{CONFIG}stories: {{pin: [{{url: "{late.url}", section: defense}}]}}\n')
    assert lines(room.client.get("/sections/defense").text) == ["Pinned 23 Nov, 06:00 BBC"]


def test_what_belongs_to_the_leading_story_stands_in_the_order_of_the_times_beside_it(rooms: Rooms) -> None:
    outlets = ("herald", "mail", "courier", "globe", "star")
    sources = "".join(f'  - {{name: {outlet}, url: "https://{outlet}.example/feed.xml"}}\n' for outlet in outlets)
    room = rooms(CONFIG.replace("sections:\n", f"{sources}sections:\n"))
    told = {
        "Israel Forms Emergency Government for War Against Hamas": (2, outlets[:3]),
        "What Is the Iron Dome That Protects Israel From Hamas Rockets?": (1, outlets[:1]),  # weighs less than news
        "Gaza Hospitals Run Out of Fuel as Israel Strikes Hamas": (3, outlets[3:4]),
        "Families of Israeli Hostages Plead With Hamas": (4, outlets[4:]),
    }
    for title, (age, who) in told.items():
        room.publish(*(item(title, one, publisher=one, age=age * HOUR, summary="") for one in who))
    beneath = times(room.client.get("/").text, r'<div class="chapters">.*?</ol>')
    assert beneath == ["11:00", "09:00", "08:00"]


def test_the_chart_of_one_section_is_as_high_as_its_busiest_hour(room: Newsroom) -> None:
    """Beside those of other sections it has their scale, so that they can be compared."""
    words = ("anchors", "boilers", "cooks", "divers", "engines", "flags")
    room.publish(*(item(f"Japan loses {one}", age=HOUR, summary="") for one in words), item("Navy buys potatoes"))

    def highest(address: str) -> int:
        (chart,) = re.findall(r'aria-label="Defense: [^"]*">(.*?)</svg>', room.client.get(address).text)
        return max(map(int, re.findall(r'height="(\d+)"', chart)))

    assert highest("/sections/defense") == HEIGHT
    assert highest("/latest") == highest("/sections") == highest("/") < HEIGHT
    assert '<svg class="bars"' not in room.client.get("/search").text
    assert '<svg class="bars"' not in room.client.get("/topics/nato").text


def test_large_numbers_are_told_in_thousands(room: Newsroom) -> None:
    room.publish(*NEWS)
    with room.archive._connection.transaction() as raw:
        raw.execute("UPDATE streams SET total = 1234567")
    assert "1,234,567 in all</span>" in room.client.get("/sections").text
    assert 'title="1 in 24 hours, 1,234,567 in all">1<small> / 1,234,567</small>' in room.client.get("/topics").text


def test_where_outlets_share_few_stories_the_sections_stand_beside_what_has_just_come_in(room: Newsroom) -> None:
    """Beside an empty place there would be nothing to see but times: the first page of who tries one source. Three stories leave most of
    that place empty, too."""
    columns, rail = '<div class="columns">', '<aside class="rail">'
    room.publish(*NEWS[3:])
    page = room.client.get("/").text
    assert page.index(columns) < page.index(rail)
    titles = [TOLD, "Glacier collapses above an alpine village", "Striking bakers block the bridges"]
    titles += ["Orchards flower in the snow", "Lanterns are banned from the old harbour"]
    for number, title in enumerate(titles, 1):
        room.publish(*(item(title, one, summary="") for one in ("bbc-world", "kyodo")))
        page = room.client.get("/").text
        assert (page.index(rail) < page.index(columns)) is (number == 5)
    assert page.count(columns) == 1


def test_the_reasons_name_the_next_section_only_if_it_has_no_line_of_its_own(room: Newsroom) -> None:
    room.publish(item("Missile test over the Sea of Japan alarms NATO", summary=""))
    fleet = "Navy frigates fire missiles, navy says"
    room.publish(item(fleet, summary="The missile of a frigate flew far, said the navy. Officials in Japan were told."))
    both = story_page(room, "Missile test over the Sea of Japan alarms NATO")
    reasons = both[both.index("Why is this here?") :]
    assert "<b>Defense</b>" in reasons
    assert "<b>Asia-Pacific</b>" in reasons
    assert "next:" not in reasons, "each was told to be next to the other, also the better one to the worse"
    one = story_page(room, fleet)
    assert "<b>Asia-Pacific</b>" not in one
    assert re.search(r"<small>next: Asia-Pacific 0\.\d\d</small>", one)


def test_a_search_that_finds_nothing_says_what_to_try(room: Newsroom) -> None:
    assert "Nothing here: try other words, or a star" in room.client.get("/search?q=zebra").text
    whole = room.client.get("/search?q=%22sea%22+%3Cb%3E&section=defense&since=7d&min_publishers=2").text
    assert (
        "Nothing here: try fewer words, all sections, fewer outlets, a longer time, or a star for any ending" in whole
    )
    assert 'value="&#34;sea&#34; &lt;b&gt;"' in whole
    assert '<option value="7d" selected>' in whole, "as it was asked"
    early = room.client.get("/search?section=defense&until=2001-01-01").text
    assert "Nothing here: try all sections, a longer time.</p>" in early
    assert "Nothing here: try all outlets." in room.client.get("/search?publisher=BCC").text
    assert "Nothing here: try another label." in room.client.get("/search?label=owner:public").text
    unknown = room.client.get("/search?label=owner:pubic&lang=de").text
    assert "Nothing here, since no source or outlet has this label: try another label, all languages." in unknown


def test_the_page_of_a_source_says_how_it_is_doing(room: Newsroom) -> None:
    state = next(one for one in room.archive.sources.states() if one.id == "silent")
    error, why, due = "404 Not Found", "again in 2 h: 3 failures in a row", room.now + timedelta(hours=2)
    failing = replace(state, failures=3, error=error, why=f"{why}; {error}", next_poll=due)
    well = replace(failing, failures=0, error=None, why="every 2 h", last_success=room.now, last_new=room.now)
    for one, told in (
        (state, "new. Last success: never. All sources"),
        (failing, f"failing: {error}. Last success: never. Next poll: 14:00, {why}. All sources"),
        (well, "ok. Last success: 12:00. Next poll: 14:00. All sources"),
    ):
        room.archive.sources.save([one])
        room.now += timedelta(minutes=1)  # pages are kept for one
        page = room.client.get("/sources/silent").text
        assert told in re.sub("<[^>]+>", "", page)
        assert "Nothing here yet.</p>" in page
    assert "Nothing here yet.</p>" in room.client.get("/sections/defense").text
    room.publish(item("Navy buys potatoes"))
    for asked in ("q=zebra", "lang=de", "min_publishers=3"):
        page = room.client.get(f"/sources/bbc-world?{asked}").text
        way = r'Nothing here: try <a href="/news/sources/bbc-world">without [^<]+</a>.</p>'
        assert re.search(way, page), "there is news, of which nothing was asked for"
