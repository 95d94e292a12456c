"""The order of the front page: what many outlets report in many stories leads before what they report in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom import CONFIG, Newsroom, Rooms, gibberish, item

from aggregator.model.item import Item
from aggregator.model.stream import StreamQuery
from aggregator.web.affairs import Affairs
from aggregator.web.front_page import FOREMOST, PER_SECTION, SEVERAL, front_page

WAR = {
    "Israel Forms Emergency Government for War Against Hamas": ("herald", "mail"),
    "Egypt Warned Israel Days Before Hamas Struck, Lawmaker Says": ("courier",),
    "Palestinians Flee Northern Gaza as Israeli Bombs Fall": ("globe",),
    "Families of Israeli Hostages Plead With Hamas": ("star",),
    "Gaza Hospitals Run Out of Fuel as Israel Strikes Hamas": ("tribune",),
    "What Is the Iron Dome That Protects Israel From Hamas Rockets?": ("argus",),
}
PRIZE = {"Nobel Prize in Economics Goes to Historian of Labour": ("herald", "mail", "courier")}
OUTLETS = ("herald", "mail", "courier", "globe", "star", "tribune", "argus")
THINGS = ("Orchard", "Steeple", "Lantern", "Quarry", "Bakery", "Sawmill", "Vineyard", "Windmill", "Harbour")
SOURCES = "".join(f'  - {{name: {outlet}, url: "https://{outlet}.example/feed.xml"}}\n' for outlet in OUTLETS)


def news(told: Mapping[str, tuple[str, ...]], age: timedelta = timedelta(hours=2)) -> list[Item]:
    """Headlines, each by its outlets."""
    return [item(title, one, publisher=one, age=age, summary="") for title, outlets in told.items() for one in outlets]


def headlines(text: str) -> list[str]:
    return re.findall(r"<h3[^>]*><a [^>]+>([^<]+)", text)


def just_in(room: Newsroom) -> list[str]:
    part = room.client.get("/").text.partition('id="newest"')[2].partition("</section>")[0]
    return re.findall(r"/stories/[^\"]+\"[^>]*>([^<]+)", part)


def chapters(room: Newsroom) -> list[tuple[str, str]]:
    """(id, headline) of what stands below the leading story."""
    part = room.client.get("/").text.partition('<div class="chapters">')[2].partition("</div>")[0]
    return re.findall(r"/stories/([^\"]+)\"[^>]*>([^<]+)", part)


def most_reported(room: Newsroom, address: str) -> list[tuple[str, str]]:
    """(number of outlets, headline) of what stands beside a list."""
    part = room.client.get(address).text.partition("Reported by most outlets")[2]
    return re.findall(r"<b>(\d+)<span[^>]*> outlets: </span></b> <a [^>]*>([^<]+)", part)


@pytest.fixture
def room(rooms: Rooms) -> Iterator[Newsroom]:
    room = rooms(CONFIG.replace("sections:\n", f"{SOURCES}sections:\n"))
    yield room


def test_the_front_page_leads_with_the_affair_that_most_outlets_report(room: Newsroom) -> None:
    room.publish(*news(WAR), *news(PRIZE))
    assert headlines(room.client.get("/").text)[:2] == [next(iter(WAR)), *PRIZE]


def test_a_section_is_full_although_all_stories_at_the_top_are_of_it(room: Newsroom) -> None:
    room.publish(*news(dict.fromkeys(gibberish(FOREMOST + PER_SECTION), ("herald", "mail"))))
    shown = front_page(room.library())
    assert (len(shown.top), [len(stories) for _, stories in shown.sections]) == (FOREMOST, [PER_SECTION])


def test_a_large_story_stays_in_front_of_however_many_small_ones_come_after_it(room: Newsroom) -> None:
    """Every hour brings stories of two outlets, dozens if many sources are polled."""
    small = dict.fromkeys(gibberish(SEVERAL + 5), ("herald", "mail"))
    large = "Earthquake Levels Towns in Central Chile"
    room.publish(*news({large: OUTLETS}, age=timedelta(hours=6)), *news(small))
    assert headlines(room.client.get("/").text)[0] == large
    assert most_reported(room, "/latest?limit=1")[0] == ("7", large), "whatever the list beside it shows"


def test_those_who_list_the_article_of_another_outlet_add_no_weight(room: Newsroom) -> None:
    told, at = "Earthquake Levels Towns in Central Chile", "https://argus.example/earthquake"
    listed = [item(told, one, publisher=one, summary="", url=at) for one in OUTLETS if one != "globe"]
    room.publish(*listed, *news({told: ("globe",), **PRIZE}))
    assert headlines(room.client.get("/").text)[0] == next(iter(PRIZE))
    assert most_reported(room, "/latest") == [("3", next(iter(PRIZE))), ("2", told)]


def test_one_outlet_does_not_make_an_affair_by_writing_much(room: Newsroom) -> None:
    by_one = {**dict.fromkeys(WAR, ("globe",)), next(iter(WAR)): ("globe", "mail")}
    room.publish(*news(by_one), *news(PRIZE))
    assert headlines(room.client.get("/").text)[:2] == [*PRIZE, next(iter(WAR))]


def test_what_was_reported_days_ago_adds_no_weight(room: Newsroom) -> None:
    first, *others = WAR
    room.publish(
        *news({first: WAR[first]}),
        *news({title: WAR[title] for title in others}, age=timedelta(hours=30)),
        *news(PRIZE),
    )
    assert headlines(room.client.get("/").text)[:2] == [*PRIZE, first]


@pytest.mark.parametrize(
    ("lead", "other", "listed"),
    [
        ("Several Shot at University Campus in Baltimore", "Two Killed in Shooting at High School in Nashville", False),
        ("Several Shot at US University Campus in Baltimore", "Two Killed in Shooting at U.S. University in Nashville", False),
        ("Several Shot at University Campus in Texas", "Two Killed in Shooting at High School in Texas", False),
        ("Several Shot at University Campus in Berlin, Germany", "Two Killed in Shooting at High School in Berlin, Germany", False),
        ("Several Shot at American University Campus", "Two Killed in Shooting at American High School", False),
        ("US House Moves to Proceed With Vote on Ousting Speaker Kevin McCarthy",
         "Ohio Republicans Defend Speaker McCarthy as Gaetz Attacks", True),
    ],
)  # fmt: skip
def test_what_shares_its_kind_and_a_large_country_is_a_chapter_if_it_also_shares_a_name(
    rooms: Rooms, lead: str, other: str, listed: bool
) -> None:
    """The country that a third of all news names adds little to what they share."""
    kinds = "  - {id: shootings, title: Shootings, words: [shooting, shot, gunman]}\n  - {id: speaker, title: Speaker, words: [speaker]}\n"
    room = rooms(CONFIG.replace("sections:\n", f"{SOURCES}sections:\n").replace("topics:\n", f"topics:\n{kinds}"))
    others = {f"{words} Ohio": ("star",) for words in gibberish(40, 3)}
    room.publish(*news({lead: OUTLETS, other: ("globe",)}), *news(others, age=timedelta(hours=3)))
    text = room.client.get("/").text
    assert headlines(text)[0] == lead
    assert ("chapters" in text) == listed


def test_chapters_of_what_leads_stand_beneath_it_and_nowhere_else(room: Newsroom) -> None:
    room.publish(*news(WAR), *news(PRIZE))
    beneath = chapters(room)
    assert len(beneath) == 3
    assert {title for _, title in beneath} < set(WAR)
    assert all(room.client.get("/").text.count(f"/stories/{id}") == 1 for id, _ in beneath)


def test_a_story_that_stands_alone_leads_without_chapters(room: Newsroom) -> None:
    room.publish(*news(PRIZE), *news({"Frigate runs aground in fog": ("globe",)}))
    assert "chapters" not in room.client.get("/").text


def test_two_events_of_one_kind_are_two_affairs(rooms: Rooms) -> None:
    """Whatever the kind: what they share is a rare topic, and neither place nor anything else."""
    topics = "topics:\n  - {id: accidents, title: Accidents, words: [crash, crashes]}\n"
    room = rooms(CONFIG.replace("sections:\n", f"{SOURCES}sections:\n").replace("topics:\n", topics))
    first, again = "Twenty Killed as Bus Crashes Near Venice, Italy", "Italy Holds Funerals for Victims of the Crash"
    other = "Three Killed as Bus Crashes Near Jaipur, India"
    room.publish(*news({first: ("herald", "mail"), again: ("courier",), other: ("globe",)}))
    assert [title for _, title in chapters(room)] == [again]


def test_stories_of_one_affair_leave_room_for_others(room: Newsroom) -> None:
    both = ("herald", "mail")
    floods = {"Floods Cut Off Villages in Bangladesh": both}
    room.publish(*news(dict.fromkeys(WAR, both)), *news(floods, age=timedelta(hours=4)))
    assert next(iter(floods)) in headlines(room.client.get("/").text)[:4]


def test_an_event_that_came_as_two_stories_comes_once_before_what_else_happened(room: Newsroom) -> None:
    first, again = (
        "Israel Forms Emergency Government for War Against Hamas",
        "Israel's Rival Leaders Unite to Wage War on Hamas in Gaza",
    )
    other = "Palestinians Flee Northern Gaza as Israeli Bombs Fall"
    room.publish(*news({first: OUTLETS[:4], again: OUTLETS[4:], other: OUTLETS[1:3]}))
    newest, _ = room.archive.reading.stories(StreamQuery("latest"), int(room.now.timestamp()))
    affairs = Affairs(newest, room.archive.reading.publishers([story.n for story in newest]), room.now)
    found = affairs.foremost(newest, 3)
    assert [story.title for story in found] == [first, other, again]
    assert affairs.foremost(found[1:], 2, found[:1]) == found[1:]
    assert [story.title for story in affairs.foremost(found[1:], 2)] == [again, other], "where the page has none of it"


def test_what_one_outlet_alone_says_of_an_affair_comes_after_what_several_report(room: Newsroom) -> None:
    """An outlet's remark on the war is no more important because others write about the war as well."""
    alone = "Senators Ask Whether Israel Saw the Attack of Hamas Coming"
    several = "Floods Cut Off Villages in Bangladesh"
    room.publish(
        *news(WAR),
        *news({alone: ("herald",)}, age=timedelta(minutes=30)),
        *news({several: ("mail", "courier", "globe")}, age=timedelta(hours=9)),
    )
    newest, _ = room.archive.reading.stories(StreamQuery("latest"), int(room.now.timestamp()))
    both = [story for story in newest if story.title in (alone, several)]
    publishers = room.archive.reading.publishers([story.n for story in newest])
    assert [story.title for story in Affairs(newest, publishers, room.now).foremost(both, 2)] == [several, alone]


