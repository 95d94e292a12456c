"""The edition's side of the PostgreSQL database: who makes the edition, and applying what it decided."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from aggregator.errors import StoreBusy
from aggregator.model.story import Batch
from aggregator.model.stream import STORING
from aggregator.store import edition, upserts
from aggregator.store.dialect import Lock
from aggregator.store.edition import apply_splits, confirm, entries_before, merge_stories, moment, put_off
from aggregator.store.postgres.connection import OUR_LOCKS, Connection, Raw, put
from aggregator.store.postgres.memory import save_memory
from aggregator.store.rows import corroboration_rows, entry_rows, placement_row, story_row
from aggregator.store.shifts import KEPT, Row, shifts


class EditionStore(edition.EditionStore[Connection]):
    """The edition is held by an advisory lock of the session that also writes it: the lock ends with its holder at
    once, and a process that lost it can write nothing more."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._owner: str | None = None
        self._opened = 0  # which connection holds it

    def lease(self, owner: str, now: int, seconds: int) -> bool:
        """Hold the edition; False while another process holds it. A holder that is alive, but neither works nor renews
        for longer than `seconds`, is cut off. The clock is the server's."""
        with self._db.transaction() as raw:
            if self._held:
                if self._owner != owner:
                    return False
            elif not (_take(raw) or _cut_off(raw)):
                return False
            self._owner, self._opened = owner, self._db.opened
            raw.execute(
                "INSERT INTO meta SELECT 'edition', json_build_array(%s::text, until, pg_backend_pid())::text "
                "FROM (SELECT extract(epoch FROM clock_timestamp())::bigint + %s AS until) clock "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (owner, seconds),
            )
        return True

    @property
    def _held(self) -> bool:
        return self._owner is not None and self._opened == self._db.opened and not self._db.lost

    def release(self, owner: str) -> None:
        """Of a dead process nothing is left but its name: the lock went with it."""
        mine = self._owner == owner
        with self._db.transaction() as raw:
            raw.execute("DELETE FROM meta WHERE key = 'edition' AND value::json ->> 0 = %s", (owner,))
            if mine and self._held:
                raw.execute("SELECT pg_advisory_unlock(%s, %s)", (OUR_LOCKS, Lock.EDITION))
        if mine:
            self._owner = None

    def apply(self, batch: Batch) -> None:
        """One step of the edition, as a whole or not at all.

        Raises:
            StoreBusy: the edition was lost with its connection.
        """
        began = monotonic()
        with self._db.transaction() as raw:
            if self._owner is not None and not self._held:  # also where it was this transaction that found out
                self._owner = None
                raise StoreBusy(
                    f"{self._db.server.name}: the edition was lost with the connection; the next one continues"
                )
            version = next_version(raw) if batch.shows else 0
            confirm(self._db, batch)
            if not batch.shows:
                return
            before = entries_before(self._db, batch)
            now = moment(self._db, batch.now)
            changed = now + STORING
            merge_stories(self._db, batch, changed)
            put(raw, "placements", "bigint bigint text text text text text text text boolean bigint",
                [placement_row(placed, changed) for placed in batch.placed], upserts.PLACEMENT)  # fmt: skip
            apply_splits(self._db, batch)
            if not batch.anew:
                raw.execute(
                    "DELETE FROM pending USING unnest(%s::bigint[], %s::text[]) AS placed (item, hash) "
                    "WHERE pending.item = placed.item AND pending.hash = placed.hash",
                    ([placed.item for placed in batch.placed], [placed.hash for placed in batch.placed]),
                )
            put(raw, "stories", _STORY, [story_row(story, batch, changed) for story in batch.stories], _REPLACED_STORY)
            touched = _save_entries(raw, batch, before)
            save_memory(raw, batch.memory)
            stamp(raw, version, touched, put_off(self._db, now, began))


def _take(raw: Raw) -> bool:
    row = raw.execute("SELECT pg_try_advisory_lock(%s, %s)", (OUR_LOCKS, Lock.EDITION)).fetchone()
    return bool(row and row[0])


def _cut_off(raw: Raw) -> bool:
    """End the session of a holder that hangs. The lock is free once the server has ended it, at the next try."""
    raw.execute(
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, meta m WHERE m.key = 'edition' "
        "AND a.pid = (m.value::json ->> 2)::int AND a.state != 'active' AND a.pid != pg_backend_pid() "
        "AND (m.value::json ->> 1)::bigint < extract(epoch FROM clock_timestamp()) "
        "AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = a.pid AND l.granted "
        "AND l.classid = %s AND l.objid = %s)",
        (OUR_LOCKS, Lock.EDITION),
    )
    return False


def _save_entries(raw: Raw, batch: Batch, before: list[Row]) -> set[str]:
    stories = batch.stories
    names = {placing.stream for story in stories for placing in story.placings}
    streams = stream_numbers(raw, names)
    raw.execute("DELETE FROM corroborations WHERE story = ANY(%s::bigint[])", ([story.n for story in stories],))
    put(
        raw,
        "corroborations",
        "bigint bigint text bigint bigint",
        corroboration_rows(stories),
        "",
    )
    rows = entry_rows(stories, streams)
    put(
        raw,
        "entries",
        "bigint bigint bigint bigint bigint boolean",
        rows,
        upserts.ENTRY,
    )
    updated = {story.n: story.entry.updated for story in stories}
    if moved := shifts(before, rows, updated, batch.now):
        raw.execute("DELETE FROM shifts WHERE published < %s", (batch.now - KEPT,))
        put(raw, "shifts", "bigint bigint bigint", moved,
            "ON CONFLICT (stream, published) DO UPDATE SET at = greatest(shifts.at, excluded.at)")  # fmt: skip
    return names


def stream_numbers(raw: Raw, names: Iterable[str]) -> dict[str, int]:
    """Numbers of streams by name; new ones are created."""
    wanted = sorted(names)
    known: dict[str, int] = dict(raw.execute("SELECT name, n FROM streams WHERE name = ANY(%s)", (wanted,)).fetchall())
    new = [(name, 0, 0) for name in wanted if name not in known]
    made = put(
        raw, "streams (name, version, changed)", "text bigint bigint", new, "ON CONFLICT DO NOTHING RETURNING name, n"
    )
    return {**known, **dict(made)}


def next_version(raw: Raw) -> int:
    """Taken before anything else is written: processes that stamp streams wait here, not for each other's rows."""
    rows = raw.execute(
        "UPDATE meta SET value = (value::bigint + 1)::text WHERE key = 'version' RETURNING value::bigint"
    )
    return int(rows.fetchall()[0][0])


def stamp(raw: Raw, version: int, names: set[str], now: int) -> None:
    """These streams changed, and "latest" with them, at `now`, a `moment`."""
    names = names | {"latest"}
    stream_numbers(raw, names)
    raw.execute("UPDATE streams SET version = %s, changed = %s WHERE name = ANY(%s)", (version, now, sorted(names)))


_STORY = "bigint bytea bigint bigint bigint bigint bigint text text text bigint text text boolean"
_REPLACED_STORY = """
    ON CONFLICT (n) DO UPDATE SET
        id = excluded.id, lead = excluded.lead, published = excluded.published, entered = excluded.entered,
        updated = excluded.updated, changed = excluded.changed, section = excluded.section, scores = excluded.scores,
        topics = excluded.topics, publishers = excluded.publishers, entry = excluded.entry, epoch = excluded.epoch,
        hidden = excluded.hidden
"""
