"""Sources in the PostgreSQL database: rows follow feeds.yaml, and states are written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from aggregator.model.settings import Source
from aggregator.model.source import NOT_POLLED, SourceState
from aggregator.store import sources
from aggregator.store.dialect import Lock
from aggregator.store.locks import lock_sources
from aggregator.store.postgres.connection import Connection, Raw, put, storable
from aggregator.store.rows import STATE_COLUMNS, state_columns, state_fields
from aggregator.store.sources import ROWS, available, edits

_TYPES = dict.fromkeys(STATE_COLUMNS, "bigint") | {
    name: type
    for kind, type in ((str, "text"), (float, "double precision"), (bytes, "bytea"))
    for name in STATE_COLUMNS
    if name in state_fields(kind)
}
_SAVE = (
    f"UPDATE sources SET {', '.join(f'{name} = new.{name}' for name in STATE_COLUMNS)} "
    f"FROM unnest(%s::text[], %s::text[], {', '.join(f'%s::{type}[]' for type in _TYPES.values())}) "
    f"AS new (root, url, {', '.join(STATE_COLUMNS)}) WHERE sources.root = new.root AND sources.url = new.url"
)


def save_states(raw: Raw, states: Iterable[SourceState]) -> None:
    """Write states inside the caller's transaction. An edit may have renamed a source while it was polled: its root stays. If it has
    another address by now, what the former one answered says nothing of that."""
    newest = {state.root: state for state in states}
    if not newest:
        return
    rows = [state_columns(state) for state in newest.values()]
    columns = [[storable(row[name]) for row in rows] for name in STATE_COLUMNS]
    raw.execute(_SAVE, [list(newest), [state.url for state in newest.values()], *columns])


class Sources(sources.Sources[Connection]):
    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml; `model.renaming` decides which row belongs to which source. Rows that are
        right already are not written: workers that start one after the other change nothing."""
        with self._db.transaction(Lock.SYNCING) as raw:
            found = edits(configured, raw.execute(ROWS))
            lock_sources(self._db, "n", {*found.gone, *(n for _, n in found.displaced), *(n for n, *_ in found.edited)})
            raw.execute("UPDATE sources SET listed = FALSE WHERE n = ANY(%s::bigint[])", (found.gone,))
            for id, n in found.displaced:
                raw.execute("UPDATE sources SET id = %s WHERE n = %s", (id, n))
            _edit(raw, found.edited)
            new = [(*row, NOT_POLLED) for row in found.new]
            put(raw, "sources (id, root, url, enabled, why)", "text text text boolean text", new, "")
            self._start_over(raw, found)

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(id, requested address) of sources that `claim` would give, those due longest first; nothing is taken."""
        condition, values = available(self._db.dialect, now)
        return self._db.read(
            f"SELECT id, coalesce(moved_to, url) FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?",
            (*values, limit),
        )

    def _save(self, raw: Raw, states: Collection[SourceState]) -> None:
        save_states(raw, states)


def _edit(raw: Raw, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        raw.execute(
            "UPDATE sources SET id = new.id, url = new.url, listed = TRUE, enabled = new.enabled "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[]) AS new (n, id, url, enabled) "
            "WHERE sources.n = new.n",
            [list(column) for column in zip(*rows, strict=True)],
        )
