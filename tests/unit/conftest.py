from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from newsroom import Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """An empty newsroom; a fixture of this name in a module fills it."""
    from newsroom import Newsroom  # brings Flask, which most tests do not need

    made = Newsroom(tmp_path)
    yield made
    made.close()
