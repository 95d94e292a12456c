"""Sources in the SQLite file: rows follow feeds.yaml, states are written, leases taken and released."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from aggregator.model.settings import Source
from aggregator.model.source import SourceState
from aggregator.store import sources
from aggregator.store.rows import STATE_COLUMNS, at_new_address, source_state, state_columns
from aggregator.store.sources import ROWS, SELECT, available, edits
from aggregator.store.sqlite.connection import Connection

_SAVE = f"UPDATE sources SET {', '.join(f'{name} = :{name}' for name in STATE_COLUMNS)} WHERE id = :id"


def save_states(raw: sqlite3.Connection, states: Iterable[SourceState], *, release: bool = True) -> None:
    """Write states inside the caller's transaction, and release the leases."""
    rows = [{**state_columns(state), "id": state.id} for state in states]
    raw.executemany(_SAVE.replace(" WHERE", ", lease_owner = NULL, lease_until = 0 WHERE") if release else _SAVE, rows)


class Sources(sources.Sources):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._db: Connection = connection

    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml; `model.renaming` decides which row belongs to which source. Rows that are
        right already are not written."""
        with self._db.transaction() as raw:
            found = edits(configured, raw.execute(ROWS))
            raw.executemany("UPDATE sources SET listed = 0 WHERE n = ?", [(n,) for n in found.gone])
            if found.edited or found.new:
                table = self._db.tables.table("sources")
                for n, id, url, enabled in found.edited:
                    table.update(n, {"id": id, "url": url, "listed": 1, "enabled": int(enabled)})
                for id, root, url, enabled in found.new:
                    table.insert({"id": id, "root": root, "url": url, "enabled": int(enabled)})
            if found.moved:
                save_states(raw, map(at_new_address, self.states(found.moved)))

    def claim(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        *,
        limit: int = 1000,
        ids: Collection[str] | None = None,
        due_only: bool = True,
    ) -> list[SourceState]:
        """Take sources to poll: due, enabled, and not leased."""
        condition, values = available(self._db.dialect, now, lease, ids=ids, due_only=due_only)
        until = int(now.timestamp()) + int(lease.total_seconds())
        with self._db.transaction() as raw:
            rows = raw.execute(f"{SELECT} WHERE {condition} ORDER BY next_poll, n LIMIT ?", (*values, limit))
            states = [source_state(row) for row in rows.fetchall()]
            raw.executemany(
                "UPDATE sources SET lease_owner = ?, lease_until = ? WHERE id = ?",
                [(owner, until, state.id) for state in states],
            )
        return states

    def renew(self, owner: str, ids: Collection[str], now: datetime, lease: timedelta) -> None:
        """Extend the leases of those of these sources that `owner` still holds."""
        dialect = self._db.dialect
        with self._db.transaction() as raw:
            raw.execute(
                f"UPDATE sources SET lease_until = ? WHERE lease_owner = ? AND {dialect.one_of.format('id')}",
                (int((now + lease).timestamp()), owner, dialect.listed(ids)),
            )

    def release(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Release everything that `owner` holds, or only these sources."""
        dialect = self._db.dialect
        named = "" if ids is None else f" AND {dialect.one_of.format('id')}"
        with self._db.transaction() as raw:
            raw.execute(
                f"UPDATE sources SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = ?{named}",
                (owner,) if ids is None else (owner, dialect.listed(ids)),
            )

    def save(self, states: Collection[SourceState]) -> None:
        with self._db.transaction() as raw:
            save_states(raw, states, release=False)
