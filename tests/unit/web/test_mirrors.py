"""A copy that is kept by `changed_since` alone is what the service lists, also after stories were hidden, moved, merged or pruned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom, item

from aggregator.model.item import Item
from aggregator.model.story import Batch, Merge, StoryView

HIDING = "stories: {{hide: [{}]}}\n"


@dataclass
class Mirror:
    """Asks for what changed since it last asked, by its own clock, page by page, and does as it is told. `until`: since when, too."""

    room: Newsroom
    view: str
    asked: str = ""
    limit: int = 2
    since: str = "1970-01-01T00:00:00Z"
    until: bool = False
    rows: dict[str, Any] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)  # by the last call
    told: int = 0  # rows of the last call

    def follow(self) -> None:
        now, path = f"{self.room.now:%Y-%m-%dT%H:%M:%SZ}", f"?changed_since={self.since}&limit={self.limit}{self.asked}"
        self.removed, self.told = [], 0
        while path:
            page = self.room.client.get(f"/api/v1/{self.view}{path}").get_json()
            assert len(page[self.view]) + len(page["removed"]) <= self.limit + 1, (
                "a merged story comes with the one that it is in"
            )
            self.rows |= {row["id"]: row for row in page[self.view]}
            self.removed += page["removed"]
            gone = {*page["removed"], *(id for row in page[self.view] for id in row.get("merged", ()))}
            self.rows = {id: row for id, row in self.rows.items() if id not in gone}
            path = f"?{page['next_url'].partition('?')[2]}" if page["next_url"] else ""
            self.told += len(page[self.view])
        self.since = page["changed_until"] if self.until else now

    def named(self) -> set[str]:
        """All that a list of changes names."""
        return {*self.rows, *self.removed, *(id for row in self.rows.values() for id in row.get("merged", ()))}

    def is_true(self) -> bool:
        listed = self.room.client.get(f"/api/v1/{self.view}?limit=50{self.asked}").get_json()
        assert "removed" not in listed
        return {id: _own(row) for id, row in self.rows.items()} == {row["id"]: _own(row) for row in listed[self.view]}


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """What related stories are changes with those."""
    return {name: value for name, value in row.items() if name != "related"}


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    room.now += timedelta(hours=1)
    return room


def edit(room: Newsroom, text: str) -> None:
    room.now += timedelta(hours=1)
    room.edit(text)
    room.now += timedelta(hours=1)


def hide(room: Newsroom, *items: Item) -> None:
    edit(room, CONFIG + HIDING.format(", ".join(repr(one.url) for one in items)))


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("view", ["stories", "items"])
def test_what_the_editor_hid_is_told_and_shown_again(room: Newsroom, view: str, limit: int) -> None:
    mirror = Mirror(room, view, limit=limit)
    mirror.follow()
    assert mirror.rows
    assert mirror.is_true()
    hide(room, NEWS[0], NEWS[3], NEWS[4])  # one of three, and two stories
    mirror.follow()
    assert len(mirror.removed) == (2 if view == "stories" else 3)
    assert all(room.client.get(f"/api/v1/{view}/{id}").status_code == 404 for id in mirror.removed)
    assert mirror.is_true()
    hide(room, NEWS[3])
    mirror.follow()
    assert mirror.is_true()
    mirror.follow()
    assert not mirror.removed, "what has not changed since is not told again"


@pytest.mark.parametrize("view", ["stories", "items"])
def test_the_time_of_the_archive_is_told_to_ask_from_it_the_next_time(room: Newsroom, view: str) -> None:
    """By its own clock a client misses what a worker stores whose clock is behind, and has to ask for the last minute again."""
    mirror = Mirror(room, view, until=True)
    mirror.follow()
    assert mirror.is_true()
    for hours in (0, -1, 0, 2, -3):  # the worker's clock
        room.now += timedelta(hours=hours)
        room.publish(item(f"Octopus Number {hours + 10} of {room.now:%H:%M} Dreams", lang=None))
        hide(room, NEWS[hours])
        mirror.follow()
        assert mirror.told
        assert mirror.is_true()
        mirror.follow()
        assert not mirror.told, "nothing is told twice"
        assert not mirror.removed


@pytest.mark.parametrize("asked", ["&section=defense", "&section=defense&primary=1", "&topic=rare-earths"])
def test_who_keeps_a_section_or_topic_is_told_what_left_it(room: Newsroom, asked: str) -> None:
    mirror = Mirror(room, "stories", asked)
    mirror.follow()
    assert mirror.rows
    assert mirror.is_true()
    moved = CONFIG.replace("words: [missile*, navy, frigate*]", "words: [navy, octopus*]")
    edit(room, moved.replace("words: [rare earth, rare earths]", "words: [octopus*]"))
    mirror.follow()
    assert mirror.removed
    assert mirror.is_true()
    hide(room, *NEWS)
    mirror.follow()
    assert not mirror.rows


def test_a_story_that_keeps_a_section_only_as_a_further_one_leaves_those_of_which_it_is_the_first(
    room: Newsroom,
) -> None:
    missile = item("Missile Test by the Navy Near Japan", age=timedelta(minutes=3))
    room.publish(missile)
    mirror = Mirror(room, "stories", "&section=defense&primary=1")
    mirror.follow()
    assert missile.title in [row["title"] for row in mirror.rows.values()]
    edit(room, CONFIG.replace("places: [CN, JP", "words: [{japan: 9}]\n    places: [CN, JP"))
    mirror.follow()
    assert missile.title not in [row["title"] for row in mirror.rows.values()]
    assert mirror.is_true()


def test_what_was_merged_into_a_story_is_told_with_it_when_that_is_hidden(room: Newsroom) -> None:
    mirror = Mirror(room, "stories")
    mirror.follow()
    older, younger = (room.archive.reading.stories_at([NEWS[n].canonical or ""])[0] for n in (4, 3))
    assert isinstance(older, StoryView)
    room.archive.edition.apply(Batch(merges=(Merge(older.n, younger.n),), epoch="one", now=int(room.now.timestamp())))
    hide(room, NEWS[3], NEWS[4])
    mirror.follow()
    assert {f"urn:uuid:{older.id}", f"urn:uuid:{younger.id}"} <= set(mirror.removed)
    assert mirror.is_true()


@pytest.mark.parametrize("view", ["stories", "items"])
def test_texts_that_are_deleted_after_keep_are_told(room: Newsroom, view: str) -> None:
    mirror = Mirror(room, view)
    mirror.follow()
    room.now += timedelta(days=100)
    assert room.archive.upkeep.prune(int(room.now.timestamp()), 90 * 86_400, {}) == len(NEWS)
    room.now += timedelta(hours=1)
    mirror.follow()
    assert mirror.is_true()


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        ("stories", "&q=license*"),
        ("stories", "&q=suppliers+-octopus"),
        ("stories", "&publisher=kyodo"),
        ("stories", "&min_publishers=3"),
        ("items", "&q=license*"),
        ("items", "&section=asia-pacific"),
        ("items", "&topic=rare-earths"),
    ],
)
def test_who_asks_for_all_changes_first_knows_what_no_longer_meets_a_parameter(
    room: Newsroom, view: str, asked: str
) -> None:
    """What those name, and the list of changes with the parameter does not."""
    mirror = Mirror(room, view, asked)
    mirror.follow()
    assert mirror.is_true()
    before = set(mirror.rows)
    for one in NEWS[:3]:
        room.change(replace(one, title=f"Octopus {one.source} Dreams in Peru", summary="At length.", hash="new"))
    room.publish()
    hide(room, NEWS[1])
    every, listed = Mirror(room, view, since=mirror.since), Mirror(room, view, asked, since=mirror.since)
    every.follow()
    listed.follow()
    mirror.follow()
    for id in every.named() - listed.rows.keys():
        mirror.rows.pop(id, None)
    assert not before <= set(mirror.rows)
    assert mirror.is_true()
