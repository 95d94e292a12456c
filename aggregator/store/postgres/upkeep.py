"""Looking after the archive: the configuration in force, retention, copies, soundness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import orjson

from aggregator.errors import UsageError
from aggregator.store.postgres.connection import Connection, lock, put, session_name
from aggregator.store.postgres.desk import next_version, stamp
from aggregator.store.postgres.intake import save_words
from aggregator.store.retention import limits
from aggregator.store.rows import to_json

CONFIGURING, REVISING = 4, 6  # numbers of advisory locks

MEMORY_SECONDS = 14 * 86_400
"""The grouping looks back some days; what it remembers of older items is of no use to it."""


class Upkeep:
    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._texts: tuple[int, dict[str, str]] | None = None  # of the configuration last seen, by its number

    def configuration(self) -> tuple[str, dict[str, str]] | None:
        """The configuration in force: (epoch, texts by file name, the main file first). It is asked for twice a second by
        each worker, so its texts come over the wire once."""
        for n, epoch in self._db.read("SELECT n, epoch FROM configurations ORDER BY n DESC LIMIT 1"):
            if self._texts is None or self._texts[0] != n:
                rows = self._db.read("SELECT texts FROM configurations WHERE n = ?", (n,))
                self._texts = (n, orjson.loads(rows[0][0]))
            return epoch, dict(self._texts[1])
        return None

    def applied(self) -> int:
        """Since when the configuration in force is that, epoch seconds; 0 if there is none."""
        rows = self._db.read("SELECT applied FROM configurations ORDER BY n DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def put_in_force(self, epoch: str, texts: Mapping[str, str], now: int) -> bool:
        """Make this the configuration in force; False if it is already."""
        with self._db.transaction() as raw:
            lock(raw, CONFIGURING)
            row = raw.execute("SELECT epoch FROM configurations ORDER BY n DESC LIMIT 1").fetchone()
            if row and row[0] == epoch:
                return False
            raw.execute(
                "INSERT INTO configurations (epoch, texts, applied) VALUES (%s, %s, %s)",
                (epoch, to_json(dict(texts)), now),
            )
        return True

    def note(self, key: str, value: object) -> None:
        """Keep a small fact for other processes, as JSON."""
        self.notes({key: value})

    def notes(
        self, facts: Mapping[str, object], revised: Mapping[str, Callable[[object], object]] | None = None
    ) -> None:
        """Keep several, in one transaction; those `revised` are made of what was noted before."""
        with self._db.transaction() as raw:
            if revised:
                lock(raw, REVISING)
            new = {key: change(self.noted(key)) for key, change in (revised or {}).items()}
            rows = sorted((f"note:{key}", to_json(value)) for key, value in {**facts, **new}.items())
            put(raw, "meta", "text text", rows, "ON CONFLICT (key) DO UPDATE SET value = excluded.value")

    def noted(self, key: str) -> object:
        rows = self._db.read("SELECT value FROM meta WHERE key = ?", (f"note:{key}",))
        return orjson.loads(rows[0][0]) if rows else None

    def tell(self, owner: str, troubles: str) -> None:
        """What is wrong with a worker, for `troubles`; what dead ones had told goes."""
        with self._db.transaction() as raw:
            raw.execute(
                "DELETE FROM meta WHERE key LIKE 'trouble:%%' AND (key = %s OR NOT EXISTS (SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = meta.value::json ->> 0))",
                (f"trouble:{owner}",),
            )
            if troubles:
                put(raw, "meta", "text text", [(f"trouble:{owner}", to_json([session_name(owner), troubles]))])

    def troubles(self) -> tuple[str, ...]:
        """What is wrong with workers that live, a line each."""
        rows = self._db.read(
            "SELECT value FROM meta WHERE key LIKE 'trouble:%' AND EXISTS (SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = meta.value::json ->> 0) ORDER BY key"
        )
        return tuple(dict.fromkeys(line for (value,) in rows for line in orjson.loads(value)[1].splitlines()))

    def prune(
        self, now: int, keep: int, per_source: Mapping[str, int], proceed: Callable[[], bool] = lambda: True
    ) -> int:
        """Take bodies and summaries of items that their source has not listed for `keep` seconds; returns how many.

        Ids, headlines and links stay, so that purged items do not come back and archives never break. `proceed` is asked
        before each step: it may be long.
        """
        purged = 0
        for n, limit in limits(self._db, now, keep, per_source):
            while proceed() and (count := self._prune(n, limit, now)):
                purged += count
        self._forget(now - MEMORY_SECONDS)
        return purged

    def _prune(self, source: int, limit: int, now: int) -> int:
        with self._db.transaction() as raw:
            rows = raw.execute(
                "UPDATE texts SET pruned = (pruned OR summary != ''), summary = '', content = '', enclosures = NULL "
                "WHERE item IN ("
                "SELECT t.item FROM items i JOIN texts t ON t.item = i.n WHERE i.source = %s AND t.listed < %s "
                "AND (t.content != '' OR t.summary != '') LIMIT 1000) RETURNING item, title",
                (source, limit),
            ).fetchall()
            save_words(raw, [(item, title, "") for item, title in rows])
            if rows:
                stamp(raw, next_version(raw), set(), now)
        return len(rows)

    def _forget(self, before: int) -> None:
        with self._db.transaction() as raw:
            raw.execute("SET LOCAL statement_timeout = 0")  # all of the memory is looked through, once a day
            raw.execute("DELETE FROM postings WHERE at < %s", (before,))
            raw.execute("DELETE FROM memories WHERE at < %s", (before,))
            raw.execute(
                "UPDATE articles SET content = '' WHERE content != '' AND item IN "
                "(SELECT t.item FROM articles a JOIN texts t ON t.item = a.item WHERE t.content = '' AND t.summary = '')"
            )

    def backup(self, target: Path) -> None:
        """Raises:
        UsageError: copies of a server are made by its own tools.
        """
        raise UsageError(
            f"{self._db.server.name}: copies are made by PostgreSQL's own tools, also while the service runs: "
            f"pg_dump --format=custom --file={target} URL (put back by pg_restore --dbname=URL FILE)"
        )

    def check(self) -> None:
        """The server looks after its pages (`initdb --data-checksums`): that it answers is all that is asked."""
        self._db.read("SELECT 1")
