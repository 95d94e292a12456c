"""Builds the SQL for what a list of changes no longer shows, for any backend."""

from __future__ import annotations

from typing import Any

from aggregator.model.stream import StreamName, StreamQuery
from aggregator.store.conditions import Numbers, Statement


def removed_sql(query: StreamQuery, until: tuple[int, int] | None, numbers: Numbers) -> Statement:
    """SQL for (number, time) of what a list of changes no longer shows, in its order, up to the time and number `until`.

    These are hidden stories or items, and stories that left a section or topic that is asked for. Each kind is found apart, so that an
    index tells of all others that they are not among them: of a large archive, hardly any story is read.
    """
    number, time = ("p.item", "p.changed") if query.view == "items" else ("st.n", "st.changed")
    bounds, limits = f"{time} >= ?", [query.first_change]
    for bound, position in ((">", query.before), ("<=", until)):
        if position:
            bounds += f" AND ({time}, {number}) {bound} (?, ?)"
            limits += position
    ways, values = list[str](), list[Any]()
    for rows, named in _gone(query, numbers):
        found = f"SELECT {number}, {time} FROM {rows} AND {bounds} ORDER BY {time}, {number} LIMIT ?"
        ways.append(f"SELECT * FROM ({found}) AS way{len(ways)}")
        values += [*named, *limits, query.limit]
    return f"{' UNION '.join(ways)} ORDER BY 2, 1 LIMIT ?", [*values, query.limit]


def _gone(query: StreamQuery, numbers: Numbers) -> list[tuple[str, list[str]]]:
    """The tables, with conditions and their values, that have what is hidden, and what left each of the sections and topics."""
    if query.view == "items":
        return [("placements p WHERE p.hidden", [])]
    found: list[tuple[str, list[str]]] = [("stories st WHERE st.hidden", [])]
    for stream in (query.stream, *query.filter.streams) if query.stream else query.filter.streams:
        left, named = "NOT e.active", []
        if query.primary_section and stream == StreamName("section", query.primary_section):
            left, named = "(NOT e.active OR st.section != ?)", [query.primary_section]
        found.append(
            (f"stories st CROSS JOIN entries e WHERE e.story = st.n AND {numbers.of_stream(stream)} AND {left}", named)
        )
    return found
