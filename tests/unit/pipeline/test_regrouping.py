"""Items that change after they were placed, over a real archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom import Newsroom, item

from aggregator.model.item import Item
from aggregator.model.poll import PollResult
from aggregator.pipeline.edition import edition

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


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path)
    yield newsroom
    newsroom.close()


def change(room: Newsroom, *items: Item) -> None:
    """What a poll does with items that say something else, and the edition after it."""
    states = {state.id: state for state in room.archive.sources.states()}
    known = room.archive.intake.known([one.id for one in items])
    room.archive.intake.apply(
        [PollResult(states[one.source], changed=((known[one.id][0], one),)) for one in items], room.now
    )
    edition(room.archive, room.application.policy, lambda: int(room.now.timestamp()))


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
