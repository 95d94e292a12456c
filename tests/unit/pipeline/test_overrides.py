"""`stories: join`, `split`, `hide` and `pin` as an editor uses them: edit the file, bring news, look at the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders.process import configuration
from newsroom import Newsroom, item, of_the_file

from aggregator.cli.main import main
from aggregator.pipeline.re_placement import re_place_all

DAM = ("Dam in Kakhovka gives way and floods towns", "Dam in Kakhovka gives way, flooding towns below")
OTHER = "Octopuses dream in colour, marine biologists find"
MORE = "Kakhovka dam gives way: towns below are flooded"


class Wire:
    """Three outlets that publish articles of (key, title), and the file over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.room = Newsroom(folder, self.file(""))

    def file(self, stories: str) -> str:
        outlets = {name: f"https://{name}.example/feed" for name in ("one", "two", "three")}
        head = f"stories: {stories}" if stories else ""
        return configuration(self.folder, outlets, head=head).read_text()

    def edit(self, stories: str) -> None:
        self.room.now += timedelta(minutes=1)
        self.room.edit(self.file(stories))

    def publish(self, outlet: str, *entries: tuple[str, str]) -> None:
        self.room.now += timedelta(minutes=1)
        self.room.publish(
            *(
                item(
                    title,
                    outlet,
                    publisher=outlet,
                    age=timedelta(minutes=50 - n),
                    url=f"https://{outlet}.example/{key}",
                )
                for n, (key, title) in enumerate(entries)
            ),
            live=True,
        )

    def explain(self, *arguments: str) -> int:
        return main(["--config", str(self.room.place.config), "--instance", str(self.folder), "explain", *arguments])

    def ask(self, path: str) -> Any:
        return self.room.client.get(path)

    def stories(self) -> dict[frozenset[str], str]:
        """Which articles each story holds, by their keys, and its id."""
        found: dict[frozenset[str], str] = {}
        for story in self.ask("/api/v1/stories").get_json()["stories"]:
            keys = frozenset(report["url"].rsplit("/", 1)[1] for report in story["sources"])
            found[keys] = story["id"]
        return found


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path)
    made.publish("one", ("dam-1", DAM[0]), ("octopus", OTHER))
    made.publish("two", ("dam-2", DAM[1]))
    yield made
    made.room.close()


def only(*keys: str) -> frozenset[str]:
    return frozenset(keys)


def test_a_split_article_leaves_for_good_and_comes_back_when_it_may(wire: Wire) -> None:
    before = wire.stories()
    assert before.keys() == {only("dam-1", "dam-2"), only("octopus")}
    wire.edit("{split: ['https://two.example/dam-2']}")
    apart = wire.stories()
    assert apart.keys() == {only("dam-1"), only("dam-2"), only("octopus")}
    assert apart[only("dam-1")] == before[only("dam-1", "dam-2")], "the founder keeps the story's id"
    wire.publish("three", ("dam-3", MORE))
    expected = {only("dam-1", "dam-3"), only("dam-2"), only("octopus")}
    assert wire.stories().keys() == expected, "nothing joins what is set apart"


