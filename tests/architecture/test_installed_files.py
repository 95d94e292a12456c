"""What is installed from a wheel is whole: the lists of its files are patterns, which a new kind of file is easily missing from."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_of_the_package_is_installed() -> None:
    """Without the icon every page answered 500."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = ["*.py", *project["tool"]["setuptools"]["package-data"]["aggregator"]]
    package = ROOT / "aggregator"
    there = [path.relative_to(package) for path in package.rglob("*") if path.is_file()]
    files = [str(path) for path in there if "__pycache__" not in path.parts]
    assert "web/static/icon.png" in files
    assert [file for file in files if not any(fnmatch(file, pattern) for pattern in patterns)] == []


def test_every_file_of_the_repository_is_in_the_source_archive() -> None:
    """It held the package alone, and nothing to run or test it with. Files of whoever works here, such as one that feeds.yaml
    includes, are not of the repository."""
    if not ((ROOT / ".git").exists() and shutil.which("git")):
        pytest.skip("needs git, and a checkout of it")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line.split() for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines()]
    patterns = [pattern for line in lines if line[0] in ("include", "graft") for pattern in line[1:]]
    by_itself = ["aggregator", "pyproject.toml", "MANIFEST.in"]
    there = {path.partition("/")[0] for path in listed.stdout.splitlines()} - {".ci", ".gitignore"}
    assert "tests" in there
    assert [name for name in there if not any(fnmatch(name, pattern) for pattern in (*patterns, *by_itself))] == []
