"""How far stored stories have followed an edit, as `/api/v1/status` tells it: to the end, whatever came between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from newsroom import CONFIG, NEWS, Newsroom

from aggregator.bootstrap import Application
from aggregator.categorise import version
from aggregator.cli.comparison import Comparison
from aggregator.model import notes
from aggregator.model.notes import RePlacing
from aggregator.model.stream import StreamName
from aggregator.pipeline import re_placement
from aggregator.pipeline.re_placement import re_place, re_place_all
from aggregator.ports import StoryRow

EDIT = CONFIG.replace("words: [NATO]", "words: [NATO, shipbuilder]")
MOVED = "Navy's Newest Frigate Delayed Again, Shipbuilder Says"


@pytest.fixture
def room(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setattr(re_placement, "BATCH", 2)
    room.publish(*NEWS)
    return room


def told(room: Newsroom) -> Any:
    answer = room.client.get("/api/v1/status").json
    assert answer
    return answer["re_placing"]


def listed(room: Newsroom, view: str, asked: str = "") -> list[dict[str, Any]]:
    answer = room.client.get(f"/api/v1/{view}{asked}").json
    assert answer
    return list(answer[view])


def follow(room: Newsroom, proceed: Callable[[], bool] = lambda: True) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    now = int(room.now.timestamp())
    re_place_all(room.archive, room.application.policy, lambda: now, proceed, lambda done, of: seen.append((done, of)))
    return seen


def stopping(after: int) -> Callable[[], bool]:
    left = iter(range(after))
    return lambda: next(left, None) is not None


def test_progress_is_told_and_ends_with_all(room: Newsroom) -> None:
    assert told(room) is None
    room.put_in_force(EDIT)
    assert follow(room) == [(2, 5), (4, 5), (5, 5)]
    assert (told(room)["done"], told(room)["of"]) == (5, 5)
    assert told(room)["epoch"] == room.application.settings.epoch


def test_a_story_whose_text_was_lost_with_a_damaged_page_is_judged_once(room: Newsroom) -> None:
    """What SQLite saved of an archive (`.recover`) may lack some rows. Such a story stayed the next to be judged, for ever."""
    room.archive.edition._db.write("DELETE FROM texts WHERE item = 2")
    room.put_in_force(EDIT)
    turns = iter(range(9))
    assert follow(room, lambda: next(turns) < 8) == [(2, 5), (4, 5), (5, 5)]
    assert room.plan(CONFIG)["stories"] == 4, "nor can a plan say anything of it"


def test_stories_that_merge_meanwhile_leave_nothing_behind(room: Newsroom) -> None:
    pair = [one.url for one in NEWS[3:5]]
    room.put_in_force(EDIT + f'stories: {{join: [["{pair[0]}", "{pair[1]}"]]}}\n')
    follow(room)
    assert told(room)["done"] == told(room)["of"]


def test_a_plan_leaves_out_what_merged_since_its_page_was_read(room: Newsroom) -> None:
    pair = [one.url for one in NEWS[3:5]]

    def pages() -> Iterator[Sequence[StoryRow]]:
        for rows in room.archive.edition.pages():
            room.edit(f'{CONFIG}stories: {{join: [["{pair[0]}", "{pair[1]}"]]}}\n')
            yield rows

    proposed = Application.of_texts(room.place, {"feeds.yaml": EDIT})
    assert Comparison(proposed, room.archive).report(pages(), lambda done: None)["stories"] == 4


def test_a_restart_in_the_middle_goes_on_where_it_was(room: Newsroom) -> None:
    room.put_in_force(EDIT)
    follow(room, stopping(after=1))
    assert (told(room)["done"], told(room)["of"]) == (2, 5)
    assert follow(room) == [(4, 5), (5, 5)]
    assert (told(room)["done"], told(room)["of"]) == (5, 5)


def test_stories_are_counted_once_however_often_news_interrupts(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 223,000 stories on PostgreSQL the count took up to a second of every five."""
    room.put_in_force(EDIT)
    follow(room, stopping(after=1))
    monkeypatch.setattr(room.archive.edition, "count_outdated", None)
    assert follow(room) == [(4, 5), (5, 5)]


def test_an_upgrade_in_the_middle_is_not_told_as_done_before_it_is(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All stories are outdated again, under the same configuration."""
    room.put_in_force(EDIT)
    follow(room, stopping(after=2))
    monkeypatch.setattr(version, "program", lambda: "another")
    room.put_in_force(EDIT)
    follow(room, stopping(after=2))
    assert room.archive.edition.count_outdated(room.application.policy.epoch) == 1
    assert told(room)["done"] < told(room)["of"]
    follow(room)
    assert told(room)["done"] == told(room)["of"] == 5


def test_what_was_finished_untold_is_told_by_the_next(room: Newsroom) -> None:
    room.put_in_force(EDIT)
    room.archive.upkeep.note(notes.RE_PLACING, RePlacing(2, 5, "gone"))
    while re_place(room.archive, room.application.policy, lambda: 0):
        pass
    assert follow(room) == []
    assert told(room)["done"] == told(room)["of"] == 5


def test_an_edit_that_leaves_nothing_to_do_is_done(room: Newsroom) -> None:
    room.put_in_force(EDIT)
    follow(room)
    room.put_in_force(EDIT + "# a comment\n")
    assert follow(room) == []
    assert told(room) == {"done": 5, "of": 5, "epoch": room.application.settings.epoch}


def test_the_first_edit_is_done_too_if_it_leaves_nothing_to_do(room: Newsroom) -> None:
    """Or who waits for `epoch` to be that of the configuration in force would wait for ever."""
    assert told(room) is None
    assert follow(room) == []
    assert told(room) == {"done": 0, "of": 0, "epoch": room.application.settings.epoch}


def test_the_next_edit_counts_from_nothing(room: Newsroom) -> None:
    room.put_in_force(EDIT)
    follow(room, stopping(after=1))
    room.put_in_force(EDIT.replace("shipbuilder", "builder"))
    room.archive.upkeep.note(notes.RE_PLACING, RePlacing(2, 7, "gone"))  # there were more before some merged
    assert follow(room) == [(2, 5), (4, 5), (5, 5)]


def test_an_edit_changes_only_the_stories_that_it_moves(room: Newsroom) -> None:
    """Or clients that ask what changed would get the whole archive after each edit, and every page would be rendered anew."""
    room.now += timedelta(hours=1)
    room.put_in_force(EDIT)
    follow(room)
    since = f"?changed_since={room.now - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    assert [row["title"] for row in listed(room, "stories", since)] == [MOVED]
    assert [row["title"] for row in listed(room, "items", since)] == [MOVED]
    version = room.archive.reading.version(StreamName("topic", "rare-earths"))
    room.put_in_force(EDIT.replace("shipbuilder", "shipbuilder, nobody says this"))
    follow(room)
    assert room.archive.reading.version(StreamName("topic", "rare-earths")) == version


def test_a_headline_that_its_outlet_changed_just_before_an_edit_is_told(room: Newsroom) -> None:
    """Stored stories may follow the edit before the next edition; what they announce stays until that."""
    frigate = next(one for one in NEWS if one.title == MOVED)
    changed = replace(frigate, title="Navy's Newest Frigate Sinks, Shipbuilder Says", hash="changed")
    room.change(changed)
    room.put_in_force(EDIT)
    follow(room)
    assert MOVED in {row["title"] for row in listed(room, "stories")}
    room.publish()
    assert changed.title in {row["title"] for row in listed(room, "stories")}