@of_the_file
def test_an_article_is_named_as_people_write_its_address(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    wire.publish("two", ("%C3%BCberfall", "Robbers flee a bank in Köln"))
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus"), only("%C3%BCberfall")}
    assert wire.explain("https://two.example/überfall") == 0
    assert "Robbers flee" in capsys.readouterr().out
    wire.edit("{hide: ['https://two.example/überfall']}")
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus")}


def test_an_address_that_no_article_has_is_told_when_the_edit_is_in_force(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    dam = "https://two.example/dam-2"
    file = wire.file(f"{{hide: ['{dam}', '{dam}2'], pin: [{{url: '{dam}3', section: world, until: 2020-01-01}}]}}")
    now = int(wire.room.now.timestamp())
    for _ in range(2):
        wire.room.put_in_force(file)
        re_place_all(wire.room.archive, wire.room.application.policy, lambda: now, lambda: True)
    assert [one for one in caplog.messages if "dam" in one] == [
        f"under `stories`, 1 address is of no stored item (misspelt, or not published yet): {dam}2"
    ]


def test_where_the_founder_is_set_apart_the_rest_gets_an_id_of_its_own(wire: Wire) -> None:
    wire.publish("three", ("dam-3", MORE))
    whole = only("dam-1", "dam-2", "dam-3")
    id = wire.stories()[whole]
    items = {item["id"]: item["url"].rsplit("/", 1)[1] for item in wire.ask("/api/v1/items").get_json()["items"]}
    assert items[id] == "dam-1"
    wire.edit("{split: ['https://one.example/dam-1']}")
    found = wire.stories()
    assert found[only("dam-1")] == id
    rest = found[only("dam-2", "dam-3")]
    assert items[rest] == "dam-2", "named by an item of its own"
    assert wire.ask(f"/api/v1/stories/{rest.removeprefix('urn:uuid:')}").status_code == 200


def test_joined_articles_are_one_story_stored_or_yet_to_come(wire: Wire) -> None:
    before = wire.stories()
    status = wire.ask("/api/v1/status").get_json()
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2', 'https://three.example/late']]}")
    whole = only("dam-1", "dam-2", "octopus")
    found = wire.stories()
    assert found.keys() == {whole}
    older, younger = before[only("dam-1", "dam-2")], before[only("octopus")]
    assert found[whole] == older
    assert wire.ask(f"/api/v1/stories/{younger.removeprefix('urn:uuid:')}").status_code == 301
    changed = wire.ask(f"/api/v1/stories?changed_since={status['last_edition']}").get_json()["stories"]
    assert [(story["id"], story["merged"]) for story in changed] == [(older, [younger])], "for who mirrors stories"
    wire.publish("three", ("late", "Something else entirely, about football"))
    assert wire.stories() == {whole | {"late"}: older}


def test_what_founded_a_story_says_that_the_editor_joined_it_to_another(wire: Wire) -> None:
    def reasons() -> dict[str, str]:
        items = wire.ask("/api/v1/items").get_json()["items"]
        told = [wire.ask(f"/api/v1/items/{item['id'].removeprefix('urn:uuid:')}").get_json() for item in items]
        return {one["url"].rsplit("/", 1)[1]: one["why"].partition(" ")[0] for one in told}

    assert reasons() == {"dam-1": "founder", "dam-2": "alike", "octopus": "founder"}
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    assert reasons() == {"dam-1": "founder", "dam-2": "alike", "octopus": "joined"}
    wire.edit("{split: ['https://one.example/octopus']}")
    assert reasons()["octopus"] == "set", "set apart by the editor"


def test_what_was_joined_and_is_set_apart_takes_back_its_address(wire: Wire) -> None:
    before = wire.stories()
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    wire.edit("{split: ['https://one.example/octopus']}")
    assert wire.stories() == before
    for id in before.values():
        assert wire.ask(f"/api/v1/stories/{id.removeprefix('urn:uuid:')}").status_code == 200


def test_the_way_back_from_a_join_is_to_split_and_join_anew(wire: Wire) -> None:
    """As docs/editing.md tells it."""
    wire.publish("three", ("octopus-3", "Octopuses dream in colour, find marine biologists"))
    before = wire.stories()
    assert before.keys() == {only("dam-1", "dam-2"), only("octopus", "octopus-3")}
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    joined = wire.stories()
    assert joined.keys() == {only("dam-1", "dam-2", "octopus", "octopus-3")}
    wire.edit("")
    assert wire.stories() == joined, "the old file alone does not bring them apart"
    wire.edit("{split: ['https://one.example/octopus', 'https://three.example/octopus-3']}")
    wire.edit("{join: [['https://one.example/octopus', 'https://three.example/octopus-3']]}")
    assert wire.stories() == before
    wire.edit("")
    assert wire.stories() == before


def test_the_way_back_from_a_split_is_to_join(wire: Wire) -> None:
    before = wire.stories()
    wire.edit("{split: ['https://two.example/dam-2']}")
    apart = wire.stories()
    wire.edit("")
    assert wire.stories() == apart, "the old file alone does not bring them together"
    wire.edit("{join: [['https://one.example/dam-1', 'https://two.example/dam-2']]}")
    wire.edit("")
    assert wire.stories() == before


def test_split_outweighs_join(wire: Wire) -> None:
    wire.edit(
        "{join: [['https://one.example/octopus', 'https://two.example/dam-2']], split: ['https://one.example/octopus']}"
    )
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus")}


@of_the_file
def test_explain_and_the_api_say_why_an_item_joined_and_what_came_next(
    wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    fights = [("7th", "Delacroix", "seventh"), ("6th", "Okonkwo", "sixth")]
    for outlet in ("one", "two", "three"):
        wire.publish(
            outlet,
            *[
                (f"{name}-{outlet}", f"Champion Wolodymyr Petrenko stops {name} in {place} round to keep {n} belts")
                for n, (place, name, _) in enumerate(fights, 3)
            ],
        )
    assert wire.explain("https://three.example/Okonkwo-three", "--json") == 0
    joining = orjson.loads(capsys.readouterr().out)["joining"]
    assert "okonkwo" in joining["shared"]
    assert "Delacroix" in joining["next"]["title"]
    assert joining["next"]["against"]
    assert wire.explain("https://three.example/Okonkwo-three") == 0
    told = capsys.readouterr().out
    assert joining["next"]["story"] in told
    assert all(f"against it: {veto}" in told for veto in joining["next"]["against"])
    items = wire.ask("/api/v1/items?limit=50").get_json()["items"]
    id = next(one["id"] for one in items if one["url"].endswith("Okonkwo-three")).removeprefix("urn:uuid:")
    why = wire.ask(f"/api/v1/items/{id}").get_json()["why"]
    assert "okonkwo" in why
    assert "Delacroix" in why
    assert joining["next"]["against"][0] in why


def test_what_was_hidden_or_pinned_goes_back_with_the_old_file(wire: Wire) -> None:
    before = wire.stories()
    (pinned,) = (id for keys, id in before.items() if "octopus" in keys)
    wire.edit(
        "{hide: ['https://two.example/dam-2', 'https://one.example/dam-1'], "
        "pin: [{url: 'https://one.example/octopus', section: defense}]}"
    )
    assert wire.stories() == {only("octopus"): pinned}
    assert wire.ask("/sections/defense.json").get_json()["items"][0]["id"] == pinned
    wire.edit("")
    assert wire.stories() == before
    assert wire.ask("/sections/defense.json").get_json()["items"] == []


def test_what_is_joined_is_one_story_though_all_that_is_stored_was_pinned_until_today(wire: Wire) -> None:
    articles = ["https://one.example/dam-1", "https://two.example/dam-2", "https://one.example/octopus"]
    until = wire.room.now.date().isoformat()
    pins = ", ".join(f"{{url: '{one}', section: defense, until: {until}}}" for one in articles)
    wire.edit(f"{{pin: [{pins}]}}")
    wire.room.now += timedelta(days=2)
    wire.room.put_in_force(wire.file(f"{{pin: [{pins}], join: [['{articles[0]}', '{articles[2]}']]}}"))
    wire.publish("three")  # the edition ends the pins
    re_place_all(wire.room.archive, wire.room.application.policy, lambda: int(wire.room.now.timestamp()), lambda: True)
    assert wire.stories().keys() == {only("dam-1", "dam-2", "octopus")}
