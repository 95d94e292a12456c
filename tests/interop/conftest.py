"""Real readers against a real service on loopback. `make interop` runs this folder, `make test` does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from interop.miniflux import miniflux
from interop.world import World, world

ROWS = pytest.StashKey[list[tuple[str, ...]]]()
LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def miniflux_root() -> Iterator[str]:
    with miniflux() as root:
        yield root


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world") as made:
        yield made


@pytest.fixture
def table(request: pytest.FixtureRequest) -> list[tuple[str, ...]]:
    """What docs/interop.md shows: (reader, version, format, counts, update once, 304)."""
    return request.config.stash.setdefault(ROWS, [])


@pytest.fixture
def checked(request: pytest.FixtureRequest) -> list[str]:
    """What validators looked at, in a line each."""
    return request.config.stash.setdefault(LINES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("readers")
        for row in (("reader", "version", "format", "entries", "update", "next fetch"), ("---",) * 6, *rows):
            terminalreporter.write_line(f"| {' | '.join(row)} |")
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
