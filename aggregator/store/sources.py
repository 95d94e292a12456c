"""Sources: their states between polls, and which of them may be claimed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.settings import Source
from aggregator.model.source import HORIZON, NOT_POLLED, SIGHTINGS, SourceState
from aggregator.store.dialect import Dialect, Lock, Reads, Writes
from aggregator.store.rows import STATE_COLUMNS, STATE_FIELDS, grouped, source_state, state_columns
from aggregator.store.source_edits import Edits, after_pause, at_new_address, edits

FREE = "UPDATE sources SET lease_owner = NULL, lease_until = 0"
LONGEST_LEASE = timedelta(hours=2)
"""Longer than any lease of workers or commands. A lease that ends later comes from a wrong clock, and is ignored."""

SELECT = f"SELECT {', '.join(STATE_FIELDS)} FROM sources"


class Sources:
    """Implements `ports.Sources`, and makes rows and plans follow feeds.yaml."""

    def __init__(self, connection: Writes) -> None:
        self._db = connection

    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]:
        if ids is None:
            rows = self._db.read(f"{SELECT}{' WHERE listed' if listed else ''} ORDER BY n")
        else:
            named = self._db.dialect.one_of.format("id")
            rows = self._db.read(f"{SELECT} WHERE {named} ORDER BY n", (self._db.dialect.listed(ids),))
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
    ) -> list[SourceState]:
        dialect = self._db.dialect
        condition, values = available(dialect, now, ids=ids, due_only=due_only)
        until = int(now.timestamp()) + int(lease.total_seconds())
        with self._db.transaction():
            query = f"{SELECT} WHERE {condition} ORDER BY next_poll, n LIMIT ?{dialect.skip_locked}"
            states = list(map(source_state, self._db.read(query, (*values, limit))))
            claimed = [state.id for state in states]
            self._db.modify("UPDATE sources SET lease_owner = ?, lease_until = ? WHERE id IN", claimed, owner, until)
        return states

    def due(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(id, requested address) of the sources that `claim` would return, longest due first; without claiming them."""
        condition, values = available(self._db.dialect, now)
        address = f"CASE WHEN moved_count >= {SIGHTINGS} THEN moved_to ELSE url END"
        query = f"SELECT id, {address} FROM sources WHERE {condition} ORDER BY next_poll, n LIMIT ?"
        return self._db.read(query, (*values, limit))

    def held(self, now: datetime) -> list[SourceState]:
        rows = self._db.read(f"{SELECT} WHERE listed AND held_until > ?", (int(now.timestamp()),))
        return list(map(source_state, rows))

    def renew(self, owner: str, roots: Collection[str], now: datetime, lease: timedelta) -> None:
        until = int((now + lease).timestamp())
        with self._db.transaction():
            lock_sources(self._db, "root", roots)
            self._db.modify("UPDATE sources SET lease_until = ? WHERE lease_owner = ? AND root IN", roots, until, owner)

    def release(self, owner: str, roots: Collection[str] | None = None) -> None:
        with self._db.transaction():
            column, values = ("lease_owner", (owner,)) if roots is None else ("root", roots)
            lock_sources(self._db, column, values)
            self._db.modify(f"{FREE} WHERE lease_owner = ? AND {column} IN", values, owner)

    def owners(self) -> list[str]:
        rows = self._db.read("SELECT DISTINCT lease_owner FROM sources WHERE lease_owner IS NOT NULL")
        return [owner for (owner,) in rows]

    def save(self, states: Collection[SourceState]) -> None:
        with self._db.transaction():
            read = "SELECT root, polls FROM sources WHERE root IN"
            roots = [state.root for state in states]
            polls = dict(self._db.select(read, roots, f"ORDER BY n{self._db.dialect.locking}"))
            self.write_states([state for state in states if state.polls == polls[state.root]])

    def disown(self, ids: Collection[str], again: datetime) -> None:
        """Count the polls of these sources that are under way as made, because their settings have changed since. Such a poll then
        stores only its news: neither the time of the next poll nor the validators of its document. It keeps its lease, so that the next
        one, which is due at `again`, does not begin beside it."""
        with self._db.transaction():
            lock_sources(self._db, "id", ids)
            values = int(again.timestamp()), "it was being polled when its settings changed"
            planned = "UPDATE sources SET polls = polls + 1, next_poll = ?, why = ?"
            self._db.modify(f"{planned} WHERE lease_owner IS NOT NULL AND id IN", ids, *values)

    def plan_sooner(self, states: Collection[SourceState]) -> None:
        """Bring the next polls forward to those of these states, except for sources that were polled meanwhile."""
        with self._db.transaction():
            lock_sources(self._db, "root", [state.root for state in states])
            for state in states:
                columns = state_columns(state)
                self._db.write(
                    "UPDATE sources SET next_poll = ?, why = ? WHERE root = ? AND last_attempt = ? AND next_poll > ?",
                    (columns["next_poll"], state.why, state.root, columns["last_attempt"], columns["next_poll"]),
                )

    def read_anew(self, ids: Collection[str]) -> None:
        """Forget the validators and the hash of the last document of these sources, so that the next poll reads the document even if
        it has not changed."""
        with self._db.transaction():
            lock_sources(self._db, "id", ids)
            forgotten = "etag = NULL, last_modified = NULL, body_hash = ''"
            self._db.modify(f"UPDATE sources SET {forgotten} WHERE body_hash IS NOT NULL AND id IN", ids)

    def sync(self, configured: Collection[Source]) -> None:
        """Makes the rows follow feeds.yaml; `model.renamed_sources` decides which row belongs to which source. Rows that are correct
        already are not written, so that a worker that starts after another changes nothing."""
        db = self._db
        with db.transaction(Lock.SYNCING):
            rows = db.read("SELECT n, id, root, url, listed, enabled FROM sources ORDER BY n")
            found = edits(configured, rows)
            if found == Edits():
                return
            # All are locked: the transaction of an edit writes further rows after these, and two sets would not be in the order of locks.
            db.read(f"SELECT n FROM sources ORDER BY n{db.dialect.locking}")
            db.modify("UPDATE sources SET listed = FALSE WHERE n IN", found.gone)
            db.write_each("UPDATE sources SET id = ? WHERE n = ?", found.displaced)
            edited = "UPDATE sources SET id = ?, url = ?, listed = TRUE, enabled = ? WHERE n = ?"
            db.write_each(edited, [(id, url, enabled, n) for n, id, url, enabled in found.edited])
            new = [(*row, NOT_POLLED) for row in found.new]
            db.insert("sources (id, root, url, enabled, why)", "text text text boolean text", new, "")
            if found.moved or found.resumed:
                moved = list(map(at_new_address, self.states(found.moved)))
                self.write_states([*moved, *map(after_pause, self.states(found.resumed))])
                release_leases(db, moved)

    def write_states(self, states: Iterable[SourceState]) -> None:
        """Writes states in the caller's transaction. Rows are found by root, since an edit may have renamed a source during its poll. A
        state is not written if the source has another address by now: it describes the former one."""
        values = ", ".join(f"{name} = ?" for name in STATE_COLUMNS)
        self._db.write_each(
            f"UPDATE sources SET {values} WHERE root = ? AND url = ?",
            [(*map(state_columns(state).__getitem__, STATE_COLUMNS), state.root, state.url) for state in states],
        )

    def drops(self) -> dict[str, dict[str, int]]:
        """Id of a source → reason → number of entries (or parts of them) that were discarded or held back."""
        query = "SELECT s.id, d.reason, d.count FROM drops d JOIN sources s ON s.n = d.source ORDER BY s.n, d.reason"
        counts = grouped((id, (reason, count)) for id, reason, count in self._db.read(query))
        return {id: dict(of) for id, of in counts.items()}


