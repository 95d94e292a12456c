"""Looking after the archive: the configuration in force, retention, copies, soundness."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson

from aggregator.errors import StoreCorrupt, StoreError
from aggregator.store.retention import limits
from aggregator.store.rows import to_json
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.desk import stamp
from aggregator.store.sqlite.intake import forget_words

MEMORY_SECONDS = 14 * 86_400
"""The grouping looks back some days; what it remembers of older items is of no use to it."""


class Upkeep:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def configuration(self) -> tuple[str, dict[str, str]] | None:
        """The configuration in force: (epoch, texts by file name, the main file first)."""
        with self._db.translate():
            row = self._db.raw.execute("SELECT epoch, texts FROM configurations ORDER BY n DESC LIMIT 1").fetchone()
            return (row[0], orjson.loads(row[1])) if row else None

    def applied(self) -> int:
        """Since when the configuration in force is that, epoch seconds; 0 if there is none."""
        with self._db.translate():
            row = self._db.raw.execute("SELECT applied FROM configurations ORDER BY n DESC LIMIT 1").fetchone()
            return int(row[0]) if row else 0

    def put_in_force(self, epoch: str, texts: Mapping[str, str], now: int) -> bool:
        """Make this the configuration in force; False if it is already."""
        with self._db.transaction() as raw:
            row = raw.execute("SELECT epoch FROM configurations ORDER BY n DESC LIMIT 1").fetchone()
            if row and row[0] == epoch:
                return False
            raw.execute(
                "INSERT INTO configurations (epoch, texts, applied) VALUES (?, ?, ?)",
                (epoch, orjson.dumps(dict(texts)).decode(), now),
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
            new = {key: change(self.noted(key)) for key, change in (revised or {}).items()}
            rows = sorted((f"note:{key}", to_json(value)) for key, value in {**facts, **new}.items())
            raw.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def noted(self, key: str) -> object:
        with self._db.translate():
            row = self._db.raw.execute("SELECT value FROM meta WHERE key = ?", (f"note:{key}",)).fetchone()
            return orjson.loads(row[0]) if row else None

    def prune(
        self, now: int, keep: int, per_source: Mapping[str, int], proceed: Callable[[], bool] = lambda: True
    ) -> int:
        """Take bodies and summaries of items that their source has not listed for `keep` seconds; returns how many.

        Ids, headlines and links stay, so that purged items do not come back and archives never break. `proceed` is asked
        before each step: it may be long.
        """
        purged = 0
        for n, limit in limits(self._db, now, keep, per_source):
            while proceed():
                with self._db.transaction() as raw:
                    rows = raw.execute(
                        "SELECT t.item FROM items i JOIN texts t ON t.item = i.n "
                        "WHERE i.source = ? AND t.listed < ? AND (t.content != '' OR t.summary != '') LIMIT 1000",
                        (n, limit),
                    ).fetchall()
                    for (item,) in rows:
                        forget_words(raw, item)
                        raw.execute(
                            "UPDATE texts SET pruned = (pruned OR summary != ''), summary = '', content = '', "
                            "enclosures = NULL WHERE item = ?",
                            (item,),
                        )
                        raw.execute(
                            "INSERT INTO search (rowid, title, summary) SELECT item, indexed(title), '' FROM texts WHERE item = ?",
                            (item,),
                        )
                    if rows:
                        stamp(raw, set(), now)
                purged += len(rows)
                if not rows:
                    break
        self._forget(now - MEMORY_SECONDS)
        return purged

    def _forget(self, before: int) -> None:
        with self._db.transaction() as raw:
            raw.execute("DELETE FROM postings WHERE at < ?", (before,))
            raw.execute("DELETE FROM memories WHERE at < ?", (before,))
            raw.execute(
                "UPDATE articles SET content = '' WHERE content != '' AND item IN "
                "(SELECT t.item FROM articles a JOIN texts t ON t.item = a.item WHERE t.content = '' AND t.summary = '')"
            )

    def backup(self, target: Path) -> None:
        """A consistent copy, also while others write.

        Raises:
            StoreError: the target exists or cannot be written.
        """
        if target.exists():
            raise StoreError(f"{target}: exists already; name a new file")
        unfinished = target.with_name(target.name + ".unfinished")
        unfinished.unlink(missing_ok=True)
        try:
            copy = sqlite3.connect(unfinished)
            with self._db.translate():
                # In one go: a copy in several steps begins anew whenever somebody writes in between, and never ends.
                self._db.raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.close()
            unfinished.rename(target)
        except (sqlite3.Error, OSError) as error:
            unfinished.unlink(missing_ok=True)
            raise StoreError(f"{target}: cannot be written: {error}") from error

    def check(self) -> None:
        """Raises:
        StoreCorrupt: pages are damaged.
        """
        with self._db.translate():
            found = self._db.raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreCorrupt(
                f"{self._db.path}: the database is damaged ({found}) and is left as it is. Stop the service, move the file away "
                f"and put back a copy made by `aggregator backup` (cp BACKUP {self._db.path})"
            )
