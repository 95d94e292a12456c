"""The SQLite file for the edition: which process makes it."""

from __future__ import annotations

import orjson

from aggregator.errors import StoreBusy
from aggregator.store import edition
from aggregator.store.rows import to_json
from aggregator.store.sqlite.connection import Connection


class EditionStore(edition.EditionStore[Connection]):
    """A process holds the edition by a lease that expires. It may be suspended for longer, so each step checks that it still holds it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._holding: str | None = None  # the owner for whom this object took the edition

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        with self._db.transaction() as raw:
            row = raw.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()
            if row:
                holder, until = orjson.loads(row[0])
                if holder != owner and now < until <= now + 2 * seconds:
                    return False
            if self._holding != owner:
                self._ids = self._renamings()
            raw.execute("INSERT OR REPLACE INTO meta VALUES ('edition', ?)", (to_json([owner, now + seconds]),))
        self._holding = owner
        return True

    def renew(self, owner: str, now: int, seconds: int) -> None:
        with self._db.transaction():
            if self.holder() == owner:
                self._db.write("UPDATE meta SET value = ? WHERE key = 'edition'", (to_json([owner, now + seconds]),))

    def release(self, owner: str) -> None:
        self._holding = self._ids = None
        with self._db.transaction():
            if self.holder() == owner:
                self._db.write("DELETE FROM meta WHERE key = 'edition'")

    def _check_held(self) -> None:
        if self._holding is not None and self.holder() != self._holding:
            raise StoreBusy(f"{self._db.path}: another process took over the edition; this one stopped")
