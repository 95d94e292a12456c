"""Writes sources into the SQLite file."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.store import sources
from aggregator.store.source_edits import Edited
from aggregator.store.sqlite.connection import Connection


class Sources(sources.Sources[Connection]):
    def _edit(self, rows: Sequence[Edited]) -> None:
        for n, id, url, enabled in rows:
            self._db.tables.table("sources").update(n, {"id": id, "url": url, "listed": 1, "enabled": int(enabled)})
