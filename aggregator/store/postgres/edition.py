"""The edition's side of the PostgreSQL database: who makes the edition."""

from __future__ import annotations

from aggregator.errors import StoreBusy
from aggregator.model.story import Batch
from aggregator.store import edition
from aggregator.store.dialect import Lock
from aggregator.store.locks import lock_waiting
from aggregator.store.postgres.connection import Connection, Raw


class EditionStore(edition.EditionStore[Connection]):
    """The edition is held by an advisory lock of the session that also writes it: the lock ends with its holder at
    once, and a process that lost it can write nothing more."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._owner: str | None = None
        self._opened = 0  # which connection holds it

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """A holder that is alive, but neither works nor renews for longer than `seconds`, is cut off. The clock is the server's."""
        with self._db.transaction() as raw:
            if self._held:
                if self._owner != owner:
                    return False
            elif not (self._take(raw) or self._cut_off(raw)):
                return False
            if self._owner != owner:
                self._ids = self._renamings()
            self._owner, self._opened = owner, self._db.opened
            raw.execute(
                "INSERT INTO meta SELECT 'edition', json_build_array(%s::text, until, pg_backend_pid())::text "
                "FROM (SELECT extract(epoch FROM clock_timestamp())::bigint + %s AS until) clock "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (owner, seconds),
            )
        return True

    @property
    def _held(self) -> bool:
        return self._owner is not None and self._opened == self._db.opened and not self._db.lost

    def release(self, owner: str) -> None:
        """Of a dead process nothing is left but its name: the lock went with it."""
        mine = self._owner == owner
        with self._db.transaction() as raw:
            raw.execute("DELETE FROM meta WHERE key = 'edition' AND value::json ->> 0 = %s", (owner,))
            if mine and self._held:
                raw.execute("SELECT pg_advisory_unlock(%s, %s)", (self._db.locks, Lock.EDITION))
        if mine:
            self._owner = self._ids = None

    def _check_held(self) -> None:
        if self._owner is not None and not self._held:  # also where it was this transaction that found out
            self._owner = None
            raise StoreBusy(f"{self._db.server.name}: the edition was lost with the connection; the next one continues")

    def _take(self, raw: Raw) -> bool:
        row = raw.execute("SELECT pg_try_advisory_lock(%s, %s)", (self._db.locks, Lock.EDITION)).fetchone()
        return bool(row and row[0])

    def _cut_off(self, raw: Raw) -> bool:
        """End the session of a holder that hangs. The lock is free once the server has ended it, at the next try."""
        raw.execute(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, meta m WHERE m.key = 'edition' "
            "AND a.pid = (m.value::json ->> 2)::int AND a.state != 'active' AND a.pid != pg_backend_pid() "
            "AND (m.value::json ->> 1)::bigint < extract(epoch FROM clock_timestamp()) "
            "AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = a.pid AND l.granted "
            "AND l.classid = %s AND l.objid = %s)",
            (self._db.locks, Lock.EDITION),
        )
        return False

    def _end_waiting(self, raw: Raw, batch: Batch) -> None:
        lock_waiting(self._db, [placed.item for placed in batch.placed])
        raw.execute(
            "DELETE FROM pending USING unnest(%s::bigint[], %s::text[]) AS placed (item, hash) "
            "WHERE pending.item = placed.item AND pending.hash = placed.hash",
            ([placed.item for placed in batch.placed], [placed.hash for placed in batch.placed]),
        )
