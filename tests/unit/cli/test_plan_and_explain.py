"""`plan` and `explain` over a small archive, as an editor sees them."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, item, polled
from msgspec.structs import replace

from aggregator.bootstrap import Application, Database, Installation
from aggregator.categorise import version
from aggregator.cli import prune
from aggregator.cli.main import main
from aggregator.cli.plan import escaped
from aggregator.model.item import Item
from aggregator.pipeline.edition import edition
from aggregator.pipeline.survey import survey
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.worker.lock import WorkerLock

FILE = """\
sources:
  - {name: One, url: "https://one.example/"}
  - {name: Two, url: "https://two.example/"}
  - {name: Three, url: "https://three.example/"}
sections:
  - id: defense
    words: [missile*, {turret: 0.05}]
    examples: ["Missile lands in the sea"]
  - id: asia-pacific
    places: [eastern-asia]
    examples: ["Bone Japan porcelain breaks records"]
  - id: world
topics:
  - {id: pandas, title: Giant pandas, words: [panda*, unicorn]}
"""

TEXTS = [
    ("one", "Missile lands near Hokkaido, Japan says", 5),
    ("two", "Bone Japan porcelain breaks records", 4),
    ("one", "Panda born in Tokyo zoo", 3),
    ("two", "Laser turret shown at [fair] | by *startup*", 2),
    ("one", "Octopuses dream in colour", 1),
]


MISSILE, JAPAN, PANDA, TURRET, OCTOPUS = (title for _, title, _ in TEXTS)


@dataclass
class Desk:
    """An editor with an archive; `capsys` reads what commands say."""

    folder: Path
    read: Callable[[], Any]

    @property
    def file(self) -> Path:
        return self.folder / "feeds.yaml"

    def run(self, *arguments: str) -> str:
        code = main(["--config", str(self.file), "--instance", str(self.folder / "instance"), *arguments])
        captured = self.read()
        assert code == 0, captured.err
        out: str = captured.out
        return out

    def json(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return found

    def apply(self, text: str) -> None:
        """What is saved is put in force."""
        self.file.write_text(text)
        self.run("apply")

    @property
    def installation(self) -> Installation:
        return Installation(self.file, self.folder / "instance")

    def archive(self) -> SqliteArchive:
        return Database(self.installation).sqlite()

    def place(self, *news: Item, surveyed: bool = False) -> None:
        """As the worker does with what a poll brings."""
        policy = Application.load(self.installation).policy
        with closing(self.archive()) as archive:
            for source in dict.fromkeys(one.source for one in news):
                told = [one for one in news if one.source == source]
                archive.intake.apply([polled(source, told, live=False)], NOW)
            edition(archive, policy, lambda: int(NOW.timestamp()))
            if surveyed:
                survey(archive, policy, lambda: int(NOW.timestamp()))

    def proposals(self, text: str, section: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("explain", text, "--expect", section)["expect"]["proposals"]
        return found

    def propose(self, *edits: tuple[str, str]) -> str:
        text = FILE
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path = self.folder / "proposed.yaml"
        path.write_text(text)
        return str(path)

    def overrule(self, stories: str) -> str:
        """A proposed file that has this word over the stories, and nothing else new."""
        return self.propose(("sources:", f"stories: {stories}\nsources:"))


@pytest.fixture
def empty_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Without an archive, for what is asked of the file alone."""
    (tmp_path / "feeds.yaml").write_text(FILE)
    return Desk(tmp_path, capsys.readouterr)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    (folder / "feeds.yaml").write_text(FILE)
    application = Application.load(Installation(folder / "feeds.yaml", folder / "instance"))
    archive = application.database.open()
    archive.sources.sync(application.settings.sources)
    archive.upkeep.put_in_force(application.settings.epoch, application.settings.texts, int(NOW.timestamp()))
    results = [
        polled(source, [item(source, str(hours), title, published=NOW - timedelta(hours=hours))], live=False)
        for source, title, hours in TEXTS
    ]
    for result in results:
        archive.intake.apply([result], NOW)
    assert edition(archive, application.policy, lambda: int(NOW.timestamp())).stories == len(TEXTS)
    archive.close()
    return folder / "instance"


@pytest.fixture
def desk(empty_desk: Desk, filled: Path) -> Desk:
    shutil.copytree(filled, empty_desk.folder / "instance")
    return empty_desk


def row(plan: dict[str, Any], kind: str, id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in plan[kind] if one["id"] == id)
    return found


def test_nothing_changes_where_nothing_was_edited(desk: Desk) -> None:
    plan = desk.json("plan")
    assert (plan["stories"], plan["changed"], plan["examples"], plan["refused"]) == (5, 0, [], 0)
    assert "Nothing changes: 5 stored stories" in desk.run("plan")
    assert (plan["waiting"], "placed anew" in desk.run("plan")) == (0, False)


def test_what_an_upgrade_is_still_to_move_is_told_and_is_no_change_of_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "program", lambda: "another")
    plan = desk.json("plan")
    assert (plan["stories"], plan["changed"], plan["waiting"]) == (5, 0, 5)
    told = (
        "5 stored stories are still to be placed anew after an upgrade or an earlier edit: "
        "what that moves is not listed here."
    )
    assert desk.run("plan").startswith(f"This file changes nothing.\n{told}\n")
    assert f"\n\n{told}\n" in desk.run("plan", "--markdown")
    desk.run("apply")
    assert "Nothing changes: 5 stored stories" in desk.run("plan")


def test_stories_that_come_and_go_with_the_line_responsible(desk: Desk) -> None:
    proposed = desk.propose(
        ("{turret: 0.05}", "{turret: 2}"), ("[eastern-asia]", "[eastern-asia]\n    not: [japan porcelain]")
    )
    plan = desk.json("plan", proposed)
    assert plan["moved"] == 2
    assert [row(plan, "sections", id)["come"] for id in ("defense", "asia-pacific", "world")] == [1, 0, 1]
    (came,) = row(plan, "sections", "defense")["coming"]
    assert (came["old"], came["new"], came["rule"], came["at"]) == (
        "world", "defense", "words: turret", "proposed.yaml:7",
    )  # fmt: skip
    (left,) = row(plan, "sections", "asia-pacific")["going"]
    assert (left["title"], left["rule"], left["at"]) == (JAPAN, "not: japan porcelain", "proposed.yaml:11")
    (flip,) = plan["examples"]
    assert (flip["of"], flip["held"], flip["holds"], flip["at"]) == ("asia-pacific", True, False, "proposed.yaml:12")
    assert "\n  1 example fails (see `check`), so this file would not be put in force.\n" in desk.run("plan", proposed)
    shown = desk.run("plan", proposed)
    assert f"      + {TURRET}\n        world → defense: words: turret (proposed.yaml:7)\n" in shown
    assert f"      - {JAPAN}\n        asia-pacific → world: not: japan porcelain (proposed.yaml:11)\n" in shown
    review = desk.run("plan", proposed, "--markdown").split("### Examples\n\n", 1)[1]
    assert "Bone Japan porcelain breaks records" in review.split("\n\n")[0]
    assert desk.json("plan", proposed) == plan, "a plan changes nothing, not even the next plan"


def test_of_very_many_examples_that_turn_the_first_are_shown(desk: Desk) -> None:
    rain = ", ".join(f"Rain falls {n}" for n in range(250))
    proposed = desk.propose(('["Bone Japan porcelain breaks records"]', f"[{rain}]"))
    turned = desk.json("plan", proposed)["examples"]
    assert [one["why"] is not None for one in turned] == [True] * 200 + [False] * 50, "to find out takes long"
    shown = desk.run("plan", proposed)
    assert shown.count("fails: ") == 200
    assert "\n  … and 50 more, all in --json\n" in shown


def test_a_story_that_stays_in_its_sections_with_another_as_the_primary_one(desk: Desk) -> None:
    """Feeds with primary=1 show it: /subscriptions.opml names no others."""
    proposed = desk.propose(("words: [missile*,", "words: [{missile*: 4},"))
    plan = desk.json("plan", proposed)
    assert (plan["changed"], plan["moved"]) == (1, 1)
    defense = row(plan, "sections", "defense")
    assert (defense["come"], defense["go"], defense["become"]) == (0, 0, 1)
    (became,) = defense["becoming"]
    assert (became["title"], became["old"], became["new"]) == (MISSILE, "asia-pacific", "defense")
    assert (became["rule"], became["at"]) == ("words: missile*", "proposed.yaml:7")
    shown = desk.run("plan", proposed)
    assert shown.startswith("Of 5 stored stories 1 changes its sections or topics, 1 of them the primary section.\n")
    assert f"      ~ {MISSILE}\n        asia-pacific → defense: words: missile* (proposed.yaml:7)\n" in shown
    assert "| is now first in Defense | Missile lands near Hokkaido, Japan says | asia-pacific → defense |" in desk.run(
        "plan", proposed, "--markdown"
    )


