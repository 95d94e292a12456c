"""When readers notice a change: every stream has a version and the time of its last change, as have stories and items. The same for
every backend."""

from __future__ import annotations

import math
from collections.abc import Collection
from time import monotonic

from aggregator.model.stream import LATEST, STORING, StreamName
from aggregator.store import upserts
from aggregator.store.dialect import Reads, Writes

COMMITTING = 0.5
"""Seconds of STORING that are kept for the commit itself."""


def next_version(db: Writes) -> int:
    """The version of the streams that this transaction changes. To be taken before anything else is written: on PostgreSQL, processes
    that change streams wait here for each other, not for each other's rows."""
    db.write(f"INSERT INTO meta VALUES ('version', '1') {upserts.COUNT}")
    return int(db.read("SELECT value FROM meta WHERE key = 'version'")[0][0])


def keep_version(db: Reads) -> None:
    """In the place of `next_version`, by what writes stories, or what the grouping remembers, and changes no stream: to wait for who
    changes them, and they for it."""
    db.read(f"SELECT value FROM meta WHERE key = 'version'{db.dialect.locking}")


def change_time(db: Reads, now: int) -> int:
    """The time of a change that is made now (epoch seconds): later than that of every change and every edit of the configuration
    before, even within a second and whatever the clock does, so that a client which asks what changed since the last one misses
    nothing."""
    before = db.read("SELECT changed FROM streams WHERE name = ?", (str(LATEST),))
    before += db.read("SELECT applied FROM configurations ORDER BY n DESC LIMIT 1")
    return max([now, *(int(changed) + 1 for (changed,) in before)])


def settled(db: Writes, now: int, began: float) -> int:
    """The time of the change once all is written: `now`, or later if the transaction took longer than STORING allows since `began` (of
    the monotonic clock), since it waited for another process, the batch is large or the disk is slow. Its stories and items are then
    dated later, too."""
    late = math.ceil(monotonic() - began - (STORING - COMMITTING))
    if late <= 0:
        return now
    for table in ("stories", "placements"):  # no other transaction has this time
        db.write(f"UPDATE {table} SET changed = ? WHERE changed = ?", (now + late + STORING, now + STORING))
    return now + late


def stamp(db: Writes, version: int, streams: Collection[StreamName], now: int) -> None:
    """Mark these streams, and LATEST with them, as changed at `now`, a `settled` time."""
    changed = {*streams, LATEST}
    stream_numbers(db, changed)
    db.modify("UPDATE streams SET version = ?, changed = ? WHERE name IN", sorted(map(str, changed)), version, now)


def mark_texts(db: Writes, items: Collection[int], changed: int) -> set[StreamName]:
    """Mark items whose texts come or go, and the stories that they lead, as changed at `changed`; to be called while they have the texts.
    Returns the streams that may show the texts of their articles, or receipts for what they say."""
    of, listed = db.dialect.one_of.format, db.dialect.listed(items)
    db.modify("UPDATE placements SET changed = ? WHERE item IN", items, changed)
    led = (
        f"SELECT p.story FROM placements p JOIN stories st ON st.n = p.story AND st.lead = p.item WHERE {of('p.item')}"
    )
    db.write(f"UPDATE stories SET changed = ? WHERE n IN ({led})", (changed, listed))
    names = db.read(
        "SELECT DISTINCT m.name FROM placements p JOIN entries e ON e.story = p.story JOIN streams m ON m.n = e.stream "
        f"WHERE {of('p.item')}",
        (listed,),
    )
    return {StreamName.read(name) for (name,) in names}


def stream_numbers(db: Writes, streams: Collection[StreamName]) -> dict[StreamName, int]:
    """Numbers of streams; new ones are created."""
    names = sorted(map(str, streams))
    query = "SELECT name, n FROM streams WHERE name IN"
    known: dict[str, int] = dict(db.select(query, names))
    if new := [(name, 0, 0) for name in names if name not in known]:
        db.insert("streams (name, version, changed)", "text bigint bigint", new)
        known = dict(db.select(query, names))
    return {StreamName.read(name): n for name, n in known.items()}
