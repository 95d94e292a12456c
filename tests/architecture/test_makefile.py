"""When `make install` makes .venv anew."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.mark.parametrize(("named", "steps"), [([], False), (["PYTHON=./same"], False), (["PYTHON=./other"], True)])
def test_another_python_makes_the_environment_anew(tmp_path: Path, named: list[str], steps: bool) -> None:
    checkout(tmp_path)
    told = install(tmp_path, *named)
    assert ("./other -m venv --clear .venv" in told) == steps
    assert ("venv" in told) == steps


def test_an_environment_stays_in_a_folder_whose_name_a_shell_would_read_otherwise(tmp_path: Path) -> None:
    """In the folder of an O'Brien it was made anew by each command, and without a network it was lost."""
    folder = tmp_path / "o'brien & $HOME `x` \"y"
    folder.mkdir()
    checkout(folder)
    assert "venv" not in install(folder)


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    """An upgrade of the system took it, and `make run` ended with "not found"."""
    checkout(tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.unlink()
    python.symlink_to(tmp_path / "python3.10")
    assert "-m venv --clear .venv" in install(tmp_path)


def test_an_environment_that_moved_is_made_anew(tmp_path: Path) -> None:
    """Commands name their Python by its full path."""
    (tmp_path / "here").mkdir()
    checkout(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "the re")
    assert "-m venv --clear .venv" in install(tmp_path / "the re")


def checkout(folder: Path) -> None:
    """A folder in which `make install` has run."""
    shutil.copy(MAKEFILE, folder)
    (folder / ".venv/bin").mkdir(parents=True)
    for name, version in (("same", 1), ("other", 2), (".venv/bin/python", 1)):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)
    (folder / ".venv/bin/aggregator").write_text(f"#!{folder}/.venv/bin/python\n")
    for name in ("pyproject.toml", "constraints.txt", ".venv/.installed"):
        (folder / name).touch()


def install(folder: Path, *named: str) -> str:
    """What `make install` would do."""
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    command = ["make", "-n", *named, "install"]
    return subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True, check=True).stdout