def test_a_pin_to_a_section_that_holds_the_story_already(desk: Desk) -> None:
    pins = [f'{{pin: [{{url: "{url_of(MISSILE)}", section: {id}}}]}}' for id in ("defense", "asia-pacific")]
    plans = [desk.json("plan", desk.overrule(pin)) for pin in pins]
    assert [plan["changed"] for plan in plans] == [1, 0]
    (became,) = row(plans[0], "sections", "defense")["becoming"]
    assert (became["rule"], became["at"]) == ("stories: pin", "proposed.yaml:1")


@pytest.mark.parametrize("key", ["section", "usually"])
def test_what_moves_because_of_its_source_names_the_line_of_the_source(desk: Desk, key: str) -> None:
    source = '{name: One, url: "https://one.example/"'
    proposed = desk.propose((source, f"{source}, {key}: defense"))
    plan = desk.json("plan", proposed)
    came = row(plan, "sections", "defense")["coming"]
    assert {one["title"] for one in came} >= {OCTOPUS}
    assert {(one["rule"], one["at"]) for one in came} == {(f"{key}: defense", "proposed.yaml:2")}
    (left,) = [one for one in row(plan, "sections", "world")["going"] if one["title"] == OCTOPUS]
    assert (left["rule"], left["at"]) == (f"{key}: defense", "proposed.yaml:2")
    desk.apply(Path(proposed).read_text())
    gone = row(desk.json("plan", desk.propose()), "sections", "defense")["going"]
    assert {(one["rule"], one["at"], one["gone"]) for one in gone} == {(f"{key}: defense", "feeds.yaml:2", True)}


def test_a_word_that_moves_a_story_beside_an_edit_of_its_source_is_named(desk: Desk) -> None:
    source = '{name: Two, url: "https://two.example/"'
    plan = desk.json("plan", desk.propose((source, f"{source}, usually: world"), ("{turret: 0.05}", "turret")))
    (came,) = row(plan, "sections", "defense")["coming"]
    assert (came["rule"], came["at"]) == ("words: turret", "proposed.yaml:7")


def test_explain_does_not_name_a_word_that_would_change_what_the_source_fixes(desk: Desk) -> None:
    source = '{name: One, url: "https://one.example/"'
    desk.apply(FILE.replace(source, f"{source}, section: world"))
    out = desk.run("explain", url_of(MISSILE))
    assert "section: world  (feeds.yaml:2)" in out
    assert out.endswith("  Its source fixes the section: no word would change it.\n")
    told = desk.json("explain", url_of(MISSILE))["outcome"]
    assert (told["section"], told["runner_up"], told["turns"]) == ("world", None, [])


def test_a_line_taken_out_is_named_with_its_place_in_the_old_file(desk: Desk) -> None:
    plan = desk.json("plan", desk.propose(("[missile*, {turret: 0.05}]", "[torpedo]")))
    (left,) = row(plan, "sections", "defense")["going"]
    assert (left["rule"], left["at"], left["gone"]) == ("words: missile*", "feeds.yaml:7", True)
    assert "words: missile* (feeds.yaml:7), removed" in desk.run("plan", desk.propose(("missile*, ", "")))


def test_what_leaves_with_the_lines_of_a_section_that_becomes_part_of_another_names_them(desk: Desk) -> None:
    section = FILE[FILE.index("  - id: asia-pacific") : FILE.index("  - id: world")]
    plan = desk.json("plan", desk.propose((section, ""), ("- id: defense", "- id: defense\n    was: [asia-pacific]")))
    told = [(one["title"], one["rule"], one["at"], one["gone"]) for one in row(plan, "sections", "defense")["going"]]
    assert told == [(one, "places: eastern-asia", "feeds.yaml:10", True) for one in (PANDA, JAPAN)]


def test_what_leaves_a_section_or_topic_that_is_removed_names_that(desk: Desk) -> None:
    """A line of it, or that others outweigh it, is said of one that is there."""
    proposed = desk.propose(
        ('  - id: defense\n    words: [missile*, {turret: 0.05}]\n    examples: ["Missile lands in the sea"]\n', ""),
        ("topics:\n  - {id: pandas, title: Giant pandas, words: [panda*, unicorn]}\n", ""),
    )
    plan = desk.json("plan", proposed)
    (left,) = row(plan, "sections", "defense")["going"]
    assert (left["rule"], left["at"], left["gone"]) == ("section: defense", "feeds.yaml:6", True)
    (topic,) = row(plan, "topics", "pandas")["going"]
    assert (topic["rule"], topic["at"], topic["gone"]) == ("topic: pandas", "feeds.yaml:14", True)
    assert "section: defense (feeds.yaml:6), removed" in desk.run("plan", proposed)


def test_what_a_topic_of_a_country_gains_or_loses_names_what_stands_in_its_place(desk: Desk) -> None:
    """A line of the section was named, which the edit does not touch."""
    without = desk.propose(("sources:", "site: {country_topics: false}\nsources:"))
    assert f"      - {MISSILE}\n        asia-pacific: site: country_topics\n" in desk.run("plan", without)
    off = Path(without).read_text()
    instead = desk.propose(("topics:\n", "topics:\n  - {id: nippon, places: [JP]}\n"))
    assert f"      - {MISSILE}\n        asia-pacific: topic: nippon (proposed.yaml:14)\n" in desk.run("plan", instead)
    desk.apply(Path(instead).read_text())
    found = desk.run("plan", desk.propose())
    assert f"      + {MISSILE}\n        asia-pacific: topic: nippon (feeds.yaml:14), removed\n" in found
    desk.apply(off)
    assert f"      + {MISSILE}\n        asia-pacific: site: country_topics\n" in desk.run("plan", desk.propose())


def test_what_moves_because_outlets_count_otherwise_names_no_line(desk: Desk) -> None:
    """Of three outlets one alone tells of a panda, of two outlets it is half."""
    panda = f"{MISSILE}, near a panda"
    desk.place(item("two", "a", MISSILE, published=NOW), *(item("three", n, panda, published=NOW) for n in "bc"))
    plan = desk.json("plan", desk.propose(("{name: Two,", "{name: Two, publisher: One,")))
    (came,) = row(plan, "topics", "pandas")["coming"]
    assert (came["title"], came["rule"], came["at"]) == (MISSILE, "outlets or other topics", None)


def test_of_several_reports_that_whose_judgement_the_edit_changes_gives_the_line(desk: Desk) -> None:
    """A report was asked that had the topic before, so a line was named that the edit does not touch."""
    panda, frigate = f"{MISSILE}, near a panda", f"{MISSILE}, near a frigate"
    desk.place(item("two", "a", panda, published=NOW), item("three", "b", frigate, published=NOW))
    plan = desk.json("plan", desk.propose(("[panda*, unicorn]", "[panda*, frigate]")))
    (came,) = row(plan, "topics", "pandas")["coming"]
    assert (came["title"], came["rule"]) == (MISSILE, "words: frigate")


def test_a_variable_with_another_value_is_told_with_what_it_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in force is read with the values of today, so that both files look the same."""
    monkeypatch.setenv("WORD", "missile*")
    arms = '  - {id: arms, title: Arms, words: ["${WORD}"]}\n'
    desk.apply(FILE.replace("missile*,", '"${WORD}",').replace('["Missile lands in the sea"]', "[]") + arms)
    assert "Nothing changes: 5 stored stories" in desk.run("plan")
    monkeypatch.setenv("WORD", "octopus*")
    plan = desk.json("plan")
    assert (plan["changed"], plan["configuration"]["other"]) == (2, ["a value from the environment"])
    (came,) = row(plan, "sections", "defense")["coming"]
    assert (came["title"], came["rule"], came["at"]) == (OCTOPUS, "words: octopus*", "feeds.yaml:7")
    (left,) = row(plan, "sections", "defense")["going"]
    assert (left["title"], left["rule"], left["at"]) == (MISSILE, "a value from the environment", None)
    (gone,) = row(plan, "topics", "arms")["going"]  # no line of a section is responsible for that
    assert (gone["title"], gone["rule"], gone["at"]) == (MISSILE, "a value from the environment", None)
    assert "\n  ~ a value from the environment changes\n" in desk.run("plan")
    assert "\n  ~ a value from the environment changes\n" in desk.run("apply")
    assert "Nothing changes: 5 stored stories" in desk.run("plan")


def test_what_the_edit_moves_is_its_doing_though_a_variable_has_another_value(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a shell, which has not the variables of the service."""
    monkeypatch.setenv("TITLE", "Wire")
    desk.apply(f'site: {{title: "${{TITLE}}"}}\n{FILE}')
    monkeypatch.setenv("TITLE", "Another")
    heavier = ("    places: [eastern-asia]\n", "    places: [eastern-asia]\n    words: [{hokkaido: 9}]\n")
    plan = desk.json("plan", desk.propose(heavier))
    assert "a value from the environment" in plan["configuration"]["other"]
    (left,) = row(plan, "sections", "defense")["going"]
    assert (left["rule"], left["at"]) == ("words: hokkaido", "proposed.yaml:11")


