"""Writes sources and their states into the PostgreSQL database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from aggregator.model.source import SourceState
from aggregator.store import sources
from aggregator.store.postgres.connection import Connection, Raw, storable
from aggregator.store.source_edits import Edited
from aggregator.store.source_states import STATE_COLUMNS, state_columns, state_fields
from aggregator.store.sources import available

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


class Sources(sources.Sources[Connection]):
    def _edit(self, raw: Raw, rows: Sequence[Edited]) -> None:
        if rows:
            raw.execute(
                "UPDATE sources SET id = new.id, url = new.url, listed = TRUE, enabled = new.enabled "
                "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[]) AS new (n, id, url, enabled) "
                "WHERE sources.n = new.n",
                [list(column) for column in zip(*rows, strict=True)],
            )

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(id, requested address) of the sources that `claim` would return, longest due first; without claiming them."""
        condition, values = available(self._db.dialect, now)
        return self._db.read(
            f"SELECT id, coalesce(moved_to, url) FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?",
            (*values, limit),
        )

    def write_states(self, raw: Raw, states: Collection[SourceState]) -> None:
        newest = {state.root: state for state in states}
        if not newest:
            return
        rows = [state_columns(state) for state in newest.values()]
        columns = [[storable(row[name]) for row in rows] for name in STATE_COLUMNS]
        raw.execute(_SAVE, [list(newest), [state.url for state in newest.values()], *columns])
