"""Reads the SQL files that migrate a schema; each backend has a folder of them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from aggregator.errors import StoreTooNew

Migration = tuple[int, str, str]
"""(number, name of the file, SQL)"""


@cache
def read_migrations(package: str) -> tuple[Migration, ...]:
    """The migrations of a backend, in order. Numbers are missing of those whose work a later one does again."""
    folder = files(package) / "migrations"
    found = (file for file in folder.iterdir() if file.name[:1].isdigit())
    return tuple(sorted((int(file.name[:4]), file.name, file.read_text("utf-8")) for file in found))


OTHER_COLUMNS = "its tables have other columns than this version reads: restart with the version that made them"
"""The error of a process that has the archive open while a later version migrates it, or while an earlier archive is restored."""


def migrated_meanwhile(archive: str, found: int, known: int) -> StoreTooNew:
    """The error of a process of an earlier version, raised so that it does not write what a later version would misread."""
    return StoreTooNew(
        f"{archive}: was migrated by a later version of this program while in use (schema {found}, this one knows {known}), so "
        "nothing more is written; restart with that version"
    )