def test_sections_and_topics_that_are_new_or_gone(desk: Desk) -> None:
    plan = desk.json("plan", desk.propose(("id: pandas", "id: zoo")))
    assert (row(plan, "topics", "zoo")["come"], row(plan, "topics", "pandas")["go"]) == (1, 1)
    titles = {one["id"]: one["title"] for one in plan["topics"]}
    assert titles["japan"] == "Japan"
    assert titles["pandas"] == "Giant pandas", "as the file in force has it"
    assert plan["moved"] == 0
    assert plan["changed"] == 1
    own = "topics:\n  - {id: nippon, title: Nippon, places: [JP]}"
    assert row(desk.json("plan", desk.propose(("topics:", own))), "topics", "japan")["title"] == "Japan"


def test_what_changes_of_a_source_is_told_without_its_secrets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may read it, in the status too; in a review, nothing in it is a link or a mention."""
    monkeypatch.setenv("TOKEN", "hush-hush")
    old = '{name: One, url: "https://one.example/", headers: {X-Plain: sesame}, labels: {by: hush-hush}}'
    new = (
        '{name: One, url: "https://ann:open@one.example/${TOKEN}?key=abcd", every: 5m, publisher: "@ann [x](//y)",'
        " headers: {X-Plain: mellon}, labels: {by: sesame}}"
    )
    desk.apply(FILE.replace('{name: One, url: "https://one.example/"}', old))
    proposed = desk.propose(('{name: One, url: "https://one.example/"}', new))
    shown = desk.run("plan", proposed)
    assert (
        "  ~ source one: url: https://one.example/ → https://ann:***@one.example/***?key=***\n"
        "  ~ source one: publisher: One → @ann [x](//y)\n"
        "  ~ source one: every: unset → 5 min\n"
        "  ~ source one: headers: *** (the part that is not shown changes)\n"
        "  ~ source one: labels.by: *** → sesame\n"
    ) in shown
    settings = desk.json("plan", proposed)["configuration"]["sources"]["settings"]
    assert settings[2] == {"id": "one", "key": "every", "from": "unset", "to": "5 min"}
    review = desk.run("plan", proposed, "--markdown")
    assert "\\~ source one: publisher: One → @\u2060ann \\[x\\](" in review
    for text in (shown, review, json.dumps(settings)):
        assert not re.search("hush|open@|mellon|abcd", text)


def test_what_changes_of_the_defaults_is_told(desk: Desk) -> None:
    proposed = desk.propose(("sources:", "defaults: {every: 5m}\nsources:"))
    assert "\n  ~ defaults.every: 15 min → 5 min\n" in desk.run("plan", proposed)
    assert "- \\~ defaults.every: 15 min → 5 min\n" in desk.run("plan", proposed, "--markdown")
    (change,) = desk.json("plan", proposed)["configuration"]["settings"]
    assert change == {"key": "defaults.every", "from": "15 min", "to": "5 min"}


def test_sources_that_start_stop_and_are_renamed(desk: Desk) -> None:
    proposed = desk.propose(
        ("name: One,", "name: Uno,"),
        ('  - {name: Two, url: "https://two.example/"}\n', ""),
        ("Three, ", "Four, id: four, "),
    )
    text = Path(proposed).read_text().replace("https://three.example/", "https://four.example/")
    Path(proposed).write_text(text)
    found = desk.json("plan", proposed)["configuration"]["sources"]
    assert found == {
        "added": ["four"], "removed": ["two", "three"], "renamed": [{"from": "one", "to": "uno"}], "changed": [],
        "paused": [], "resumed": [], "lost": [],
        "settings": [{"id": "uno", "key": "name", "from": "One", "to": "Uno"}],
    }  # fmt: skip
    out = desk.run("plan", proposed)
    assert "+ source four starts" in out
    assert "~ source one is renamed to uno (name: One → Uno)\n" in out
    assert out.count("uno") == 1


def test_a_source_that_is_paused_is_told_so(desk: Desk) -> None:
    out = desk.run("plan", desk.propose(("name: Two,", "name: Two, enabled: false,")))
    assert "- source two pauses; its items stay" in out
    more = "sources:\n  - {name: Nine, enabled: false, url: 'https://nine.example/'}"
    out = desk.run("plan", desk.propose(("sources:", more)))
    assert "+ source nine is new, and paused" in out
    assert "pauses" not in out


def test_a_plan_says_which_former_id_needs_was(desk: Desk) -> None:
    """The first id of a source leads to it without."""
    desk.apply(FILE.replace("name: One,", "name: Uno,"))
    proposed = desk.propose(("name: One,", "name: Un,"))
    hint = "~ source uno is renamed to un (name: Uno → Un); with `was: [uno]` its former addresses lead to it\n"
    assert hint in desk.run("plan", proposed)
    desk.file.write_text(Path(proposed).read_text())
    assert hint in desk.run("apply")


def test_a_source_needs_no_was_because_another_is_called_as_it_is_with_again(desk: Desk) -> None:
    """In the archive, the first id of a source that takes that of a renamed one ends so."""
    desk.apply(both := FILE.replace("sources:\n", "sources:\n  - {name: One Again, url: 'https://other.example/'}\n"))
    desk.file.write_text(both.replace("name: One,", "name: Uno,"))
    assert "~ source one is renamed to uno (name: One → Uno)\n" in desk.run("plan")


def test_a_plan_says_that_a_source_needs_was_where_another_has_its_first_id(desk: Desk) -> None:
    desk.apply(renamed := FILE.replace("name: One,", "name: Uno,"))
    desk.apply(both := renamed.replace("sources:\n", "sources:\n  - {name: One, url: 'https://other.example/'}\n"))
    desk.file.write_text(both.replace("name: Uno,", "name: Un,"))
    hint = "~ source uno is renamed to un (name: Uno → Un); with `was: [uno]` its former addresses lead to it\n"
    assert hint in desk.run("plan")


def test_a_renamed_source_keeps_its_prior_in_the_plan(desk: Desk) -> None:
    proposed = desk.propose(("name: Two,", "name: Zwei, usually: defense,"))
    plan = desk.json("plan", proposed)
    assert TURRET in [sample["title"] for sample in row(plan, "sections", "defense")["coming"]]
    desk.file.write_text(Path(proposed).read_text())
    assert desk.json("explain", url_of(TURRET))["section"] == "defense", "and in what explain says before it is applied"


@pytest.mark.parametrize(
    "back",
    [
        '{name: Zwei, url: "https://two.example/"',
        '{name: Zwei, was: [two], url: "https://two.example/new"',
        '{name: Two, url: "https://two.example/new"',
    ],
)
def test_a_source_that_comes_back_brings_along_what_it_told(desk: Desk, back: str) -> None:
    """The plan knows it as the archive does, though it is new to the file."""
    two = '  - {name: Two, url: "https://two.example/"}\n'
    desk.apply(FILE.replace(two, ""))
    proposed = desk.propose((two, f"  - {back}, section: defense}}\n"))
    planned = row(desk.json("plan", proposed), "sections", "defense")
    assert {JAPAN, TURRET} == {one["title"] for one in planned["coming"]}
    desk.apply(Path(proposed).read_text())
    assert row(desk.json("plan"), "sections", "defense")["before"] == planned["after"]


def test_what_a_removed_source_told_does_not_follow_another_that_has_its_name_now(desk: Desk) -> None:
    two = '  - {name: Two, url: "https://two.example/"}\n'
    desk.apply(FILE.replace(two, ""))
    one = '{name: One, url: "https://one.example/"}'
    proposed = desk.propose((two, ""), (one, '{name: Two, was: [one], section: defense, url: "https://one.example/"}'))
    came = row(desk.json("plan", proposed), "sections", "defense")["coming"]
    assert {sample["title"] for sample in came} == {PANDA, OCTOPUS}


def test_dead_wood(desk: Desk) -> None:
    dead = desk.json("plan")["dead"]
    lines = {(one["of"], one["line"], one["found"]) for one in dead["lines"]}
    assert ("pandas", "unicorn", False) in lines
    assert not {line for line in lines if line[1] in ("missile*", "panda*", "eastern-asia")}
    assert dead["sources"] == [{"id": "three", "stories": 0}]
    shown = desk.run("plan")
    assert "Unused: 1 line matches no stored item\n  feeds.yaml:14  pandas: words: unicorn\n" in shown
    assert "three (0 stories)" in shown
    paused = desk.propose(('"https://three.example/"', '"https://three.example/", enabled: false'))
    assert desk.json("plan", paused)["dead"]["sources"] == []


def test_of_many_sources_without_use_a_few_are_shown(desk: Desk) -> None:
    """Of the default file, on an archive of two dozen outlets, 82 were listed below each edit."""
    idle = "".join(f"  - {{name: Idle {n}, url: 'https://idle{n}.example/'}}\n" for n in range(15))
    desk.apply(idler := FILE.replace("sources:\n", f"sources:\n{idle}"))
    shown = desk.run("plan")
    assert (shown.count("idle-"), "\n  … and 4 more, all in --json" in shown) == (12, True)
    desk.file.write_text(idler.replace("missile*,", "missile*, rocket*,"))
    shown = desk.run("plan")
    assert (shown.count("idle-"), "\n  … and 13 more, all in --json" in shown) == (3, True)
    assert len(desk.json("plan")["dead"]["sources"]) == 16


def test_lines_of_a_topic_are_not_those_of_a_new_section_of_its_id(desk: Desk) -> None:
    section = "sections:\n  - {id: pandas, words: [yeti]}"
    lines = desk.json("plan", desk.propose(("sections:", section)))["dead"]["lines"]
    assert {one["line"]: one["new"] for one in lines if one["of"] == "pandas"} == {"yeti": True, "unicorn": False}


@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_of_a_part_of_the_archive_no_line_is_said_to_match_nothing_stored(desk: Desk, form: tuple[str, ...]) -> None:
    """`plan --since 1h` said that most of the file matches no stored item, and that most sources never had a story."""
    shown = desk.run("plan", "--limit", "1", *form)
    assert "stored item" not in shown
    told = [line.removeprefix("### ").partition(":")[0] for line in shown.splitlines() if "Unused" in line]
    assert told == ["Unused by the stories examined"] * 2, shown


def test_a_plan_as_markdown_for_a_review(desk: Desk) -> None:
    out = desk.run("plan", "--markdown", desk.propose(("{turret: 0.05}", "{turret: 2}")))
    assert "| defense | 1 | 2 | 1 | 0 |" in out.lower()
    assert r"Laser turret shown at \[fair\] \| by \*startup\*" in out, "headlines bring no Markdown along"
    assert "words: turret (proposed.yaml:7)" in out


@pytest.mark.parametrize(
    ("headline", "written"),
    [
        ("Join https://evil.example/x now", r"Join https\://evil.example/x now"),
        ("WWW.evil.example and http://e.org", r"WWW\.evil.example and http\://e.org"),
        ("Thanks, @maintainer", "Thanks, @\u2060maintainer"),
        ("Bank closes #1 branch of #all", "Bank closes \\#\u20601 branch of \\#all"),
        ("Rates up !12 %3 &4 ~5, $6bn", "Rates up !\u206012 %\u20603 \\&\u20604 \\~\u20605, \\$\u20606bn"),
        ("GH-26, gh-27 and High-28", "GH-\u206026, gh-\u206027 and High-28"),
        ("GL-26 or [epic:7], [sic]", "GL-\u206026 or \\[\u2060epic:7\\], \\[sic\\]"),
        ("Costs $\\alpha$ and <b>", r"Costs \$\\alpha\$ and \<b\>"),
        ("At 10:30, U.S. forces", "At 10:30, U.S. forces"),
    ],
)
def test_headlines_in_a_review_link_nowhere_and_call_nobody(headline: str, written: str) -> None:
    assert escaped(headline) == written


def test_apply_says_how_many_stories_it_placed_anew(desk: Desk) -> None:
    desk.file.write_text(FILE.replace("{turret: 0.05}", "{turret: 2}"))
    assert desk.run("apply").splitlines()[-1] == "5 stored stories were re-placed."
    with WorkerLock(desk.folder / "instance"):  # nor is anything said of a service that runs
        assert desk.run("apply").splitlines() == [f"{desk.file} was in force already."]


def with_bodies(desk: Desk) -> None:
    """Items have a text that `prune` can delete."""
    with closing(sqlite3.connect(desk.folder / "instance" / "aggregator.db")) as archive:
        archive.execute("UPDATE texts SET content = '<p>More.</p>'")
        archive.commit()


def test_with_reload_manual_texts_are_deleted_by_what_is_in_force(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `prune` deletes is lost, and the file is only proposed until `apply`."""
    monkeypatch.setattr(prune, "utc_now", lambda: NOW + timedelta(days=100))
    with_bodies(desk)
    manual = "site: {reload: manual}\ndefaults: {keep: KEEP}\n" + FILE
    desk.apply(manual.replace("KEEP", "3650d"))
    proposed = manual.replace("KEEP", "30d")
    for text in (
        proposed.replace("Missile lands in", "Octopus lands in"),
        proposed,
    ):  # of what waits no example need hold
        desk.file.write_text(text)
        assert desk.run("prune") == "The texts of 0 items were deleted; headlines and links stay.\n"
    desk.run("apply")
    assert desk.run("prune") == "The texts of 5 items were deleted; headlines and links stay.\n"


