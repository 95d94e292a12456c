"""Maintenance of the PostgreSQL database: retention, and the problems of workers, which they exchange through it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import orjson

from aggregator.errors import UsageError
from aggregator.model.stream import STORING
from aggregator.store import upkeep
from aggregator.store.edition import moment, put_off
from aggregator.store.postgres.connection import Connection, put
from aggregator.store.postgres.edition import next_version, stamp
from aggregator.store.postgres.intake import save_words
from aggregator.store.postgres.server import session_name
from aggregator.store.retention import EMPTY_TEXTS, tell
from aggregator.store.rows import to_json


class Upkeep(upkeep.Upkeep[Connection]):
    def report_troubles(self, owner: str, troubles: str) -> None:
        """Record the problems of a worker, for `troubles`; those of dead workers are removed."""
        with self._db.transaction() as raw:
            raw.execute(
                "DELETE FROM meta WHERE key LIKE 'trouble:%%' AND (key = %s OR NOT EXISTS (SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = meta.value::json ->> 0))",
                (f"trouble:{owner}",),
            )
            if troubles:
                put(raw, "meta", "text text", [(f"trouble:{owner}", to_json([session_name(owner), troubles]))])

    def troubles(self) -> tuple[str, ...]:
        """The problems of live workers, one per line."""
        rows = self._db.read(
            "SELECT value FROM meta WHERE key LIKE 'trouble:%' AND EXISTS (SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = meta.value::json ->> 0) ORDER BY key"
        )
        return tuple(dict.fromkeys(line for (value,) in rows for line in orjson.loads(value)[1].splitlines()))

    def _prune(self, items: Sequence[int], limit: int, now: int) -> int:
        began = monotonic()
        with self._db.transaction() as raw:
            found = self._db.select("SELECT item FROM texts WHERE listed < ? AND item IN", items, "", limit)
            if not found:
                return 0
            version = next_version(raw)
            changes = moment(self._db, now)
            streams = tell(self._db, [item for (item,) in found], changes + STORING)
            rows = raw.execute(
                f"{EMPTY_TEXTS} WHERE item = ANY(%s::bigint[]) AND listed < %s RETURNING item, title",
                ([item for (item,) in found], limit),
            ).fetchall()
            save_words(raw, [(item, title, "") for item, title in rows])
            raw.execute(
                "UPDATE articles SET content = '' WHERE item = ANY(%s::bigint[])", ([item for item, _ in rows],)
            )
            stamp(raw, version, streams, put_off(self._db, changes, began))
        return len(rows)

    def backup(self, target: Path) -> None:
        """Raises:
        UsageError: a server is backed up with its own tools.
        """
        raise UsageError(
            f"{self._db.server.name}: copies are made by PostgreSQL's own tools, also while the service runs: "
            f"pg_dump --format=custom --file={target} URL (put back by pg_restore --dbname=URL FILE)"
        )

    def check(self) -> None:
        """The server checks its pages itself (`initdb --data-checksums`): that it answers is enough."""
        self._db.read("SELECT 1")
