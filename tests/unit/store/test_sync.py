"""The rows of sources follow feeds.yaml, and stay untouched where they do already."""

from __future__ import annotations

from pathlib import Path

from builders import source

from aggregator.store.sqlite.archive import SqliteArchive


def listed(archive: SqliteArchive) -> set[str]:
    return {state.id for state in archive.sources.states()}


def test_a_sync_that_finds_all_as_it_should_be_writes_nothing(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path / "a.db")
    archive.sources.sync([source("alpha"), source("beta")])
    before = archive._connection.raw.total_changes
    archive.sources.sync([source("alpha"), source("beta")])
    assert archive._connection.raw.total_changes == before
    archive.close()


def test_what_leaves_the_file_is_listed_no_more_and_comes_back_as_it_was(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path / "a.db")
    archive.sources.sync([source("alpha"), source("beta")])
    root = {state.id: state.root for state in archive.sources.states()}
    archive.sources.sync([source("alpha")])
    assert listed(archive) == {"alpha"}
    archive.sources.sync([source("alpha"), source("beta")])
    assert {state.id: state.root for state in archive.sources.states()} == root
    archive.close()
