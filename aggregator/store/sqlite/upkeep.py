"""Looking after the SQLite file: retention, copies, soundness."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from aggregator.errors import StoreCorrupt, StoreError
from aggregator.store import upkeep
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.desk import stamp
from aggregator.store.sqlite.intake import forget_words


class Upkeep(upkeep.Upkeep):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._db: Connection = connection

    def _prune(self, source: int, limit: int, now: int) -> int:
        with self._db.transaction() as raw:
            rows = raw.execute(
                "SELECT t.item FROM items i JOIN texts t ON t.item = i.n "
                "WHERE i.source = ? AND t.listed < ? AND (t.content != '' OR t.summary != '') LIMIT 1000",
                (source, limit),
            ).fetchall()
            for (item,) in rows:
                forget_words(raw, item)
            raw.executemany(
                "UPDATE texts SET pruned = (pruned OR summary != ''), summary = '', content = '', enclosures = NULL "
                "WHERE item = ?",
                rows,
            )
            raw.executemany(
                "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), '' FROM texts WHERE item = ?",
                rows,
            )
            if rows:
                stamp(raw, set(), now)
        return len(rows)

    def backup(self, target: Path) -> None:
        """A consistent copy, also while others write.

        Raises:
            StoreError: the target exists or cannot be written.
        """
        if target.exists():
            raise StoreError(f"{target}: exists already; name a new file")
        unfinished = target.with_name(target.name + ".unfinished")
        unfinished.unlink(missing_ok=True)
        try:
            copy = sqlite3.connect(unfinished)
            with self._db.translate():
                # In one go: a copy in several steps begins anew whenever somebody writes in between, and never ends.
                self._db.raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.close()
            unfinished.rename(target)
        except (sqlite3.Error, OSError) as error:
            unfinished.unlink(missing_ok=True)
            raise StoreError(f"{target}: cannot be written: {error}") from error

    def check(self) -> None:
        """Raises:
        StoreCorrupt: pages are damaged.
        """
        with self._db.translate():
            found = self._db.raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreCorrupt(
                f"{self._db.path}: the database is damaged ({found}) and is left as it is. Stop the service, move the file away "
                f"and put back a copy made by `aggregator backup` (cp BACKUP {self._db.path})"
            )
