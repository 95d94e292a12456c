"""A source that left feeds.yaml: it counts no more, and what it told stays readable."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from newsroom import CONFIG, NEWS, Newsroom, Rooms, item

from aggregator.model.poll import PollResult

LINE = '  - {name: Kyodo, url: "https://user:hush@kyodo.example/feed.xml"}\n'


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    assert room.client.get("/sources/kyodo").status_code == 200
    for gone in (LINE, '  - {name: Silent, url: "https://silent.example/feed.xml"}\n'):
        assert gone in room.text
        room.text = room.text.replace(gone, "")
    room.put_in_force(room.text)
    room.archive.sources.sync(room.application.settings.sources)
    return room


def test_sources_are_counted_as_configured(room: Newsroom) -> None:
    told = room.client.get("/metrics").text
    assert "\naggregator_sources 2\n" in told
    states = [line for line in told.splitlines() if line.startswith("aggregator_sources_by_state{")]
    assert sum(int(line.rsplit(" ", 1)[1]) for line in states) == 2
    status = room.client.get("/api/v1/status").json
    assert status and status["totals"]["sources"] == 2


def test_its_polls_stay_counted(tmp_path: Path) -> None:
    """Prometheus takes a counter that falls for one that began anew, and adds all of it once more."""
    made = Newsroom(tmp_path)
    polled = [structs.replace(state, polls=5, bytes_received=700) for state in made.archive.sources.states()]
    made.archive.intake.apply([PollResult(state) for state in polled], made.now)
    before = [line for line in made.client.get("/metrics").text.splitlines() if "_total " in line]
    made.put_in_force(made.text.replace(LINE, ""))
    made.archive.sources.sync(made.application.settings.sources)
    assert [line for line in made.client.get("/metrics").text.splitlines() if "_total " in line] == before
    made.close()


@pytest.mark.parametrize("extension", ["", ".rss", ".atom", ".json"])
def test_what_a_removed_source_told_stays_readable_and_is_marked(room: Newsroom, extension: str) -> None:
    answer = room.client.get(f"/sources/kyodo{extension}")
    assert answer.status_code == 200
    assert "Scientists Discover How Octopuses Dream" in answer.text
    assert "kyodo (removed)" in answer.text
    assert "hush" not in answer.text
    assert ("is no longer in feeds.yaml, so it is not polled" in answer.text) == (not extension)


@pytest.mark.parametrize("view", ["stories", "items"])
def test_a_removed_source_can_be_asked_for(room: Newsroom, view: str) -> None:
    found = room.client.get(f"/api/v1/{view}?source=kyodo").json
    assert found and len(found[view]) == 2


def test_one_that_told_nothing_is_gone(room: Newsroom) -> None:
    assert room.client.get("/sources/silent").status_code == 404
    assert room.client.get("/sources/silent.rss").status_code == 404
    assert room.client.get("/api/v1/items?source=silent").status_code == 400


def test_it_is_on_no_list_of_sources(room: Newsroom) -> None:
    found = room.client.get("/api/v1/sources").json
    assert found and [one["id"] for one in found["sources"]] == ["bbc-world", "reuters"]
    assert "kyodo" not in room.client.get("/subscriptions.opml?of=sources").text


def test_taken_up_again_it_is_called_as_before(room: Newsroom) -> None:
    assert "(removed)" in room.client.get("/sources/kyodo").text
    room.put_in_force(CONFIG)
    room.archive.sources.sync(room.application.settings.sources)
    again = room.client.get("/sources/kyodo").text
    assert "<h1>Kyodo" in again
    assert "(removed)" not in again


def save(room: Newsroom, line: str) -> None:
    room.put_in_force(CONFIG.replace(LINE, line))
    room.archive.sources.sync(room.application.settings.sources)


def test_one_that_was_renamed_before_is_led_to_from_its_first_id(rooms: Rooms) -> None:
    """Readers subscribed to it, or to a search within it: what it told would lead nowhere."""
    room = rooms()
    room.publish(*NEWS)

    def searched(view: str) -> list[str]:
        return [one["id"] for one in told(room, f"/search.json?source=kyodo&view={view}")]

    before = [searched(view) for view in ("stories", "items")]
    assert all(before)
    for line in (LINE.replace("{name: Kyodo, url", "{name: Kyodo News, was: [kyodo], url"), ""):
        save(room, line)
        answer = room.client.get("/sources/kyodo.rss?limit=5")
        assert answer.status_code == 301
        assert answer.headers["Location"] == "https://wire.example.org/news/sources/kyodo-news.rss?limit=5"
        found = room.client.get("/api/v1/items?source=kyodo").json
        assert found and [one["source"] for one in found["items"]] == ["kyodo-news"] * 2
        assert [searched(view) for view in ("stories", "items")] == before
    assert "kyodo-news (removed)" in room.client.get("/sources/kyodo-news").text
    save(room, LINE.replace("user:hush@kyodo.example", "other.example"))
    assert room.client.get("/sources/kyodo").status_code == 200, "another has this id now"


def test_one_that_is_polled_still_is_led_to_from_its_first_id(rooms: Rooms) -> None:
    """Those of a section stay when its `was` is removed, or names the last id alone."""
    room = rooms()
    room.publish(*NEWS)
    for line in (
        "{name: Kyodo News, was: [kyodo], url",
        "{name: Kyodo Wire, was: [kyodo-news], url",
        "{name: Kyodo Wire, url",
    ):
        save(room, LINE.replace("{name: Kyodo, url", line))
    answer = room.client.get("/sources/kyodo.rss")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://wire.example.org/news/sources/kyodo-wire.rss"
    found = room.client.get("/api/v1/items?source=kyodo").json
    assert found and [one["source"] for one in found["items"]] == ["kyodo-wire"] * 2


@pytest.mark.parametrize("renamed", [True, False])
def test_of_two_that_had_an_id_none_is_led_to(rooms: Rooms, renamed: bool) -> None:
    room = rooms()
    room.publish(*NEWS)
    other = LINE.replace("user:hush@kyodo.example", "other.example")
    if renamed:
        save(room, LINE.replace("{name: Kyodo, url", "{name: Kyodo News, was: [kyodo], url"))
    save(room, "" if renamed else other.replace("name: Kyodo", "name: Other"))
    save(room, other.replace("name: Kyodo", "name: Kyodo, was: [other]"))
    assert room.client.get("/sources/kyodo").status_code == 200
    save(room, other.replace("name: Kyodo", "name: New"))
    assert room.client.get("/sources/kyodo").status_code == 404
    save(room, other.replace("name: Kyodo", "name: New, was: [kyodo]"))
    assert room.client.get("/sources/kyodo").status_code == 301, "the file says which is meant"


def test_items_without_texts_of_a_section_that_is_gone_are_asked_for_where_they_are_shown(tmp_path: Path) -> None:
    """Nobody can judge them anew: they count as of the fallback, or of the other section that they are in."""
    both = item("Frigate Sails From Japan")
    made = Newsroom(tmp_path)
    made.publish(item("Frigate Visits a Harbour"), both, item("An Octopus Dreams", "kyodo"))
    made.now += timedelta(days=100)
    assert made.archive.upkeep.prune(int(made.now.timestamp()), 90 * 86_400, {}) == 3
    start = made.text.index("  - id: defense")
    made.edit(made.text.replace(made.text[start : made.text.index("  - id: asia-pacific")], ""))
    shown = {one["title"]: one["sections"] for one in told(made, "/api/v1/items")}
    assert shown == {
        "Frigate Visits a Harbour": ["world"],
        "Frigate Sails From Japan": ["asia-pacific"],
        "An Octopus Dreams": ["world"],
    }
    for asked in (
        "/api/v1/items?section=world",
        "/api/v1/items?section=world&primary=1",
        "/api/v1/items?section=world&q=-japan",
    ):
        assert {one["title"] for one in told(made, asked)} == {"Frigate Visits a Harbour", "An Octopus Dreams"}, asked
    assert told(made, "/api/v1/items?section=world&topic=rare-earths") == []
    feed = made.client.get("/sections/world.json?view=items&section=asia-pacific").get_json()
    assert feed["items"] == []
    assert [one["title"] for one in told(made, "/api/v1/items?section=asia-pacific")] == ["Frigate Sails From Japan"]
    found = made.client.get("/sections/world.json?view=items").get_json()["items"]
    assert {one["title"] for one in found} == {"Frigate Visits a Harbour", "An Octopus Dreams"}
    made.close()


def told(room: Newsroom, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.client.get(address).get_json()["items"]
    return found


def test_what_two_sources_told_stays_where_it_was_if_one_takes_the_address_of_the_other(rooms: Rooms) -> None:
    """As an editor does who tried the new address of an outlet under another name first. The items of the one were found at
    `kyodo-before` only, those of the other, as Kyodo's, at no address of its own."""
    room = rooms()
    room.publish(*NEWS)
    asked = ("/sources/kyodo.json", "/sources/reuters.json")
    told = [[one["title"] for one in room.client.get(address).get_json()["items"]] for address in asked]
    reuters = "https://reuters.example/feed.xml"
    without = room.text.replace(f'  - {{name: Reuters, url: "{reuters}"}}\n', "")
    room.edit(without.replace("https://user:hush@kyodo.example/feed.xml", reuters))
    assert [[one["title"] for one in room.client.get(address).get_json()["items"]] for address in asked] == told
