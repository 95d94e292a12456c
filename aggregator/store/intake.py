"""What the store knows of the items that a document brings, shared by all backends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Generic

from aggregator.model.item import Item
from aggregator.model.poll import PollResult
from aggregator.store.dialect import Reader
from aggregator.store.item_addresses import newest_at
from aggregator.store.rows import to_blob, to_id, to_seconds

TITLES = 1000
"""Of a source, as many as its document may have entries."""


def arrivals(results: Sequence[PollResult], now: int) -> list[tuple[PollResult, Item, int]]:
    """The new items of polls with their times of publication (epoch seconds, never later than now), in the order in
    which to number them: the newest last, as it stands first among those that enter a stream together. Of one time, the
    first of its document is the newest."""
    found = [
        (result, item, min(to_seconds(item.published) or now, now))
        for result in reversed(results)
        for item in reversed(result.new)
    ]
    return sorted(found, key=lambda arrival: arrival[2])


def documents(results: Sequence[PollResult], numbers: Mapping[str, int]) -> dict[int, int]:
    """Numbers of the sources of which a document was read → when."""
    return {
        numbers[result.state.root]: to_seconds(result.state.last_success) or 0
        for result in results
        if result.new or result.changed or result.seen
    }


class Intake(Generic[Reader]):
    """What is read before a poll is stored."""

    def __init__(self, connection: Reader) -> None:
        self._db = connection
        self._read: dict[int, int] = {}  # of sources, by number: when the last document was read that was stored here

    def known(self, ids: Collection[str]) -> dict[str, tuple[int, str]]:
        """Item id → (number, hash of its content), for those of `ids` that were ever stored; without a hash if its text was
        pruned, so that it gets it again from a source that lists it again."""
        rows = self._db.select(
            "SELECT i.id, i.n, CASE WHEN t.pruned THEN '' ELSE t.hash END FROM items i JOIN texts t ON t.item = i.n WHERE i.id IN",
            [to_blob(id) for id in ids],
        )
        return {to_id(blob): (n, digest) for blob, n, digest in rows}

    def known_addresses(self, source: str, canonicals: Collection[str]) -> dict[str, str]:
        """Canonical address → id of this source's newest item there."""
        return newest_at(self._db, source, canonicals)

    def known_titles(self, source: str) -> dict[str, set[int | None]]:
        """Titles of the source's newest items, with the times (epoch seconds) that they are dated."""
        found: dict[str, set[int | None]] = {}
        for title, published in self._db.read(
            "SELECT t.title, t.published FROM items i JOIN sources s ON s.n = i.source JOIN texts t ON t.item = i.n "
            "WHERE s.id = ? ORDER BY i.entered DESC, i.n DESC LIMIT ?",
            (source, TITLES),
        ):
            found.setdefault(title, set()).add(published)
        return found
