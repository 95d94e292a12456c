"""What is shown on terminals of all kinds."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from aggregator.cli.explain import marked
from aggregator.cli.judgement import lines
from aggregator.cli.main import main
from aggregator.cli.terminal import bar
from aggregator.model.judgement import Match, Receipt


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("kind", "able"), [("xterm", True), ("dumb", False)])
def test_a_terminal_gets_what_it_can_show(monkeypatch: pytest.MonkeyPatch, kind: str, able: bool) -> None:
    """A dumb one showed the marks of bold as they are, and an empty line for each bar."""
    terminal = Terminal()
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar("Polling") as progress:
        progress(1, 2)
    assert bool(terminal.getvalue()) == able
    match = Match("China", "title", 1.0, 0, 5)
    receipt = Receipt("asia", 1.0, "places: CN", None, (match,), None)
    assert marked("China sails", [receipt], "title") == ("\033[1mChina\033[0m sails" if able else "[China] sails")


def test_the_name_of_a_file_that_others_named_does_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "feeds.yaml"
    config.write_text("sources: [{name: A, url: 'https://a.example/feed'}]\n")
    feeds = tmp_path / "Feeds\x1b]0;owned\x07 \u202elmpo.opml"
    feeds.write_text("no OPML")
    assert main(["--config", str(config), "--instance", str(tmp_path / "instance"), "import", str(feeds)]) == 1
    told = capsys.readouterr().err
    assert "Feeds\\x1b]0;owned\\x07 \\u202elmpo.opml" in told
    assert told.rstrip("\n").isprintable()


@pytest.mark.parametrize("arguments", [["plan", "FILE"], ["--config", "FILE", "check"]], ids=["plan", "check"])
def test_nor_does_the_name_of_a_proposed_file_that_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    proposed = tmp_path / "feeds\x1b]0;owned\x07.yaml"
    proposed.write_text("sources: 3\n")
    given = [str(proposed) if one == "FILE" else one for one in arguments]
    assert main(["--instance", str(tmp_path / "instance"), *given]) == 2
    told = "".join(capsys.readouterr())
    assert "feeds\\x1b]0;owned\\x07.yaml:1:10: " in told
    assert told.rstrip("\n").isprintable()


def test_receipts_stand_in_columns_however_long_an_id_is() -> None:
    ids = ("asia", "earthquakes-and-volcanoes")
    told = list(lines([Receipt(id, 0.75, "words: java", None, (), None) for id in ids]))
    assert {line.index("0.75") for line in told} == {2 + len(ids[1]) + 1}


def test_the_progress_of_trying_edits_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    config = tmp_path / "feeds.yaml"
    config.write_text("sources: []\nsections: [{id: defense, words: [missile]}, {id: world}]\n")
    asked = ["explain", "Octopuses dream", "--expect", "defense"]
    assert main(["--config", str(config), "--instance", str(tmp_path / "instance"), *asked]) == 0
    assert "Trying edits" in terminal.getvalue()
