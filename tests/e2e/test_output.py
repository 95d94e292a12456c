"""What becomes of the output of a command: cut short by a reader, on a full disk, in an encoding that lacks its letters."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from builders.process import PATIENCE, aggregator, command, configuration, environment

FULL = Path("/dev/full")


def said(config: Path, *arguments: str, to: int, **variables: str) -> tuple[int, bytes]:
    """Exit code and standard error of a command that writes to this file."""
    done = subprocess.run(
        command(config, *arguments),
        stdout=to,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        env={**environment(), **variables},
        check=False,
    )
    return done.returncode, done.stderr


SOURCES = {f"source-{n}": f"https://{n}.example/feed" for n in range(200)}
"""Enough for more than one buffer of output."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = configuration(tmp_path_factory.mktemp("sound"), SOURCES)
    aggregator(made, "apply")
    return made


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With an example that fails."""
    made = configuration(tmp_path_factory.mktemp("output"), SOURCES)
    made.write_text(made.read_text().replace("title: Defense", "examples: [Cats sleep]"))
    aggregator(made, "apply")
    return made


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("arguments", "code"), [("sources", 0), ("explain Japan", 0), ("check", 2)])
def test_a_reader_that_has_enough_is_no_failure(config: Path, unbuffered: str, arguments: str, code: int) -> None:
    read, write = os.pipe()
    os.close(read)
    told = said(config, *arguments.split(), to=write, PYTHONUNBUFFERED=unbuffered)
    os.close(write)
    assert told == (code, b"")


@pytest.mark.skipif(not FULL.exists(), reason="/dev/full is of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["sources", "explain Japan", "export"])
def test_output_that_finds_no_room_is_told_in_one_line(config: Path, unbuffered: str, arguments: str) -> None:
    with FULL.open("wb") as full:
        told = said(config, *arguments.split(), to=full.fileno(), PYTHONUNBUFFERED=unbuffered)
    assert told == (1, b"aggregator: the output cannot be written: No space left on device\n")


def test_a_letter_that_the_terminal_lacks_is_written_as_its_escape(config: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        assert said(config, "explain", "Zürich – 曜日", to=out.fileno(), PYTHONIOENCODING="latin-1") == (0, b"")
    assert (tmp_path / "out").read_text("latin-1").startswith(r"[Zürich] \u2013 \u66dc\u65e5")


def test_letters_that_the_locale_lacks_are_read_as_they_are_typed(config: Path, tmp_path: Path) -> None:
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with (tmp_path / "out").open("wb") as out:
        assert said(config, "explain", "--json", "Zürich – 日本", to=out.fileno(), **ascii_alone) == (0, b"")
    found = json.loads((tmp_path / "out").read_text("utf-8"))["found_topics"]
    assert {topic["text"] for topic in found} == {"Zürich", "日本"}


def test_json_is_in_utf_8_whatever_the_terminal_takes(config: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        assert said(config, "explain", "--json", "Zürich – 日本", to=out.fileno(), PYTHONIOENCODING="latin-1") == (
            0,
            b"",
        )
    found = json.loads((tmp_path / "out").read_text("utf-8"))["found_topics"]
    assert {topic["text"] for topic in found} == {"Zürich", "日本"}


@pytest.mark.parametrize(
    ("arguments", "closed"),
    [
        *((arguments, "<&- >&- 2>&-") for arguments in ("explain Japan", "export", "plan", "apply", "poll source-0")),
        *(("poll source-0", closed) for closed in ("<&-", "2>&-")),
        ("explain Japan", ">&-"),
    ],
)
def test_a_stream_that_the_caller_closed_is_no_failure(sound: Path, arguments: str, closed: str) -> None:
    called = shlex.join(command(sound, *arguments.split()))
    done = subprocess.run(
        ["sh", "-c", f"exec {called} {closed}"], capture_output=True, timeout=PATIENCE, env=environment(), check=False
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    assert bool(done.stdout) == (">&-" not in closed.split())
