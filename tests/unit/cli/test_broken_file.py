"""Commands that read or tidy the archive, while feeds.yaml is broken."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from aggregator.cli.main import main

FILE = """\
site: {title: Wire}
sources:
  - {name: One, url: "https://one.example/feed.xml"}
"""


def applied(folder: Path, text: str = FILE) -> tuple[Path, list[str]]:
    """A file that is in force, and the options that name it."""
    file = folder / "feeds.yaml"
    file.write_text(text)
    place = ["--config", str(file), "--instance", str(folder / "instance")]
    assert main([*place, "apply"]) == 0
    return file, place


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["sources"], "one  new  last success never"),
        (["sources", "--json"], '"id":"one"'),
        (["export"], 'xmlUrl="https://one.example/feed.xml"'),
        (["prune"], "The texts of 0 items were deleted"),
    ],
    ids=" ".join,
)
def test_they_work_by_what_is_in_force_and_say_what_is_broken(
    command: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, place = applied(tmp_path)
    file.write_text(FILE.replace("name", "nmae"))
    capsys.readouterr()
    assert main([*place, *command]) == 2, "as with every command, a broken file shows in the exit code"
    out, err = capsys.readouterr()
    assert told in out
    assert "is broken, so this is by the configuration in force" in err
    assert f"{file}:3:6: " in err
    assert "did you mean" in err


@pytest.mark.parametrize("command", ["sources", "export"])
def test_where_nothing_is_in_force_the_file_is_needed(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text("sources: [")
    assert main(["--config", str(file), "--instance", str(tmp_path / "instance"), command]) == 2
    out, err = capsys.readouterr()
    assert (out, f"{file}:1:11: " in err) == ("", True)
    assert "in force" not in err


@pytest.mark.parametrize("command", ["sources", "export"])
def test_where_what_is_in_force_cannot_be_read_here_the_file_is_what_can_be_mended(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE", "Wire")
    file, place = applied(tmp_path, FILE.replace("title: Wire", 'title: "${WIRE}"'))
    monkeypatch.delenv("WIRE")
    file.write_text("sources: [")
    capsys.readouterr()
    assert main([*place, command]) == 2
    out, err = capsys.readouterr()
    assert (out, f"{file}:1:11: " in err, "WIRE" in err) == ("", True, False)


class HasEnough(io.StringIO):
    """A pipe whose reader has ended: `| head`."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("command", [["check"], ["check", "--json"], ["sources"]], ids=" ".join)
def test_a_file_is_as_broken_where_the_reader_of_the_output_has_enough(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script with `set -o pipefail` took the file for sound."""
    file, place = applied(tmp_path)
    file.write_text(FILE.replace("name", "nmae"))
    monkeypatch.setattr(sys, "stdout", HasEnough())
    assert main([*place, *command]) == 2


def test_an_included_file_is_named_from_the_current_folder_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs that jump to FILE:LINE:COLUMN looked for it beside the current folder."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/feeds.yaml").write_text("include: [asia.yaml]\n")
    (tmp_path / "conf/asia.yaml").write_text("sections: [{id: a, wrds: [x]}]\n")
    monkeypatch.chdir(tmp_path)
    told = "conf/asia.yaml:1:20: unknown key `wrds`; did you mean `words`?\n"
    assert main(["--config", "conf/feeds.yaml", "check"]) == 2
    assert capsys.readouterr().out == told
    assert main(["--config", "conf/feeds.yaml", "plan"]) == 2
    assert capsys.readouterr().err == told
    (tmp_path / "conf/asia.yaml").write_text("sections: [{id: a, words: [x], examples: [y]}]\n")
    assert main(["--config", "conf/feeds.yaml", "apply"]) == 0
    assert "\nconf/asia.yaml:1:43: warning: " in capsys.readouterr().err
