"""When readers notice a change: every stream has a version and the time of its last change, as have stories and items. The same for
every backend."""

from __future__ import annotations

import math
from collections.abc import Collection
from time import monotonic

from aggregator.model.stream import STORING
from aggregator.store import upserts
from aggregator.store.dialect import Reads, Writes

COMMITTING = 0.5
"""Of STORING, how many seconds are left for the commit itself."""


def next_version(db: Writes) -> int:
    """The version of the streams that this transaction changes. To be taken before anything else is written: on PostgreSQL, processes
    that change streams wait here for each other, not for each other's rows."""
    db.write(f"INSERT INTO meta VALUES ('version', '1') {upserts.COUNT}")
    return int(db.read("SELECT value FROM meta WHERE key = 'version'")[0][0])


def moment(db: Reads, now: int) -> int:
    """The time of a change: later than that of every change and every edit of the configuration before, even within a second and
    whatever the clock does, so that who asks whether anything changed since the last one misses nothing."""
    before = db.read("SELECT changed FROM streams WHERE name = 'latest'")
    before += db.read("SELECT applied FROM configurations ORDER BY n DESC LIMIT 1")
    return max([now, *(int(changed) + 1 for (changed,) in before)])


def put_off(db: Writes, now: int, began: float) -> int:
    """When the stories and items of this transaction change, instead of at `now`, if it took longer than `STORING` allows since `began`
    (of the monotonic clock): it waited for another process, the batch is large or the disk is slow."""
    late = math.ceil(monotonic() - began - (STORING - COMMITTING))
    if late <= 0:
        return now
    for table in ("stories", "placements"):  # no other transaction has this time
        db.write(f"UPDATE {table} SET changed = ? WHERE changed = ?", (now + late + STORING, now + STORING))
    return now + late


def stamp(db: Writes, version: int, names: Collection[str], now: int) -> None:
    """These streams changed, and "latest" with them, at `now`, a `moment`."""
    changed = sorted({*names, "latest"})
    stream_numbers(db, changed)
    one_of, listed = db.dialect.one_of, db.dialect.listed
    db.write(
        f"UPDATE streams SET version = ?, changed = ? WHERE {one_of.format('name')}", (version, now, listed(changed))
    )


def stream_numbers(db: Writes, names: Collection[str]) -> dict[str, int]:
    """Numbers of streams by name; new ones are created."""
    query = "SELECT name, n FROM streams WHERE name IN"
    known: dict[str, int] = dict(db.select(query, names))
    new = [(name, 0, 0) for name in sorted(names) if name not in known]
    if not new:
        return known
    db.insert("streams (name, version, changed)", "text bigint bigint", new)
    return dict(db.select(query, names))
