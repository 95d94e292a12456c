"""The SQL files that migrate a schema, one folder of them in each backend."""

from __future__ import annotations

from importlib.resources import files

from aggregator.errors import StoreTooNew

Migration = tuple[int, str, str]
"""(number, name of the file, SQL)"""


def read_migrations(package: str) -> list[Migration]:
    """Those of a backend, in order."""
    folder = files(package) / "migrations"
    found = (file for file in folder.iterdir() if file.name[:1].isdigit())
    return sorted((int(file.name[:4]), file.name, file.read_text("utf-8")) for file in found)


OTHER_COLUMNS = "its tables have other columns than this version reads: restart with the version that made them"
"""What a process says that opened it before: a later version has migrated it since, or an earlier archive was put back."""


def migrated_meanwhile(archive: str, found: int, known: int) -> StoreTooNew:
    """What a process of an earlier version raises, instead of writing what a later one reads otherwise."""
    return StoreTooNew(
        f"{archive}: was migrated by a later version of this program while in use (schema {found}, this one knows {known}), so "
        "nothing more is written; restart with that version"
    )
