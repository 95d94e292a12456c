"""What is shown on terminals of all kinds."""

from __future__ import annotations

import io
import sys

import pytest

from aggregator.cli.explain import marked
from aggregator.cli.judgement import lines
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


def test_receipts_stand_in_columns_however_long_an_id_is() -> None:
    ids = ("asia", "earthquakes-and-volcanoes")
    told = list(lines([Receipt(id, 0.75, "words: java", None, (), None) for id in ids]))
    assert {line.index("0.75") for line in told} == {2 + len(ids[1]) + 1}
