"""Sources: what is known of each between polls, who polls it now, and when it is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.settings import Source
from aggregator.model.source import SourceState
from aggregator.store.postgres.connection import Connection, Raw, lock, put
from aggregator.store.rows import STATE_COLUMNS, STATE_FIELDS, elsewhere, source_state, state_columns

SYNCING = 3  # number of the advisory lock

_TEXTS = frozenset(
    {"etag", "last_modified", "validator_url", "why", "error_kind", "error", "state", "moved_to", "feed_title"}
    | {"feed_link", "icon", "body_hash", "flaws", "asks"}
)
_TYPES = {
    name: "text" if name in _TEXTS else {"rate": "double precision", "said": "bytea"}.get(name, "bigint")
    for name in STATE_COLUMNS
}
_SAVE = (
    f"UPDATE sources SET {', '.join(f'{name} = new.{name}' for name in STATE_COLUMNS)} "
    f"FROM unnest(%s::text[], {', '.join(f'%s::{type}[]' for type in _TYPES.values())}) AS new (id, {', '.join(STATE_COLUMNS)}) "
    "WHERE sources.id = new.id"
)
_SELECT = f"SELECT {', '.join(STATE_FIELDS)} FROM sources"


def save_states(raw: Raw, states: Iterable[SourceState], *, release: bool = True) -> None:
    """Write states inside the caller's transaction, and give the leases back."""
    newest = {state.id: state_columns(state) for state in states}
    if not newest:
        return
    columns = [[_storable(row[name]) for row in newest.values()] for name in STATE_COLUMNS]
    save = _SAVE.replace(" FROM", ", lease_owner = NULL, lease_until = 0 FROM") if release else _SAVE
    raw.execute(save, [list(newest), *columns])


def _storable(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class Sources:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def sync(self, configured: Collection[Source]) -> None:
        """Make the rows follow feeds.yaml. Same id or same url, or an id under `was`: the same source. What is as it
        should be is not written: workers that start one after the other change nothing."""
        with self._db.transaction() as raw:
            lock(raw, SYNCING)
            rows = raw.execute("SELECT id, n, url, listed, enabled, root FROM sources ORDER BY n").fetchall()
            known = {row[0]: row[1:] for row in rows}
            roots = {row[5] for row in rows}
            new, moved = [], []
            edited: list[tuple[Any, ...]] = []
            for source, former in _formers(configured, rows):
                if former is None:
                    new.append((source.id, _root(source.id, roots), source.url, source.enabled))
                    continue
                n, url, listed, enabled, _ = known.pop(former)
                if (former, url, listed, enabled) != (source.id, source.url, True, source.enabled):
                    edited.append((n, source.id, source.url, source.enabled))
                if url != source.url:  # another address: its validators and its failures say nothing
                    moved.append(source.id)
            gone = [n for n, _, listed, _, _ in known.values() if listed]
            raw.execute("UPDATE sources SET listed = FALSE WHERE n = ANY(%s::bigint[])", (gone,))
            _edit(raw, edited)
            put(raw, "sources (id, root, url, enabled)", "text text text boolean", new, "")
            save_states(raw, map(elsewhere, self.states(moved)))

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        """States by id; all listed ones if `ids` is None. In the order in which sources came."""
        if ids is None:
            rows = self._db.read(f"{_SELECT}{' WHERE listed' if listed else ''} ORDER BY n")
        else:
            rows = self._db.select(f"{_SELECT} WHERE id IN", ids, "ORDER BY n")
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
        than any interval comes from a clock that was wrong, and counts as due. Rows that another process is just taking
        are passed over."""
        moment = int(now.timestamp())
        condition, values = available(moment, lease, ids, due_only, horizon)
        with self._db.transaction() as raw:
            rows = self._db.read(
                f"{_SELECT} WHERE {condition} ORDER BY next_poll, n LIMIT ? FOR UPDATE SKIP LOCKED", (*values, limit)
            )
            states = [source_state(row) for row in rows]
            raw.execute(
                "UPDATE sources SET lease_owner = %s, lease_until = %s WHERE id = ANY(%s)",
                (owner, moment + int(lease.total_seconds()), [state.id for state in states]),
            )
        return states

    def due(self, now: datetime, lease: timedelta, limit: int) -> list[tuple[str, str]]:
        """(id, address asked) of sources that `claim` would give, the longest due first; nothing is taken."""
        condition, values = available(int(now.timestamp()), lease, None, True, timedelta(days=7))
        return self._db.read(
            f"SELECT id, coalesce(moved_to, url) FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?",
            (*values, limit),
        )

    def release(self, owner: str, ids: Collection[str] | None = None) -> None:
        """Give back all that `owner` holds, or these sources alone."""
        condition, values = ("", ()) if ids is None else (" AND id = ANY(%s)", (list(ids),))
        with self._db.transaction() as raw:
            raw.execute(
                f"UPDATE sources SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = %s{condition}",
                (owner, *values),
            )

    def owners(self) -> list[str]:
        """Who holds leases."""
        rows = self._db.read("SELECT DISTINCT lease_owner FROM sources WHERE lease_owner IS NOT NULL")
        return [row[0] for row in rows]

    def save(self, states: Collection[SourceState]) -> None:
        with self._db.transaction() as raw:
            save_states(raw, states, release=False)

    def drops(self) -> dict[str, dict[str, int]]:
        """Source id → reason → count of what was discarded or held back."""
        found: dict[str, dict[str, int]] = {}
        for id, reason, count in self._db.read(
            "SELECT s.id, d.reason, d.count FROM drops d JOIN sources s ON s.n = d.source ORDER BY s.n, d.reason"
        ):
            found.setdefault(id, {})[reason] = count
        return found


def available(
    moment: int, lease: timedelta, ids: Collection[str] | None, due_only: bool, horizon: timedelta
) -> tuple[str, list[Any]]:
    """Which sources may be taken, as a condition with its values."""
    condition = "listed AND enabled AND (lease_until <= ? OR lease_until > ?)"
    values: list[Any] = [moment, moment + int(lease.total_seconds()) * 2]
    if due_only:
        condition += " AND (next_poll <= ? OR next_poll > ?) AND state != 'gone'"
        values += [moment, moment + int(horizon.total_seconds())]
    if ids is not None:
        condition += " AND id = ANY(?)"
        values.append(list(ids))
    return condition, values


def _formers(configured: Collection[Source], rows: Sequence[Any]) -> Iterable[tuple[Source, str | None]]:
    """Each source with the id under which it is known, None if it is new."""
    left = {row[0] for row in rows}
    taken = {source.id for source in configured}
    by_url = {row[2]: row[0] for row in rows if row[0] not in taken}
    for source in configured:
        names = (source.id, *(old for old in source.was if old not in taken), by_url.get(source.url))
        former = next((name for name in names if name in left), None)
        left.discard(former or "")
        yield source, former


def _root(id: str, roots: set[str]) -> str:
    while id in roots:
        id += "-again"  # the name once belonged to a source that was renamed
    roots.add(id)
    return id


def _edit(raw: Raw, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        raw.execute(
            "UPDATE sources SET id = new.id, url = new.url, listed = TRUE, enabled = new.enabled "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[]) AS new (n, id, url, enabled) "
            "WHERE sources.n = new.n",
            [list(column) for column in zip(*rows, strict=True)],
        )