def lock_sources(db: Reads, column: str, values: Collection[Any]) -> None:
    """Locks the sources with one of these values in `column`. Needed before several sources, or rows about their items, are written. So
    that no deadlock occurs, all processes lock rows in one order: first the version of the streams (`versions.next_version`); then sources,
    by number, which covers everything that is stored about their items; then the items that wait for the edition, by number. SQLite has one
    writer at a time, and needs no locks."""
    if db.dialect.locking:
        db.select(f"SELECT n FROM sources WHERE {column} IN", values, f"ORDER BY n{db.dialect.locking}")


def release_leases(db: Writes, states: Iterable[SourceState], owner: str | None = None) -> None:
    """Releases the leases of these sources that `owner` (None: anybody) holds. Sources are found by root, since an edit may have renamed
    them in the meantime."""
    roots = [state.root for state in states]
    db.modify(f"{FREE} WHERE lease_owner = coalesce(?, lease_owner) AND root IN", roots, owner)


def available(
    dialect: Dialect, now: datetime, *, ids: Collection[str] | None = None, due_only: bool = True
) -> tuple[str, list[Any]]:
    """The condition, with its values, for sources that may be claimed: enabled, not leased, and due. A source planned beyond `HORIZON`
    counts as due, since such a time comes from a wrong clock."""
    moment = int(now.timestamp())
    condition = "listed AND enabled AND (lease_until <= ? OR lease_until > ?)"
    values: list[Any] = [moment, moment + int(LONGEST_LEASE.total_seconds())]
    if due_only:
        condition += " AND (next_poll <= ? OR next_poll > ?) AND state != 'gone'"
        values += [moment, moment + int(HORIZON.total_seconds())]
    if ids is not None:
        condition += f" AND {dialect.one_of.format('id')}"
        values.append(dialect.listed(ids))
    return condition, values
