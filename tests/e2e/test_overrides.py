"""`stories: join` and `split`, as an editor uses them: edit the file, poll, look at the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders import rss
from builders.process import configuration
from servers.local import Server, answer

from aggregator.bootstrap import Application, Installation, library, utc_now
from aggregator.cli.main import main
from aggregator.web.app import create_app

DAM = ("Dam in Kakhovka gives way and floods towns", "Dam in Kakhovka gives way, flooding towns below")
OTHER = "Octopuses dream in colour, marine biologists find"
MORE = "Kakhovka dam gives way: towns below are flooded"


class Wire:
    """Three outlets, each a feed of (key, title), and the file over them."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.server = server
        self.place = Installation(folder / "feeds.yaml", folder / "instance")
        self.folder = folder
        self.moment = utc_now() - timedelta(
            minutes=50
        )  # one for all: which item founds a story is not left to the second
        self.edit("")

    def edit(self, stories: str) -> None:
        feeds = {name: self.server.url(f"/{name}") for name in ("one", "two", "three")}
        configuration(self.folder, feeds, head=f"stories: {stories}" if stories else "")

    def publish(self, outlet: str, *entries: tuple[str, str]) -> None:
        rows = [(key, title, self.moment + timedelta(minutes=n)) for n, (key, title) in enumerate(entries)]
        self.server.routes[f"/{outlet}"] = answer(rss(rows, outlet, f"{outlet}.example"))

    def poll(self) -> None:
        assert main(["--config", str(self.place.config), "--instance", str(self.place.instance), "poll", "--json"]) == 0

    def ask(self, path: str) -> Any:
        client = create_app(library(Application.load(self.place))).test_client()
        return client.get(path)

    def stories(self) -> dict[frozenset[str], str]:
        """Which articles each story holds, by their keys, and its id."""
        found: dict[frozenset[str], str] = {}
        for story in self.ask("/api/v1/stories").get_json()["stories"]:
            keys = frozenset(report["url"].rsplit("/", 1)[1] for report in reports(story))
            found[keys] = story["id"]
        return found


