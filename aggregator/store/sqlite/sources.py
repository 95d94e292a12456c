"""Writes sources and their states into the SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from aggregator.model.source import SourceState
from aggregator.store import sources
from aggregator.store.source_edits import Edited
from aggregator.store.source_states import STATE_COLUMNS, state_columns
from aggregator.store.sqlite.connection import Connection

_SAVE = (
    f"UPDATE sources SET {', '.join(f'{name} = :{name}' for name in STATE_COLUMNS)} WHERE root = :root AND url = :url"
)


class Sources(sources.Sources[Connection]):
    def _edit(self, raw: sqlite3.Connection, rows: Sequence[Edited]) -> None:
        for n, id, url, enabled in rows:
            self._db.tables.table("sources").update(n, {"id": id, "url": url, "listed": 1, "enabled": int(enabled)})

    def write_states(self, raw: sqlite3.Connection, states: Collection[SourceState]) -> None:
        raw.executemany(_SAVE, [{**state_columns(state), "root": state.root, "url": state.url} for state in states])