CUP, OSLO, CRASH = (
    "Rovers Win Cup After Extra Time",
    "NATO Ministers Meet in Oslo",
    "Coach Falls Off a Bridge Near Venice",
)


def test_what_is_of_no_subject_of_the_editor_comes_after_what_is(room: Newsroom) -> None:
    """Unless many outlets report it."""
    room.publish(*news({CUP: OUTLETS[:4], OSLO: OUTLETS[:3], CRASH: OUTLETS}))
    assert headlines(room.client.get("/").text)[:3] == [CRASH, OSLO, CUP]


def test_what_outlets_file_under_sports_comes_after_what_is_of_no_subject_either(room: Newsroom) -> None:
    """What is of a subject is no less important for that: a cup in occupied land is news of the war."""
    cup, banned = (
        [
            item(title, outlet, publisher=outlet, url=f"https://{outlet}.example/sport/{name}")
            for outlet in OUTLETS[:outlets]
        ]
        for title, name, outlets in ((CUP, "cup", 4), ("NATO Cancels Its Cup in Oslo", "nato", 3))
    )
    room.publish(*cup, *banned, *news({CRASH: OUTLETS[:3]}))
    assert headlines(room.client.get("/").text)[:3] == ["NATO Cancels Its Cup in Oslo", CRASH, CUP]


