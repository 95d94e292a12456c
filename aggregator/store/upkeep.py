"""Maintenance of the archive: the configuration in force, notes, and retention. The part that all backends share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec
import orjson

from aggregator.model import notes
from aggregator.model.notes import Note
from aggregator.model.settings import StoredConfiguration
from aggregator.model.stream import StreamName, led_on
from aggregator.store.dialect import Lock, Writer
from aggregator.store.past import Past
from aggregator.store.renaming import rename_streams
from aggregator.store.retention import (
    EMPTY_ARTICLES,
    first_since,
    forget_addresses,
    forget_document,
    limits,
    listed_before,
)
from aggregator.store.rows import to_json
from aggregator.store.shifts import KEPT as SHIFTS_SECONDS
from aggregator.store.source_edits import first_ids
from aggregator.store.sources import lock_sources
from aggregator.store.versions import Change, change_time, keep_version, mark_texts

MEMORY_SECONDS = 14 * 86_400
"""The memory of the grouping is kept for so long: it looks back only some days."""

DOCUMENTS = 10_000
"""The frequencies of words are those of about the last so many items: of twice as many, half of what was counted is forgotten. With the
counts of years, the words of a new event would stay rare however much is told of it, and more unlike reports would be joined."""

STEP = 1000
"""The texts of so many items are deleted in one transaction."""

EDITS = 20
"""So many configurations are kept, with their texts of up to 2 MB each. The program needs only the last, which is in force; the others are
for an editor who has to look up what was in force before."""

T = TypeVar("T")
U = TypeVar("U")

_PUT = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Upkeep(ABC, Generic[Writer]):
    """Implements `ports.Upkeep`, and more. A backend adds the deletion of texts (`_empty`), backup and the integrity check."""

    def __init__(self, connection: Writer) -> None:
        self._db = connection
        self._texts: tuple[str, dict[str, str]] | None = None  # (epoch, texts) of the configuration last read

    def configuration(self) -> StoredConfiguration | None:
        """The configuration in force. Its texts are read only once, since workers call this twice a second."""
        for n, epoch, applied in self._db.read("SELECT n, epoch, applied FROM configurations ORDER BY n DESC LIMIT 1"):
            # Not by the number, which a restored database gives again.
            if self._texts is None or self._texts[0] != epoch:
                rows = self._db.read("SELECT texts FROM configurations WHERE n = ?", (n,))
                self._texts = (epoch, orjson.loads(rows[0][0]))
            return StoredConfiguration(epoch, dict(self._texts[1]), applied)
        return None

    def configuring(self) -> AbstractContextManager[object]:
        """A transaction for an edit of the configuration, which no other edit may come into. Those of the methods called in it are part
        of it, so that a process that is killed leaves the edit in force as a whole or not at all."""
        return self._db.transaction(Lock.CONFIGURING)

    def put_in_force(
        self,
        epoch: str,
        texts: Mapping[str, str],
        now: int,
        alike: str | None = None,
        renamed: Mapping[StreamName, str] = MappingProxyType({}),
    ) -> bool:
        """Puts a configuration in force; returns False if it is in force already.

        Its time is later than that of every earlier change, since clients use it to ask whether anything changed.

        Args:
            alike: the configuration in force so far, if the new one places every stored item in the same way.
            renamed: former names of sections and topics, each with the present id.
        """
        with self._db.transaction(Lock.CONFIGURING, unhurried=bool(renamed)):
            rows = self._db.read("SELECT epoch, alike FROM configurations ORDER BY n DESC LIMIT 1")
            if rows and rows[0][0] == epoch:
                return False
            keep_version(self._db)  # waits for an edition that is just stored, so that the edit gets a later time
            # None if another process has put a third configuration in force in the meantime.
            earliest = next((earlier or held for held, earlier in rows if held == alike), None)
            if renamed:
                rename_streams(self._db, renamed, now)
                led = led_on(self.renamed(), renamed)
                self._put(notes.RENAMED, {str(former): id for former, id in led.items()})
            self._db.write(
                "INSERT INTO configurations (epoch, texts, applied, alike) VALUES (?, ?, ?, ?)",
                (epoch, to_json(dict(texts)), change_time(self._db, now), earliest),
            )
            # Counted, since PostgreSQL leaves out numbers: one after a transaction that failed, thirty after a crash of the server.
            surplus = "SELECT n FROM configurations ORDER BY n DESC LIMIT 1 OFFSET ?"
            self._db.write(f"DELETE FROM configurations WHERE n <= ({surplus})", (EDITS,))
        return True

    def like(self, epoch: str) -> str | None:
        rows = self._db.read("SELECT alike FROM configurations WHERE epoch = ? ORDER BY n DESC LIMIT 1", (epoch,))
        return rows[0][0] if rows else None

    def renamed(self) -> dict[StreamName, str]:
        return {StreamName.read(former): id for former, id in (self.noted(notes.RENAMED) or {}).items()}

    def source_ids(self) -> dict[str, str]:
        return first_ids(dict(self._db.read("SELECT root, id FROM sources ORDER BY n")))

    def note(self, note: Note[T], value: T | None) -> None:
        with self._db.transaction():
            self._put(note, value)

    def revise(self, note: Note[T], change: Callable[[T | None], T], also: tuple[Note[U], U]) -> bool:
        with self._db.transaction():
            if not self._db.free(Lock.REVISING):
                return False
            self._put(note, change(self.noted(note)))
            self._put(*also)
        return True

    def _put(self, note: Note[T], value: T | None) -> None:
        self._db.write(_PUT, (f"note:{note.key}", msgspec.json.encode(value).decode()))

    def noted(self, note: Note[T]) -> T | None:
        for (value,) in self._db.read("SELECT value FROM meta WHERE key = ?", (f"note:{note.key}",)):
            with suppress(msgspec.ValidationError):
                return msgspec.json.decode(value, type=note.type)
        return None

    def prune(
        self,
        now: int,
        keep: int,
        per_source: Mapping[str, int],
        proceed: Callable[[], bool] = lambda: True,
        named: Collection[str] = (),
    ) -> int:
        purged = 0
        bounds = limits(self._db, now, keep, per_source)
        old = listed_before(self._db, {source: since for source, _, since in bounds})
        first = cache(lambda since: first_since(self._db, since, now))
        for source, limit, since in bounds:
            with self._db.transaction():
                forget_document(self._db, source, limit)
            items = [item for item, listed in old.get(source, ()) if listed < limit and item < first(since)]
            for start in range(0, len(items), STEP):
                if not proceed():
                    return purged
                purged += self._prune(source, items[start : start + STEP], limit, now)
        if not proceed():
            return purged
        self._forget(now)
        with self._db.transaction():
            forget_addresses(self._db, named)
        return purged

    def _prune(self, source: int, items: Sequence[int], limit: int, now: int) -> int:
        """Deletes, in one transaction, the texts of these items of a source and of their articles; returns the number of items. Items that
        were listed again since `limit`, or wait for the edition, are left out."""
        db, change = self._db, Change(self._db, now)
        with db.transaction() as raw:
            placed = "SELECT item FROM texts WHERE listed < ? AND item NOT IN (SELECT item FROM pending) AND item IN"
            rows = db.select(placed, items, "", limit)
            if not rows:
                return 0
            old = [item for (item,) in rows]
            changed = change.begin()
            lock_sources(db, "n", (source,))
            streams = mark_texts(db, old, changed)
            emptied = self._empty(raw, old, limit)
            db.modify(EMPTY_ARTICLES, emptied)
            change.end(streams)
        return len(emptied)

    @abstractmethod
    def _empty(self, raw: Any, items: Sequence[int], limit: int) -> Sequence[int]:
        """Deletes the texts of these items, and their words in the full-text index except those of the headlines. Returns the items,
        without those that a poll has listed since `limit` in the meantime."""

    def _forget(self, now: int) -> None:
        """Deletes the grouping's memory of items published long ago and of words long past, and the shifts of days to which no list looks
        back."""
        with self._db.transaction(unhurried=True):
            keep_version(self._db)  # since an edition writes these tables too
            self._db.write("DELETE FROM postings WHERE at < ?", (now - MEMORY_SECONDS,))
            self._db.write("DELETE FROM memories WHERE at < ?", (now - MEMORY_SECONDS,))
            self._db.write("DELETE FROM shifts WHERE published < ?", (now - SHIFTS_SECONDS,))
            self._forget_frequencies()

    def _forget_frequencies(self) -> None:
        """Divides the counts if there are too many. Words in the index of recent items stay: those that were never counted are not looked
        up there, nor for Related News those that were counted once."""
        times = Past(self._db).documents() // DOCUMENTS
        if times > 1:
            fewer = f"{self._db.dialect.greatest}(2, count / ?)"
            self._db.write(f"UPDATE frequencies SET count = {fewer} WHERE count > 2", (times,))
            recent = "SELECT 1 FROM postings WHERE postings.word = frequencies.word"
            self._db.write(f"DELETE FROM frequencies WHERE count <= 2 AND NOT EXISTS ({recent})")
            left = "CAST(CAST(value AS bigint) / ? AS text)"
            self._db.write(f"UPDATE meta SET value = {left} WHERE key = 'documents'", (times,))
