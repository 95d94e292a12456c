"""The PostgreSQL database for the edition: which process makes it."""

from __future__ import annotations

from aggregator.errors import StoreBusy
from aggregator.store import edition
from aggregator.store.dialect import Lock
from aggregator.store.postgres.connection import Connection, Raw


class EditionStore(edition.EditionStore[Connection]):
    """A process holds the edition by an advisory lock of the session with which it also writes. The lock ends at once with the session, and
    a process that has lost it cannot write any more."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._owner: str | None = None
        self._opened = 0  # `Connection.opened` of the connection that holds it

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Takes or renews the edition. A connected holder that neither works nor renews for `seconds` (server clock) is cut off."""
        with self._db.transaction() as raw:
            held = self._held
            if held and self._owner != owner:
                return False
            if not held and not self._db.free(Lock.EDITION):
                self._cut_off(raw)
                return False
            if self._owner != owner:
                self._ids = self._renamings()
            raw.execute(
                "INSERT INTO meta SELECT 'edition', json_build_array(%s::text, until, pg_backend_pid())::text "
                "FROM (SELECT extract(epoch FROM clock_timestamp())::bigint + %s AS until) clock "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (owner, seconds),
            )
            if not held:  # last: the session keeps this lock even if the transaction is undone
                raw.execute("SELECT pg_advisory_lock(%s, %s)", (self._db.locks, Lock.EDITION))
            self._owner, self._opened = owner, self._db.opened
        return True

    def renew(self, owner: str, now: int, seconds: int) -> None:
        with self._db.transaction() as raw:
            raw.execute(
                "UPDATE meta SET value = json_build_array(value::json -> 0, extract(epoch FROM clock_timestamp())::bigint + %s, "
                "value::json -> 2)::text WHERE key = 'edition' AND value::json ->> 0 = %s",
                (seconds, owner),
            )

    @property
    def _held(self) -> bool:
        return self._owner is not None and self._opened == self._db.opened and not self._db.lost

    def release(self, owner: str) -> None:
        """Releases the edition. For a dead process only its name is deleted, since its lock ended with its session."""
        mine = self._owner == owner
        with self._db.transaction() as raw:
            raw.execute("DELETE FROM meta WHERE key = 'edition' AND value::json ->> 0 = %s", (owner,))
            if mine and self._held:
                raw.execute("SELECT pg_advisory_unlock(%s, %s)", (self._db.locks, Lock.EDITION))
        if mine:
            self._owner = self._ids = None

    def _check_held(self) -> None:
        if self._owner is not None and not self._held:  # also if this transaction has just noticed the loss
            self._owner = None
            raise StoreBusy(f"{self._db.server.name}: the edition was lost with the connection; the next one continues")

    def _cut_off(self, raw: Raw) -> None:
        """Ends the session of a holder that hangs. The lock is free when the server has ended it, at the next call."""
        raw.execute(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, meta m WHERE m.key = 'edition' "
            "AND a.pid = (m.value::json ->> 2)::int AND a.state != 'active' AND a.pid != pg_backend_pid() "
            "AND (m.value::json ->> 1)::bigint < extract(epoch FROM clock_timestamp()) "
            "AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = a.pid AND l.granted "
            "AND l.classid = %s AND l.objid = %s)",
            (self._db.locks, Lock.EDITION),
        )
