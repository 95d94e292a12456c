"""Maintenance of the PostgreSQL database: retention, and the problems of workers, which are shared through it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from aggregator.errors import UsageError
from aggregator.store import upkeep
from aggregator.store.postgres.connection import Connection, Raw
from aggregator.store.postgres.intake import save_words
from aggregator.store.postgres.server import session_name
from aggregator.store.retention import EMPTY_TEXTS
from aggregator.store.rows import to_json


class Upkeep(upkeep.Upkeep[Connection]):
    def report_troubles(self, owner: str, troubles: str) -> None:
        """Stores the problems of a worker, and deletes those of dead workers. One of them is that a later version has migrated the
        schema, so that the worker does nothing any more."""
        with self._db.transaction(any_schema=True) as raw:
            raw.execute(
                "DELETE FROM meta WHERE key LIKE 'trouble:%%' AND (key = %s OR NOT EXISTS (SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = meta.value::json ->> 0))",
                (f"trouble:{owner}",),
            )
            if troubles:
                self._db.insert("meta", "text text", [(f"trouble:{owner}", to_json([session_name(owner), troubles]))])

    def troubles(self) -> tuple[str, ...]:
        """The problems of live workers, one per line."""
        rows = self._db.read(
            "SELECT value FROM meta WHERE key LIKE 'trouble:%' AND EXISTS (SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = meta.value::json ->> 0) ORDER BY key"
        )
        return tuple(dict.fromkeys(line for (value,) in rows for line in orjson.loads(value)[1].splitlines()))

    def _empty(self, raw: Raw, items: Sequence[int], limit: int) -> Sequence[int]:
        rows = raw.execute(
            f"{EMPTY_TEXTS} WHERE item = ANY(%s::bigint[]) AND listed < %s RETURNING item, title", (list(items), limit)
        ).fetchall()
        save_words(raw, [(item, title, "") for item, title in rows])
        return [item for item, _ in rows]

    def backup(self, target: Path) -> None:
        """Raises UsageError: a server is backed up with its own tools."""
        raise UsageError(
            f"{self._db.server.name}: copies are made by PostgreSQL's own tools, also while the service runs: "
            f"pg_dump --format=custom --file={target} URL (put back by pg_restore --dbname=URL FILE)"
        )

    def check(self) -> None:
        """Checks only that the server answers: it checks its pages itself (`initdb --data-checksums`)."""
        self._db.read("SELECT 1")
