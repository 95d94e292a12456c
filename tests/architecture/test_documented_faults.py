"""docs/reliability.md names a test for each fault and bad input, and each test that it names is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "reliability.md").read_text()


def test_every_fault_and_every_input_has_a_row_with_a_test() -> None:
    rows = dict(re.findall(r"^\| (F?\d+) \|(.*)$", TABLE, re.MULTILINE))
    assert set(rows) == {*(f"F{n}" for n in range(1, 26)), *map(str, range(1, 41))}
    assert [number for number, row in rows.items() if "`test_" not in row] == []


def test_each_test_that_is_named_is_there_once() -> None:
    named = set(re.findall(r"\b(test_\w+)`", TABLE))
    tests = Counter(
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text(), re.MULTILINE)
    )
    assert {name: tests[name] for name in named if tests[name] != 1} == {}