def test_texts_are_deleted_by_no_file_that_the_service_refuses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "utc_now", lambda: NOW + timedelta(days=60))
    with_bodies(desk)
    desk.file.write_text("defaults: {keep: 30d}\n" + FILE.replace("Missile lands in", "Octopus lands in"))
    assert main(["--config", str(desk.file), "--instance", str(desk.folder / "instance"), "prune"]) == 2
    out, err = desk.read()
    assert out == "The texts of 0 items were deleted; headlines and links stay.\n"
    assert "is broken, so this is by the configuration in force" in err
    assert '"Octopus lands in the sea": expected section defense' in err
    desk.file.write_text("defaults: {keep: 30d}\n" + FILE)
    assert desk.run("prune") == "The texts of 5 items were deleted; headlines and links stay.\n"


def test_a_part_of_the_archive(desk: Desk) -> None:
    assert [desk.json("plan", "--limit", n)["stories"] for n in ("1", "2")] == [1, 2]
    assert desk.json("plan", "--since", "2100-01-01")["stories"] == 0
    assert desk.json("plan", "--since", "2000-01-01")["stories"] == desk.json("plan")["stories"]
    for arguments in (("--limit", "none"), ("--since", "yesterday")):
        with pytest.raises(AssertionError, match=arguments[0]):
            desk.run("plan", *arguments)


def test_a_plan_before_the_first_poll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feeds.yaml").write_text(FILE)
    desk = Desk(tmp_path, capsys.readouterr)
    assert "Nothing is in force yet" in desk.run("plan")
    assert not (tmp_path / "instance" / "aggregator.db").exists()


@pytest.mark.parametrize("command", ["plan", "explain --expect defense Octopus"])
def test_where_there_is_no_archive_it_is_said_where_it_was_looked_for(empty_desk: Desk, command: str) -> None:
    folder = empty_desk.folder / "mistyped"
    assert main(["--config", str(empty_desk.file), "--instance", str(folder), *command.split()]) == 0
    assert empty_desk.read().err.startswith(f"{folder / 'aggregator.db'}: there is no archive here")


def test_what_is_in_force_and_cannot_be_read_here_is_not_taken_for_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_TOKEN", "s3cret-token")
    desk.apply(FILE.replace("name: Two,", 'name: Two, headers: {Authorization: "${WIRE_TOKEN}"},'))
    monkeypatch.delenv("WIRE_TOKEN")
    command = ["--config", str(desk.file), "--instance", str(desk.folder / "instance"), "plan", desk.propose()]
    assert main(command) == 1
    told = desk.read()
    assert told.out == ""
    assert "the configuration in force cannot be read here" in told.err
    assert "the environment variable WIRE_TOKEN is not set" in told.err


def test_explain_marks_what_counted_and_says_what_it_hangs_on(desk: Desk) -> None:
    out = desk.run("explain", "Missile lands near Hokkaido, Japan says")
    assert "[Missile] lands near [Hokkaido], [Japan] says" in out
    assert "Without places: eastern-asia (feeds.yaml:10) it would be in defense." in out
    told = desk.json("explain", "Octopuses dream")
    assert (told["section"], told["outcome"]["turns"]) == ("world", [])


