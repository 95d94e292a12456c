"""Streams as SQL for any backend: what a feed lists, in the order of entering.

A story's time in a stream is when it entered (as primary section, if that is asked for) or when its K-th independent
publisher joined, whichever was later. The newest by such a maximum are among the newest by either, so both indexes are
read from their end, the second only as far back as what the first has found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.model.stream import StreamName, StreamQuery
from aggregator.store.conditions import ANY_ROW, IN_SECTION, IN_TOPIC, MEMBERS, NEVER, Lookup, Sql, narrow, quoted
from aggregator.store.dialect import Dialect


@dataclass(frozen=True, slots=True)
class KnownStream:
    """What is known of a section or topic, or of a number of publishers, before its stories are listed. `number` is that of the
    stream, 0 for all stories; `small`: where a story has two times, the one ("entered" or "joined") that so few stories have that all
    of them may be examined; `vast`: the stream holds so many stories that changes are looked for among those of all stories."""

    number: int = 0
    small: str | None = None
    vast: bool = False


WHOLE_ARCHIVE = KnownStream()


def stories_sql(
    dialect: Dialect,
    query: StreamQuery,
    limit: int | None,
    lookup: Lookup = ANY_ROW,
    stream: KnownStream = WHOLE_ARCHIVE,
) -> tuple[str, list[Any]]:
    """SQL for (story, time) pairs of a stream of stories, in its order."""
    sql = Sql(dialect, lookup)
    order, times = _base(sql, query, stream.number)
    tables = ", ".join(order)
    published = "e.published" if query.stream else "st.published"
    narrow(sql, query.filter, "st", published)
    if query.changed_since is not None:
        # SQLite would rather go through the whole stream, or through all stories of so many publishers, and sort.
        if not stream.small and (stream.vast or order[0] == "stories st"):
            tables = " CROSS JOIN ".join(sorted(order, key=lambda table: table != "stories st"))
        sql.add("st.changed >= ?", _from(query))
        if query.before:
            sql.add("(st.changed, st.n) > (?, ?)", *query.before)
        return _stories(sql, tables, "st.changed", "st.changed, st.n", limit)
    if query.window:
        sql.add(f"{published} >= ? AND {published} < ?", *query.window)
        return _stories(sql, tables, published, f"{published} DESC, st.n DESC", limit)
    if lookup.later is not None:
        sql.add(f"{times[0]} > ?", lookup.later)
    if query.before:
        for time in times:
            sql.add(f"{time} <= ?", query.before[0])
    latest = f"{dialect.greatest}({times[0]}, {times[1]})" if len(times) > 1 else times[0]
    if query.before:
        sql.add(f"({latest}, st.n) < (?, ?)", *query.before)
    if lookup.few is not None:
        return _stories(sql, tables, latest, "2 DESC, 1 DESC", limit)
    number = _number(order)
    if len(times) == 1:
        return _stories(sql, tables, latest, f"{latest} DESC, {number} DESC", limit)
    # SQLite keeps the order of a CROSS JOIN; otherwise it would scan the whole stream and sort.
    *streams, stories, joined = order
    by_entering = " CROSS JOIN ".join((*streams, joined, stories) if streams else (stories, joined))
    by_joining = " CROSS JOIN ".join((joined, stories, *streams))
    if stream.small:
        tables = by_joining if stream.small == "joined" else by_entering
        return _stories(sql, tables, latest, "2 DESC, 1 DESC", limit)
    first, values = _stories(sql, by_joining, latest, "c.reached DESC, c.story DESC", limit)
    # If these do not fill the list, they are all there is; NEVER then excludes everything else.
    sql.add(f"{times[0]} >= (SELECT CASE WHEN count(*) < ? THEN {NEVER} ELSE min(t) END FROM joined)", limit)
    second, more = _stories(sql, by_entering, latest, f"{times[0]} DESC, {number} DESC", limit)
    statement = f"WITH joined (n, t) AS ({first}) SELECT n, t FROM joined UNION SELECT * FROM ({second}) AS entered"
    return f"{statement} ORDER BY 2 DESC, 1 DESC LIMIT ?", [*values, *more, limit]


def _stories(sql: Sql, tables: str, time: str, order: str, limit: int | None) -> tuple[str, list[Any]]:
    return f"SELECT st.n, {time} FROM {tables} WHERE {sql.where} ORDER BY {order} LIMIT ?", [*sql.values, limit]


def _base(sql: Sql, query: StreamQuery, stream: int) -> tuple[list[str], list[str]]:
    """Tables and times, and the conditions that join and select them. The number of the stream is part of the SQL text: for a
    parameter PostgreSQL plans for an average stream, and scans all of a large one."""
    if query.stream:
        tables = ["entries e", "stories st"]
        as_primary = query.kind == "section" and query.primary
        times = ["e.primary_since" if as_primary else "e.entered"]
        sql.add(f"st.n = e.story AND e.stream = {stream:d} AND e.active")
        if as_primary:
            sql.add("e.primary_since IS NOT NULL")
    else:
        tables, times = ["stories st"], ["st.entered"]
        if query.kind == "source":
            sql.add(*_of_source(query.id))
    if query.primary_section:
        sql.add("st.section = ?", query.primary_section)
    sql.add("NOT st.hidden")
    if query.min_publishers > 1:
        tables.append("corroborations c")
        times.append("c.reached")
        sql.add(f"c.story = {_number(tables)} AND c.k > 1 AND c.k = ?", query.min_publishers)  # the index is of k > 1
    return tables, times


def _number(tables: Sequence[str]) -> str:
    """A story's number as stored in the index of the first table."""
    return "e.story" if tables[0] == "entries e" else "st.n"


