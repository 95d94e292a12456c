"""When the daily brief of a section last changed: with whatever changes it, and never backwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.web import daily

HOUR = timedelta(hours=1)
SUMMARY = "Two frigates of the navy collided off Lumio, and {} sailors were hurt, says {}."
FIRST = item("Frigates collide off Lumio", age=18 * HOUR, summary=SUMMARY.format("nine", "the BBC"))
SECOND = item("Frigates collide off Lumio harbour", "kyodo", age=HOUR, summary=SUMMARY.format("ten", "Kyodo"))
OTHER = item("Navy buys potatoes", "reuters", age=17 * HOUR)
DAY = "2026-11-23"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    for one in (FIRST, OTHER, SECOND):
        room.publish(one)
    return room


def edit(room: Newsroom, text: str) -> None:
    room.now += HOUR
    room.edit(text)


def brief(room: Newsroom, section: str = "defense") -> dict[str, Any]:
    found = room.client.get(f"/sections/{section}/daily.json").get_json()["items"]
    return {one["title"].rpartition(", ")[2]: one for one in found}


def yesterday(room: Newsroom) -> tuple[str, str]:
    """What the brief of yesterday says, and when it last changed."""
    (found,) = brief(room).values()
    return found["content_html"], found["date_modified"]


def listed(room: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.client.get("/api/v1/stories").get_json()["stories"]
    return found


def test_a_story_that_is_hidden_moves_the_brief_forward(room: Newsroom) -> None:
    whole, first = yesterday(room)
    assert whole.index("collide") < whole.index("potatoes"), "two outlets told it"
    assert first == "2026-11-24T12:00:00Z", "when they came"
    room.overrule(hide=[FIRST, SECOND])
    less, second = yesterday(room)
    assert "collide" not in less
    assert second == "2026-11-24T13:00:00Z"
    room.overrule()
    again, third = yesterday(room)
    assert (again, third) == (whole, "2026-11-24T14:00:00Z")
    edit(room, CONFIG.replace("Test Wire", "Another Wire"))
    assert yesterday(room) == (again, third), "what changes nothing here moves nothing"


def test_a_story_that_goes_to_another_day_moves_the_brief_it_leaves(room: Newsroom) -> None:
    room.overrule(hide=[FIRST])
    less, updated = yesterday(room)
    assert "collide" not in less, "the rest of it is of today"
    assert updated == "2026-11-24T13:00:00Z"


def test_a_story_that_leaves_the_section_and_comes_back_moves_the_brief(room: Newsroom) -> None:
    edit(room, CONFIG.replace("frigate*]", "frigate*]\n    never: [collide*]"))
    assert yesterday(room)[1] == "2026-11-24T13:00:00Z"
    edit(room, CONFIG)
    whole, updated = yesterday(room)
    assert "collide" in whole
    assert updated == "2026-11-24T14:00:00Z"


def test_a_story_that_merges_into_another_moves_the_brief(room: Newsroom) -> None:
    edit(room, f"{CONFIG}stories: {{join: [['{OTHER.url}', '{FIRST.url}']]}}\n")
    assert yesterday(room)[1] >= "2026-11-24T13:00:00Z"


def test_the_back_catalogue_of_a_new_source_moves_the_brief(room: Newsroom) -> None:
    _, first = yesterday(room)
    room.now += HOUR
    room.publish(item("Missile found in a barn", "reuters", age=16 * HOUR))
    more, second = yesterday(room)
    assert "barn" in more
    assert (first, second) == ("2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z")
    room.now += HOUR
    room.publish(item("Missile found in a barn", "kyodo", age=15 * HOUR, summary="Kyodo says so in its own words."))
    joined, third = yesterday(room)
    assert "(Reuters, Kyodo)" in joined
    assert third == "2026-11-24T14:00:00Z"


def test_a_story_that_is_not_among_the_first_moves_nothing_until_it_was(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "STORIES", 1)
    before = yesterday(room)
    room.now += HOUR
    room.publish(
        item("Navy buys potatoes", "kyodo", age=16 * HOUR, summary="Kyodo says it in words of its own."), live=True
    )
    potatoes = next(one for one in listed(room) if "potatoes" in one["title"])
    assert potatoes["updated"] == "2026-11-24T13:00:00Z"
    assert yesterday(room) == before, "the brief shows another, which as many told earlier"
    room.overrule(hide=[SECOND])
    less, updated = yesterday(room)
    assert "potatoes" in less
    assert "collide" not in less, "one outlet told it"
    assert updated == "2026-11-24T14:00:00Z"


def test_a_headline_that_is_no_news_any_more_moves_the_brief(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "STORIES", 1)
    room.overrule(hide=[FIRST, SECOND])
    room.now += HOUR
    room.publish(item("Missile found in a barn", "kyodo", age=16 * HOUR))
    assert "potatoes" in yesterday(room)[0]
    room.now += HOUR
    room.change(replace(OTHER, title="Why does the navy buy potatoes?", hash="anew"))
    room.publish()
    less, updated = yesterday(room)
    assert "barn" in less
    assert updated == "2026-11-24T15:00:00Z"


def test_a_headline_that_counts_still_less_moves_the_brief(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that moves to an outlet's pages of sports has a fifth of the weight, no longer half."""
    monkeypatch.setattr(daily, "STORIES", 1)
    asks = item("Why does the navy buy potatoes?", "reuters", age=16 * HOUR, summary="")
    plays = item("How do frigates sleep in the ice?", "kyodo", age=15 * HOUR, summary="")
    room.overrule(hide=[FIRST, SECOND, OTHER])
    room.publish(asks, plays)
    assert "potatoes" in yesterday(room)[0]
    room.now += HOUR
    address = "https://reuters.example/sports/navy"
    room.change(replace(asks, url=address, canonical=address, hash="anew"))
    room.publish()
    less, updated = yesterday(room)
    assert "frigates" in less
    assert updated == f"{room.now:%Y-%m-%dT%H:%M:%SZ}"


