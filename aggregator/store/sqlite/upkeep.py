"""Maintenance of the SQLite file: retention, backup, integrity."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from aggregator.errors import StoreError
from aggregator.model.stream import STORING
from aggregator.store import upkeep
from aggregator.store.edition import moment, put_off
from aggregator.store.retention import EMPTY_TEXTS, tell
from aggregator.store.sqlite.connection import Connection, damaged
from aggregator.store.sqlite.copying import save_copy
from aggregator.store.sqlite.edition import stamp
from aggregator.store.sqlite.intake import forget_words


class Upkeep(upkeep.Upkeep[Connection]):
    def _prune(self, items: Sequence[int], limit: int, now: int) -> int:
        began = monotonic()
        with self._db.transaction() as raw:
            rows = self._db.select("SELECT item FROM texts WHERE listed < ? AND item IN", items, "", limit)
            if not rows:
                return 0
            changes = moment(self._db, now)
            streams = tell(self._db, [item for (item,) in rows], changes + STORING)
            for (item,) in rows:
                forget_words(raw, item)
            raw.executemany(f"{EMPTY_TEXTS} WHERE item = ?", rows)
            raw.executemany(
                "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), '' FROM texts WHERE item = ?",
                rows,
            )
            raw.executemany("UPDATE articles SET content = '' WHERE item = ?", rows)
            stamp(raw, streams, put_off(self._db, changes, began))
        return len(rows)

    def backup(self, target: Path) -> None:
        """A consistent copy, even while others write.

        Raises:
            StoreCorrupt: pages are damaged. Rotating backups would otherwise all be copies of the damage in the end.
            StoreError: the target exists or cannot be written.
        """
        try:
            taken = target.exists()
        except OSError as error:  # in a folder that this user may not look into
            raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
        if taken:
            raise StoreError(f"{target}: exists already; name a new file")
        save_copy(self._db, target, self._sound)

    def check(self) -> None:
        """Raises:
        StoreCorrupt: pages are damaged.
        """
        with self._db.translate():
            self._sound(self._db.raw)

    def _sound(self, raw: sqlite3.Connection) -> None:
        """Raises:
        StoreCorrupt: pages are damaged, of the archive or of a copy of it.
        """
        found = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(self._db.path, " ".join(found.split()))
