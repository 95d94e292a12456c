"""Stores the result of polls: items and the new states of the sources, in one transaction. The part that all backends share."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic

from aggregator.model.item import Item, StoredItem, to_seconds
from aggregator.model.poll import PollResult
from aggregator.model.source import SourceState
from aggregator.store.dialect import Writer, Writes
from aggregator.store.item_addresses import own_at
from aggregator.store.overlapping_polls import as_told, by_plan_of
from aggregator.store.retention import DELETED, LISTED_EVERY, MOVES, note_listed
from aggregator.store.rows import TEXT, TOLD, address_hash, grouped, source_state, text_row, to_blob, to_id
from aggregator.store.sources import SELECT, Sources, release_leases

log = logging.getLogger(__name__)

LOST = (
    "its lease ended or its settings changed while it was polled; stored is what is new, and whether its "
    "server refused or asked to be left alone; all else is left to the next poll"
)
APART = 60
"""Seconds that the clocks of two machines may differ."""
TITLES = 1000
"""So many titles of a source are read: as many as its document may have entries."""

_TAKE = "SELECT n, root, url, lease_owner, polls, last_attempt FROM sources WHERE root IN"

Arrival = tuple[PollResult, Item, int]
"""A new item with the poll that brought it, and its time of publication."""


def arrivals(results: Sequence[PollResult], now: int) -> list[Arrival]:
    """The new items of polls with their times of publication (epoch seconds, never later than `now`), in the order of their numbers. The
    newest item is last: among items that enter a stream together, the highest number is listed first. Of items with the same time, the
    first in its document counts as the newest."""
    found = [
        (result, item, min(to_seconds(item.published) or now, now))
        for result in reversed(results)
        for item in reversed(result.found.new)
    ]
    return sorted(found, key=lambda arrival: arrival[2])


def documents(results: Sequence[PollResult], numbers: Mapping[str, int]) -> dict[int, int]:
    """Number of a source whose document was read → time (epoch seconds)."""
    return {
        numbers[result.state.root]: to_seconds(result.state.last_success) or 0
        for result in results
        if result.found.new or result.found.changed or result.found.seen
    }


class Intake(ABC, Generic[Writer]):
    """Implements `ports.Intake`. A backend adds how texts, and their words in the full-text index, are written."""

    def __init__(self, connection: Writer, sources: Sources) -> None:
        self._db = connection
        self._sources = sources
        self._read: dict[int, int] = {}  # number of a source → time of the last document that this process stored

    def known(self, ids: Collection[str]) -> dict[str, StoredItem]:
        query = (
            "SELECT i.id, i.n, CASE WHEN t.pruned THEN '' ELSE t.hash END, t.title, t.canonical, t.published "
            "FROM items i JOIN texts t ON t.item = i.n WHERE i.id IN"
        )
        return {to_id(blob): StoredItem(*row) for blob, *row in self._db.select(query, [to_blob(id) for id in ids])}

    def known_addresses(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, list[str]]]:
        return own_at(self._db, wanted)

    def first_ids(self, ids: Collection[str]) -> dict[str, str]:
        query = "SELECT k.id, i.id FROM known_as k JOIN items i ON i.n = k.item WHERE k.id IN"
        return {to_id(later): to_id(first) for later, first in self._db.select(query, [to_blob(id) for id in ids])}

    def known_titles(self, source: str) -> dict[str, set[int | None]]:
        rows = self._db.read(
            "SELECT t.title, t.published FROM items i JOIN sources s ON s.n = i.source JOIN texts t ON t.item = i.n "
            "WHERE s.id = ? ORDER BY i.entered DESC, i.n DESC LIMIT ?",
            (source, TITLES),
        )
        return {title: set(times) for title, times in grouped(rows).items()}

    def apply(self, results: Sequence[PollResult], now: datetime, owner: str | None = None) -> list[int]:
        db, moment, told = self._db, int(now.timestamp()), results
        with db.transaction() as raw:
            new = arrivals(results, moment)
            numbers, elsewhere, lost, beside = self._take(results, owner, moment + APART)
            polled = [result.state for result in results if result.state.root not in elsewhere]
            results = [result for result in results if result.state.root not in lost]
            read = documents(results, numbers)
            note_listed(db, read, self._read)
            added = Counter(self._add(raw, new, numbers, moment)) if new else Counter[str]()
            if changed := {n: item for result in results for n, item in result.found.changed}:
                dates = self._dates(changed, moment)
                self._replace_texts(raw, changed, moment)
                db.write_each("UPDATE texts SET updated = ?, listed = ? WHERE item = ?", dates)
                waiting = [(n, item.hash) for n, item in sorted(changed.items())]
                db.insert("pending", "bigint text", waiting, "ON CONFLICT (item) DO UPDATE SET hash = excluded.hash")
                _save_moves(db, changed)
            self._note_additional_ids(results)
            seen = [n for result in results for n in result.found.seen]
            states = self._as_told(polled, lost, beside) if beside else polled
            with db.unread():
                listed = "UPDATE texts SET listed = ? WHERE listed < ? AND item IN"
                db.modify(listed, seen, moment, moment - LISTED_EVERY)
                _count_drops(db, results, numbers, moment)
                self._sources.write_states(states)
                release_leases(db, polled, owner)
        self._read.update(read)
        return [added[result.state.root] for result in told]

    def _take(
        self, results: Sequence[PollResult], owner: str | None, latest: int
    ) -> tuple[dict[str, int], set[str], set[str], set[str]]:
        """Locks the sources of polls.

        An attempt later than `latest` comes from a wrong clock, and is ignored.

        Returns:
            The numbers of the sources by root; the roots that have another address by now, whose leases are those of polls there; with
            them the roots whose leases `owner` lost, or whose polls are counted already (`disown`, or by a later poll of the same
            process); and with these the roots that others polled at the same time.
        """
        db = self._db
        numbers: dict[str, int] = {}
        elsewhere, lost, beside = set[str](), set[str](), set[str]()
        polled = {result.state.root: result for result in results}
        for n, root, url, holder, polls, attempt in db.select(_TAKE, polled, f"ORDER BY n{db.dialect.locking}"):
            numbers[root] = n
            state, after = polled[root].state, polled[root].after
            if url != state.url:
                elsewhere.add(root)
            if root in elsewhere or owner not in (None, holder) or (after is not None and polls > after):
                lost.add(root)
                log.warning("source %s: %s", state.id, LOST)
            elif latest >= (attempt or 0) > (to_seconds(state.last_attempt) or 0):
                beside.add(root)
        return numbers, elsewhere, lost, lost | beside

    def _as_told(
        self, polled: Sequence[SourceState], lost: Collection[str], beside: Collection[str]
    ) -> list[SourceState]:
        """The states to store; for sources that others polled at the same time, merged with the stored states."""
        stored = {row.root: row for row in map(source_state, self._db.select(f"{SELECT} WHERE root IN", beside))}

        def told(state: SourceState) -> SourceState:
            other = stored.get(state.root)
            if other is None:
                return state
            return as_told(other, by_plan_of(other, state)) if state.root in lost else as_told(state, other)

        return list(map(told, polled))

    def _note_additional_ids(self, results: Sequence[PollResult]) -> None:
        if forget := [to_blob(id) for result in results for id in result.found.forget]:
            self._db.modify("DELETE FROM known_as WHERE id IN", forget)
        if additional := {id: first for result in results for id, first in result.found.known_as.items()}:
            numbers = {id: stored.number for id, stored in self.known(set(additional.values())).items()}
            query = "SELECT item, count(*) FROM known_as WHERE item IN"
            counts = self._db.select(query, numbers.values(), "GROUP BY item")
            often = {n for n, count in counts if count >= MOVES}
            of = [(to_blob(id), numbers.get(first)) for id, first in sorted(additional.items())]
            self._db.insert("known_as", "bytea bigint", [(id, n) for id, n in of if n and n not in often])

    def _dates(self, changed: Mapping[int, Item], now: int) -> list[tuple[int, int, int]]:
        """(updated, listed, number) of changed items for which one of these times is not `now`. An item counts as updated when feeds tell
        something else of it than before, not when what retention deleted comes back, nor for a name of its publisher under which the
        editor had it counted already. Neither time goes back if the clock is set back."""
        found, columns = [], TOLD.split(", ")
        counted = "(SELECT p.publisher FROM placements p WHERE p.item = texts.item)"
        query = f"SELECT {TOLD}, {counted}, hash, updated, listed, item FROM texts WHERE item IN"
        for *told, counts_for, hash, updated, listed, n in self._db.select(query, changed):
            row = dict(zip(TEXT.split(", "), text_row(n, changed[n], now), strict=True))
            other = {name for name, value in zip(columns, told, strict=True) if value != row[name]}
            known = {"publisher"} if row["publisher"] == counts_for else set[str]()
            same = other <= known | (set() if hash else DELETED)
            dates = updated if same else max(now, updated + 1), max(now, listed)
            if dates != (now, now):
                found.append((*dates, n))
        return found

    @abstractmethod
    def _add(self, raw: Any, arrivals: Sequence[Arrival], numbers: Mapping[str, int], now: int) -> list[str]:
        """Stores new items, which then wait for the edition. Returns the root of the source of each that was not stored before. `numbers`:
        root of a source → its number."""

    @abstractmethod
    def _replace_texts(self, raw: Any, changed: Mapping[int, Item], now: int) -> None:
        """Replaces the texts of these items, and their words in the full-text index."""


def _save_moves(db: Writes, changed: Mapping[int, Item]) -> None:
    """Stores the addresses of changed items, if they differ from the addresses with which the items were first stored."""
    first: dict[int, int | None] = dict(db.select("SELECT n, address FROM items WHERE n IN", changed))
    now = [(address_hash(item.canonical), n) for n, item in changed.items()]
    moved = [(address, n) for address, n in now if address is not None and address != first.get(n)]
    db.insert("addresses", "bigint bigint", moved)


def _count_drops(db: Writes, results: Sequence[PollResult], numbers: Mapping[str, int], now: int) -> None:
    counts = Counter[tuple[int, str]]()
    for result in results:
        for drop in (*result.drops, *result.found.drops):
            counts[numbers[result.state.root], drop.reason] += drop.count
    rows = [(source, reason, count, now) for (source, reason), count in sorted(counts.items())]
    more = "ON CONFLICT (source, reason) DO UPDATE SET count = drops.count + excluded.count, last = excluded.last"
    db.insert("drops", "bigint text bigint bigint", rows, more)
