"""After an upgrade the rules are the same and the program is another: stored stories are placed anew by it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from newsroom import NEWS, Newsroom, item

from aggregator.categorise import version as judging
from aggregator.categorise import weights
from aggregator.model import notes
from aggregator.pipeline.re_placement import re_place
from aggregator.worker.editions import Editions


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.publish(*NEWS)
    return room


@pytest.fixture
def upgraded(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """The same file under a program that weighs headlines as nothing: other sections come of it."""
    monkeypatch.setattr(judging, "program", lambda: "another")
    monkeypatch.setattr(weights, "HEADLINE", 0.0)
    room.put_in_force(room.text)
    return room


def test_the_fingerprint_is_of_names_contents_and_order() -> None:
    one = [("a", b"1"), ("b", b"2")]
    assert judging.fingerprint(iter(one)) == judging.fingerprint(iter(list(one)))
    others = ([("a", b"1")], [("a", b"1"), ("b", b"3")], [("a", b"1b"), ("", b"2")], [("b", b"2"), ("a", b"1")])
    assert len({judging.fingerprint(iter(parts)) for parts in (one, *others)}) == 5


def test_all_that_decides_is_part_of_it() -> None:
    names = {name for name, _ in judging._parts()}
    assert {
        "categorise/weights.py",
        "text/data/places.tsv.gz",
        "text/match.py",
        "pipeline/compose.py",
        "pipeline/corroboration.py",
        "pipeline/category_topics.py",
        "stories/copies.py",
        "config/publishers.py",
    } <= names
    assert not any(name.endswith(".pyc") for name in names)
    assert len(judging.program()) == 16


def test_what_decides_uses_nothing_of_the_pipeline_that_is_no_part_of_it() -> None:
    """The overrides came to have a module of their own; a change of how pins apply would have re-placed nothing."""
    parts = {name: content.decode() for name, content in judging._parts() if name.startswith("pipeline/")}
    used = {
        name for text in parts.values() for name in re.findall(r"^from aggregator\.pipeline\.(\w+) import", text, re.M)
    }
    assert {f"pipeline/{name}.py" for name in used} <= parts.keys()


def test_the_same_program_finds_nothing_outdated(room: Newsroom) -> None:
    assert room.archive.edition.count_outdated(room.application.policy.epoch) == 0
    assert room.application.policy.epoch.startswith(room.application.settings.epoch[:16])


def test_another_program_places_stored_stories_anew(upgraded: Newsroom) -> None:
    store, policy = upgraded.archive.edition, upgraded.application.policy
    before = upgraded.numbers()
    assert store.count_outdated(policy.epoch) == len(before) > 0
    assert re_place(upgraded.archive, policy, lambda: 0) == len(before)
    assert store.count_outdated(policy.epoch) == 0
    assert upgraded.archive.upkeep.configuration() is not None


def test_a_plan_leaves_out_what_the_program_moves_by_itself(upgraded: Newsroom) -> None:
    report = upgraded.plan()
    assert report["stories"] > 0
    assert (report["changed"], report["moved"]) == (0, 0)


def _editions(room: Newsroom) -> Editions:
    made: Any = Editions.__new__(Editions)
    policy = room.application.policy
    made._current = type("Current", (), {"engine": type("Engine", (), {"policy": policy, "archive": room.archive})})
    made._clock, made._outdone = lambda: room.now, None
    return made  # type: ignore[no-any-return]


def test_of_two_programs_the_one_that_came_last_decides(upgraded: Newsroom) -> None:
    policy, store = upgraded.application.policy, upgraded.archive.edition
    outdated = store.count_outdated(policy.epoch)
    upgraded.archive.upkeep.note(notes.PROGRAM, "one that came later")
    _editions(upgraded)._re_place(upgraded.archive, policy, lambda: True)
    assert store.count_outdated(policy.epoch) == outdated > 0
    upgraded.archive.upkeep.note(notes.PROGRAM, policy.program)
    _editions(upgraded)._re_place(upgraded.archive, policy, lambda: True)
    assert store.count_outdated(policy.epoch) == 0


def test_news_of_a_story_that_waits_to_be_placed_anew_does_not_end_its_waiting(room: Newsroom) -> None:
    """An edition takes what arrived before it places stored stories anew."""
    room.put_in_force(room.text.replace("words: [missile*, navy, frigate*]", "words: [laser*]"))
    room.publish(item("Navy's newest frigate delayed again, shipbuilder says", "kyodo"))
    room.follow()
    told = room.client.get("/api/v1/items?limit=100").get_json()["items"]
    frigate = [one for one in told if "rigate" in one["title"] and "elayed" in one["title"]]
    assert len({one["story"] for one in frigate}) == 1 < len(frigate)
    assert {one["section"] for one in frigate} == {"world"}
