from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def default_file() -> Path:
    return ROOT / "feeds.yaml"


@pytest.fixture
def docs() -> Path:
    return ROOT / "docs"