def test_what_outlets_file_under_music_is_of_a_subject_by_its_topic_and_not_by_its_section(room: Newsroom) -> None:
    singer, talks = "Singer of Old Frigate Tells of His Youth", "NATO Forbids Its Ministers to Sing in Oslo"
    room.publish(
        *(
            item(title, outlet, publisher=outlet, url=f"https://{outlet}.example/music/{name}")
            for outlet in OUTLETS[:2]
            for title, name in ((singer, "singer"), (talks, "talks"))
        ),
        *news({CRASH: OUTLETS[2:4]}),
    )
    text = room.client.get("/").text
    assert headlines(text)[:3] == [talks, CRASH, singer]


def test_a_section_about_sports_is_a_subject_of_the_editor_as_any_other(rooms: Rooms) -> None:
    """Of a paper with sections of its own for sports and arts, these were last in everything."""
    own = "  - {id: kultur, title: Kultur, words: [singer]}\n  - {id: local-sport, title: Sport, words: [cup]}\n"
    room = rooms(CONFIG.replace("sections:\n", f"{SOURCES}sections:\n{own}"))
    cup, singer = "Rovers Win the Cup After Extra Time", "Singer of Old Town Dies at Eighty"
    told = {cup: (OUTLETS[:4], "sport"), singer: (OUTLETS[:3], "music"), CRASH: (OUTLETS[:2], "news")}
    room.publish(
        *(
            item(title, outlet, publisher=outlet, url=f"https://{outlet}.example/{folder}/{folder}")
            for title, (outlets, folder) in told.items()
            for outlet in outlets
        )
    )
    assert headlines(room.client.get("/").text)[:3] == [cup, singer, CRASH]


