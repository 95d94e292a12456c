"""Finds what a list of changes no longer shows, for any backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aggregator.model.stream import StreamName, StreamQuery
from aggregator.store.conditions import Numbers, Sql, Statement
from aggregator.store.dialect import Dialect, Reads
from aggregator.store.item_lists import in_streams

Place = tuple[int, int]
"""(time of change, number of a story or item)."""


def removed(db: Reads, query: StreamQuery, until: Place | None, numbers: Numbers) -> list[Place]:
    """What a list of changes no longer shows, in its order, up to the place `until`; all of it, or the first `limit`.

    These are hidden stories or items, stories that left a section or topic that is asked for, and all items that changed and are not in
    it: that an item was in it before is not stored. Each kind of stories is found apart, so that an index tells of all others that they
    are not among them: of a large archive, hardly any story is read. Once there are enough, what follows them is not looked for.
    """
    found: set[Place] = set()
    for way in _gone(db.dialect, query, numbers):
        found.update((time, number) for number, time in db.read(*_up_to(query, until, *way)))
        if query.limit and len(found) >= query.limit:
            until = sorted(found)[query.limit - 1]
    return sorted(found)[: query.limit]


def _up_to(query: StreamQuery, until: Place | None, rows: str, named: list[Any]) -> Statement:
    number, time = ("p.item", "p.changed") if query.view == "items" else ("st.n", "st.changed")
    bounds, values = f"{time} >= ?", [*named, query.first_change]
    for bound, place in ((">", query.before), ("<=", until)):
        if place:
            bounds += f" AND ({time}, {number}) {bound} (?, ?)"
            values += place
    return f"SELECT {number}, {time} FROM {rows} AND {bounds} ORDER BY {time}, {number} LIMIT ?", [*values, query.limit]


def _gone(dialect: Dialect, query: StreamQuery, numbers: Numbers) -> Iterator[tuple[str, list[Any]]]:
    """The tables, with conditions and their values, that have what is hidden, and what is not in each of the sections and topics."""
    if query.view == "items":
        there = Sql(dialect)
        in_streams(there, query)
        elsewhere = f"(p.hidden OR NOT ({there.where}))" if there.conditions else "p.hidden"  # that alone has an index
        yield f"placements p WHERE {elsewhere}", there.values
        return
    yield "stories st WHERE st.hidden", []
    for stream in (query.stream, *query.filter.streams) if query.stream else query.filter.streams:
        left, named = "NOT e.active", []
        if query.primary_section and stream == StreamName("section", query.primary_section):
            left, named = "(NOT e.active OR st.section != ?)", [query.primary_section]
        yield f"stories st CROSS JOIN entries e WHERE e.story = st.n AND {numbers.of_stream(stream)} AND {left}", named
