"""What the editor parts again: old addresses lead to where their articles are told now, and feeds say so with a new `updated`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

from aggregator.model.item import Item
from aggregator.pipeline.edition import edition
from aggregator.pipeline.re_placement import re_place_all

HOUR = timedelta(hours=1)
FRIGATE = item("Navy buys a frigate", age=30 * HOUR)
OCTOPUS = item("Octopuses dream in colour", "kyodo", age=29 * HOUR)
HARVEST = item("Plum harvest fails in Lumio", "reuters", age=28 * HOUR)
DREAMS = item("Octopuses dream in colour", "reuters", age=27 * HOUR)


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    for one in (FRIGATE, OCTOPUS, HARVEST, DREAMS):
        room.publish(one)
    return room


def entries(room: Newsroom) -> dict[str, dict[str, Any]]:
    found = room.client.get("/latest.json").get_json()["items"]
    return {one["id"].removeprefix("urn:uuid:"): one for one in found}


def told(room: Newsroom, one: Item) -> datetime:
    return datetime.fromisoformat(entries(room)[one.id]["date_modified"])


def test_old_addresses_follow_their_articles_when_the_founder_leaves(room: Newsroom) -> None:
    room.overrule(join=[(FRIGATE, OCTOPUS, HARVEST)])
    assert entries(room).keys() == {FRIGATE.id}
    for address in (f"/stories/{HARVEST.id}", f"/api/v1/stories/{OCTOPUS.id}", "/latest/"):
        joined = room.client.get(address)
        assert joined.status_code == 301
        assert joined.headers["Cache-Control"] == "max-age=60", "browsers keep others for good"
    room.overrule(split=(FRIGATE,))
    assert entries(room).keys() == {FRIGATE.id, OCTOPUS.id}
    moved = room.client.get(f"/stories/{HARVEST.id}")
    assert moved.status_code == 301
    assert moved.headers["Location"].endswith(f"/stories/{OCTOPUS.id}"), (
        "it tells that article, and the founder does not"
    )


def test_a_process_that_does_not_follow_the_edit_yet_joins_nothing_again(room: Newsroom) -> None:
    """Its edition did, and feeds told both stories anew, twice."""
    room.overrule(join=[(FRIGATE, OCTOPUS)])
    before = room.application.policy
    room.overrule(split=(OCTOPUS,))
    parted = entries(room)
    room.now += HOUR
    edition(room.archive, before, lambda: int(room.now.timestamp()))
    assert entries(room) == parted
    room.change(replace(OCTOPUS, summary="They sleep, too.", hash="corrected"))
    edition(room.archive, before, lambda: int(room.now.timestamp()))
    assert entries(room).keys() == parted.keys(), "not even with news of what it joined"


def test_what_moves_to_an_overruled_address_is_joined_although_an_edit_comes_that_places_nothing_otherwise(
    room: Newsroom,
) -> None:
    """It was left to the processes that follow the edit. To these no story was outdated."""
    address = "https://kyodo.example/2026/11/octopuses-dream"
    text = f"{CONFIG}stories: {{join: [['{FRIGATE.url}', '{address}']]}}\n"
    room.edit(text)
    before = room.application.policy
    room.edit(text.replace("every: 15m", "every: 20m"))
    room.change(replace(OCTOPUS, url=address, canonical=address, hash="moved"))
    for policy in (before, room.application.policy):
        edition(room.archive, policy, lambda: int(room.now.timestamp()))
    assert OCTOPUS.id not in entries(room)


def test_an_entry_that_comes_back_was_never_updated_later(room: Newsroom) -> None:
    before = told(room, OCTOPUS)
    room.overrule(join=[(FRIGATE, OCTOPUS)])
    room.overrule(split=(OCTOPUS,))
    parted = entries(room)[OCTOPUS.id]
    assert "Reuters" not in str(parted["content_html"])
    assert told(room, OCTOPUS) > before, "it is told by fewer than when it was last announced"


def test_what_stays_no_longer_names_what_left(room: Newsroom) -> None:
    room.overrule(join=[(FRIGATE, HARVEST)])
    joined = entries(room)[FRIGATE.id]
    assert "Plum harvest" in joined["content_html"]
    room.now -= HOUR  # in the same second
    room.overrule(split=(HARVEST,))
    rest = entries(room)[FRIGATE.id]
    assert "Plum harvest" not in rest["content_html"]
    assert rest["date_modified"] > joined["date_modified"]


def test_what_stays_shows_no_text_of_the_lead_that_left(room: Newsroom) -> None:
    bare = item("Poets of Perth meet again", age=26 * HOUR, summary="", content="<p>Bare.</p>")
    full = item("Poets of Perth meet again", "kyodo", age=25 * HOUR, content="<p>In full.</p>")
    room.publish(bare)
    room.publish(full)
    before, page = (room.client.get(f"/api/v1/stories/{bare.id}").get_json(), room.client.get(f"/stories/{bare.id}"))
    assert (before["link"], "In full." in before["content_html"], "In full." in page.text) == (full.url, True, True)
    room.overrule(split=(full,))
    after, page = (room.client.get(f"/api/v1/stories/{bare.id}").get_json(), room.client.get(f"/stories/{bare.id}"))
    assert (after["link"], after["content_html"], "In full." in page.text) == (bare.url, "<p>Bare.</p>", False)


def test_what_stays_keeps_its_id_also_where_its_founder_is_not_its_earliest_report(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    founder, earlier = replace(FRIGATE, published=room.now - HOUR), HARVEST
    for one in (founder, earlier, OCTOPUS):
        room.publish(one)
    room.overrule(join=[(founder, earlier, OCTOPUS)])
    assert entries(room).keys() == {founder.id}
    room.now += HOUR
    room.edit(f"{CONFIG}stories: {{join: [['{founder.url}', '{earlier.url}']], split: ['{OCTOPUS.url}']}}\n")
    found = entries(room).keys()
    room.close()
    assert found == {founder.id, OCTOPUS.id}


def test_a_story_that_leaves_another_moves_the_daily_brief_it_comes_to(room: Newsroom) -> None:
    def brief() -> tuple[str, str]:
        (found,) = room.client.get("/sections/world/daily.json").get_json()["items"]
        return found["content_html"], found["date_modified"]

    room.overrule(join=[(FRIGATE, HARVEST)])
    without, first = brief()
    assert "harvest" not in without
    room.overrule(split=(HARVEST,))
    parted, second = brief()
    assert "harvest" in parted
    assert second > first


@pytest.mark.parametrize("renamed", [False, True], ids=["same", "renamed"])
def test_what_the_entry_never_named_leaves_without_a_word(room: Newsroom, renamed: bool) -> None:
    late = item("Octopuses dream in colour, all of them", "kyodo", age=HOUR)
    room.overrule(join=[(OCTOPUS, late)])
    room.publish(late)
    before = entries(room)[OCTOPUS.id]
    assert "all of them" not in before["content_html"]
    text = CONFIG.replace("{name: Kyodo, url", "{id: nippon, was: [kyodo], name: Kyodo, url") if renamed else CONFIG
    room.put_in_force(text)
    room.archive.sources.sync(room.application.settings.sources)
    room.now += HOUR
    room.edit(f"{text}stories: {{split: ['{late.url}']}}\n")
    assert late.id in entries(room)
    assert entries(room)[OCTOPUS.id] == before


def test_what_stays_stands_in_a_section_since_it_would_have_stood_there(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)

    def defense() -> list[str]:
        return [one["title"] for one in room.client.get("/sections/defense.json").get_json()["items"]]

    founder = item("A frigate is bought", age=30 * HOUR)
    others = (
        item("Rain in Japan", "kyodo", age=29 * HOUR),
        item("Plum harvest in Japan", "reuters", age=28 * HOUR),
        item("Poets of Japan", "silent", age=27 * HOUR, publisher="Silent"),
    )
    room.overrule(join=[(founder, *others)])
    room.publish(founder, *others)
    later = item("Navy missiles", "kyodo")
    room.publish(later)
    assert defense() == [later.title]
    room.overrule(split=others)
    assert defense() == [later.title, founder.title], "a split delivers no burst of old news"
    room.close()


def test_only_what_would_be_a_story_of_its_own_was_joined_by_the_editor(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, f"{CONFIG}stories: {{join: [['{FRIGATE.url}', '{HARVEST.url}']]}}\n")
    came = FRIGATE, OCTOPUS, HARVEST, DREAMS
    room.publish(*came)
    why = {one.id: room.client.get(f"/api/v1/items/{one.id}").get_json()["why"] for one in came}
    assert {id: re.split(" 1.00|:", words)[0] for id, words in why.items()} == {
        FRIGATE.id: "founder",
        OCTOPUS.id: "founder",
        HARVEST.id: "joined by the editor",
        DREAMS.id: "same headline",
    }
    room.close()


def test_news_that_comes_with_what_the_editor_joins_is_not_joined_to_it(tmp_path: Path) -> None:
    poets, rain = item("Poets of Japan", age=26 * HOUR), item("Rain over Perth", "kyodo", age=25 * HOUR)
    groups = [[FRIGATE.url, HARVEST.url], [OCTOPUS.url, poets.url]]
    room = Newsroom(tmp_path, f"{CONFIG}stories: {{join: {groups}}}\n")
    room.publish(FRIGATE, OCTOPUS, HARVEST, poets, rain)
    found = {
        one["id"].removeprefix("urn:uuid:"): one["story"]
        for one in room.client.get("/api/v1/items").get_json()["items"]
    }
    why = [
        room.client.get(f"/api/v1/items/{one.id}").get_json()["why"].partition(" 1.00")[0] for one in (HARVEST, poets)
    ]
    room.close()
    assert found[FRIGATE.id] == found[HARVEST.id] and found[OCTOPUS.id] == found[poets.id]
    assert len(set(found.values())) == 3
    assert why == ["joined by the editor"] * 2


def test_what_comes_to_an_address_that_is_set_apart_joins_what_is_there_alone(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, f"{CONFIG}stories: {{split: ['{FRIGATE.url}']}}\n")
    alike, also = (item("Navy buys a frigate", source, age=HOUR) for source in ("kyodo", "reuters"))
    also = replace(also, url=FRIGATE.url, canonical=FRIGATE.canonical)
    room.publish(FRIGATE)
    room.publish(alike, also)
    found = {one["id"].removeprefix("urn:uuid:"): one for one in room.client.get("/api/v1/items").get_json()["items"]}
    why = room.client.get(f"/api/v1/items/{also.id}").get_json()["why"]
    room.close()
    assert found[also.id]["story"] == found[FRIGATE.id]["story"] != found[alike.id]["story"]
    assert why == "set apart by the editor"


@pytest.mark.parametrize("waits", [0, 3], ids=["all at once", "one more later"])
def test_what_stands_on_a_page_of_several_articles_that_is_set_apart_is_told_by_itself(
    tmp_path: Path, waits: int
) -> None:
    """As where the page was set apart after they came: a live ticker became one story of all that it ever told."""
    page = "https://bbc-world.example/live"
    titles = "Frigate runs aground", "Octopuses dream in colour", "Plum harvest fails in Lumio", "Rain over Perth"
    ticker = [item(title, url=page, age=(9 - n) * HOUR) for n, title in enumerate(titles)]
    room = Newsroom(tmp_path, f"{CONFIG}stories: {{split: ['{page}']}}\n")
    room.publish(FRIGATE, OCTOPUS)
    for batch in (ticker[:waits], ticker[waits:]):
        room.publish(*batch)
    found = {one["id"].removeprefix("urn:uuid:"): one for one in room.client.get("/api/v1/items").get_json()["items"]}
    room.close()
    assert {found[one.id]["story"] for one in ticker} == {found[one.id]["id"] for one in ticker}


def test_a_report_that_belongs_to_an_older_story_joins_the_younger_one_to_that(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, f"{CONFIG}stories: {{join: [['{HARVEST.url}', '{DREAMS.url}']]}}\n")
    for one in (OCTOPUS, HARVEST, DREAMS):
        room.publish(one)
    answer = room.client.get("/api/v1/items").get_json()
    homes = {one["story"].removeprefix("urn:uuid:") for one in answer["items"]}
    moved = room.client.get(f"/stories/{HARVEST.id}")
    room.close()
    assert homes == {OCTOPUS.id}, "the older story keeps its id"
    assert moved.status_code == 301 and moved.location.endswith(OCTOPUS.id)


@pytest.mark.parametrize("key", ["split", "join"])
def test_news_that_touches_all_there_is_hinders_no_override(tmp_path: Path, key: str) -> None:
    """It has these stories placed by the new rules before the others follow, and then nothing seems left to do."""
    room, also = Newsroom(tmp_path), item("Navy buys a frigate", "kyodo", age=29 * HOUR)
    room.publish(FRIGATE, also, OCTOPUS)
    said = [also.url] if key == "split" else [[FRIGATE.url, OCTOPUS.url]]
    room.put_in_force(f"{CONFIG}stories: {{{key}: {said}}}\n")
    room.publish(item("Navy buys a frigate", "reuters", age=HOUR), DREAMS, live=True)
    now = int(room.now.timestamp())
    re_place_all(room.archive, room.application.policy, lambda: now, lambda: True)
    one = also if key == "split" else OCTOPUS
    found = room.client.get(f"/stories/{one.id}")
    room.close()
    assert found.status_code == (200 if key == "split" else 301)


def test_what_was_set_apart_stays_so_when_the_line_is_gone_and_its_outlet_changes_it(room: Newsroom) -> None:
    """A corrected word undid what the editor had decided: what changes and stands alone is grouped as if it had just come."""
    room.overrule(split=(DREAMS,))
    room.overrule()
    assert {OCTOPUS.id, DREAMS.id} <= entries(room).keys()
    room.change(replace(DREAMS, summary="Corrected.", hash="corrected"))
    room.publish()
    assert {OCTOPUS.id, DREAMS.id} <= entries(room).keys()
    assert room.client.get(f"/stories/{DREAMS.id}").status_code == 200
