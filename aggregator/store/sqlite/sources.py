"""Sources: what is known of each between polls, who polls it now, and when it is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.settings import Source
from aggregator.model.source import SourceState
from aggregator.store.rows import STATE_COLUMNS, STATE_FIELDS, elsewhere, source_state, state_columns, to_json
from aggregator.store.sqlite.connection import Connection

_SAVE = f"UPDATE sources SET {', '.join(f'{name} = :{name}' for name in STATE_COLUMNS)} WHERE id = :id"


def save_states(raw: sqlite3.Connection, states: Iterable[SourceState], *, release: bool = True) -> None:
    """Write states inside the caller's transaction, and give the leases back."""
    rows = [{**state_columns(state), "id": state.id} for state in states]
    raw.executemany(_SAVE.replace(" WHERE", ", lease_owner = NULL, lease_until = 0 WHERE") if release else _SAVE, rows)


class Sources:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml. Same id or same url, or an id under `was`: the same source."""
        with self._db.transaction() as raw:
            rows = raw.execute("SELECT id, n, url, listed, enabled FROM sources").fetchall()
            known = {id: (n, (id, url, listed, enabled)) for id, n, url, listed, enabled in rows}
            taken = {source.id for source in configured}
            by_url = {was[1]: id for id, (_, was) in known.items() if id not in taken}
            gone = {n for n, (_, _, listed, _) in known.values() if listed}
            for source in configured:
                former = source.id if source.id in known else None
                former = former or next((old for old in source.was if old in known and old not in taken), None)
                former = former or by_url.get(source.url)
                if former is None:
                    root = source.id
                    while raw.execute("SELECT 1 FROM sources WHERE root = ?", (root,)).fetchone():
                        root += "-again"  # the name once belonged to a source that was renamed
                    self._db.tables.table("sources").insert(
                        {"id": source.id, "root": root, "url": source.url, "enabled": int(source.enabled)}
                    )
                    continue
                n, was = known.pop(former)
                gone.discard(n)
                if was == (source.id, source.url, 1, int(source.enabled)):
                    continue
                self._db.tables.table("sources").update(
                    n, {"id": source.id, "url": source.url, "listed": 1, "enabled": int(source.enabled)}
                )
                url = was[1]
                if url != source.url:
                    save_states(raw, [elsewhere(self.states([source.id])[0])])
            raw.executemany("UPDATE sources SET listed = 0 WHERE n = ?", [(n,) for n in sorted(gone)])

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        """States by id; all listed ones if `ids` is None. In the order in which sources came."""
        query = f"SELECT {', '.join(STATE_FIELDS)} FROM sources"
        if ids is None:
            rows = self._db.read(f"{query}{' WHERE listed' if listed else ''} ORDER BY n")
        else:
            chosen = f"{query} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY n"
            rows = self._db.read(chosen, (to_json(list(ids)),))
        return [source_state(row) for row in rows]

    def claim(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        *,
        limit: int = 1000,
        ids: Collection[str] | None = None,
        due_only: bool = True,
        horizon: timedelta = timedelta(days=7),
    ) -> list[SourceState]:
        """Take sources to poll: due, enabled, and leased by nobody. `horizon`: a time of the next poll further away
        than any interval comes from a clock that was wrong, and counts as due."""
        moment = int(now.timestamp())
        condition = "listed AND enabled AND (lease_until <= ? OR lease_until > ?)"
        values: list[Any] = [moment, moment + int(lease.total_seconds()) * 2]
        if due_only:
            condition += " AND (next_poll <= ? OR next_poll > ?) AND state != 'gone'"
            values += [moment, moment + int(horizon.total_seconds())]
        if ids is not None:
            condition += " AND id IN (SELECT value FROM json_each(?))"
            values.append(to_json(list(ids)))
        with self._db.transaction() as raw:
            rows = raw.execute(
                f"SELECT {', '.join(STATE_FIELDS)} FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?",
                (*values, limit),
            ).fetchall()
            states = [source_state(row) for row in rows]
            until = moment + int(lease.total_seconds())
            raw.executemany(
                "UPDATE sources SET lease_owner = ?, lease_until = ? WHERE id = ?",
                [(owner, until, state.id) for state in states],
            )
        return states

    def release(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Give back all that `owner` holds, or these sources alone."""
        condition, values = (
            ("", ()) if ids is None else (" AND id IN (SELECT value FROM json_each(?))", (to_json(list(ids)),))
        )
        with self._db.transaction() as raw:
            raw.execute(
                f"UPDATE sources SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = ?{condition}",
                (owner, *values),
            )

    def owners(self) -> list[str]:
        """Who holds leases."""
        with self._db.translate():
            return [
                row[0]
                for row in self._db.raw.execute(
                    "SELECT DISTINCT lease_owner FROM sources WHERE lease_owner IS NOT NULL"
                )
            ]

    def save(self, states: Collection[SourceState]) -> None:
        with self._db.transaction() as raw:
            save_states(raw, states, release=False)

    def drops(self) -> dict[str, dict[str, int]]:
        """Source id → reason → count of what was discarded or held back."""
        found: dict[str, dict[str, int]] = {}
        with self._db.translate():
            for id, reason, count in self._db.raw.execute(
                "SELECT s.id, d.reason, d.count FROM drops d JOIN sources s ON s.n = d.source ORDER BY 1, 2"
            ):
                found.setdefault(id, {})[reason] = count
        return found
