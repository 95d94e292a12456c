"""The editor's day: break the file in twelve ways, add a section, plan it, save it while the service runs, see what it
did, ask why, undo."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import rss
from builders.process import aggregator, free_port, get, running, until
from servers.local import Server, conditional

from aggregator.bootstrap import Application, Installation, library
from aggregator.cli.main import main
from aggregator.web.app import create_app

FILE = """\
# Our sources.
site: {title: Test Wire}
allow_private: [127.0.0.1]
defaults: {every: 15m, keep: 90d}
sources:
  - name: One
    url: http://127.0.0.1:PORT/one
    usually: europe        # mostly
  - name: Two
    url: http://127.0.0.1:PORT/two
sections:
  - id: defense
    title: Defense
    words: [missile*, {frigate: 5}]
    examples: ["Frigate fires missile"]
  - id: europe
    places: [europe]
  - id: world
"""

SECTION = """\
  - id: wildfires
    title: Wildfires
    words:
      - {wildfire*: 5}
      - {bushfire*: 5}
      - {blaze: 5}
    examples: ["Wildfires rage outside Athens"]
    counterexamples: ["Frigate fires missile"]
"""

BREAKS = {  # what is typed over what, and the text at whose start the fault is told
    "a bracket left open": ("[missile*, {frigate: 5}]", "[missile*, {frigate: 5}", "examples:"),
    "a tab": ("    usually:", "\tusually:", "\tusually:"),
    "an unknown key": ("    usually:", "    usualy:", "usualy:"),
    "a key that stands twice": ("    usually: europe", "    url: http://a.example/", "url: http://a.example/"),
    "a clock for a duration": ("every: 15m", "every: 1:30", "1:30"),
    "a section that is not there": ("usually: europe", "usually: europ", "europ "),
    "an id that is taken": ("name: Two", "name: One", "One\n    url: http://127.0.0.1:PORT/two"),
    "an address that is polled already": ("PORT/two", "PORT/one", "http://127.0.0.1:PORT/one\nsections"),
    "no address": ("http://127.0.0.1:PORT/two", "two.example", "two.example"),
    "no such place": ("places: [europe]", "places: [europa]", "europa]"),
    "an example that misses": ('"Frigate fires missile"', '"Frogs leap"', '"Frogs leap"'),
    "an anchor": ("[europe]", "&all [europe]", "&all"),
}


@pytest.mark.parametrize("way", BREAKS)
def test_a_broken_file_is_told_with_line_and_column(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, place = BREAKS[way]
    assert FILE.count(old) == 1
    text = FILE.replace(old, new).replace("PORT", "9000")
    at = text.index(place.replace("PORT", "9000"))
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    assert main(["--config", str(path), "--instance", str(tmp_path / "instance"), "check"]) == 2
    told = [one for one in capsys.readouterr().out.splitlines() if "warning:" not in one]
    assert told[0].startswith(f"{path}:{line}:{column}: "), told
    assert len(told) == 1, told


NOW = datetime.now(UTC).replace(microsecond=0)
HEADLINES = [  # source, hours ago
    ("Wildfires close in on Athens suburbs", "/one", 9),
    ("Parliament in Paris debates pensions", "/one", 8),
    ("Bushfires force evacuation of coastal town in Victoria", "/two", 7),
    ("Frigate sails for the Baltic", "/two", 6),
    ("Insurers in Chile count what the blaze destroyed", "/two", 5),
    ("Orchestra plays to an empty hall", "/one", 4),
]


def feeds() -> dict[str, bytes]:
    found = {}
    for path in ("/one", "/two"):
        items = [
            (f"{path}{hours}", title, NOW - timedelta(hours=hours)) for title, of, hours in HEADLINES if of == path
        ]
        found[path] = rss(items, path.strip("/").title(), f"{path.strip('/')}.example")
    return found


def test_the_editors_day(tmp_path: Path) -> None:
    with Server({path: conditional(body) for path, body in feeds().items()}) as server:
        config = tmp_path / "feeds.yaml"
        before = FILE.replace("PORT", str(server.port))
        config.write_text(before)
        port = free_port()
        with running(config, "run", "--port", str(port)):
            day = Day(config, f"http://127.0.0.1:{port}")
            until(lambda: day.ready() and len(day.ids("/latest.json")) == len(HEADLINES))
            polls = len(server.requests)
            latest = day.entries("/latest.json")
            day.a_broken_save_changes_nothing(before)
            after = before.replace("sections:\n", "sections:\n" + SECTION)
            day.plan(after)
            day.save_by_renaming(after)
            until(lambda: day.status()["configuration"]["changed"]["sections"]["added"] == ["wildfires"])
            until(lambda: len(day.ids("/sections/wildfires.json")) == 3)
            fires = [
                title
                for title, _, _ in reversed(HEADLINES)
                if title.split()[0] in ("Wildfires", "Bushfires", "Insurers")
            ]
            assert [entry["title"] for entry in day.entries("/sections/wildfires.json")] == fires
            assert [key(entry) for entry in day.entries("/latest.json")] == [key(entry) for entry in latest], (
                "an edit announces nothing"
            )
            assert day.status()["re_placing"]["done"] == len(HEADLINES)
            day.explain()
            day.save_by_renaming(before)
            until(lambda: day.status()["configuration"]["changed"]["sections"]["removed"] == ["wildfires"])
            until(lambda: day.entries("/latest.json") == latest)
            assert len(server.requests) == polls, "the schedule is kept: nothing is polled because of an edit"
            assert get(f"{day.root}/sections/wildfires.rss")[0] == 404


def key(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["id"], entry["date_published"], entry["date_modified"]


def test_what_the_editor_joins_and_sets_apart_is_so_from_the_next_poll_on(tmp_path: Path) -> None:
    """The same through news, edits of rules and the way back: tests/unit/pipeline/test_overrides.py."""
    with Server({path: conditional(body) for path, body in feeds().items()}) as server:
        config = tmp_path / "feeds.yaml"
        file = FILE.replace("PORT", str(server.port))
        place = Installation(config, tmp_path / "instance")

        def stories(said: str) -> list[list[str]]:
            config.write_text(f"{file}stories: {said}\n")
            assert aggregator(config, "poll").returncode == 0
            client = create_app(library(Application.load(place))).test_client()
            found = client.get("/api/v1/stories").get_json()["stories"]
            return sorted([source["title"] for source in story["sources"]] for story in found)

        apart = sorted([title] for title, _, _ in HEADLINES)
        frigate, orchestra = "https://two.example//two6", "https://one.example//one4"
        assert stories("{}") == apart
        joined = stories(f"{{join: [['{frigate}', '{orchestra}']]}}")
        assert (len(joined), max(map(len, joined))) == (len(apart) - 1, 2)
        assert stories("{}") == joined, "the old file alone does not bring them apart"
        assert stories(f"{{split: ['{orchestra}']}}") == apart


class Day:
    def __init__(self, config: Path, root: str) -> None:
        self.config, self.root = config, root

    def ready(self) -> bool:
        try:
            return get(f"{self.root}/readyz")[0] == 200
        except OSError:
            return False

    def entries(self, path: str) -> list[dict[str, Any]]:
        code, body, _ = get(f"{self.root}{path}")
        found: list[dict[str, Any]] = json.loads(body)["items"] if code == 200 else []
        return found

    def ids(self, path: str) -> list[str]:
        return [entry["id"] for entry in self.entries(path)]

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(get(f"{self.root}/api/v1/status")[1])
        return found

    def save_by_renaming(self, text: str) -> None:
        beside = self.config.with_suffix(".new")
        beside.write_text(text)
        beside.replace(self.config)

    def a_broken_save_changes_nothing(self, sound: str) -> None:
        epoch = self.status()["epoch"]
        self.config.write_text(sound.replace("every: 15m", "every: 1:30"))
        until(lambda: self.status()["config_error"] is not None)
        status = self.status()
        assert status["epoch"] == epoch
        (problem,) = status["config_error"]["problems"]
        assert (problem["file"], problem["line"], problem["column"]) == ("feeds.yaml", 4, 19)
        assert b"feeds.yaml:4:19" in get(f"{self.root}/sources.rss")[1]
        assert b"feeds.yaml:4:19" in get(f"{self.root}/sources", Accept="text/html")[1]
        self.config.write_text(sound)
        until(lambda: self.status()["config_error"] is None)

    def plan(self, text: str) -> None:
        proposed = self.config.with_name("proposed.yaml")
        proposed.write_text(text)
        result = aggregator(self.config, "plan", str(proposed), "--json")
        assert result.returncode == 0, result.stderr
        plan = json.loads(result.stdout)
        (row,) = [row for row in plan["sections"] if row["id"] == "wildfires"]
        assert (row["come"], row["go"], row["before"], row["after"]) == (3, 0, 0, 3)
        sample = next(one for one in row["coming"] if "Athens" in one["title"])
        line = text[: text.index("{wildfire*: 5}")].count("\n") + 1
        assert (sample["old"], sample["new"]) == ("europe", "wildfires")
        assert (sample["rule"], sample["at"]) == ("words: wildfire*", f"proposed.yaml:{line}")
        assert plan["configuration"]["sections"]["added"] == ["wildfires"]
        assert self.entries("/sections/wildfires.json") == [], "a plan changes nothing"

    def explain(self) -> None:
        story = self.entries("/sections/wildfires.json")[-1]
        told = json.loads(aggregator(self.config, "explain", story["id"], "--json").stdout)
        assert told["section"] == "wildfires"
        assert told["receipts"][0]["rule"] == "words: wildfire*"
        assert told["outcome"]["turns"][0]["then"] == "europe"