def _of_source(source: str | None) -> tuple[str, str | None]:
    return MEMBERS.format("i.source = (SELECT n FROM sources WHERE id = ?)"), source


def items_sql(
    dialect: Dialect,
    query: StreamQuery,
    limit: int | None,
    lookup: Lookup = ANY_ROW,
) -> tuple[str, list[Any]]:
    """SQL for (item, time) pairs of a stream of items. A section has the items placed there by their own judgement."""
    sql = Sql(dialect, lookup)
    if query.kind == "source":
        sql.add("i.source = (SELECT n FROM sources WHERE id = ?)", query.id)
    elif query.kind == "section" and not query.primary:
        sql.add(IN_SECTION, query.id, quoted(query.id))
    elif query.kind == "topic":
        sql.add(IN_TOPIC, quoted(query.id))
    if query.primary_section:
        # Of a plain comparison SQLite expects so few rows that it goes through all placements and sorts what it finds.
        sql.add("coalesce(p.section, '') = ?", query.primary_section)
    if query.min_publishers > 1:
        sql.add("EXISTS (SELECT 1 FROM corroborations c WHERE c.story = p.story AND c.k = ?)", query.min_publishers)
    if query.hidden:  # what is not placed yet is hidden by its address
        there = f"t.canonical IS NOT NULL AND {dialect.one_of.format('t.canonical')}"
        sql.add(f"NOT coalesce(p.hidden, {there})", dialect.listed(query.hidden))
    else:
        sql.add("NOT coalesce(p.hidden, FALSE)")
    narrow(sql, query.filter, "i", "i.at")
    if lookup.later is not None:
        sql.add("i.entered > ?", lookup.later)
    order, column, number = "DESC", "i.entered", "i.n"
    if query.window:
        column = "i.at"
        sql.add("i.at >= ? AND i.at < ?", *query.window)
    if query.changed_since is not None:
        # Those that wait for their place are listed when they have it.
        column, order, number = "p.changed", "", "p.item"  # as the index has them
        sql.add("p.changed >= ?", _from(query))
    if query.before:
        sql.add(f"({column}, {number}) {'>' if not order else '<'} (?, ?)", *query.before)
    tables = "items i LEFT JOIN texts t ON t.item = i.n LEFT JOIN placements p ON p.item = i.n"
    ordered = f"{column} {order}, {number} {order}"
    return f"SELECT i.n, {column} FROM {tables} WHERE {sql.where} ORDER BY {ordered} LIMIT ?", [*sql.values, limit]


def removed_sql(query: StreamQuery, until: tuple[int, int] | None) -> tuple[str, list[Any]]:
    """SQL for (number, time, id) of the stories or items that a list of changes no longer shows, in its order, up to the time and
    number `until`: those that are hidden, and stories that left a section or topic asked for."""
    items = query.view == "items"
    tables, number, time, id, gone = _HIDDEN_ITEMS if items else _HIDDEN_STORIES
    values: list[Any] = []
    for stream in [] if items else _streams(query):
        left, section = "NOT e.active", query.primary_section
        values.append(str(stream))
        if section and stream == StreamName("section", section):
            left = f"({left} OR st.section != ?)"
            values.append(section)
        gone += f" OR EXISTS (SELECT 1 FROM entries e WHERE {_STREAM} AND e.story = st.n AND {left})"
    where = f"({gone}) AND {time} >= ?"
    values.append(_from(query))
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
_STREAM = "e.stream = (SELECT n FROM streams WHERE name = ?)"


def _streams(query: StreamQuery) -> tuple[StreamName, ...]:
    """The sections and topics that a query asks for."""
    return (query.stream, *query.filter.streams) if query.stream else query.filter.streams


def _from(query: StreamQuery) -> int:
    """The first time of a list of changes: that of the requested page, so that earlier ones are not read."""
    return max(query.changed_since or 0, query.before[0] if query.before else 0)
