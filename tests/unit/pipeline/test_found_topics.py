"""Categories of feeds become topics: surveyed, given to stories, with a page and a feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, NOON, Newsroom, item

from aggregator.bootstrap import Application, Installation
from aggregator.model.item import Item
from aggregator.pipeline.category_topics import last_survey
from aggregator.pipeline.re_placement import re_place
from aggregator.pipeline.survey import EVERY, survey

NOW = int(NOON.timestamp())
SOURCES = ("bbc-world", "kyodo", "reuters")
THINGS = [
    "Harbour",
    "Orchard",
    "Steeple",
    "Lantern",
    "Meadow",
    "Quarry",
    "Thicket",
    "Bakery",
    "Cellar",
    "Parish",
    "Tannery",
    "Sawmill",
]


def told(sources: Sequence[str], publishers: Sequence[str | None]) -> list[Item]:
    return [
        replace(
            item(
                f"{thing} closes after {n} winters of {thing.lower()}",
                sources[n % len(sources)],
                age=timedelta(hours=n + 1),
                publisher=publishers[n % len(publishers)],
            ),
            categories=("Village Life", "News") if n in {0, 1, 2, 9, 10, 11} else ("News",),
        )
        for n, thing in enumerate(f"{a}{b}" for a in THINGS for b in ("", "stead", "gate"))
    ]


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS, *told(SOURCES, [None]))
    return room


def test_what_a_wrapper_calls_its_items_is_used_by_one(tmp_path: Path) -> None:
    """Whichever outlets it names: the categories are its own."""
    room = Newsroom(tmp_path, CONFIG.replace("name: Reuters,", "name: Reuters, wrapper: true,"))
    room.publish(*told(["reuters"], ["One", "Two", "Three"]))
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None and found.titles == {}
    room.archive.close()


def test_the_survey_finds_it_and_gives_it_to_what_is_stored(room: Newsroom) -> None:
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None
    assert dict(found.titles) == {"village-life": "Village Life"}
    assert last_survey(room.archive.upkeep).topics == found
    answer = room.client.get("/topics/village-life.json")
    assert answer.status_code == 200
    assert len(answer.get_json()["items"]) == 6
    page = room.client.get("/topics/village-life").get_data(as_text=True)
    assert "Village Life" in page
    listed = {one["id"]: one["title"] for one in room.client.get("/api/v1/topics").get_json()["topics"]}
    assert listed["village-life"] == "Village Life"
    assert room.client.get("/topics/news").status_code == 404


@pytest.mark.parametrize("name", ["US", "USA", "US news"])
def test_a_country_is_no_second_topic_by_its_everyday_name(tmp_path: Path, name: str) -> None:
    """As "US" beside United States."""
    room = Newsroom(tmp_path)
    called = {"Village Life": name, "News": "News"}
    items = told(SOURCES, [None])
    room.publish(*(replace(one, categories=tuple(called[own] for own in one.categories)) for one in items))
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None and (found.titles, [*found.of([name])]) == ({}, ["united-states"])
    room.archive.close()


def test_a_category_that_a_configured_topic_tells_of_is_no_second_topic(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, f"{CONFIG}  - {{id: villages, title: Villages, words: [village*]}}\n")
    room.publish(*told(SOURCES, [None]))
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None and found.titles == {}
    room.archive.close()


def test_a_section_of_the_sites_is_no_topic(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.publish(*(replace(one, url=f"{one.url}/village-life/{one.id}") for one in told(SOURCES, [None])))
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None and found.titles == {}
    room.archive.close()


def test_new_items_get_it_as_they_are_placed(room: Newsroom) -> None:
    survey(room.archive, room.application.policy, lambda: NOW)
    room.publish(replace(item("Chapel bells ring again", "kyodo", age=timedelta(0)), categories=("village life",)))
    story = room.client.get("/api/v1/stories?topic=village-life&limit=1").get_json()["stories"][0]
    assert (story["title"], story["topics"]) == ("Chapel bells ring again", ["village-life"])


def test_once_a_day(room: Newsroom) -> None:
    policy = room.application.policy
    assert survey(room.archive, policy, lambda: NOW) is not None
    assert survey(room.archive, policy, lambda: NOW + EVERY - 1) is None
    assert survey(room.archive, policy, lambda: NOW + EVERY) is not None


def test_a_survey_that_was_interrupted_is_made_again(room: Newsroom) -> None:
    """A service that stops meanwhile leaves no topic without the stories that were there before it."""
    assert survey(room.archive, room.application.policy, lambda: NOW, lambda: False) is None
    assert survey(room.archive, room.application.policy, lambda: NOW + 30) is not None
    assert survey(room.archive, room.application.policy, lambda: NOW + 60) is None
    assert len(room.client.get("/topics/village-life.json").get_json()["items"]) == 6


def test_who_does_not_follow_the_last_edit_yet_makes_none(room: Newsroom) -> None:
    """It took the stories of a new topic out again, which had been placed there just before."""
    before = room.application.policy
    room.edit(room.text.replace("topics:\n", "topics:\n  - {id: closures, title: Closures, words: [closes]}\n"))
    assert room.client.get("/api/v1/stories?topic=closures").get_json()["stories"]
    assert survey(room.archive, before, lambda: NOW) is None
    assert room.client.get("/api/v1/stories?topic=closures").get_json()["stories"]
    assert survey(room.archive, room.application.policy, lambda: NOW) is not None


def test_the_page_of_a_topic_is_there_before_stories_name_it(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.pipeline.survey.STEP", 2)
    going_on = iter([True, False])
    assert survey(room.archive, room.application.policy, lambda: NOW, lambda: next(going_on)) is None
    answer = room.client.get("/topics/village-life.json")
    assert answer.status_code == 200
    assert len(answer.get_json()["items"]) == 2
    assert survey(room.archive, room.application.policy, lambda: NOW + 30) is not None
    assert len(room.client.get("/topics/village-life.json").get_json()["items"]) == 6


def test_a_plan_knows_them(room: Newsroom) -> None:
    survey(room.archive, room.application.policy, lambda: NOW)
    room.put_in_force(CONFIG.replace("words: [NATO]", "words: [NATO, a word that nobody writes]"))
    report = room.plan()
    assert (report["stories"] > 6, report["changed"]) == (True, 0)


def test_one_that_is_none_any_more_leaves_its_stories(room: Newsroom) -> None:
    """An outlet is called so now. Who subscribed to it has an empty feed, and no broken one, until it is found again."""
    survey(room.archive, room.application.policy, lambda: NOW)
    room.put_in_force(CONFIG.replace("name: BBC World", "id: bbc-world, name: Village Life"))
    re_place(room.archive, room.application.policy, lambda: NOW)
    assert survey(room.archive, room.application.policy, lambda: NOW + EVERY, lambda: False) is None
    assert room.client.get("/topics/village-life").status_code == 200
    assert survey(room.archive, room.application.policy, lambda: NOW + EVERY) is not None
    feed = room.client.get("/topics/village-life.json")
    assert (feed.status_code, feed.get_json()["items"]) == (200, [])
    assert room.client.get("/topics/village-life").status_code == 200
    assert "village-life" not in {one["id"] for one in room.client.get("/api/v1/topics").get_json()["topics"]}
    told = room.client.get("/api/v1/stories").get_json()["stories"]
    assert "village-life" not in {topic for story in told for topic in story["topics"]}
    assert survey(room.archive, room.application.policy, lambda: NOW + 2 * EVERY) is not None
    assert room.client.get("/topics/village-life.rss").status_code == 200
    room.put_in_force(CONFIG)
    re_place(room.archive, room.application.policy, lambda: NOW)
    assert survey(room.archive, room.application.policy, lambda: NOW + 3 * EVERY) is not None
    assert len(room.client.get("/topics/village-life.json").get_json()["items"]) == 6


@pytest.mark.parametrize("surveyed", [True, False])
def test_a_configured_topic_may_take_over_its_address(room: Newsroom, surveyed: bool) -> None:
    """With `was`, as that of any topic. Its subscribers are led on, before the next survey and after it, also without that line."""
    survey(room.archive, room.application.policy, lambda: NOW)
    rural = "topics:\n  - {id: rural, title: Rural, was: [village-life], words: [closes]}"
    without = rural.replace("was: [village-life], ", "")
    for day, text in enumerate((rural, without, without), 1):
        room.edit(CONFIG.replace("topics:", text))
        room.publish(replace(item(f"A {THINGS[day]} closes", "kyodo", age=timedelta(0)), categories=("Village Life",)))
        led = room.client.get("/topics/village-life.json")
        assert (led.status_code, led.headers.get("Location")) == (
            301,
            "https://wire.example.org/news/topics/rural.json",
        )
        entries = room.client.get("/topics/rural.json").get_json()["items"]
        assert {topic for one in entries for topic in one["_aggregator"]["topics"]} == {"rural"}
        if surveyed:
            survey(room.archive, room.application.policy, partial(int, NOW + day * EVERY))


def test_a_topic_of_the_file_that_has_its_id_goes_by_its_words(room: Newsroom) -> None:
    """Until the next survey all of the category came in, and stayed."""
    survey(room.archive, room.application.policy, lambda: NOW)
    room.edit(CONFIG.replace("topics:", "topics:\n  - {id: village-life, words: [11 winters]}"))
    assert len(room.client.get("/topics/village-life.json").get_json()["items"]) == 1


def test_a_section_that_once_had_its_id_takes_nothing_over(room: Newsroom) -> None:
    """Sections and topics have addresses of their own. (While the file has the line, the category is named as the section was.)"""
    for text in (CONFIG.replace("id: defense\n", "id: defense\n    was: [village-life]\n"), CONFIG):
        room.edit(text)
    found = survey(room.archive, room.application.policy, lambda: NOW)
    assert found is not None and "village-life" in found.titles
    assert len(room.client.get("/topics/village-life.json").get_json()["items"]) == 6


@pytest.mark.parametrize("waiting", [True, False])
def test_a_plan_knows_that_one_was_taken_over_by_a_topic_that_is_renamed_now(room: Newsroom, waiting: bool) -> None:
    """It said that stories would come to the topic that was found once, or, if they wait to be placed again, leave it."""
    survey(room.archive, room.application.policy, lambda: NOW)
    rural = CONFIG.replace("topics:", "topics:\n  - {id: rural, was: [village-life], words: [closes]}")
    room.edit(rural)
    if waiting:
        room.put_in_force(rural.replace("was: [village-life], words: [", "words: [bakery, "))
    report = room.plan(rural.replace("id: rural, was: [village-life]", "id: countryside, was: [rural]"))
    assert "village-life" not in {row["id"] for row in report["topics"]}


def test_names_of_sections_and_outlets_are_none(room: Newsroom) -> None:
    assert {"Defense", "BBC World", "BBC News", "Test Wire", "Rare earths"} <= room.application.policy.categories.taken
    assert room.application.policy.categories.spoken_for("NATO Summits")
    assert not room.application.policy.categories.spoken_for("Village Life")


@pytest.mark.parametrize("code", ["VA", "va"])
def test_a_country_with_a_topic_of_its_own_has_no_second_one(tmp_path: Path, code: str) -> None:
    own = f"{{id: holy-see, places: [{code}], words: [pope], not: [vatican library], never: [recipe]}}"
    topics = f"topics: [{own}, {{id: us-laws, places: [{{US: 0.05}}], words: [senate]}}]"
    place = Installation(tmp_path / "feeds.yaml", tmp_path)
    app = Application.of_texts(place, {str(place.config): f"sections: [{{id: world}}]\n{topics}\n"})
    assert app.judge("Pope prays at the Vatican", "").topics == ("holy-see",)
    assert app.judge("Guests stay away", "They were at the Vatican.").topics == ("holy-see",)
    assert app.judge("Senate of the United States votes", "").topics == ("us-laws", "united-states")
    assert "vatican-city" not in app.topic_titles
    for text in ("A recipe from the Vatican", "A book of the Vatican Library"):
        assert app.judge(text, "").topics == (), "its `not` and `never` hold"


def test_where_countries_are_to_be_no_topics_none_is_found(room: Newsroom) -> None:
    """On the page of a town nearly all stories had its own country; in a notice on software, TLP is no party of Pakistan."""

    def topics() -> set[str]:
        return {
            topic for story in room.client.get("/api/v1/stories").get_json()["stories"] for topic in story["topics"]
        }

    assert {"china", "japan", "rare-earths"} <= topics()
    desk = "  - {id: japan-desk, places: [JP]}\n"
    room.edit(CONFIG.replace("timezone: UTC}", "timezone: UTC, country_topics: false}") + desk)
    assert topics() == {"rare-earths", "nato", "japan-desk"}, "those of the file stay, also by places"
    assert room.client.get("/topics/china").status_code == 404
    assert room.application.found_topics("China grants licenses", "") == ()
    assert "Germany" in room.application.policy.categories.taken, "nor is a feed's category that names one"
    room.edit(CONFIG)
    assert {"china", "japan", "rare-earths"} <= topics()
