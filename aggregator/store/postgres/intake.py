"""Writes items and their texts into the PostgreSQL database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aggregator.model.item import Item
from aggregator.store import intake
from aggregator.store.postgres.connection import Connection, Raw, copy, put
from aggregator.store.postgres.full_text import vector
from aggregator.store.rows import TEXT, item_row, text_row

_TITLE, _SUMMARY, _HASH = map(TEXT.split(", ").index, ("title", "summary", "hash"))


class Intake(intake.Intake[Connection]):
    def _add(self, raw: Raw, arrivals: Sequence[intake.Arrival], numbers: Mapping[str, int], now: int) -> list[str]:
        query = "SELECT nextval(pg_get_serial_sequence('items', 'n')) FROM generate_series(1, %s) ORDER BY 1"
        drawn = raw.execute(query, (len(arrivals),))
        items: list[tuple[Any, ...]] = []
        texts: dict[int, tuple[Any, ...]] = {}
        roots: dict[int, str] = {}
        for (n,), (result, item, at) in zip(drawn, arrivals, strict=True):
            items.append(item_row(n, item, numbers[result.state.root], at, now, live=result.live))
            texts[n] = text_row(n, item, now)
            roots[n] = result.state.root
        types = "bigint bytea bigint bigint bigint bigint boolean bigint"
        stored = put(raw, "items", types, items, "ON CONFLICT (id) DO NOTHING RETURNING n")
        new = [n for (n,) in stored]
        copy(raw, f"texts ({TEXT})", [texts[n] for n in new])
        copy(raw, "search", [(n, vector(texts[n][_TITLE], texts[n][_SUMMARY])) for n in new])
        copy(raw, "pending", [(n, texts[n][_HASH]) for n in new])
        return [roots[n] for n in new]

    def _replace_texts(self, raw: Raw, changed: Mapping[int, Item], now: int) -> None:
        raw.execute("DELETE FROM texts WHERE item = ANY(%s::bigint[])", (list(changed),))
        copy(raw, f"texts ({TEXT})", [text_row(n, item, now) for n, item in changed.items()])
        save_words(raw, [(n, item.title, item.summary) for n, item in changed.items()])


def index_texts(raw: Raw, table: str, progress: Callable[[int], None] = lambda texts: None) -> None:
    """Writes the full-text index of all texts into a table that is empty so far."""
    last = 0
    query = "SELECT item, title, summary FROM texts WHERE item > %s ORDER BY item LIMIT 5000"
    while texts := raw.execute(query, (last,)).fetchall():
        copy(raw, table, [(n, vector(title, summary)) for n, title, summary in texts])
        last = texts[-1][0]
        progress(len(texts))


def save_words(raw: Raw, texts: Sequence[tuple[int, str, str]]) -> None:
    """Writes the full-text index for these texts: (item, headline, summary)."""
    put(
        raw,
        "search",
        "bigint tsvector",
        [(n, vector(title, summary)) for n, title, summary in texts],
        "ON CONFLICT (item) DO UPDATE SET words = excluded.words",
    )
