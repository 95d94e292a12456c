"""Writes sources into the PostgreSQL database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregator.store import sources
from aggregator.store.postgres.connection import Connection
from aggregator.store.source_edits import Edited
from aggregator.store.sources import available


class Sources(sources.Sources[Connection]):
    def _edit(self, rows: Sequence[Edited]) -> None:
        edited = "UPDATE sources SET id = ?, url = ?, listed = TRUE, enabled = ? WHERE n = ?"
        self._db.write_each(edited, [(id, url, enabled, n) for n, id, url, enabled in rows])

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(id, requested address) of the sources that `claim` would return, longest due first; without claiming them."""
        condition, values = available(self._db.dialect, now)
        return self._db.read(
            f"SELECT id, coalesce(moved_to, url) FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?",
            (*values, limit),
        )
