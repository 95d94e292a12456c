"""Writes sources and their states into the SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.model.source import NOT_POLLED, SourceState
from aggregator.store import sources
from aggregator.store.source_edits import Edited, New
from aggregator.store.source_states import STATE_COLUMNS, state_columns
from aggregator.store.sqlite.connection import Connection

if TYPE_CHECKING:
    from sqlite_utils.db import Table

_SAVE = (
    f"UPDATE sources SET {', '.join(f'{name} = :{name}' for name in STATE_COLUMNS)} WHERE root = :root AND url = :url"
)


class Sources(sources.Sources[Connection]):
    @cached_property
    def _table(self) -> Table:
        return self._db.tables.table("sources")

    def _edit(self, raw: sqlite3.Connection, rows: Sequence[Edited]) -> None:
        for n, id, url, enabled in rows:
            self._table.update(n, {"id": id, "url": url, "listed": 1, "enabled": int(enabled)})

    def _add(self, raw: sqlite3.Connection, rows: Sequence[New]) -> None:
        for id, root, url, enabled in rows:
            row = {"id": id, "root": root, "url": url, "enabled": int(enabled), "why": NOT_POLLED}
            self._table.insert(row)

    def write_states(self, raw: sqlite3.Connection, states: Collection[SourceState]) -> None:
        raw.executemany(_SAVE, [{**state_columns(state), "root": state.root, "url": state.url} for state in states])
