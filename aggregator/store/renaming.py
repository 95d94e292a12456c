"""Renames sections and topics in the archive, in the same transaction as the edit of their ids, so that the pages at the new addresses
are never empty. The same for all backends."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.model.stream import StreamName
from aggregator.store.conditions import quoted
from aggregator.store.dialect import Writes
from aggregator.store.versions import Change

PER_STORY = 0.0003
"""Seconds that renaming may take for each story. The change is dated so much later from the start: a section may have nearly all stories
of an archive, and correcting their dates afterwards took longer than renaming them."""


def rename_streams(db: Writes, renamed: Mapping[StreamName, str], now: int) -> None:
    """Gives these sections and topics their new ids, in the names of streams and in the judgements of stories and items. `renamed`: former
    name → new id. If the new id has a stream with stories already, the two are to be merged: nothing is renamed then, since re-placing the
    stories does it."""
    totals = db.select("SELECT total FROM streams WHERE name IN", [*map(str, renamed)])
    change, changed = Change(db, now, int(PER_STORY * sum(total for (total,) in totals))), 0
    streams = set()
    for old, id in renamed.items():
        new = StreamName(old.kind, id)
        found = dict(db.select("SELECT name, total FROM streams WHERE name IN", [str(old), str(new)]))
        if str(old) not in found or found.get(str(new)):
            continue
        changed = changed or change.begin()
        _rename(db, old, new, changed)
        streams.add(new)
    if streams:
        change.end(streams)


def _rename(db: Writes, old: StreamName, new: StreamName, changed: int) -> None:
    for table in ("entries", "item_entries", "shifts"):  # left by stories that were once in the stream with the new id
        db.write(f"DELETE FROM {table} WHERE stream = (SELECT n FROM streams WHERE name = ?)", (str(new),))
    db.write("DELETE FROM streams WHERE name = ?", (str(new),))
    db.write("UPDATE streams SET name = ? WHERE name = ?", (str(new), str(old)))
    names = f'"{old.id}"', f'"{new.id}"'
    said, own = quoted(old.id), quoted(new.id)
    # The empty epoch makes every configuration judge these stories again, also the one by which they were placed.
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
