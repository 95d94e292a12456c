"""The ledger of what was discarded or held back: by reason and source, on the page, in the API, by the command; it
survives a restart and a new name."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from msgspec import structs
from newsroom import CONFIG, NOON, Newsroom, of_the_file

from aggregator.cli.main import main
from aggregator.model import notes
from aggregator.model.item import Drop
from aggregator.model.notes import Measures
from aggregator.model.poll import PollResult


def counted(room: Newsroom) -> dict[str, dict[str, int]]:
    rows = room.client.get("/api/v1/sources").get_json()["sources"]
    return {row["id"]: row["drops"] for row in rows if row["drops"]}


@of_the_file
def test_each_reason_is_counted_by_source_and_listed_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Newsroom(tmp_path)
    state = room.archive.sources.states(["kyodo"])[0]
    drops = (Drop("unsafe-address", 2), Drop("over-cap", 7))
    for _ in range(2):
        room.archive.intake.apply([PollResult(structs.replace(state, last_success=NOON), drops=drops)], NOON)
    room.archive.upkeep.note(notes.SET_ASIDE, {"reuters": 1})
    room.archive.upkeep.note(notes.MEASURES, Measures())
    room.close()

    again = Newsroom(tmp_path)
    assert counted(again) == {"kyodo": {"over-cap": 14, "unsafe-address": 4}, "reuters": {"unplaced": 1}}
    words = [
        "entries beyond what is taken of a document or in a day, left out: 14",
        "links that do not lead to http(s), removed: 4",
        "items that could not be placed, tried again every hour: 1",
    ]
    assert re.findall(r"<small>([^<]+: \d+)</small>", again.client.get("/sources").text) == words
    metrics = again.client.get("/metrics").text
    assert 'aggregator_drops_total{reason="over-cap"} 14\n' in metrics
    assert "aggregator_items_set_aside 1\n" in metrics
    (tmp_path / "feeds.yaml").write_text(CONFIG)
    command = ["--config", str(tmp_path / "feeds.yaml"), "--instance", str(tmp_path), "sources"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert [line.strip() for line in told.splitlines() if line.strip() in words] == words
    assert main([*command, "--json"]) == 0
    rows = orjson.loads(capsys.readouterr().out)["sources"]
    assert {row["id"]: row["drops"] for row in rows if row["drops"]} == counted(again)
    again.close()

    renamed = Newsroom(tmp_path, CONFIG.replace("{name: Kyodo, url", "{name: Kyodo News, was: [kyodo], url"))
    assert counted(renamed)["kyodo-news"] == {"over-cap": 14, "unsafe-address": 4}
    renamed.close()


@of_the_file
def test_what_was_repaired_in_a_document_is_listed_and_the_details_of_one_source_may_be_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Newsroom(tmp_path)
    state = room.archive.sources.states(["kyodo"])[0]
    read = structs.replace(
        state,
        first_success=NOON,
        last_success=NOON,
        polls=3,
        not_modified=1,
        flaws="malformed, junk-after-end, undated",
    )
    room.archive.intake.apply([PollResult(read)], NOON)
    rows = room.client.get("/api/v1/sources").get_json()["sources"]
    assert {row["id"]: row["flaws"] for row in rows if row["flaws"]} == {
        "kyodo": ["malformed", "junk-after-end", "undated"]
    }
    page = room.client.get("/sources").text
    assert "its last document is not well-formed" in page
    assert "its last document goes on after its end" in page
    assert "junk-after-end" not in page
    assert page.count("have no plausible date") == 1, "that is its state"
    room.close()

    (tmp_path / "feeds.yaml").write_text(CONFIG)
    command = ["--config", str(tmp_path / "feeds.yaml"), "--instance", str(tmp_path), "sources"]
    assert main([*command, "kyodo"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("kyodo  undated  last success ")
    assert "reuters" not in told
    assert "its last document goes on after its end" in told
    assert "Kyodo, of Kyodo: https://user:***@kyodo.example/feed.xml" in told
    assert "3 polls, 1 of them answered 304" in told
    assert main([*command, "kyodo", "--json"]) == 0
    assert [row["id"] for row in orjson.loads(capsys.readouterr().out)["sources"]] == ["kyodo"]
    assert main([*command, "kiodo"]) == 2
    assert "there is no source kiodo; did you mean `kyodo`?" in capsys.readouterr().err
