"""Sections and topics with another id: what the archive says of them is renamed together with the edit, so that nobody finds the new
address empty. The same for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from aggregator.model.stream import STORING, StreamName
from aggregator.store.conditions import quoted
from aggregator.store.dialect import Writes
from aggregator.store.versions import change_time, next_version, settled, stamp

PER_STORY = 0.0003
"""Seconds that renaming may take for each story. What is renamed is dated so much later: a section may hold nearly all of an archive, and
to date its stories again once they are all renamed took longer than to rename them."""


def rename_streams(db: Writes, renamed: Mapping[StreamName, str], now: int) -> None:
    """Give these sections and topics the ids that they have now, in their streams and in what stories and items say. Where a stream has
    the new id and stories of its own, two become one: that is left to the re-placing of stories."""
    totals = db.select("SELECT total FROM streams WHERE name IN", [*map(str, renamed)])
    ahead = int(PER_STORY * sum(total for (total,) in totals))
    began, version = monotonic() + ahead, 0
    moment, streams = now, set()
    for old, id in renamed.items():
        new = StreamName(old.kind, id)
        found = dict(db.select("SELECT name, total FROM streams WHERE name IN", [str(old), str(new)]))
        if str(old) not in found or found.get(str(new)):
            continue
        if not version:
            version = next_version(db)
            moment = change_time(db, now) + ahead
        _rename(db, old, new, moment + STORING)
        streams.add(new)
    if streams:
        stamp(db, version, streams, settled(db, moment, began))


def led_on(former: Mapping[str, str], renamed: Mapping[StreamName, str]) -> dict[str, str]:
    """Where former ids lead, as they are noted, after a further edit: also those that it does not name any more."""
    led = {name: renamed.get(StreamName(StreamName.read(name).kind, id), id) for name, id in former.items()}
    led |= {str(old): id for old, id in renamed.items()}
    return {name: id for name, id in led.items() if StreamName.read(name).id != id}


def _rename(db: Writes, old: StreamName, new: StreamName, changed: int) -> None:
    for table in ("entries", "shifts"):  # of stories that stood there once
        db.write(f"DELETE FROM {table} WHERE stream = (SELECT n FROM streams WHERE name = ?)", (str(new),))
    db.write("DELETE FROM streams WHERE name = ?", (str(new),))
    db.write("UPDATE streams SET name = ? WHERE name = ?", (str(new), str(old)))
    names = f'"{old.id}"', f'"{new.id}"'
    said, own = quoted(old.id), quoted(new.id)
    # Stories are judged anew by whatever is in force next: also by the configuration by which they were placed before.
    for table, outdated in (("stories", ", epoch = ''"), ("placements", "")):
        if old.kind == "section":
            db.write(
                f"UPDATE {table} SET section = CASE WHEN section = ? THEN ? ELSE section END, scores = replace(scores, ?, ?), "
                f"changed = ?{outdated} WHERE (section = ? OR scores LIKE ?) AND scores NOT LIKE ?",
                (old.id, new.id, *names, changed, old.id, said, own),
            )
        else:
            db.write(
                f"UPDATE {table} SET topics = replace(topics, ?, ?), changed = ?{outdated} WHERE topics LIKE ? AND topics NOT LIKE ?",
                (*names, changed, said, own),
            )
