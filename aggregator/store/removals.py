"""Finds what a list of changes no longer shows, for any backend."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.model.stream import StreamName, StreamQuery
from aggregator.store.conditions import Numbers, Statement
from aggregator.store.dialect import Reads

Place = tuple[int, int]
"""(time of change, number of a story or item)."""


def removed(db: Reads, query: StreamQuery, until: Place | None, numbers: Numbers) -> list[Place]:
    """What a list of changes no longer shows, in its order, up to the place `until`; all of it, or the first `limit`.

    These are hidden stories or items, and stories that left a section or topic that is asked for. Each kind is found apart, so that an
    index tells of all others that they are not among them: of a large archive, hardly any story is read. Once there are enough, what
    follows them is not looked for.
    """
    found: set[Place] = set()
    for way in _gone(query, numbers):
        found.update((time, number) for number, time in db.read(*_up_to(query, until, *way)))
        if query.limit and len(found) >= query.limit:
            until = sorted(found)[query.limit - 1]
    return sorted(found)[: query.limit]


def _up_to(query: StreamQuery, until: Place | None, rows: str, named: list[str]) -> Statement:
    number, time = ("p.item", "p.changed") if query.view == "items" else ("st.n", "st.changed")
    bounds, values = f"{time} >= ?", [*named, query.first_change]
    for bound, place in ((">", query.before), ("<=", until)):
        if place:
            bounds += f" AND ({time}, {number}) {bound} (?, ?)"
            values += place
    return f"SELECT {number}, {time} FROM {rows} AND {bounds} ORDER BY {time}, {number} LIMIT ?", [*values, query.limit]


def _gone(query: StreamQuery, numbers: Numbers) -> Iterator[tuple[str, list[str]]]:
    """The tables, with conditions and their values, that have what is hidden, and what left each of the sections and topics."""
    if query.view == "items":
        yield "placements p WHERE p.hidden", []
        return
    yield "stories st WHERE st.hidden", []
    for stream in (query.stream, *query.filter.streams) if query.stream else query.filter.streams:
        left, named = "NOT e.active", []
        if query.primary_section and stream == StreamName("section", query.primary_section):
            left, named = "(NOT e.active OR st.section != ?)", [query.primary_section]
        yield f"stories st CROSS JOIN entries e WHERE e.story = st.n AND {numbers.of_stream(stream)} AND {left}", named
