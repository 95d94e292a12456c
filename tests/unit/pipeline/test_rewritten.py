"""Items enter the sections and topics into which their outlet's new words bring them when they come, and not when they were first seen."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.model.item import Item
from aggregator.pipeline.edition import edition

HOUR = timedelta(hours=1)
CALM = item("Harbour Of Rostock Opens A Museum", age=9 * HOUR, summary="Hats are shown.")
FRIGATES = tuple(item(f"Frigate number{n} visits harbour{n}", age=n * HOUR, summary="") for n in range(1, 4))


def said(one: Item, title: str) -> Item:
    return replace(one, title=title, hash=title)


def rewrite(room: Newsroom, *items: Item) -> None:
    """An hour later, outlets change what they say."""
    room.now += HOUR
    room.change(*items)
    edition(room.archive, room.application.policy, lambda: int(room.now.timestamp()))


def entries(room: Newsroom, address: str) -> list[str]:
    """The headlines of a JSON Feed, or of a list of the API."""
    answer = room.client.get(address).get_json()
    return [one["title"] for one in answer.get("items", ())]


def test_an_item_stands_where_readers_look_for_what_is_new(room: Newsroom) -> None:
    room.publish(CALM, *FRIGATES)
    alarm = "NATO Navy: Missile Found In Harbour Of Rostock"
    newest = FRIGATES[0].title
    for section in ("/sections/defense.json?view=items", "/api/v1/items?section=defense"):
        assert entries(room, section) == [one.title for one in FRIGATES]
    rewrite(room, said(CALM, alarm))
    for section in (
        "/sections/defense.json?view=items",
        "/sections/defense.json?view=items&primary=1",
        "/api/v1/items?section=defense",
    ):
        assert entries(room, f"{section}&limit=1") == [alarm], section
    assert entries(room, "/topics/nato.json?view=items") == [alarm]
    assert entries(room, "/latest.json?view=items&limit=1") == [newest], "it is no new item"
    first = room.client.get("/api/v1/items?section=defense&limit=1").get_json()
    assert entries(room, f"/api/v1/items?section=defense&limit=2&cursor={first['next']}") == [
        one.title for one in FRIGATES[:2]
    ]


def test_what_leaves_and_returns_is_no_news_again(room: Newsroom) -> None:
    room.publish(CALM, *FRIGATES)
    rewrite(room, said(FRIGATES[2], "Harbour Of Kiel Opens A Museum"))
    assert entries(room, "/sections/defense.json?view=items") == [one.title for one in FRIGATES[:2]]
    rewrite(room, FRIGATES[2])
    assert entries(room, "/sections/defense.json?view=items") == [one.title for one in FRIGATES]


def test_what_becomes_the_primary_section_is_new_among_such_alone(room: Newsroom) -> None:
    both = item("Tokyo: China, Japan and South Korea see a navy", age=9 * HOUR, summary="")
    room.publish(both, *FRIGATES)
    assert entries(room, "/sections/defense.json?view=items")[-1] == both.title
    mostly = "Frigate and missile: a navy off Japan"
    assert mostly.count("Japan") and both.title not in entries(room, "/sections/defense.json?view=items&primary=1")
    rewrite(room, said(both, mostly))
    assert entries(room, "/sections/defense.json?view=items")[-1] == mostly
    assert entries(room, "/sections/defense.json?view=items&primary=1")[0] == mostly


def test_a_text_of_long_ago_is_no_news(room: Newsroom) -> None:
    old = replace(CALM, published=room.now - timedelta(days=15))
    room.publish(old, *FRIGATES)
    rewrite(room, said(old, "Navy sinks museum"))
    assert entries(room, "/sections/defense.json?view=items")[-1] == "Navy sinks museum"


def test_an_item_of_a_clock_that_was_ahead_is_on_one_of_the_pages(room: Newsroom) -> None:
    """Its text is rewritten when the clock is right: before it entered."""
    room.now += 5 * HOUR
    room.publish(CALM, live=True)
    room.now -= 5 * HOUR
    rewrite(room, said(CALM, "Navy sinks museum"))
    for one in FRIGATES:
        room.now += HOUR / 2
        room.publish(one, live=True)
    found, cursor = list[str](), "&"
    while cursor:
        answer = room.client.get(f"/api/v1/items?section=defense&limit=1{cursor}").get_json()
        found += [one["title"] for one in answer["items"]]
        cursor = f"&cursor={answer['next']}" if answer["next"] else ""
    assert found == ["Navy sinks museum", *(one.title for one in FRIGATES[::-1])]


def test_a_renamed_section_keeps_its_order(room: Newsroom) -> None:
    room.publish(CALM, *FRIGATES)
    rewrite(room, said(CALM, "Navy sinks museum"))
    room.edit(CONFIG.replace("- id: defense", "- id: forces\n    was: [defense]"))
    assert entries(room, "/sections/forces.json?view=items&limit=1") == ["Navy sinks museum"]


def test_items_come_among_those_of_several_outlets_when_another_joins(room: Newsroom) -> None:
    """Like their story: it may be days after they were first seen."""
    told = item("Dam near Kherson breached by blast, thousands flee floods", age=8 * HOUR, summary="")
    also = [
        item("Octopuses dream in colour, scientists of Kyoto find", name, age=n * HOUR, summary="")
        for n, name in ((4, "kyodo"), (3, "reuters"))
    ]
    room.publish(told, *also)
    assert entries(room, "/latest.json?view=items&min_publishers=2") == [one.title for one in also[::-1]]
    room.now += HOUR
    room.publish(replace(item(told.title, "kyodo", summary=""), title=told.title + " again", hash="1"), live=True)
    found = entries(room, "/latest.json?view=items&min_publishers=2")
    assert sorted(found[:2]) == [told.title, told.title + " again"]
    assert found[2:] == [one.title for one in also[::-1]]
    assert entries(room, "/latest.json?view=items&min_publishers=2&limit=2") == found[:2]
