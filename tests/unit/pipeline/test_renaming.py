"""A source under another name is the same outlet: what it told before and after counts once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, item

from aggregator.bootstrap.application import Application
from aggregator.model.story import StoryState, StoryView
from aggregator.model.stream import StreamName, StreamQuery

DEFENSE = StreamName("section", "defense")
NATO = StreamName("topic", "nato")

RENAMED = CONFIG.replace("{name: Reuters, url:", "{name: Reuters World, was: [reuters], url:")
LATER = replace(
    item("China Grants Rare Earth Licenses to U.S. Auto Suppliers, Shares Rise", "reuters", publisher="Reuters World"),
    source="reuters-world",
)
FRIGATE = item("Navy's Newest Frigate Delayed Again", "reuters", age=timedelta(minutes=30))


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    return room


def story(room: Newsroom, start: str) -> StoryView:
    found, _ = room.archive.reading.stories(StreamQuery("latest"), int(room.now.timestamp()))
    return next(one for one in found if one.title.startswith(start))


def edit(room: Newsroom, text: str) -> None:
    room.put_in_force(text)
    room.archive.sources.sync(room.application.settings.sources)


def settle(room: Newsroom) -> None:
    room.follow()


def state(room: Newsroom, start: str) -> StoryState:
    n = story(room, start).n
    return room.archive.edition.stories([n])[n]


def counted(room: Newsroom, start: str) -> list[str]:
    return [name for name, _ in state(room, start).publishers]


@pytest.mark.parametrize("at_once", [True, False])
def test_an_outlet_under_its_new_name_does_not_corroborate_itself(room: Newsroom, at_once: bool) -> None:
    before = story(room, "China")
    assert counted(room, "China") == ["BBC", "Kyodo", "Reuters"]
    edit(room, RENAMED)
    if at_once:
        settle(room)
    room.publish(LATER, live=True)
    assert counted(room, "China") == ["BBC", "Kyodo", "Reuters World"]
    settle(room)
    after = story(room, "China")
    assert after.entry == before.entry, "a renaming announces nothing"
    assert set(after.publishers) == {"BBC", "Kyodo", "Reuters World"}
    assert {one.publisher for one in room.archive.reading.members(after.n) if one.source == "reuters-world"} == {
        "Reuters World"
    }
    assert len(room.archive.reading.members(after.n)) == 4


def test_all_that_a_renamed_source_told_follows_its_name(room: Newsroom) -> None:
    edit(room, RENAMED)
    settle(room)
    assert story(room, "Missile Test").publishers == ("Reuters World",)
    found = room.client.get("/api/v1/items?publisher=Reuters+World").json
    assert found and len(found["items"]) == 2


def test_another_outlet_behind_a_source_is_another_publisher_of_all_it_told(room: Newsroom) -> None:
    edit(room, CONFIG.replace("name: Kyodo, url", "name: Kyodo, publisher: Kyodo News Agency, url"))
    settle(room)
    assert set(story(room, "China").publishers) == {"BBC", "Kyodo News Agency", "Reuters"}


def test_items_of_a_wrapper_keep_the_outlets_that_they_name(room: Newsroom) -> None:
    edit(room, CONFIG.replace("{name: Silent,", "{name: Silent, wrapper: true,"))
    room.publish(item("Octopus Seen in Lumio", "silent", publisher="The Lumio Post"))
    edit(room, CONFIG.replace("{name: Silent,", "{name: Silence, was: [silent], wrapper: true,"))
    settle(room)
    assert story(room, "Octopus").publishers == ("The Lumio Post",)


def test_an_outlet_that_was_renamed_is_still_one_when_its_source_is_removed(room: Newsroom) -> None:
    edit(room, RENAMED)
    room.publish(LATER, live=True)
    settle(room)
    edit(room, RENAMED.replace("  - {name: Reuters World, was: [reuters]", "  # {name: Reuters World, was: [reuters]"))
    settle(room)
    assert counted(room, "China") == ["BBC", "Kyodo", "Reuters World"]
    assert set(story(room, "China").publishers) == {"BBC", "Kyodo", "Reuters World"}
    assert story(room, "Missile Test").publishers == ("Reuters World",)


def test_what_a_removal_would_change_is_planned_with_the_outlets_that_then_count(room: Newsroom) -> None:
    edit(room, RENAMED)
    room.publish(LATER, live=True)
    settle(room)
    n = story(room, "China").n
    removed = RENAMED.replace("  - {name: Reuters World, was: [reuters]", "  # {name: Reuters World, was: [reuters]")
    policy = Application.of_texts(room.place, {"feeds.yaml": removed}).policy
    planned = [policy.rejudged(member).item.publisher for member in room.archive.edition.members([n])[n]]
    edit(room, removed)
    settle(room)
    assert planned == [member.counted_as for member in room.archive.edition.members([n])[n]]


def test_an_article_that_a_wrapper_listed_stays_its_outlets_when_the_wrapper_is_removed(room: Newsroom) -> None:
    edit(room, CONFIG.replace("{name: Silent,", "{name: Silent, wrapper: true,"))
    room.publish(item("Octopus Seen in Lumio", "silent", publisher="Silent", url="https://bbc.example/octopus"))
    assert story(room, "Octopus").publishers == ("BBC",)
    edit(room, CONFIG.replace("  - {name: Silent,", "  # {name: Silent,"))
    settle(room)
    assert story(room, "Octopus").publishers == ("BBC",)


def test_the_grouping_knows_the_outlet_by_its_new_name(room: Newsroom) -> None:
    edit(room, RENAMED)
    settle(room)
    numbers = [one.n for one in room.archive.reading.members(story(room, "China").n)]
    assert {one.publisher for one in room.archive.past.known(numbers).values()} == {"BBC", "Kyodo", "Reuters World"}


def test_the_daily_column_of_an_outlet_that_was_just_renamed_is_news_of_its_day(room: Newsroom) -> None:
    """Two items of one outlet under one headline are a story for half a day alone, those of two outlets for two days."""
    headline, hours = "Weather forecast for Sydney and Melbourne this evening", timedelta(hours=1)
    today = item(headline, "reuters", summary="Snow.", publisher="Reuters World", age=-19 * hours)
    room.publish(item(headline, "reuters", summary="Rain."))
    room.now += 20 * hours
    edit(room, RENAMED)
    room.publish(
        replace(
            today,
            source="reuters-world",
            id=str(UUID(int=1)),
            key="1",
            url=f"{today.url}/2",
            canonical=f"{today.url}/2",
        )
    )
    found, _ = room.archive.reading.stories(StreamQuery("latest"), int(room.now.timestamp()))
    assert [one.title for one in found].count(headline) == 2


def test_a_plan_of_a_renaming_moves_no_story(room: Newsroom) -> None:
    report = room.plan(RENAMED)
    assert (report["changed"], report["moved"]) == (0, 0)
    assert report["configuration"]["sources"]["renamed"] == [{"from": "reuters", "to": "reuters-world"}]


def test_a_story_that_goes_on_right_after_an_edit_follows_it_whole(room: Newsroom) -> None:
    entered = {one.stream: one.entered for one in state(room, "Navy").streams}
    edit(room, CONFIG.replace("words: [NATO]", "words: [NATO, shipbuilder]"))
    room.publish(FRIGATE, live=True)
    assert len(room.archive.reading.members(story(room, "Navy").n)) == 2
    settle(room)
    after = state(room, "Navy")
    assert after.topics == ("nato",), "the item that was there before is judged by the new rules too"
    assert {one.stream: one.entered for one in after.streams} == entered | {NATO: entered[DEFENSE]}


def test_an_outlet_that_moved_its_report_before_it_was_renamed_is_not_announced_again(room: Newsroom) -> None:
    """Nor one whose feed gives no links."""
    silent = item("China grants suppliers of US automakers rare earth licenses", "silent", publisher="Silent", url=None)
    room.publish(silent)
    room.change(replace(NEWS[2], url=(to := "https://reuters.example/moved"), canonical=to, hash="moved"))
    room.publish()
    before = story(room, "China")
    assert {one.publisher for one in before.entry.reports} == {"BBC", "Kyodo", "Reuters", "Silent"}
    renamed = RENAMED.replace("{name: Silent, url:", "{name: Quiet, was: [silent], url:")
    edit(room, renamed)
    settle(room)
    room.publish(item("US auto suppliers get rare earth licenses granted by China", "kyodo"), live=True)
    after = story(room, "China")
    assert len(after.reports) == 5
    assert after.entry == before.entry


def test_entries_of_a_renamed_source_name_its_feed(room: Newsroom) -> None:
    edit(room, CONFIG.replace("{name: BBC World, url:", "{name: BBC News World, was: [bbc-world], url:"))
    settle(room)
    assert story(room, "China").lead_source == "bbc-news-world"
    assert ">BBC News World</source>" in room.client.get("/sections/asia-pacific.rss").text