def test_classify_and_explain_name_every_section_and_topic_of_an_item(empty_desk: Desk) -> None:
    titles = [MISSILE, "Octopuses dream of pandas"]
    path = empty_desk.folder / "items.jsonl"
    path.write_text("".join(json.dumps({"title": title}) + "\n" for title in titles))
    several, fallback = map(json.loads, empty_desk.run("classify", str(path)).splitlines())
    assert (several["section"], several["sections"]) == ("asia-pacific", ["asia-pacific", "defense"])
    assert (fallback["section"], fallback["sections"], fallback["topics"]) == ("world", ["world"], ["pandas"])
    for told, title in zip((several, fallback), titles, strict=True):
        explained = empty_desk.json("explain", title)
        assert {key: explained[key] for key in ("section", "sections", "topics", "receipts")} == {
            key: told[key] for key in ("section", "sections", "topics", "receipts")
        }
    bare = [json.loads(line) for line in empty_desk.run("classify", str(path), "--no-receipts").splitlines()]
    assert bare == [{**told, "receipts": []} for told in (several, fallback)]


def test_explain_says_what_keeps_a_text_out(desk: Desk) -> None:
    """It said that no other section matches."""
    rules = "    not: [missile silo]\n    never: [drill, {all: [toy, missile]}]\n"
    desk.file.write_text(
        FILE.replace("words: [missile*, {turret: 0.05}]\n", "words: [missile*, {turret: 0.05}]\n" + rules)
        .replace("[panda*, unicorn]", "[panda*, unicorn], never: [plush]")
    )  # fmt: skip

    def out(text: str) -> list[tuple[str, str, str]]:
        return [(one["id"], one["rule"], one["at"]) for one in desk.json("explain", text)["kept_out"]]

    assert out("Missile drill") == [("defense", "never: drill", "feeds.yaml:9")]
    assert out("A toy missile and a plush panda") == [
        ("defense", "never: toy, missile", "feeds.yaml:9"),
        ("pandas", "never: plush", "feeds.yaml:16"),
    ]
    assert out("Missile silo for sale") == [("defense", "not: missile silo", "feeds.yaml:8")]
    assert out("Missile silo hit by missile") == out("Dentist's drill") == out("A missile") == []
    desk.file.write_text(
        desk.file.read_text().replace(
            "words: [missile*,", "words: [missile*, {all: [oslo | bonn, truce], unless: [gaza, syria*]},"
        )
    )
    assert out("Oslo hopes for Gaza truce") == [("defense", "unless: gaza", "feeds.yaml:7")]
    assert out("Oslo hopes for Gaza") == out("Oslo truce") == []
    desk.file.write_text(
        desk.file.read_text().replace("not: [missile silo]", "not: [{all: [missile* | rocket, toy | game]}]")
    )
    assert out("Missiles in a game") == [("defense", "not: missile*, game", "feeds.yaml:8")], (
        "the words that the text has"
    )
    told = desk.run("explain", "Missile drill")
    assert "  Kept out of defense by never: drill (feeds.yaml:9).\n  No other section matches." in told


def test_explain_names_no_line_that_keeps_nothing_out(desk: Desk) -> None:
    """A phrase of `not` without a word of the section, or with one that is too weak, was said to keep the text out."""
    desk.file.write_text(
        FILE.replace(
            "words: [missile*, {turret: 0.05}]\n",
            "words: [missile*, {turret: 0.05}]\n    not: [by storm, turret clock, missile silo, toy missile]\n"
            "    never: [drill, plush]\n",
        )
    )

    def out(text: str) -> list[tuple[str, str]]:
        return [(one["id"], one["rule"]) for one in desk.json("explain", text)["kept_out"]]

    assert out("Singer takes Oslo by storm") == out("Turret clock restored") == out("Turret drill") == []
    assert out("Missile silo taken by storm") == [("defense", "not: missile silo")]
    assert out("Toy missile in a missile silo") == [("defense", "not: missile silo")]
    assert out("Plush missile for a drill") == [("defense", "never: plush")]


def test_explain_says_what_the_runner_up_lacks_if_no_single_line_decides(desk: Desk) -> None:
    rules = "  - {id: europe, words: [ferry, harbour]}\n  - {id: america, words: [canal]}\n"
    desk.file.write_text(FILE.replace("sections:\n", f"sections:\n{rules}"))
    text = "Ferry from the harbour through the canal"
    assert desk.run("explain", text).endswith(
        "  One more word in the headline, of weight 1.01, would put it in america.\n"
    )
    for weight, section in (("1", "europe"), ("1.01", "america")):
        desk.file.write_text(
            FILE.replace("sections:\n", f"sections:\n{rules.replace('canal', f'canal, {{barge: {weight}}}')}")
        )
        assert desk.json("explain", f"{text} by barge")["section"] == section


def test_explain_names_with_each_line_the_section_that_would_follow(desk: Desk) -> None:
    rules = "  - {id: america, places: [US], words: [zebra]}\n  - {id: europe, places: [FR], words: [{tariff: 2.5}]}\n"
    desk.file.write_text(FILE.replace("sections:\n", f"sections:\n{rules}  - {{id: economy, words: [{{trade: 2}}]}}\n"))
    out = desk.run("explain", "US zebra tariff trade")
    assert "Without places: US (feeds.yaml:6) it would be in europe." in out
    assert "Without words: zebra (feeds.yaml:6) it would be in economy." in out


def test_explain_says_by_which_word_a_country_became_a_topic(desk: Desk) -> None:
    headline = "Missile lands near Hokkaido, Oslo says"
    told = desk.json("explain", headline)
    assert told["topics"] == ["japan", "norway"]
    assert told["found_topics"] == [
        {"topic": "japan", "rule": "places: JP", "text": "Hokkaido"},
        {"topic": "norway", "rule": "places: NO", "text": "Oslo"},
    ]
    out = desk.run("explain", headline)
    assert "[Hokkaido], [Oslo] says" in out
    assert re.search(r"norway +1\.00  places: NO\n +matched: Oslo \(title", out)


def test_a_topic_of_the_file_with_the_id_of_a_country_has_its_own_rules_alone(empty_desk: Desk) -> None:
    def topics(headline: str) -> list[str]:
        topics: list[str] = empty_desk.json("explain", headline)["topics"]
        return topics

    assert topics("Elections in Japan") == ["japan"]
    own = "topics:\n  - {id: japan, title: Japan desk, words: [hokkaido]}\n"
    empty_desk.file.write_text(FILE.replace("topics:\n", own))
    assert topics("Elections in Japan") == []
    assert topics("Snow on Hokkaido") == ["japan"]


def test_explain_says_by_which_category_of_a_feed_a_story_has_a_topic(desk: Desk) -> None:
    several = [
        item(source, f"c{n}", f"Nothing of note {n} at {source}", published=NOW, categories=("Tulip mania", "News") if n < 2 else ("News",))
        for source in ("one", "two", "three")
        for n in range(9)
    ]  # fmt: skip
    desk.place(*several, surveyed=True)
    told = desk.json("explain", several[0].url or "")
    assert told["found_topics"] == [{"topic": "tulip-mania", "rule": "categories: Tulip mania", "text": "Tulip mania"}]
    assert re.search(r"tulip-mania +1\.00  categories: Tulip mania\n", desk.run("explain", several[0].url or ""))
    desk.file.write_text(FILE.replace("topics:\n", "topics:\n  - {id: bubbles, was: [tulip-mania], words: [bubble]}\n"))
    assert desk.json("explain", several[0].url or "")["found_topics"] == [], "which that topic takes over"


def test_explain_marks_phrases_that_overlap_as_one(desk: Desk) -> None:
    desk.file.write_text(FILE.replace("[panda*, unicorn]", "[panda, panda born, born in tokyo]"))
    assert "[Panda born in Tokyo] zoo" in desk.run("explain", "Panda born in Tokyo zoo")


def test_explain_expect_proposes_edits_with_their_plan(desk: Desk) -> None:
    told = desk.json("explain", "Laser turret for Japan", "--expect", "defense")["expect"]
    assert (told["section"], told["holds"]) == ("defense", False)
    assert told["proposals"]
    for proposal in told["proposals"]:
        line = proposal["line"]
        edit = (proposal["was"], line) if proposal["was"] else ("missile*,", f"missile*, {line},")
        text = (
            desk.propose(edit)
            if proposal["key"] == "words"
            else desk.propose(("[eastern-asia]", f"[eastern-asia]\n    not: ['{line}']"))
        )
        plan = desk.json("plan", text)
        assert (plan["moved"], plan["changed"]) == (proposal["moved"], proposal["changed"]), (
            "what it says it would move is what plan says"
        )
    out = desk.run("explain", "Laser turret for Japan", "--expect", "defense")
    assert "Proposed edit:" in out
    assert "It is in world already." in desk.run("explain", "Octopuses dream", "--expect", "world")
    with pytest.raises(AssertionError, match="did you mean `defense`"):
        desk.run("explain", "x", "--expect", "defence")