def test_what_tells_no_news_comes_after_what_does(room: Newsroom) -> None:
    """Unless many outlets report it: what leads their story is then a matter of who was first."""
    asks, news_of_it = "What NATO ministers want in Oslo", "Old Frigate Is Scrapped in Bremen"
    room.publish(
        *news({asks: OUTLETS[:2], "Golf: rain stops play – live": OUTLETS[:2]}),
        *news({news_of_it: OUTLETS[2:4]}, age=timedelta(hours=6)),
    )
    assert headlines(room.client.get("/").text)[:2] == [news_of_it, asks]
    room.publish(*news({"Why Missiles Fell on a Village in Poland": OUTLETS}, age=timedelta(hours=8)))
    assert headlines(room.client.get("/").text)[0] == "Why Missiles Fell on a Village in Poland"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("words: [missile*, navy, frigate*]", "Newest Frigate of the Navy Is Delayed"),
        ("places: [UA, RU]", "Shelling Hits a Village in Ukraine"),
    ],
)
def test_a_section_of_a_matter_or_a_war_is_a_subject_and_a_region_is_not(rooms: Rooms, words: str, title: str) -> None:
    config = CONFIG.replace("words: [missile*, navy, frigate*]", words)
    room = rooms(config.replace("sections:\n", f"{SOURCES}sections:\n"))
    room.publish(*news({"Rovers of Osaka in Japan Win Cup": OUTLETS[:4], title: OUTLETS[:3]}))
    assert headlines(room.client.get("/").text)[0] == title


def test_a_file_without_topics_names_no_subjects(tmp_path: Path) -> None:
    alone = Newsroom(tmp_path, CONFIG.partition("topics:\n")[0].replace("sections:\n", f"{SOURCES}sections:\n"))
    alone.publish(*news({CUP: OUTLETS[:4], OSLO: OUTLETS[:3]}))
    assert headlines(alone.client.get("/").text)[:2] == [CUP, OSLO]
    alone.close()


def test_texts_in_which_no_word_is_known_belong_to_no_affair(room: Newsroom) -> None:
    room.publish(*news(dict.fromkeys(("Zqx wvut qzzx fyyp", "Kkxq jjwv bbgh vvzt"), ("herald", "mail"))))
    text = room.client.get("/").text
    assert len(headlines(text)) == 2
    assert "chapters" not in text


def test_what_has_just_come_in_is_news_of_the_editors_subjects(room: Newsroom) -> None:
    """Of whole outlets it is often matches, recipes and columns; these fill it up where there is too little else."""
    sport = ["Rovers win cup", "Sprinter breaks a record", "Old champion retires at last", "Golf: rain stops play"]
    column = "What NATO got wrong about Oslo"
    subjects = [
        "NATO opens a school",
        "Frigate leaves port",
        "Navy buys tugs",
        "Missile found by hikers",
        "Rare earths get dearer",
        "Ministers of NATO dine",
        "Old frigate is scrapped",
    ]
    of_opinion = "https://mail.example/opinion/asleep"
    room.publish(
        item("NATO is asleep", "mail", publisher="mail", url=of_opinion, age=timedelta(minutes=310), summary="")
    )
    for n, title in enumerate((*subjects, column, *sport)):
        room.publish(*news({title: OUTLETS[n % 7 : n % 7 + 1]}, age=timedelta(minutes=300 - 20 * n)))
    assert just_in(room) == [*sport[:1:-1], *subjects[::-1]]


