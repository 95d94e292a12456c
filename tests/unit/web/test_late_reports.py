"""A story enters what is asked of one outlet, label or language with the first report that is of it."""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, Newsroom, item

HOUR = timedelta(hours=1)
MINE = "Missile Falls Into the Harbour of Lumio"


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    """The BBC joins what Reuters told seven hours ago, after two reports of its own."""
    room.publish(item(MINE, "reuters", age=7 * HOUR, summary="Reuters: a missile fell.", lang="de"))
    room.publish(item("Navy Chorus Tours Lapland", age=5 * HOUR))
    room.publish(item("Frigate Cook Wins Prize", "kyodo", age=4 * HOUR))
    room.publish(item("Missile Silo Becomes Hotel", age=2 * HOUR))
    room.publish(item(MINE, age=6 * HOUR, summary="The BBC: a missile fell at night."), live=True)
    return room


def listed(room: Newsroom, address: str) -> list[dict[str, Any]]:
    told = room.client.get(address).get_json()
    found: list[dict[str, Any]] = told["items"] if "items" in told else told["stories"]
    return found


@pytest.mark.parametrize(
    "address",
    [
        "/latest.json?source=bbc-world",
        "/search.json?label=owner:public",
        "/sections/defense.json?publisher=BBC",
        "/sections/defense.json?lang=en&primary=1",
        "/sources/bbc-world.json?view=stories",
        "/search.json?q=missile&source=bbc-world",
        "/api/v1/stories?section=defense&label=broadcaster&since=30d",
    ],
)
def test_a_story_stands_first_where_an_outlet_has_just_joined_it(room: Newsroom, address: str) -> None:
    """A subscriber to the newest twenty of that outlet would never see it at the place where it entered with another."""
    assert [one["title"] for one in listed(room, f"{address}&limit=1")] == [MINE]
    assert listed(room, address)[0]["title"] == MINE


def test_a_story_stands_where_it_entered_for_all_others(room: Newsroom) -> None:
    for address in ("/latest.json?limit=9", "/latest.json?source=reuters", "/search.json?lang=de&limit=9"):
        assert listed(room, address)[-1]["title"] == MINE


def test_an_outlet_that_tells_more_of_a_story_is_not_joining_it(room: Newsroom) -> None:
    before = [one["id"] for one in listed(room, "/latest.json?source=bbc-world")]
    room.now += HOUR
    more = item("Lumio Asks Whose Missile It Was", summary="The BBC: a missile fell, and nobody was hurt.")
    joined = [one["url"] for one in listed(room, "/api/v1/stories?q=lumio")[0]["sources"]]
    room.put_in_force(f"{CONFIG}stories: {{join: [['{more.url}', '{joined[0]}']]}}\n")
    room.publish(more, live=True)
    assert len({one["story"] for one in listed(room, "/api/v1/items?source=bbc-world&q=lumio")}) == 1
    assert [one["id"] for one in listed(room, "/latest.json?source=bbc-world")] == before


@pytest.mark.parametrize(
    "asked", ["label=owner:public", "source=bbc-world&min_publishers=1", "lang=en&section=defense"]
)
def test_paging_tells_each_once(room: Newsroom, asked: str) -> None:
    whole = [one["id"] for one in listed(room, f"/api/v1/stories?{asked}")]
    seen = [one["id"] for one in paged(room, asked)]
    assert seen == whole
    assert len(set(seen)) == len(seen) > 2


def paged(room: Newsroom, asked: str) -> list[dict[str, Any]]:
    seen, address = [], f"/api/v1/stories?{asked}&limit=1"
    while address:
        got = room.client.get(address).get_json()
        seen += got["stories"]
        address = (got["next_url"] or "").removeprefix("https://wire.example.org/news")
    return seen


def test_a_story_that_an_outlet_joins_in_the_second_in_which_another_enters_is_on_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its story is of another outlet, and was placed after the others."""
    monkeypatch.setattr("aggregator.store.lists.FEW", -1)  # as where the outlet has many items
    with closing(Newsroom(tmp_path)) as room:
        room.receive(item("Frigate Cook Wins Prize"), item("Navy Chorus Tours Lapland"), live=True)
        room.publish(item(MINE, "reuters", age=7 * HOUR, summary="Reuters: a missile fell."))
        room.publish(item(MINE, age=6 * HOUR, summary="The BBC: a missile fell at night."), live=True)
        assert MINE in [one["title"] for one in paged(room, "source=bbc-world")]


def test_an_outlet_that_floods_a_story_does_not_fill_every_list(room: Newsroom) -> None:
    """Its first report stays, by which it joined the story, its newest, and the one that leads; the timeline of the story has all."""
    copies = [
        replace(
            item(MINE, age=timedelta(minutes=200 - n)),
            id=id,
            key=id,
            url=f"https://bbc.example/{n}",
            canonical=f"https://bbc.example/{n}",
        )
        for n, id in ((n, str(uuid.UUID(int=n))) for n in range(1, 101))
    ]
    room.publish(*copies, item(MINE, "kyodo", age=timedelta(minutes=1)), live=True)
    told = listed(room, "/api/v1/stories?q=lumio&limit=1")[0]
    feed = listed(room, "/latest.json?q=lumio&limit=1")[0]
    for sources in (told["sources"], feed["_aggregator"]["sources"]):
        assert [one["publisher"] for one in sources] == ["Reuters", *["BBC"] * 51, "Kyodo"]
        assert [one["url"] for one in sources][2:52] == [f"https://bbc.example/{n}" for n in (1, *range(52, 101))]
        assert sources[1]["published"] == "2026-11-24T06:00:00Z"
    assert told["link"] == feed["url"] == "https://bbc.example/1"
    whole = room.client.get(f"/api/v1/stories/{told['id']}").get_json()
    assert (len(whole["sources"]), len(whole["timeline"])) == (53, 103)


def test_what_an_entry_of_json_feed_says_of_outlets_moves_with_its_updated(room: Newsroom) -> None:
    """A copy that joins, and another name of the outlet, are on the page and in the API. `publishers` said so, `sources` did not."""
    told = item("Admiral Retires", summary="After forty years at sea.")
    room.publish(told, live=True)
    (before,) = listed(room, "/latest.json?q=admiral")
    room.publish(item(told.title, "kyodo", url=told.url, summary=told.summary), live=True)
    room.edit(room.text.replace("{name: BBC, aliases: [", "{name: Beeb, aliases: [BBC, "))
    assert listed(room, "/api/v1/stories?q=admiral")[0]["publishers"] == ["Beeb", "Kyodo"]
    assert listed(room, "/latest.json?q=admiral") == [before]
