"""What is installed from a wheel is whole: the lists of its files are patterns, which a new kind of file is easily missing from."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

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
    """It held the package alone, and nothing to run or test it with."""
    lines = [line.split() for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines()]
    patterns = [pattern for line in lines if line[0] in ("include", "graft") for pattern in line[1:]]
    by_itself = ["aggregator", "pyproject.toml", "MANIFEST.in", "PKG-INFO", "setup.cfg", "*.egg-info"]
    made_here = ["instance", "build", "dist", ".*"]
    there = [path.name for path in ROOT.iterdir()]
    known = [*patterns, *by_itself, *made_here]
    assert "tests" in patterns
    assert [name for name in there if not any(fnmatch(name, pattern) for pattern in known)] == []