def test_what_has_just_come_in_stands_in_the_order_of_the_times_beside_it(room: Newsroom) -> None:
    """One poll brings late what an outlet published before what others have brought already."""
    early, late = "NATO opens a school", "Frigate leaves port"
    room.publish(*news({late: ("mail",)}, age=timedelta(minutes=10)), live=True)
    room.now += timedelta(minutes=5)
    room.publish(*news({early: ("herald",)}, age=timedelta(hours=3)), live=True)
    latest = headlines(room.client.get("/latest").text.replace("h2", "h3"))
    assert latest == [early, late]
    assert just_in(room) == [late, early]


def test_beside_what_leads_stands_as_much_as_is_as_high(room: Newsroom) -> None:
    """It was always nine: in a wide window some 300 px stayed empty below the shorter of the two."""
    told = gibberish(11)
    room.publish(*news(dict.fromkeys(gibberish(40)[-20:], ("globe",)), age=timedelta(hours=1)))
    for top, beside in ((4, 9), (5, 6), (8, 9), (11, 11)):
        room.publish(*news(dict.fromkeys(told[:top], ("herald", "mail"))))
        assert len(just_in(room)) == beside
    room.publish(*news(WAR))
    assert (len(chapters(room)), len(just_in(room))) == (3, 14)


def test_what_is_much_older_than_the_news_is_not_on_the_front_page(room: Newsroom) -> None:
    """After the first poll of a back-catalogue each part of the page went back for months."""
    room.publish(*news({CRASH: OUTLETS, "Frigate leaves port": ("herald",)}, age=timedelta(days=100)))
    assert headlines(room.client.get("/").text) == [CRASH, "Frigate leaves port"]  # there is nothing newer
    room.publish(*news({f"{thing} is for sale": ("mail",) for thing in THINGS[:4]}))
    assert CRASH in headlines(room.client.get("/").text), "one of the nine newest"
    room.publish(*news({f"{thing} is for sale": ("mail",) for thing in THINGS[4:8]}))
    room.publish(*news({"Old frigate is scrapped": ("globe",)}))
    shown = headlines(room.client.get("/").text)
    assert "Old frigate is scrapped" in shown
    assert not {CRASH, "Frigate leaves port"} & {*shown, *just_in(room)}


@pytest.mark.parametrize("apart", [timedelta(days=1), timedelta()])
@pytest.mark.parametrize("many", [1, 4, 8, 9])
def test_what_is_much_older_only_fills_the_front_page_up_to_nine_stories(
    room: Newsroom, many: int, apart: timedelta
) -> None:
    """With eight stories of today it showed all of half a year ago; with the ninth none of them. Those without a date have that of the
    first poll, all the same."""
    old = [f"Frigate leaves port number {n}" for n in range(20)]
    for n, title in enumerate(old):
        room.publish(*news({title: ("herald",)}, age=timedelta(days=180) + n * apart))
    room.publish(*news({f"{thing} is for sale": ("mail",) for thing in THINGS[:many]}))
    shown = [title for title in old if f">{title}<" in room.client.get("/").text]
    assert len(shown) == 9 - many
    assert shown == old[: 9 - many] or not apart


def test_where_one_story_a_month_is_all_there_is_the_front_page_is_not_empty(room: Newsroom) -> None:
    for month, thing in enumerate(THINGS):
        room.publish(*news({f"{thing} is for sale": ("mail",)}, age=timedelta(days=32 * month)))
    assert len(headlines(room.client.get("/").text)) == PER_SECTION


def test_what_is_a_day_old_has_not_just_come_in(room: Newsroom) -> None:
    """Where few sources are polled, the newest stories go back for weeks."""
    old = {f"NATO opens school number {n}, says {outlet}": (outlet,) for n, outlet in enumerate(OUTLETS * 2)}
    room.publish(*news(old, age=timedelta(hours=60)), *news({"Rovers win cup": ("globe",)}, age=timedelta(minutes=5)))
    assert just_in(room)[0] == "Rovers win cup"
