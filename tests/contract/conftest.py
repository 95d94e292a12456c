from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import Store, archive, postgres_archive


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An archive of either backend with the sources alpha, beta and gamma."""
    names = ("alpha", "beta", "gamma")
    made = archive(tmp_path, *names) if request.param == "sqlite" else postgres_archive(*names)
    yield made
    made.close()
