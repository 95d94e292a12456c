"""`make PYTHON=…` names the Python of .venv, also where .venv is there already."""

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
    shutil.copy(MAKEFILE, tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, version in (("same", 1), ("other", 2), (".venv/bin/python", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    for name in ("pyproject.toml", "constraints.txt", ".venv/.installed"):
        (tmp_path / name).touch()
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    command = ["make", "-n", *named, "install"]
    told = subprocess.run(command, cwd=tmp_path, env=outside, capture_output=True, text=True, check=True)
    assert ("./other -m venv --clear .venv" in told.stdout) == steps
    assert ("venv" in told.stdout) == steps
