"""Builds the SQL for what a list of changes no longer shows, for any backend."""

from __future__ import annotations

from typing import Any

from aggregator.model.stream import StreamName, StreamQuery
from aggregator.store.conditions import OF_STREAM, Statement


def removed_sql(query: StreamQuery, until: tuple[int, int] | None) -> Statement:
    """SQL for (number, time, id) of what a list of changes no longer shows, in its order, up to the time and number `until`.

    These are hidden stories or items, and stories that left a section or topic that is asked for.
    """
    items = query.view == "items"
    tables, number, time, id, gone = _HIDDEN_ITEMS if items else _HIDDEN_STORIES
    values: list[Any] = []
    for stream in [] if items else _streams(query):
        left, section = "NOT e.active", query.primary_section
        values.append(str(stream))
        if section and stream == StreamName("section", section):
            left = f"({left} OR st.section != ?)"
            values.append(section)
        gone += f" OR EXISTS (SELECT 1 FROM entries e WHERE {OF_STREAM} AND e.story = st.n AND {left})"
    where = f"({gone}) AND {time} >= ?"
    values.append(query.first_change)
    for bound, position in ((">", query.before), ("<=", until)):
        if position:
            where += f" AND ({time}, {number}) {bound} (?, ?)"
            values += position
    return f"SELECT {number}, {time}, {id} FROM {tables} WHERE {where} ORDER BY {time}, {number} LIMIT ?", [
        *values,
        query.limit,
    ]


_HIDDEN_STORIES = ("stories st", "st.n", "st.changed", "st.id", "st.hidden")
_HIDDEN_ITEMS = ("placements p JOIN items i ON i.n = p.item", "p.item", "p.changed", "i.id", "p.hidden")


def _streams(query: StreamQuery) -> tuple[StreamName, ...]:
    """The sections and topics that a query asks for."""
    return (query.stream, *query.filter.streams) if query.stream else query.filter.streams
