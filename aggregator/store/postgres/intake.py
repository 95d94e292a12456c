"""What a poll brought: items and the source's new state, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aggregator.model.poll import PollResult
from aggregator.store import intake, upserts
from aggregator.store.postgres.connection import Connection, Raw, copy, put
from aggregator.store.postgres.full_text import vector
from aggregator.store.postgres.sources import save_states
from aggregator.store.retention import LISTED_EVERY, leave
from aggregator.store.rows import TEXT, address_hash, item_row, text_row

_HASH = TEXT.split(", ").index("hash")  # its place in a row of texts


class Intake(intake.Intake[Connection]):
    def apply(self, results: Sequence[PollResult], now: datetime, owner: str | None = None) -> int:
        """Store what polls brought, and release the leases that `owner` (None: anybody) holds for them. Returns the number of
        items that were new. Applying twice changes nothing."""
        moment = int(now.timestamp())
        with self._db.transaction() as raw:
            roots = [result.state.root for result in results]
            numbers = dict(raw.execute("SELECT root, n FROM sources WHERE root = ANY(%s)", (roots,)).fetchall())
            read = intake.documents(results, numbers)
            leave(self._db, read, self._read)
            added = _add(raw, results, numbers, moment)
            _update(raw, results, moment)
            raw.execute(
                "UPDATE texts SET listed = %s WHERE item = ANY(%s::bigint[]) AND listed < %s",
                (moment, [n for result in results for n in result.seen], moment - LISTED_EVERY),
            )
            _count(raw, results, numbers, moment)
            save_states(raw, [result.state for result in results], owner)
        self._read.update(read)
        return added


def _add(raw: Raw, results: Sequence[PollResult], numbers: dict[str, int], now: int) -> int:
    arrivals = intake.arrivals(results, now)
    if not arrivals:
        return 0
    drawn = raw.execute(
        "SELECT nextval(pg_get_serial_sequence('items', 'n')) FROM generate_series(1, %s) ORDER BY 1", (len(arrivals),)
    )
    items: list[tuple[Any, ...]] = []
    texts: dict[int, tuple[Any, ...]] = {}
    for (n,), (result, item, at) in zip(drawn, arrivals, strict=True):
        items.append(item_row(n, item, numbers[result.state.root], at, now, live=result.live))
        texts[n] = text_row(n, item, now)
    stored = put(
        raw,
        "items",
        "bigint bytea bigint bigint bigint bigint boolean bigint",
        items,
        "ON CONFLICT (id) DO NOTHING RETURNING n",
    )
    new = sorted(n for (n,) in stored)
    copy(raw, f"texts ({TEXT})", [texts[n] for n in new])
    copy(raw, "search", [(n, vector(texts[n][4], texts[n][5])) for n in new])
    copy(raw, "pending", [(n, texts[n][_HASH]) for n in new])
    return len(new)


def _update(raw: Raw, results: Sequence[PollResult], now: int) -> None:
    changed = {n: item for result in results for n, item in result.changed}
    if not changed:
        return
    raw.execute("DELETE FROM texts WHERE item = ANY(%s::bigint[])", (list(changed),))
    copy(raw, f"texts ({TEXT})", [text_row(n, item, now) for n, item in changed.items()])
    save_words(raw, [(n, item.title, item.summary) for n, item in changed.items()])
    waits = [(n, item.hash) for n, item in changed.items()]
    put(raw, "pending", "bigint text", waits, upserts.PENDING)
    addresses = {n: address_hash(item.canonical) for n, item in changed.items()}
    came: dict[int, int | None] = dict(
        raw.execute("SELECT n, address FROM items WHERE n = ANY(%s::bigint[])", (list(changed),)).fetchall()
    )
    moved = [(address, n) for n, address in addresses.items() if address is not None and address != came.get(n)]
    put(raw, "addresses", "bigint bigint", moved)


def save_words(raw: Raw, texts: Sequence[tuple[int, str, str]]) -> None:
    """(item, headline, summary) → entries of the full-text index."""
    put(
        raw,
        "search",
        "bigint tsvector",
        [(n, vector(title, summary)) for n, title, summary in texts],
        "ON CONFLICT (item) DO UPDATE SET words = excluded.words",
    )


def _count(raw: Raw, results: Sequence[PollResult], numbers: dict[str, int], now: int) -> None:
    counts: dict[tuple[int, str], int] = {}
    for result in results:
        for drop in result.drops:
            key = (numbers[result.state.root], drop.reason)
            counts[key] = counts.get(key, 0) + drop.count
    put(
        raw,
        "drops",
        "bigint text bigint bigint",
        [(source, reason, count, now) for (source, reason), count in sorted(counts.items())],
        upserts.DROPS,
    )
