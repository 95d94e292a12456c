"""Maintenance of the SQLite file: retention, backup, integrity."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store import upkeep
from aggregator.store.retention import EMPTY_TEXTS
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.copying import save_copy
from aggregator.store.sqlite.failures import damaged
from aggregator.store.sqlite.intake import forget_words


class Upkeep(upkeep.Upkeep[Connection]):
    def _empty(self, raw: sqlite3.Connection, items: Sequence[int], limit: int) -> Sequence[int]:
        rows = [(item,) for item in items]
        for item in items:
            forget_words(raw, item)
        raw.executemany(f"{EMPTY_TEXTS} WHERE item = ?", rows)
        raw.executemany(
            "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), '' FROM texts WHERE item = ?", rows
        )
        return items  # all of them: no other process can write during the transaction

    def backup(self, target: Path) -> None:
        """Copies the archive consistently, even while others write.

        Raises:
            StoreCorrupt: pages are damaged. Without this check, rotating backups would in the end all be damaged.
            StoreError: the target exists or cannot be written.
        """
        try:
            taken = target.exists()
        except OSError as error:  # the user has no access to the folder
            raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
        if taken:
            raise StoreError(f"{target}: exists already; name a new file")
        save_copy(self._db, target, self._sound)

    def check(self) -> None:
        """Raises StoreCorrupt if pages are damaged."""
        with self._db.translate():
            self._sound(self._db.raw)

    def _sound(self, raw: sqlite3.Connection) -> None:
        """Raises StoreCorrupt if pages are damaged, of the archive or of a copy of it."""
        found = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(self._db.path, " ".join(found.split()))
