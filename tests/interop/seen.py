"""What every reader under test can be asked, and how a tool that is not here is told."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

TOOLS = Path(__file__).resolve().parents[2] / ".venv-interop"


@dataclass(frozen=True)
class Seen:
    """An entry as the reader shows it."""

    id: str
    title: str
    link: str
    body: str


class Reader(Protocol):
    remembers: bool  # it asks "has it changed since?", by itself
    follows: bool  # it shows the new text of an entry that it knows

    @property
    def version(self) -> str: ...

    def subscribe(self, url: str) -> None: ...

    def refresh(self) -> int | None:
        """Fetch. How many entries it calls new or changed, if it counts."""

    def entries(self) -> list[Seen]: ...


def program(name: str, package: str | None = None) -> str:
    """The path of an installed program, or a skip that says what to install."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (make interop tries: apt-get install {package or name}, as root)")
    return found


def installed(path: str) -> Path:
    """A file among the tools that tests/interop/install.sh puts in place, or a skip."""
    found = TOOLS / path
    if not found.exists():
        pytest.skip(f"{path} is not in .venv-interop (make interop tries to install it)")
    return found


def run(command: list[str], folder: Path, timeout: float = 60, **more: str) -> str:
    """Run to its end with `folder` as home and return what it printed; an exit code other than 0 fails the test."""
    home = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False,
        env={**home, "HOME": str(folder), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more},
    )  # fmt: skip
    assert done.returncode == 0, (
        f"{command[0]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    )
    return done.stdout


def number(text: str) -> str:
    """The first version number in a text."""
    found = re.search(r"\d+(\.\d+)+", text)
    return found.group() if found else "?"
