"""docs/reliability.md names a test for each fault and bad input, and each test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "reliability.md").read_text()


def test_every_fault_and_every_input_has_a_row_with_a_test() -> None:
    rows = dict(re.findall(r"^\| (F?\d+) \|(.*)$", TABLE, re.MULTILINE))
    assert set(rows) == {*(f"F{n}" for n in range(1, 26)), *map(str, range(1, 41))}
    assert [number for number, row in rows.items() if "::test_" not in row] == []


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text() if (ROOT / file).exists() else "", re.MULTILINE)
    ]
    assert missing == []
