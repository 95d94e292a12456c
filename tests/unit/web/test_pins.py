"""`stories: pin`: stories that stand first in a section's page and in its block of the front page, until their last day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from newsroom import CONFIG, Newsroom, Rooms, item

from aggregator.model.item import Item
from aggregator.model.stream import StreamName
from aggregator.pipeline.edition import edition

OLD = item("Octopuses Dream in Colour", age=timedelta(days=4), url="https://bbc.example/dream")
OLDER = item("Bees Count to Four", "kyodo", age=timedelta(days=5))
TITLES = (
    "Navy Buys Potatoes", "Frigate Sold to Museum", "Missile Silo Becomes Hotel", "Navy Chorus Tours Lapland",
    "Frigate Paint Found Toxic", "Missile Engineers Strike", "Navy Divers Free a Whale", "Frigate Cook Wins Prize",
)  # fmt: skip
SHIPS = [item(title, "reuters", age=timedelta(hours=n)) for n, title in enumerate(TITLES, 1)]
BIG = [
    item("Missile Falls Into the Harbour of Lumio", source, age=timedelta(hours=2), summary=f"{source} {n}: a missile fell.")
    for n, source in enumerate(("bbc-world", "kyodo", "reuters"))
]  # fmt: skip


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    for one in (OLDER, OLD, *SHIPS, *BIG):
        room.publish(one)
    return room


def pin(room: Newsroom, *pins: tuple[Item, str], section: str = "defense") -> None:
    """Of (item, last day); no day: for good."""
    said = ", ".join(
        f"{{url: '{one.url}', section: {section}{f', until: {until}' if until else ''}}}" for one, until in pins
    )
    room.edit(f"{CONFIG}stories: {{pin: [{said}]}}\n")


def headlines(room: Newsroom, path: str, within: str = "") -> list[str]:
    """Of the cards, from the text `within` on."""
    text = unescape(room.client.get(path).text)
    return re.findall(r'<h\d[^>]*><a href="[^"]*/stories/[^>]*>([^<]*)</a></h\d>', text[text.index(within) :])


def feed(room: Newsroom) -> list[str]:
    return [one["title"] for one in room.client.get("/sections/defense.json").get_json()["items"]]


def test_pinned_stories_stand_first_in_the_order_of_the_file(room: Newsroom) -> None:
    before = headlines(room, "/sections/defense")
    pin(room, (OLDER, ""), (OLD, "2099-12-31"))
    shown = headlines(room, "/sections/defense")
    assert shown == [OLDER.title, OLD.title, *before]
    assert room.client.get("/sections/defense").text.count("Pinned") == 2
    assert headlines(room, "/sections/defense?limit=3") == shown[:3]
    assert OLD.title not in headlines(room, "/sections/defense?min_publishers=2")
    assert OLD.title not in headlines(room, "/sections/defense?q=navy")
    assert headlines(room, "/sections/defense/2026-11")[-1] == OLDER.title, "an archive is in order of time"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 20])
def test_each_story_stands_once_on_the_parts_of_a_list(room: Newsroom, limit: int) -> None:
    pin(room, (OLDER, ""), (SHIPS[4], ""), (OLD, ""))
    shown, address = [], f"/sections/defense?limit={limit}"
    for _ in range(20):
        page = room.client.get(address).text
        shown += headlines(room, address, 'class="list"')
        older = re.search(r'<a rel="next" href="/news([^"]*)">Older', page)
        if not older:
            break
        address = unescape(older[1])
        assert "Pinned" not in room.client.get(address).text
    assert shown[: min(limit, 3)] == [OLDER.title, SHIPS[4].title, OLD.title][:limit]
    assert sorted(shown) == sorted([OLDER.title, OLD.title, BIG[0].title, *TITLES])


def test_a_pinned_story_that_outlets_only_copy_is_of_one_publisher(room: Newsroom) -> None:
    pin(room, (OLD, ""))
    room.publish(item(OLD.title, "kyodo", url=OLD.url, summary=OLD.summary))
    told = room.client.get("/api/v1/stories?q=octopuses").get_json()["stories"]
    assert [story["publishers"] for story in told] == [["BBC", "Kyodo"]]
    assert OLD.title not in headlines(room, "/sections/defense?min_publishers=2")
    room.publish(item(OLD.title, "reuters", summary="They blush while they sleep, a film shows."))
    assert headlines(room, "/sections/defense?min_publishers=2")[0] == OLD.title


def test_feeds_stay_in_the_order_of_time(room: Newsroom) -> None:
    pin(room, (OLDER, ""), (OLD, ""))
    assert feed(room)[-2:] == [OLD.title, OLDER.title]


def test_the_block_of_the_front_page_begins_with_what_is_pinned(room: Newsroom) -> None:
    assert BIG[0].title in headlines(room, "/")[:1], "told by three"
    pin(room, (OLDER, ""), (BIG[0], ""))
    block = headlines(room, "/", 'id="s-defense"')
    assert block[:2] == [OLDER.title, BIG[0].title]
    assert headlines(room, "/").count(BIG[0].title) == 1
    assert room.client.get("/").text.count("Pinned") == 2


def test_a_pin_that_another_replaces_holds_nothing(room: Newsroom) -> None:
    """`check` says so; the story has both sections."""
    told = SHIPS[-1]
    pins = ", ".join(f"{{url: '{told.url}', section: {section}}}" for section in ("defense", "world"))
    room.edit(f"{CONFIG}stories: {{pin: [{pins}]}}\n")
    assert headlines(room, "/sections/world")[0] == told.title
    shown = headlines(room, "/sections/defense")
    assert told.title in shown[1:]
    assert "Pinned" not in room.client.get("/sections/defense").text


def test_a_pin_ends_with_its_last_day(room: Newsroom) -> None:
    pin(room, (OLD, "2099-12-31"))
    room.now = datetime(2099, 12, 31, 23, 0, tzinfo=UTC)
    assert headlines(room, "/sections/defense")[0] == OLD.title
    room.now += timedelta(hours=2)
    assert headlines(room, "/sections/defense")[0] != OLD.title
    assert OLD.title not in headlines(room, "/", 'id="s-defense"')[:1]


def test_a_process_that_does_not_follow_the_last_edit_moves_nothing_whose_pin_is_over(room: Newsroom) -> None:
    """It took the story out of the section in which the edit had put it, until the next edition of a process that follows."""
    pin(room, (OLD, "2026-11-20"))
    before = room.application.policy
    room.edit(room.application.settings.texts["feeds.yaml"].replace("frigate*]", "frigate*, octopus*]"))
    assert OLD.title in feed(room)
    edition(room.archive, before, lambda: int(room.now.timestamp()))
    assert OLD.title in feed(room)


def test_when_a_pin_is_over_the_story_goes_where_its_words_put_it(room: Newsroom) -> None:
    """Without an edit and without a new start of the service: the day ends by itself."""
    pin(room, (OLD, "2099-12-31"), (OLDER, ""))
    room.now = datetime(2099, 12, 31, 23, 0, tzinfo=UTC)
    room.publish()
    assert feed(room)[-2:] == [OLD.title, OLDER.title]
    room.now += timedelta(hours=2)
    room.publish()
    assert OLD.title not in feed(room)
    assert OLDER.title in feed(room)
    told = room.client.get("/api/v1/stories?q=octopuses").get_json()["stories"][0]
    assert (told["section"], told["sections"]) == ("world", ["world"])
    version = room.archive.reading.version(StreamName("section", "defense"))
    room.publish()
    assert room.archive.reading.version(StreamName("section", "defense")) == version, "once is enough"


def test_a_pin_that_is_over_is_no_reason_any_more(room: Newsroom) -> None:
    """… for a story that its words put into the section as well."""
    pin(room, (SHIPS[0], "2099-12-31"))
    rules = [one["rule"] for one in room.client.get("/api/v1/stories?q=potatoes").get_json()["stories"][0]["receipts"]]
    assert rules == ["stories: pin"]
    room.now = datetime(2100, 1, 1, 1, 0, tzinfo=UTC)
    room.publish()
    rules = [one["rule"] for one in room.client.get("/api/v1/stories?q=potatoes").get_json()["stories"][0]["receipts"]]
    assert rules == ["words: navy"]


def test_the_last_day_of_a_pin_is_one_of_the_sites_zone(rooms: Rooms) -> None:
    zone = CONFIG.replace("timezone: UTC", "timezone: Pacific/Auckland")  # where noon in UTC is the next day
    room = rooms(zone)
    room.publish(*SHIPS[:3])
    shown = []
    for day in (25, 24):
        room.put_in_force(
            f"{zone}stories: {{pin: [{{url: '{SHIPS[2].url}', section: defense, until: 2026-11-{day}}}]}}\n"
        )
        shown.append(room.client.get("/sections/defense").text.count("Pinned"))
    assert shown == [1, 0]


def test_a_pin_is_for_one_section_alone(room: Newsroom) -> None:
    """A story that stands in another section as well stands there by its time."""
    both = item("Frigate Visits Japan", age=timedelta(days=3), summary="A frigate in a harbour of Japan.")
    news = item("Cherry Trees Bloom in Japan", "kyodo", age=timedelta(hours=1))
    room.publish(both)
    room.publish(news)
    pin(room, (both, ""))
    assert headlines(room, "/sections/defense")[0] == both.title
    assert headlines(room, "/sections/asia-pacific") == [news.title, both.title]
    assert "Pinned" not in room.client.get("/sections/asia-pacific").text
    assert "Pinned" not in room.client.get("/sections/defense?view=items").text


def test_a_pin_is_shown_once_its_story_is_placed_by_it(room: Newsroom) -> None:
    """Between an edit and its re-placing a story is nowhere where it does not belong yet."""
    room.put_in_force(f"{CONFIG}stories: {{pin: [{{url: '{OLD.url}', section: defense}}]}}\n")
    assert OLD.title not in headlines(room, "/sections/defense")
    room.follow()
    assert headlines(room, "/sections/defense")[0] == OLD.title