def test_what_is_no_news_moves_the_brief_neither_forward_nor_back(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each outlet that joined a match after midnight moved it; it went back when the match's headline became news of as many outlets."""
    monkeypatch.setattr(daily, "STORIES", 1)
    asks = item("Why does the navy buy potatoes?", "reuters", age=16 * HOUR, summary="")
    room.overrule(hide=[OTHER])
    room.publish(asks)
    before = yesterday(room)
    room.now += HOUR
    room.publish(item(asks.title, "kyodo", age=HOUR, summary="Kyodo asks so in words of its own."), live=True)
    assert any(one["title"] == asks.title and len(one["publishers"]) == 2 for one in listed(room))
    assert yesterday(room) == before
    room.now += HOUR
    room.change(replace(asks, title="Navy buys potatoes", hash="anew"))
    room.publish()
    assert any(one["title"] == "Navy buys potatoes" and len(one["publishers"]) == 2 for one in listed(room))
    assert yesterday(room) == before


def test_a_clock_that_was_set_back_moves_the_brief_forward(room: Newsroom) -> None:
    """An outlet that joins then does so at an earlier time than another did before."""
    room.now += 3 * HOUR
    room.publish(item("Navy buys potatoes again", "kyodo", summary=OTHER.summary), live=True)
    before, first = yesterday(room)
    room.now -= 2 * HOUR
    third = item("Frigates collide off Lumio, sailors hurt", "reuters", summary=SUMMARY.format("nine", "Reuters"))
    room.publish(third, live=True)
    after, second = yesterday(room)
    assert before != after
    assert first < second


def test_a_clock_that_was_weeks_ahead_does_not_keep_the_brief_from_moving(room: Newsroom) -> None:
    ahead = timedelta(days=20)
    room.now += ahead
    room.publish(item("Scientists Discover How Octopuses Dream", "kyodo", age=-ahead), live=True)
    room.now -= ahead
    before, first = yesterday(room)
    room.overrule(hide=[OTHER])
    after, second = yesterday(room)
    assert before != after
    assert (first, second) == ("2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z")


def test_outlets_that_are_named_anew_change_no_brief(room: Newsroom) -> None:
    """As with the entries of its stories: what was announced stays until there is news."""
    first = yesterday(room)
    assert "(BBC, Kyodo)" in first[0]
    edit(
        room,
        CONFIG.replace("aliases: [BBC News]", "aliases: [BBC News, Kyodo]").replace(
            "{name: Kyodo, lab", "{name: Kyoto, lab"
        ),
    )
    (story,) = [one for one in listed(room) if "collide" in one["title"]]
    assert story["publishers"] == ["BBC"]
    assert yesterday(room) == first
