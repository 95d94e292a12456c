"""Items that change after they were placed, over a real archive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NOON, Newsroom, item

from aggregator.model.item import Item
from aggregator.model.judgement import Judgement
from aggregator.model.story import EditionItem
from aggregator.pipeline.edition import edition
from aggregator.pipeline.policy import Policy

HOUR = timedelta(hours=1)
FULL = item(
    "Kakhovka dam gives way, flooding villages along the Dnipro", "kyodo", age=5 * HOUR,
    summary="Thousands were told to leave after the Kakhovka dam was breached on Tuesday near Kherson.",
)  # fmt: skip
BARE = item("Breaking news from the south", "reuters", age=4 * HOUR, summary="More follows.")
LATER = replace(
    BARE,
    title="Flooding in Kherson after Kakhovka dam is breached",
    summary="Villages along the Dnipro river were flooded on Tuesday when the Kakhovka dam gave way.",
    hash="later",
)


def change(room: Newsroom, *items: Item, policy: Policy | None = None) -> None:
    """What a poll does with items that say something else, and the edition after it."""
    room.change(*items)
    edition(room.archive, policy or room.application.policy, lambda: int(room.now.timestamp()))


def homes(room: Newsroom) -> dict[str, str]:
    """Title of each item → id of its story."""
    answer = room.client.get("/api/v1/items?limit=100").get_json()
    return {one["title"]: one["story"] for one in answer["items"]}


def test_a_bare_flash_that_becomes_a_report_joins_the_story_it_tells(room: Newsroom) -> None:
    room.publish(FULL)
    room.publish(BARE)
    before = homes(room)
    assert len(set(before.values())) == 2
    room.now += HOUR
    change(room, LATER)
    after = homes(room)
    assert after[LATER.title] == after[FULL.title] == before[FULL.title]
    assert room.client.get(f"/stories/{before[BARE.title][9:]}").status_code == 301
    story = room.client.get(f"/api/v1/stories/{after[FULL.title][9:]}").get_json()
    assert story["publishers"] == ["Kyodo", "Reuters"]


def test_the_older_story_keeps_its_id_whichever_of_them_changed(room: Newsroom) -> None:
    room.publish(BARE)
    flash = homes(room)[BARE.title]
    room.publish(FULL)
    change(room, LATER)
    assert set(homes(room).values()) == {flash}


def test_what_arrives_with_the_change_joins_the_story_that_was_there(room: Newsroom) -> None:
    room.publish(BARE)
    flash = homes(room)[BARE.title]
    room.receive(FULL)
    change(room, LATER)
    assert set(homes(room).values()) == {flash}
    assert homes(room).keys() == {FULL.title, LATER.title}


def test_all_that_arrives_with_the_change_joins_the_story_and_says_why(room: Newsroom) -> None:
    third = item("Kakhovka dam on the Dnipro gives way, flooding villages", age=3 * HOUR, summary=FULL.summary)
    room.publish(BARE)
    flash = homes(room)[BARE.title]
    room.receive(FULL)
    room.receive(third)
    change(room, LATER)
    assert set(homes(room).values()) == {flash}
    why = {one.title: room.client.get(f"/api/v1/items/{one.id}").get_json()["why"] for one in (FULL, third)}
    assert all(words.startswith("alike") and "kakhovka" in words for words in why.values()), why


def test_other_news_that_arrives_with_a_change_is_a_story_of_its_own(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    other = item("Octopuses dream in colour, marine biologists find", "kyodo", age=3 * HOUR)
    room.publish(BARE)
    room.receive(other)
    change(room, LATER)
    assert len(set(homes(room).values())) == 2
    assert room.client.get(f"/api/v1/items/{other.id}").get_json()["why"] == "founder"
    assert caplog.records == []


def test_two_that_change_at_once_become_one(room: Newsroom) -> None:
    other = item("A second flash of quite another kind", "kyodo", age=3 * HOUR, summary="Details soon.")
    room.publish(BARE, other)
    assert len(set(homes(room).values())) == 2
    change(room, LATER, replace(other, title=FULL.title, summary=FULL.summary, hash="too"))
    assert len(set(homes(room).values())) == 1


def test_an_item_among_others_stays_where_it_is(room: Newsroom) -> None:
    room.publish(FULL, replace(LATER, id=BARE.id))
    before = homes(room)
    assert len(set(before.values())) == 1
    change(room, replace(BARE, hash="back"))
    assert homes(room)[BARE.title] == before[FULL.title]


def test_a_change_that_changes_nothing_moves_nothing(room: Newsroom) -> None:
    room.publish(FULL, BARE)
    before = homes(room)
    change(room, replace(FULL, content="<p>A word more.</p>", hash="more"))
    assert homes(room) == before
    assert room.client.get(f"/stories/{before[FULL.title][9:]}").status_code == 200


def test_a_story_set_apart_by_the_editor_is_left_alone(room: Newsroom) -> None:
    room.publish(FULL, BARE)
    room.put_in_force(room.text + f'stories: {{split: ["{BARE.url}"]}}\n')
    change(room, LATER)
    assert len(set(homes(room).values())) == 2


def entries(room: Newsroom, path: str = "/latest.json") -> dict[str, dict[str, object]]:
    """What a feed says now, by id."""
    return {one["id"]: one for one in room.client.get(path).get_json()["items"]}


def test_the_entry_of_the_story_that_a_changed_item_joins_names_its_outlet(room: Newsroom) -> None:
    room.publish(FULL)
    room.publish(BARE)
    story = homes(room)[FULL.title]
    before = entries(room)[story]
    room.now += HOUR
    change(room, LATER)
    after = entries(room)[story]
    assert "Reuters" not in str(before["content_html"])
    assert "Reuters" in str(after["content_html"])
    assert str(after["date_modified"]) > str(before["date_modified"])
    assert after["_aggregator"]["publishers"] == ["Kyodo", "Reuters"]  # type: ignore[index]
    assert entries(room, "/latest.json?min_publishers=2").keys() == {story}
    room.now += HOUR
    change(room, replace(LATER, content="<p>A word more.</p>", hash="more"))
    assert entries(room)[story] == after, "nothing is announced twice"


JOINED = 'stories: {{join: [["{}", "{}"]]}}\n'


def rejoin(room: Newsroom, *items: Item) -> None:
    """What an editor's `join` does to what is stored."""
    room.edit(room.text + JOINED.format(*(one.url for one in items)))


