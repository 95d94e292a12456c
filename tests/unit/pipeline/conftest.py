from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from newsroom import NEWS, Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom that has placed NEWS."""
    made = Newsroom(tmp_path)
    made.publish(*NEWS)
    yield made
    made.close()
