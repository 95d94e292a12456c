"""Builds the SQL for lists of items, for any backend."""

from __future__ import annotations

from typing import Any

from aggregator.model.stream import StreamQuery
from aggregator.store.conditions import IN_TOPIC, SCORED, Lookup, Numbers, Sql, Statement, narrow, quoted
from aggregator.store.dialect import Dialect


def items_sql(dialect: Dialect, query: StreamQuery, limit: int | None, lookup: Lookup, numbers: Numbers) -> Statement:
    """SQL for the (item, time) pairs of a stream of items. A section has the items whose own judgement is this section."""
    sql = Sql(dialect, lookup, numbers)
    if query.kind == "source":
        sql.add(numbers.of_source(query.id or ""))
    for name in [query.stream, *query.filter.streams]:
        if name and name.kind == "topic":
            sql.add(IN_TOPIC, quoted(name.id))
        elif name:
            _in_section(sql, query, name.id)
    if query.min_publishers > 1:
        sql.add("EXISTS (SELECT 1 FROM corroborations c WHERE c.story = p.story AND c.k = ?)", query.min_publishers)
    # An item without a placement is not listed: a feed could not name its story.
    sql.add("p.item = i.n AND NOT p.hidden")
    narrow(sql, query.filter, "i.at", None)
    if lookup.newest is not None:
        sql.add("i.entered > ?", lookup.newest.seen)
    # SQLite keeps the order of a CROSS JOIN; otherwise it would scan all placements and sort.
    tables, order, column, number = "items i CROSS JOIN placements p", "DESC", "i.entered", "i.n"
    if query.window:
        column = "i.at"
        sql.add("i.at >= ? AND i.at < ?", *query.window)
    if query.changed_since is not None:
        # Items without a placement are listed when they have one.
        tables, column, order, number = "items i, placements p", "p.changed", "", "p.item"  # the columns of the index
        sql.add("p.changed >= ?", query.first_change)
    if query.before:
        sql.add(f"({column}, {number}) {'>' if not order else '<'} (?, ?)", *query.before)
    if query.filter.lang:
        tables += " CROSS JOIN texts t"
        sql.add("t.item = i.n")
    ordered = f"{column} {order}, {number} {order}"
    return f"SELECT i.n, {column} FROM {tables} WHERE {sql.where} ORDER BY {ordered} LIMIT ?", [*sql.values, limit]


def _in_section(sql: Sql, query: StreamQuery, id: str) -> None:
    """Adds the condition that an item is in a section, as its primary one if that is asked for. Items whose texts were deleted stay in
    sections that feeds.yaml no longer has. They count as in the fallback if they are in no other section."""
    told = "p.section = ?"
    values: list[Any] = [id]
    if id != query.primary_section:
        told, values = f"p.section = ? OR {SCORED}", [id, quoted(id)]
    if query.sections[:1] == (id,):
        others = [sql.dialect.one_of.format("p.section"), *(SCORED for _ in query.sections)]
        told += f" OR NOT ({' OR '.join(others)})"
        values += [sql.dialect.listed(query.sections), *map(quoted, query.sections)]
    sql.add(f"({told})", *values)
