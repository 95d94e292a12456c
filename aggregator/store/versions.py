"""Versions and times of change, by which clients notice changes: each stream has both, stories and items have times. The same for all
backends."""

from __future__ import annotations

import math
from collections.abc import Collection
from random import randint
from time import monotonic

from aggregator.model.stream import LATEST, STORING, StreamName
from aggregator.store.dialect import Reads, Writes

COMMITTING = 0.5
"""The part of STORING, in seconds, that is reserved for the commit itself."""
STEP = 1 << 24
"""The most by which a version is greater than the one before; a bigint holds 500 billion such steps."""
COUNTED = (
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS bigint) + CAST(excluded.value AS bigint) AS text)"
)
"""The end of an INSERT that adds to a number in `meta`, where values are text."""


def next_version(db: Writes) -> int:
    """The version for the streams that this transaction changes: greater than all before by a random number, so that a database which was
    restored, or a standby that took over, does not give a number again that stood for other news. It must be called before anything else is
    written: on PostgreSQL, processes that change streams then wait for each other here, and not for each other's rows."""
    db.write(f"INSERT INTO meta VALUES ('version', ?) {COUNTED}", (str(randint(1, STEP)),))
    return int(db.read("SELECT value FROM meta WHERE key = 'version'")[0][0])


def keep_version(db: Reads) -> None:
    """Locks the version without changing it. Called instead of `next_version` by transactions that write stories, the memory of the
    grouping, or the configuration in force, but change no stream: so that they and those that change streams wait for each other."""
    db.read(f"SELECT value FROM meta WHERE key = 'version'{db.dialect.locking}")


def change_time(db: Reads, now: int) -> int:
    """The time (epoch seconds) of a change that is made now. It is later than that of every earlier change and edit of the configuration,
    even within one second, or if the clock was set back. So a client that asks for changes since the last time misses nothing."""
    before = db.read("SELECT changed FROM streams WHERE name = ?", (str(LATEST),))
    before += db.read("SELECT applied FROM configurations ORDER BY n DESC LIMIT 1")
    return max([now, *(int(changed) + 1 for (changed,) in before)])


class Change:
    """What a transaction changes for readers: the version and the time that its streams, stories and items get. To be made before the
    transaction begins, since that may wait for another process. `ahead`: seconds that it will surely take."""

    def __init__(self, db: Writes, now: int, ahead: int = 0) -> None:
        self._db, self._now, self._ahead = db, now, ahead
        self._began = monotonic() + ahead

    def begin(self) -> int:
        """To be called before anything else is written (see `next_version`). Returns the time for the stories and items that change."""
        self._version = next_version(self._db)
        self._now = change_time(self._db, self._now) + self._ahead
        return self._now + STORING

    def end(self, streams: Collection[StreamName]) -> None:
        """To be called when all else is written: marks these streams, and LATEST, as changed. If the transaction has taken longer than
        STORING (it waited, the batch is large, or the disk is slow), the streams get a later time, and so do its stories and items."""
        db, now = self._db, self._now
        if (late := math.ceil(monotonic() - self._began - (STORING - COMMITTING))) > 0:
            now += late
            for table in ("stories", "placements"):  # no other transaction has this time
                db.write(f"UPDATE {table} SET changed = ? WHERE changed = ?", (now + STORING, self._now + STORING))
        changed = {*streams, LATEST}
        stream_numbers(db, changed)
        names = sorted(map(str, changed))
        db.modify("UPDATE streams SET version = ?, changed = ? WHERE name IN", names, self._version, now)


def mark_texts(db: Writes, items: Collection[int], changed: int) -> set[StreamName]:
    """Marks items whose texts are added or deleted, and the stories that they lead, as changed at `changed`. It must be called while the
    texts exist. Returns the streams that may show the texts of their articles, or receipts for them."""
    of_items, listed = db.dialect.one_of.format("p.item"), db.dialect.listed(items)
    db.modify("UPDATE placements SET changed = ? WHERE item IN", items, changed)
    led = f"SELECT p.story FROM placements p JOIN stories st ON st.n = p.story AND st.lead = p.item WHERE {of_items}"
    db.write(f"UPDATE stories SET changed = ? WHERE n IN ({led})", (changed, listed))
    shown = "placements p JOIN entries e ON e.story = p.story JOIN streams m ON m.n = e.stream"
    names = db.read(f"SELECT DISTINCT m.name FROM {shown} WHERE {of_items}", (listed,))
    return {StreamName.read(name) for (name,) in names}


def stream_numbers(db: Writes, streams: Collection[StreamName]) -> dict[StreamName, int]:
    """The numbers of these streams; streams that do not exist are created."""
    names, query = sorted(map(str, streams)), "SELECT name, n FROM streams WHERE name IN"
    known: dict[str, int] = dict(db.select(query, names))
    if new := [(name, 0, 0) for name in names if name not in known]:
        db.insert("streams (name, version, changed)", "text bigint bigint", new)
        known = dict(db.select(query, names))
    return {StreamName.read(name): n for name, n in known.items()}