def test_stories_that_the_editor_joins_are_told_as_one_by_the_feed_too(room: Newsroom) -> None:
    other = item("Octopuses dream in colour, marine biologists find", "reuters", age=3 * HOUR)
    room.publish(FULL)
    room.publish(other)
    before = entries(room)
    order = list(before)
    room.now += HOUR
    rejoin(room, FULL, other)
    after = entries(room)
    story = homes(room)[FULL.title]
    assert list(after) == [story] and story in order
    assert {"Kyodo", "Reuters"} <= set(after[story]["_aggregator"]["publishers"])  # type: ignore[index]
    assert "Reuters" in str(after[story]["content_html"]) and "Kyodo" in str(after[story]["content_html"])
    assert str(after[story]["date_modified"]) > str(before[story]["date_modified"])
    room.now += HOUR
    rejoin(room, FULL, other)
    assert entries(room) == after, "doing it again announces nothing"


def test_a_joined_story_stands_where_the_first_of_its_parts_stood(room: Newsroom) -> None:
    frigate = item("Navy buys a frigate", "reuters", age=3 * HOUR)
    for one in (FULL, frigate, item("Missiles on show", age=2 * HOUR)):
        room.publish(one)
    room.now += HOUR
    rejoin(room, FULL, frigate)
    for feed in ("/sections/defense.json", "/sections/defense.json?primary=1"):
        assert [one["title"] for one in entries(room, feed).values()] == ["Missiles on show", FULL.title], feed


