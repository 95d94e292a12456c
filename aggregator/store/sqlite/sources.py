"""Sources in the SQLite file: rows follow feeds.yaml, and states are written."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from aggregator.model.settings import Source
from aggregator.model.source import NOT_POLLED, SourceState
from aggregator.store import sources
from aggregator.store.rows import STATE_COLUMNS, state_columns
from aggregator.store.sources import ROWS, edits
from aggregator.store.sqlite.connection import Connection

_SAVE = (
    f"UPDATE sources SET {', '.join(f'{name} = :{name}' for name in STATE_COLUMNS)} WHERE root = :root AND url = :url"
)


def save_states(raw: sqlite3.Connection, states: Iterable[SourceState]) -> None:
    """Write states inside the caller's transaction. An edit may have renamed a source while it was polled: its root stays. If it has
    another address by now, what the former one answered says nothing of that."""
    raw.executemany(_SAVE, [{**state_columns(state), "root": state.root, "url": state.url} for state in states])


class Sources(sources.Sources[Connection]):
    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml; `model.renaming` decides which row belongs to which source. Rows that are
        right already are not written."""
        with self._db.transaction() as raw:
            found = edits(configured, raw.execute(ROWS))
            raw.executemany("UPDATE sources SET listed = 0 WHERE n = ?", [(n,) for n in found.gone])
            raw.executemany("UPDATE sources SET id = ? WHERE n = ?", found.displaced)
            if found.edited or found.new:
                table = self._db.tables.table("sources")
                for n, id, url, enabled in found.edited:
                    table.update(n, {"id": id, "url": url, "listed": 1, "enabled": int(enabled)})
                for id, root, url, enabled in found.new:
                    table.insert({"id": id, "root": root, "url": url, "enabled": int(enabled), "why": NOT_POLLED})
            self._start_over(raw, found)

    def _save(self, raw: sqlite3.Connection, states: Collection[SourceState]) -> None:
        save_states(raw, states)