def reports(story: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return story["sources"]  # type: ignore[no-any-return]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with Server({}) as server:
        made = Wire(tmp_path, server)
        made.publish("one", ("dam-1", DAM[0]), ("octopus", OTHER))
        made.publish("two")
        made.publish("three")
        made.poll()  # so that it is known which came first
        made.publish("two", ("dam-2", DAM[1]))
        made.poll()
        yield made


def only(*keys: str) -> frozenset[str]:
    return frozenset(keys)


def test_a_split_article_leaves_for_good_and_comes_back_when_it_may(wire: Wire) -> None:
    before = wire.stories()
    assert before.keys() == {only("dam-1", "dam-2"), only("octopus")}
    wire.edit("{split: ['https://two.example/dam-2']}")
    wire.poll()
    apart = wire.stories()
    assert apart.keys() == {only("dam-1"), only("dam-2"), only("octopus")}
    founder = apart[only("dam-1")] if before[only("dam-1", "dam-2")] == apart[only("dam-1")] else apart[only("dam-2")]
    assert founder == before[only("dam-1", "dam-2")], "the founder keeps the story's id"
    wire.publish("three", ("dam-3", MORE))
    wire.poll()
    later = wire.stories()
    assert later.keys() == {only("dam-1", "dam-3"), only("dam-2"), only("octopus")}, "nothing joins what is set apart"
    wire.poll()
    assert wire.stories() == later, "polling again changes nothing"


def test_an_article_is_named_as_people_write_its_address(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    wire.publish("two", ("dam-2", DAM[1]), ("überfall", "Robbers flee a bank in Köln"))
    wire.poll()
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus"), only("%C3%BCberfall")}
    capsys.readouterr()
    place = ["--config", str(wire.place.config), "--instance", str(wire.place.instance)]
    assert main([*place, "explain", "https://two.example/überfall"]) == 0
    assert "Robbers flee" in capsys.readouterr().out
    wire.edit("{hide: ['https://two.example/überfall']}")
    wire.poll()
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus")}


def test_where_the_founder_is_set_apart_the_rest_gets_an_id_of_its_own(wire: Wire) -> None:
    wire.publish("three", ("dam-3", MORE))
    wire.poll()
    whole = only("dam-1", "dam-2", "dam-3")
    id = wire.stories()[whole]
    items = {item["id"]: item["url"].rsplit("/", 1)[1] for item in wire.ask("/api/v1/items").get_json()["items"]}
    founder = items[id]
    wire.edit(f"{{split: ['https://{'one' if founder == 'dam-1' else 'two'}.example/{founder}']}}")
    wire.poll()
    found = wire.stories()
    assert found[only(founder)] == id
    rest = found[whole - {founder}]
    assert items[rest] in whole - {founder}, "named by an item of its own"
    assert wire.ask(f"/api/v1/stories/{rest.removeprefix('urn:uuid:')}").status_code == 200


def test_joined_articles_are_one_story_stored_or_yet_to_come(wire: Wire) -> None:
    before = wire.stories()
    status = wire.ask("/api/v1/status").get_json()
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2', 'https://three.example/late']]}")
    wire.poll()
    whole = only("dam-1", "dam-2", "octopus")
    found = wire.stories()
    assert found.keys() == {whole}
    assert found[whole] in before.values()
    younger = next(id for id in before.values() if id != found[whole])
    moved = wire.ask(f"/api/v1/stories/{younger.removeprefix('urn:uuid:')}")
    assert moved.status_code in (301, 308)
    changed = wire.ask(f"/api/v1/stories?changed_since={status['last_edition']}").get_json()["stories"]
    assert [(story["id"], story["merged"]) for story in changed] == [(found[whole], [younger])], (
        "for who mirrors stories"
    )
    wire.publish("three", ("late", "Something else entirely, about football"))
    wire.poll()
    assert wire.stories() == {whole | {"late"}: found[whole]}
    wire.poll()
    assert wire.stories() == {whole | {"late"}: found[whole]}


def test_what_founded_a_story_says_that_the_editor_joined_it_to_another(wire: Wire) -> None:
    def reasons() -> dict[str, str]:
        items = wire.ask("/api/v1/items").get_json()["items"]
        told = [wire.ask(f"/api/v1/items/{item['id'].removeprefix('urn:uuid:')}").get_json() for item in items]
        return {one["url"].rsplit("/", 1)[1]: one["why"].partition(" ")[0] for one in told}

    before = reasons()
    founders = [key for key, why in before.items() if why == "founder"]
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    wire.poll()
    (younger,) = {key for key, why in reasons().items() if why != before[key]}
    assert younger in founders
    assert reasons()[younger] == "joined"
    assert sorted(reasons().values()) == ["alike", "founder", "joined"]
    wire.edit("{split: ['https://one.example/octopus']}")
    wire.poll()
    assert reasons()["octopus"] in ("founder", "set"), "or: set apart"


def test_what_was_joined_and_is_set_apart_takes_back_its_address(wire: Wire) -> None:
    before = wire.stories()
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    wire.poll()
    wire.edit("{split: ['https://one.example/octopus']}")
    wire.poll()
    assert wire.stories() == before
    for id in before.values():
        assert wire.ask(f"/api/v1/stories/{id.removeprefix('urn:uuid:')}").status_code == 200


def test_the_way_back_from_a_join_is_to_split_and_join_anew(wire: Wire) -> None:
    """As docs/editing.md tells it."""
    wire.publish("three", ("octopus-3", "Octopuses dream in colour, find marine biologists"))
    wire.poll()
    before = wire.stories()
    assert before.keys() == {only("dam-1", "dam-2"), only("octopus", "octopus-3")}
    wire.edit("{join: [['https://one.example/octopus', 'https://two.example/dam-2']]}")
    wire.poll()
    joined = wire.stories()
    assert joined.keys() == {only("dam-1", "dam-2", "octopus", "octopus-3")}
    wire.edit("")
    wire.poll()
    assert wire.stories() == joined, "the old file alone does not bring them apart"
    wire.edit("{split: ['https://one.example/octopus', 'https://three.example/octopus-3']}")
    wire.poll()
    wire.edit("{join: [['https://one.example/octopus', 'https://three.example/octopus-3']]}")
    wire.poll()
    assert wire.stories() == before
    wire.edit("")
    wire.poll()
    assert wire.stories() == before


def test_the_way_back_from_a_split_is_to_join(wire: Wire) -> None:
    before = wire.stories()
    wire.edit("{split: ['https://two.example/dam-2']}")
    wire.poll()
    apart = wire.stories()
    wire.edit("")
    wire.poll()
    assert wire.stories() == apart, "the old file alone does not bring them together"
    wire.edit("{join: [['https://one.example/dam-1', 'https://two.example/dam-2']]}")
    wire.poll()
    wire.edit("")
    wire.poll()
    assert wire.stories() == before


def test_split_outweighs_join(wire: Wire) -> None:
    wire.edit(
        "{join: [['https://one.example/octopus', 'https://two.example/dam-2']], split: ['https://one.example/octopus']}"
    )
    wire.poll()
    assert wire.stories().keys() == {only("dam-1", "dam-2"), only("octopus")}


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
    wire.poll()
    capsys.readouterr()
    where = ["--config", str(wire.place.config), "--instance", str(wire.place.instance)]
    assert main([*where, "explain", "https://three.example/Okonkwo-three", "--json"]) == 0
    joining = orjson.loads(capsys.readouterr().out)["joining"]
    assert "okonkwo" in joining["shared"]
    assert "Delacroix" in joining["next"]["title"]
    assert joining["next"]["against"]
    assert main([*where, "explain", "https://three.example/Okonkwo-three"]) == 0
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
    wire.poll()
    assert wire.stories() == {only("octopus"): pinned}
    assert wire.ask("/sections/defense.json").get_json()["items"][0]["id"] == pinned
    wire.edit("")
    wire.poll()
    assert wire.stories() == before
    assert wire.ask("/sections/defense.json").get_json()["items"] == []
