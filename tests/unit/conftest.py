from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from newsroom import Newsroom, Rooms


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Makes an empty newsroom of a configuration; it is closed after the test."""
    from newsroom import Newsroom  # brings Flask, which most tests do not need

    with ExitStack() as ending:
        yield lambda *text: ending.enter_context(closing(Newsroom(tmp_path, *text)))


@pytest.fixture
def room(rooms: Rooms) -> Newsroom:
    """An empty newsroom; a fixture of this name in a module fills it."""
    return rooms()
