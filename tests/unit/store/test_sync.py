"""Rows of sources that follow feeds.yaml already are not written."""

from __future__ import annotations

from pathlib import Path

from builders import source

from aggregator.store.sqlite.archive import SqliteArchive


def test_a_sync_that_finds_all_as_it_should_be_writes_nothing(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path / "a.db")
    archive.sources.sync([source("alpha"), source("beta")])
    before = archive._connection.raw.total_changes
    archive.sources.sync([source("alpha"), source("beta")])
    assert archive._connection.raw.total_changes == before
    archive.close()