@pytest.mark.parametrize("feed", ["/topics/nato.json", "/sections/defense.json", "/sections/defense.json?primary=1"])
def test_a_joined_story_enters_what_the_same_edit_opens_to_it_when_it_would_have(room: Newsroom, feed: str) -> None:
    other = item("Octopuses dream in colour, marine biologists find", "reuters", age=3 * HOUR)
    for one in (FULL, other, item("Missile on show at NATO", age=2 * HOUR)):
        room.publish(one)
    room.now += HOUR
    rules = CONFIG.replace("navy", "dam, octopus*").replace("[NATO]", "[NATO, dam, octopus*]")
    room.edit(f"{rules}stories: {{join: [['{FULL.url}', '{other.url}']]}}\n")
    assert [one["title"] for one in entries(room, feed).values()] == ["Missile on show at NATO", FULL.title]


def test_stories_of_one_outlet_that_the_editor_joins_announce_nothing(room: Newsroom) -> None:
    other = item("Octopuses dream in colour, marine biologists find", "kyodo", age=3 * HOUR)
    room.publish(FULL)
    room.publish(other)
    before = entries(room)
    room.now += HOUR
    rejoin(room, FULL, other)
    story = homes(room)[FULL.title]
    after = entries(room)
    assert after.keys() == {story}
    assert after[story]["date_modified"] == before[story]["date_modified"]
    assert after[story]["content_html"] == before[story]["content_html"]


def test_outlets_that_the_editor_joins_count_under_their_one_name(room: Newsroom) -> None:
    one = item("Kakhovka dam gives way", age=5 * HOUR, publisher="BBC")
    other = item("Octopuses dream in colour, marine biologists find", age=4 * HOUR, publisher="BBC News")
    room.publish(one)
    room.publish(other)
    rejoin(room, one, other)
    (story,) = entries(room).values()
    assert story["_aggregator"]["publishers"] == ["BBC"]  # type: ignore[index]
    assert not entries(room, "/latest.json?min_publishers=2")


@pytest.mark.parametrize("stored", [True, False])
def test_what_becomes_a_link_to_another_outlets_article_unites_that_with_nothing(room: Newsroom, stored: bool) -> None:
    """As what is one from the start: with the address it joined that article, and with its words what they tell of."""
    mayor = item("Mayor of Lumio resigns after inquiry into bridges", url="https://bbc.example/mayor")
    octopuses = item("Octopuses dream in colour, marine scientists in Lisbon find", "reuters")
    link = item("Welcome to the reader", "kyodo")
    room.publish(mayor)
    room.publish(link)
    if stored:
        room.publish(octopuses)
    else:
        room.receive(octopuses)
    title = "Octopuses dream in colour, marine scientists in Lisbon say"
    change(room, replace(link, title=title, summary=title, url=mayor.url, canonical=mayor.canonical, hash="later"))
    found = homes(room)
    assert found[title] == found[mayor.title] != found[octopuses.title]


def test_what_merged_in_the_first_half_of_a_batch_that_failed_stays_merged_in_the_second(room: Newsroom) -> None:
    """It was placed in the story that it had been in before: that one had two addresses, and led from its own to the other."""
    bare, full = replace(BARE, published=NOON - 6 * HOUR), FULL
    room.publish(bare)
    room.publish(full)
    flash = homes(room)[bare.title]
    broken = item("Nobody can place this", age=HOUR)
    room.receive(broken)

    def judge(one: EditionItem) -> Judgement:
        if one.title == broken.title:
            raise ValueError(one.title)
        return room.application.policy.judge(one)

    corrected = replace(full, summary=f"{full.summary} It was built in 1956.", hash="corrected")
    change(
        room, replace(LATER, published=bare.published), corrected, policy=replace(room.application.policy, judge=judge)
    )
    assert homes(room) == {LATER.title: flash, full.title: flash}
    assert room.client.get("/api/v1/stories").get_json()["stories"][0]["publishers"] == ["Reuters", "Kyodo"]
