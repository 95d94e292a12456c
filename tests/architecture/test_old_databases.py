"""SQLite is that of the system, however new Python is: on Red Hat Enterprise Linux 9 it is 3.34."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store.sqlite.archive import SqliteArchive
from aggregator.store.sqlite.connection import OLDEST

STORE = Path(__file__).resolve().parents[2] / "aggregator" / "store"
POSTGRES = STORE / "postgres"

LATER = re.compile(
    r"ON CONFLICT DO UPDATE|\bMATERIALIZED\b|\bDROP COLUMN\b|\bRETURNING\b|\) STRICT\b|contentless_delete"
)


def test_what_sqlite_is_asked_is_what_3_34_understands() -> None:
    assert OLDEST == (3, 34)
    sources = [path for path in STORE.rglob("*") if path.suffix in (".py", ".sql") and POSTGRES not in path.parents]
    assert len(sources) > 30
    found = [
        f"{path.relative_to(STORE)}: {word}" for path in sources for word in LATER.findall(path.read_text("utf-8"))
    ]
    assert not found


def test_a_sqlite_that_is_too_old_is_named_and_is_no_hindrance_to_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.26.0")
    with pytest.raises(StoreError, match=r"SQLite 3\.34 or later is needed, and this Python has 3\.26\.0; use"):
        SqliteArchive(tmp_path / "aggregator.db")
    monkeypatch.undo()
    SqliteArchive(tmp_path / "aggregator.db").close()