@pytest.mark.parametrize(
    ("section", "at"),
    [("    words: [turret]", 7), ("    words:\n      - turret\n      - quad: 2", 9), ("    title: Boats", 6)],
)
def test_a_proposed_edit_says_what_to_type_and_where(empty_desk: Desk, section: str, at: int) -> None:
    empty_desk.file.write_text(FILE.replace("sections:\n", f"sections:\n  - id: boats\n{section}\n"))
    told = empty_desk.proposals("Octopuses dream", "boats")
    assert ("words, add: octopuses", f"feeds.yaml:{at}") in {(one["edit"], one["at"]) for one in told}


def test_a_proposed_file_that_is_not_there_is_named_without_the_advice_for_who_has_none(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", str(desk.file), "--instance", str(desk.folder / "instance"), "plan", "proposl.yaml"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("aggregator: proposl.yaml does not exist: name the proposed file")
    assert "--config" not in told


def test_an_edit_that_moves_the_whole_story_comes_before_one_that_moves_a_report(desk: Desk) -> None:
    """A word that only one headline has moves that report, but not what the others tell."""
    titles = ["Plum harvest fails in Japan", "Plum crop is lost in Japan", "Plum growers count losses in Japan"]
    sources = ("one", "two", "three")
    desk.place(*(item(source, "9", title, published=NOW) for source, title in zip(sources, titles, strict=True)))
    urls = [f"https://{source}.example/9" for source in sources]
    saved(desk, f"{{join: [{json.dumps(urls)}]}}")
    plum = urls[0]
    first, *_, last = desk.proposals(plum, "defense")
    assert (first["line"], first["story"], first["moved"]) == ("plum", "defense", 1)
    assert last["story"] == "asia-pacific"
    shown = desk.run("explain", "--expect", "defense", plum)
    assert "    its story stays in asia-pacific\n" in shown
    desk.apply(desk.file.read_text().replace("[missile*", "[{harvest: 5}, missile*"))
    assert "By itself it is in defense already; its story is in asia-pacific because of its other reports" in desk.run(
        "explain", "--expect", "defense", plum
    )
    assert "Its story is in asia-pacific already. To put this report there by itself:" in desk.run(
        "explain", "--expect", "asia-pacific", plum
    )


def test_a_proposed_edit_that_fails_an_example_comes_last_and_says_so(desk: Desk) -> None:
    desk.file.write_text(FILE.replace("  - id: world\n", "  - id: world\n    examples: [Octopuses knit]\n"))
    proposals = desk.proposals("Octopuses dream", "defense")
    assert [one["line"] for one in proposals] == ["dream", "octopuses dream", "octopuses"]
    assert [len(one["fails"]) for one in proposals] == [0, 0, 1]
    out = desk.run("explain", "Octopuses dream", "--expect", "defense")
    assert re.search(
        r'    fails an example: .*feeds.yaml:13:16: "Octopuses knit": expected section world, got defense', out
    )
    row = desk.proposals("Octopuses dream", "defense")[-1]
    assert (
        f"(words: octopuses at {row['at']} matched" in row["fails"][0]
    )  # where it is to be typed, not the head of the section


def test_words_that_stories_of_the_section_have_come_first_and_those_of_other_stories_last(desk: Desk) -> None:
    titles = ["Kiosk in Tokyo closes", "Osaka: bakery closes", "Library shuts", "Theatre shuts"]
    desk.place(*(item("one", f"c{n}", title, published=NOW) for n, title in enumerate(titles)))
    proposals = desk.proposals("Shuts as early as it closes", "asia-pacific")
    assert [(one["line"], one["looked_at"], one["led"]) for one in proposals] == [
        ("closes", 2, 2),
        ("early", 0, 0),
        ("shuts", 2, 0),
    ]


def test_stories_that_an_edit_moves_are_told_from_those_that_it_also_lists(desk: Desk) -> None:
    titles = ["Squid seen in Tokyo, Osaka and Kobe", "Squid tournament"]
    desk.place(*(item("one", f"s{n}", title, published=NOW) for n, title in enumerate(titles)))
    first, *_ = desk.proposals("Squid", "defense")
    assert (first["line"], first["moved"], first["changed"]) == ("squid", 1, 2)
    assert [one["title"] for one in first["samples"]] == titles[::-1]
    told = desk.run("explain", "Squid", "--expect", "defense")
    assert "    moves 1 of the 2 stored stories that it could affect, changes further sections of 1\n" in told
    assert "(world → defense)\n" in told
    assert "(asia-pacific, also in defense)\n" in told


def test_of_words_alike_those_come_first_with_which_the_headline_begins(empty_desk: Desk) -> None:
    proposals = empty_desk.proposals("Komodo park raises its fee tenfold", "defense")
    assert [one["line"] for one in proposals] == ["komodo", "park", "raises"]


def test_words_that_begin_with_a_number_are_not_proposed(empty_desk: Desk) -> None:
    proposals = empty_desk.proposals("20-second delay on the 100th day", "defense")
    assert [one["line"] for one in proposals] == ["delay", "day"]


@pytest.mark.parametrize(
    "headline",
    [
        "किसानों ने संसद के बाहर प्रदर्शन किया",
        "விவசாயிகள் போராட்டம் நடத்தினர்",
        "কৃষকরা বিক্ষোভ করেছেন",
        "مُزَارِعُون يَحتجون",
    ],
)
def test_words_with_vowel_signs_are_proposed_whole(empty_desk: Desk, headline: str) -> None:
    first, *_ = empty_desk.proposals(headline, "defense")
    assert first["line"] in headline.lower().split()
    empty_desk.file.write_text(FILE.replace("[missile*,", f"[missile*, '{first['line']}',"), "utf-8")
    assert empty_desk.json("explain", headline, "--expect", "defense")["expect"]["holds"]


def test_a_proposed_word_that_yaml_takes_for_nothing_is_to_be_typed_in_quotes(empty_desk: Desk) -> None:
    for written in ("null", "NULL"):
        first, *_ = empty_desk.proposals(f"{written} tests", "defense")
        assert (first["line"], first["edit"]) == (written, f'words, add: "{written}"')


def test_what_a_proposed_edit_says_to_type_is_read_as_it_is_meant(desk: Desk) -> None:
    words = 'words: ["fleet: day 900", "paris, texas"]'
    desk.file.write_text(FILE.replace("  - id: world\n", f"  - {{id: boats, {words}}}\n"))
    for headline, line in (("Japan: fleet: day 900", "fleet: day 900"), ("Japan: of Paris, Texas", "paris, texas")):
        proposals = desk.proposals(headline, "boats")
        (edit,) = [one["edit"] for one in proposals if one["was"] == line]
        old, new = edit.removeprefix("words: - ").split("  →  - ")
        text = desk.file.read_text()
        assert old in text
        desk.file.write_text(text.replace(old, new))
        assert desk.json("explain", headline, "--expect", "boats")["expect"]["holds"]


def test_no_word_is_proposed_that_is_too_long_for_the_file(desk: Desk) -> None:
    """A headline in a script without blanks may be one."""
    long = "\u0e01\u0e32\u0e23" * 80
    rows = desk.proposals(f"Octopus {long}", "defense")
    assert {row["line"].partition(":")[0].strip("{") for row in rows} == {"octopus"}
    rows = desk.proposals(f"{long} missile {long}", "world")
    assert [row["line"] for row in rows if len(row["line"]) > 200] == []


def test_a_section_that_is_not_in_the_file_is_proposed_as_a_whole(desk: Desk) -> None:
    text = FILE.replace("  - id: world\n", "")
    desk.file.write_text(text)
    proposals = desk.proposals("Missile dreams", "world")
    proposal = next(one for one in proposals if one["section"] == "world")
    line = proposal["edit"].removeprefix("as the last one of `sections`: ")
    assert proposal["at"] == "feeds.yaml:9"  # the last section
    desk.file.write_text(text.replace("topics:\n", f"  {line}\ntopics:\n"))
    assert desk.json("explain", "Missile dreams", "--expect", "world")["expect"]["holds"]


def test_no_rule_is_proposed_that_takes_a_last_section_what_nothing_places(desk: Desk) -> None:
    desk.file.write_text(FILE.replace("id: world", "id: misc"))
    proposals = desk.proposals("Missile dreams", "misc")
    assert {(one["section"], one["key"]) for one in proposals} == {("defense", "not")}


def test_explain_expect_says_why_it_proposes_nothing(desk: Desk) -> None:
    source = '{name: One, url: "https://one.example/"'
    desk.apply(
        FILE.replace(source, f"{source}, section: world").replace(
            "{turret: 0.05}]", "{turret: 0.05}]\n    never: [dream]"
        )
    )
    assert "Its source sets `section: world`, which no word overrides." in desk.run(
        "explain", url_of(MISSILE), "--expect", "defense"
    )
    assert "No edit of a single line moves it to defense; a `never`" in desk.run(
        "explain", "Dream", "--expect", "defense"
    )


@pytest.mark.parametrize(
    ("meant", "told"),
    [("pandas", "pandas is a topic, and this takes a section"), ("defence", "did you mean `defense`?")],
)
def test_explain_expect_of_what_is_no_section_says_what_it_is(empty_desk: Desk, meant: str, told: str) -> None:
    assert main(["--config", str(empty_desk.file), "explain", "Dream", "--expect", meant]) == 2
    assert told in empty_desk.read().err


def test_explain_expect_says_that_what_is_not_meant_counts_nowhere(desk: Desk) -> None:
    told = desk.run("explain", "Missile dreams", "--expect", "world")
    assert "    “missile dreams” then no longer counts for defense anywhere\n" in told


def test_explain_expect_knows_the_section_to_which_a_source_leans(desk: Desk) -> None:
    source = '{name: One, url: "https://one.example/"'
    desk.apply(FILE.replace(source, f"{source}, usually: defense"))
    octopus = url_of(OCTOPUS)
    assert "It is in defense already." in desk.run("explain", octopus, "--expect", "defense")
    told = desk.json("explain", octopus, "--expect", "world")["expect"]
    assert (told["holds"], bool(told["proposals"])) == (False, True)


def test_stories_that_join_and_split_are_foreseen(desk: Desk) -> None:
    first, second = MISSILE, JAPAN
    pair = f'["{url_of(first)}", "{url_of(second)}"]'
    proposed = desk.overrule(f'{{join: [{pair}], split: ["http://www.nowhere.example/x/"]}}')
    found = desk.json("plan", proposed)
    (join,) = found["joins"]
    assert (join["title"], [one["title"] for one in join["joined_by"]]) == (first, [second])
    assert (found["splits"], found["unknown"]) == ([], ["http://www.nowhere.example/x/"])
    shown = desk.run("plan", proposed)
    assert f"+ {second}\n      joins: {first}" in shown
    assert "? http://www.nowhere.example/x/: no stored item has this address" in shown
    assert "### Stories joined, split and hidden" in desk.run("plan", proposed, "--markdown")
    asia = row(found, "sections", "asia-pacific")
    (gone,) = asia["going"]
    assert (gone["title"], gone["rule"], gone["at"]) == (second, "stories: join", "proposed.yaml:1")
    joined = [asia[key] for key in ("before", "after", "primary_before", "primary_after")]

    desk.apply(Path(proposed).read_text())
    assert desk.json("plan")["joins"] == []  # it is so now
    parting = desk.overrule(f'{{split: ["{url_of(second)}"]}}')
    (split,) = desk.json("plan", parting)["splits"]
    assert split["title"] == first
    assert [one["title"] for one in split["leaving"]] == [second]
    assert f"- {second}\n      leaves: {first}" in desk.run("plan", parting)
    asia = row(desk.json("plan", parting), "sections", "asia-pacific")
    (came,) = asia["coming"]
    assert (came["title"], came["rule"], came["at"]) == (second, "stories: split", "proposed.yaml:1")
    assert joined == [asia[key] for key in ("after", "before", "primary_after", "primary_before")] == [3, 2, 3, 2]


def test_lines_that_name_no_stored_article_are_looked_up_once(desk: Desk) -> None:
    gone = [f"https://gone.example/{n}" for n in range(5000)]  # more than `canonical` remembers
    desk.file.write_text(f"{FILE}stories: {{hide: {gone}}}\n")
    before = time.process_time()
    assert len(desk.json("plan")["unknown"]) == len(gone)
    assert time.process_time() - before < 10


def test_an_article_that_stays_when_another_is_set_apart_is_joined_as_what_it_is_then(desk: Desk) -> None:
    """The one set apart founded the story, so the other has a story of its own when it is joined."""
    first, second = MISSILE, JAPAN
    saved(desk, f'{{join: [["{url_of(first)}", "{url_of(second)}"]]}}')
    said = f'{{split: ["{url_of(first)}"], join: [["{url_of(second)}", "{url_of(PANDA)}", "{url_of(OCTOPUS)}"]]}}'
    plan = desk.json("plan", desk.overrule(said))
    (join,) = plan["joins"]
    assert (join["title"], {one["title"] for one in join["joined_by"]}) == (second, {PANDA, OCTOPUS})
    told = {one["id"]: (one["after"], one["primary_after"]) for one in plan["sections"]}
    saved(desk, said)
    plan = desk.json("plan")
    assert told == {one["id"]: (one["before"], one["primary_before"]) for one in plan["sections"]}


def url_of(title: str) -> str:
    return next(f"https://{source}.example/{hours}" for source, text, hours in TEXTS if text == title)


def saved(desk: Desk, stories: str) -> None:
    """The editor saves this word over the stories."""
    desk.apply(f"stories: {stories}\n{FILE}")


def test_what_the_editor_hides_leaves_for_that_reason(desk: Desk) -> None:
    proposed = desk.overrule(f'{{hide: ["{url_of(PANDA)}"]}}')
    plan = desk.json("plan", proposed)
    for kind, id in (("sections", "asia-pacific"), ("topics", "pandas")):
        (left,) = row(plan, kind, id)["going"]
        assert (left["title"], left["rule"], left["at"], left["gone"]) == (
            PANDA, "stories: hide", "proposed.yaml:1", False,
        )  # fmt: skip
    (hidden,) = plan["hides"]
    assert (hidden["title"], hidden["whole"], [one["url"] for one in hidden["hiding"]]) == (
        PANDA,
        True,
        [url_of(PANDA)],
    )
    shown = desk.run("plan", proposed)
    assert "stories: hide (proposed.yaml:1)" in shown
    assert f"- {PANDA}\n      hidden, and its story with it" in shown


def test_explain_tells_what_the_editor_said_of_an_article_and_why_its_story_is_in_other_sections(desk: Desk) -> None:
    """The report that heads the story matched nothing, and `explain` said no more; the page had the receipt of the other."""
    saved(
        desk,
        f'{{join: [["{url_of(OCTOPUS)}", "{url_of(MISSILE)}"]], split: ["{url_of(PANDA)}"], hide: ["{url_of(JAPAN)}"]}}',
    )
    told = desk.json("explain", url_of(OCTOPUS))
    assert told["story_section"] in [one["section"] for one in told["story_receipts"]] and told["sections"] == ["world"]
    shown = desk.run("explain", url_of(OCTOPUS))
    assert "\n  named by stories: join  (feeds.yaml:1)\n" in shown
    assert "\n  Through other reports its story is also in:\n  asia-pacific" in shown
    assert "\n  named by stories: split  (feeds.yaml:1)\n" in desk.run("explain", url_of(PANDA))
    assert "is also in" not in desk.run("explain", url_of(PANDA))
    with pytest.raises(AssertionError, match=r"article at this address is hidden by `stories: hide` \(feeds.yaml:1\)"):
        desk.run("explain", url_of(JAPAN))


def test_what_is_hidden_no_more_comes_back_for_that_reason(desk: Desk) -> None:
    saved(desk, f'{{hide: ["{url_of(PANDA)}"]}}')
    plan = desk.json("plan", desk.propose())
    (came,) = row(plan, "topics", "pandas")["coming"]
    assert (came["title"], came["rule"], came["at"], came["gone"]) == (PANDA, "stories: hide", "feeds.yaml:1", True)
    assert [one["url"] for one in plan["hides"][0]["showing"]] == [url_of(PANDA)]
    assert f"+ {PANDA}\n      shown again: {PANDA}" in desk.run("plan", desk.propose())


def test_a_story_stays_where_its_other_articles_put_it(desk: Desk) -> None:
    join = f'join: [["{url_of(OCTOPUS)}", "{url_of(MISSILE)}"]]'
    saved(desk, f"{{{join}}}")
    plan = desk.json("plan", desk.overrule(f'{{{join}, hide: ["{url_of(MISSILE)}"]}}'))
    (left,) = row(plan, "sections", "defense")["going"]
    assert (left["rule"], left["new"]) == ("stories: hide", "world")
    (hidden,) = plan["hides"]
    assert (hidden["whole"], [one["title"] for one in hidden["hiding"]]) == (False, [MISSILE])


def test_explain_knows_an_article_whose_address_ends_in_an_id_of_its_outlet(desk: Desk) -> None:
    key = "content/0f0a3b1e-7d5c-4c58-9b1e-3f5a7c9d2e41"
    archive = desk.archive()
    archive.intake.apply([polled("one", [item("one", key, "Quarterly figures please investors")])], NOW)
    archive.close()
    assert "Quarterly figures please investors" in desk.run("explain", f"https://one.example/{key}")
    with pytest.raises(AssertionError, match="no story or item with this address"):
        desk.run("explain", f"https://two.example/{key}")
    story = desk.json("explain", url_of(PANDA))["story"]
    page = f"https://wire.example.org/stories/{story.removeprefix('urn:uuid:')}"
    assert desk.json("explain", page) == desk.json("explain", story) == desk.json("explain", url_of(PANDA))


@pytest.mark.parametrize(
    "copied",
    [
        "{url}#:~:text=in%20Tokyo",  # Chromium: a link to highlighted text
        "{url}#photo-2",
        "<{url}>",  # a mail
        "“{url}”",  # a text
        '"{url}"',  # JSON
        "‘{bare}’",
        "«wire.example.org/stories/{id}»",
        "{bare}",  # Firefox and Safari show no scheme
        "wire.example.org/stories/{id}#sources",
        "https://wire.example.org/stories/{id}?ref=mail",
    ],
)
def test_explain_knows_an_address_as_it_is_copied(desk: Desk, copied: str) -> None:
    told = desk.json("explain", url := url_of(PANDA))
    assert told["id"]
    id = told["story"].removeprefix("urn:uuid:")
    assert desk.json("explain", copied.format(url=url, bare=url.removeprefix("https://"), id=id)) == told


@pytest.mark.parametrize(
    "headline", ["U.S./Japan", "AC/DC", "Amazon.com", "Node.js/Deno", "U.S.-China/Japan talks", "reuters.com/x is down"]
)
def test_explain_takes_no_headline_for_an_address(desk: Desk, headline: str) -> None:
    assert desk.json("explain", headline)["id"] is None


def test_explain_shows_the_article_whose_address_is_given_not_the_lead_of_its_story(desk: Desk) -> None:
    saved(desk, f'{{join: [["{url_of(MISSILE)}", "{url_of(OCTOPUS)}"]]}}')
    for title, section in ((MISSILE, "asia-pacific"), (OCTOPUS, "world")):
        told = desk.json("explain", url_of(title))
        assert (told["section"], len(told["told_by"])) == (section, 2)
        out = desk.run("explain", url_of(title))
        assert title in re.sub(r"[\[\]]", "", out.splitlines()[0])
        [lead] = [line for line in out.splitlines() if "← heads the story" in line]
        assert told["headed_by"] in [one["url"] for one in told["told_by"] if one["title"] in lead]
    assert desk.json("explain", told["story"]) == desk.json("explain", told["headed_by"]), (
        "its id alone stands for the lead"
    )


@pytest.mark.parametrize(("url", "whose"), [("https://two.example/tuna?of=[2]", "Two"), (None, "One")])
def test_explain_shows_one_report_that_heads_a_story(desk: Desk, url: str | None, whose: str) -> None:
    """Of two that list one article both did, of one at an address that is no valid URI none."""
    title = "Tuna sold for a record three million in Tokyo"
    news = [item(source, "tuna", title, url=url, canonical=url) for source in ("one", "two")]
    desk.place(*news)
    told = desk.json("explain", news[0].id)
    assert [one["source"] for one in told["told_by"]] == ["one", "two"]
    assert told["headed_by"] == told["told_by"][0]["url"]
    out = desk.run("explain", told["story"])
    (lead,) = [line for line in out.splitlines() if "← heads the story" in line]
    assert f" {whose}: " in lead


def test_explain_says_of_an_item_whether_it_is_placed(desk: Desk) -> None:
    placed = desk.run("explain", url_of(PANDA))
    assert "from One (one)\n  joined: it founded its story: nothing came near\n  story urn:uuid:" in placed
    archive = desk.archive()
    archive.intake.apply([polled("two", [item("two", "9", "Tuna sold for a record", published=NOW)])], NOW)
    archive.close()
    waiting = desk.run("explain", "https://two.example/9")
    assert "from Two (two), not placed yet\n  world" in waiting


def test_explain_says_that_the_editor_holds_a_story_in_its_section(desk: Desk) -> None:
    saved(desk, f'{{pin: [{{url: "{url_of(OCTOPUS)}", section: defense}}]}}')
    out = desk.run("explain", url_of(OCTOPUS))
    assert "primary section defense" in out
    assert "  held in defense by stories: pin  (feeds.yaml:1)" in out
    assert desk.json("explain", url_of(OCTOPUS))["pinned"] == {"section": "defense", "at": "feeds.yaml:1"}
    assert desk.json("explain", url_of(PANDA))["pinned"] is None


def test_what_the_editor_pins_moves_for_that_reason(desk: Desk) -> None:
    proposed = desk.overrule(f'{{pin: [{{url: "{url_of(OCTOPUS)}", section: defense}}]}}')
    plan = desk.json("plan", proposed)
    assert plan["moved"] == 1
    (came,) = row(plan, "sections", "defense")["coming"]
    (left,) = row(plan, "sections", "world")["going"]
    for one in (came, left):
        assert (one["title"], one["rule"], one["at"]) == (OCTOPUS, "stories: pin", "proposed.yaml:1")
    desk.apply(Path(proposed).read_text())
    (gone,) = row(desk.json("plan", desk.propose()), "sections", "defense")["going"]
    assert (gone["rule"], gone["at"], gone["gone"]) == ("stories: pin", "feeds.yaml:1", True)


def test_of_two_pins_of_one_article_that_in_force_is_named(desk: Desk) -> None:
    """The later one is in force until its day is over, then the earlier one."""
    lines = [f'- {{url: "{url_of(OCTOPUS)}", section: {rest}}}' for rest in ("world", "defense, until: 9999-01-01")]
    proposed = desk.propose(("sources:", f"stories:\n  pin:\n    {lines[0]}\n    {lines[1]}\nsources:"))
    (came,) = row(desk.json("plan", proposed), "sections", "defense")["coming"]
    assert (came["rule"], came["at"]) == ("stories: pin", "proposed.yaml:4")


def test_a_rule_that_moves_a_story_beside_a_pin_is_named(desk: Desk) -> None:
    said = f'stories: {{pin: [{{url: "{url_of(OCTOPUS)}", section: world}}]}}\nsources:'
    plan = desk.json("plan", desk.propose(("sources:", said), ("unicorn", "octopus*")))
    (came,) = row(plan, "topics", "pandas")["coming"]
    assert (came["title"], came["rule"]) == (OCTOPUS, "words: octopus*")


def test_dead_lines_of_the_edit_come_alone(desk: Desk) -> None:
    proposed = desk.propose(("    words: [missile*,", "    words: [nowhere, missile*,"))
    shown = desk.run("plan", proposed)
    assert "defense: words: nowhere" in shown
    assert "pandas: words: unicorn" not in shown
    assert "more, all in --json" in shown


def test_the_smallest_edit_is_a_word_that_tells(desk: Desk) -> None:
    found = desk.json("explain", "--expect", "defense", "Extraordinarily many pandas born")["expect"]
    assert found["proposals"][0]["line"] == "pandas"


def test_an_edit_without_dead_lines_says_so_and_shows_a_few_of_others(desk: Desk) -> None:
    unicorns = "unicorn, " + ", ".join(f"unicorn{n}" for n in range(9))
    old = FILE.replace("unicorn", unicorns)
    desk.apply(old)
    proposed = desk.folder / "proposed.yaml"
    proposed.write_text(old.replace("    words: [missile*,", "    words: [porcelain, missile*,"))
    shown = desk.run("plan", str(proposed))
    assert "Unused: 10 lines match no stored item (none from this edit)\n" in shown
    assert "pandas: words: unicorn\n" in shown
    assert "… and 7 more, all in --json" in shown
    source = "sources:\n  - {name: Fourth, url: 'https://four.example/feed.xml'}"
    proposed.write_text(old.replace("sources:", source, 1))
    assert "… and 7 more, all in --json" in desk.run("plan", str(proposed)), (
        "a new source has no lines of its own either"
    )
    assert "(none from this edit)" in desk.run("plan", str(proposed))


def test_an_edit_that_moves_nothing_moves_no_older_story_into_a_topic_found_since(desk: Desk) -> None:
    for source in ("one", "two", "three"):
        news = [
            item(source, f"c{age}", f"Nothing of note {age} at {source}", published=NOW - timedelta(days=age))
            for age in range(1, 31)
        ]
        news = [replace(one, categories=("Tulip mania",)) if n % 5 == 4 else one for n, one in enumerate(news)]
        desk.place(*news, surveyed=source == "three")
    assert desk.run("plan").startswith("Nothing changes: ")
    plan = desk.json("plan", desk.propose(("sections:", "# A comment.\nsections:")))
    assert (plan["changed"], row(plan, "topics", "tulip-mania")["after"]) == (0, 2)
    assert row(plan, "topics", "tulip-mania")["title"] == "Tulip mania"
    plan = desk.json("plan", desk.propose(("[panda*, unicorn]", "[panda*]")))
    assert (plan["changed"], row(plan, "topics", "tulip-mania")["after"]) == (4, 6), "all are placed anew then"
