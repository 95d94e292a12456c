"""Builds the SQL for lists of items, for any backend.

An item's time in a stream is the later of

- the time when it entered the archive, or came into the section or topic by a rewritten text;
- the time when its story reached the number of publishers that is asked for.

As for stories (`story_lists.py`), the index of the first is read until the list is full, and those of the others as far back as the oldest
item in it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from aggregator.model.stream import StreamQuery
from aggregator.store.conditions import IN_TOPIC, SCORED, Lookup, Numbers, Sql, Statement, counted, narrow, quoted
from aggregator.store.dialect import Dialect
from aggregator.store.story_lists import NEWEST, Later


def items_sql(
    dialect: Dialect, query: StreamQuery, limit: int, lookup: Lookup, numbers: Numbers
) -> tuple[Statement, Later | None]:
    """SQL for the (item, time) pairs of a stream of items, in its order. If there is a second value, and these fill the list, others may
    be newer. A section has the items whose own judgement is this section."""
    listing = _Listing(dialect, query, limit, numbers)
    if query.changed_since is not None:
        return listing.by_change(lookup), None
    if query.window:
        return listing.by_publication(query.window, lookup), None
    return listing.by_entering(lookup)


class _Listing:
    """A list of items: the conditions, and the statement for each order.

    Attributes:
        late: the condition on rows `e` of `item_entries` that tell of this section or topic; empty if neither is asked for.
        several: the table that is read besides `items` and `placements`, if several publishers are asked for.
        time: the time of an item in the stream.
    """

    def __init__(self, dialect: Dialect, query: StreamQuery, limit: int, numbers: Numbers) -> None:
        self.dialect, self.query, self.limit, self.numbers = dialect, query, limit, numbers
        self.several = "corroborations c" if query.min_publishers > 1 else ""
        self.late, self.time = "", "i.entered"
        if query.stream:
            primary = "TRUE" if query.kind == "section" and query.primary else "FALSE"
            self.late = f"{numbers.of_stream(query.stream)} AND e.as_primary = {primary}"
            came = f"SELECT e.entered FROM item_entries e WHERE {self.late} AND e.item = i.n"
            self.time = f"coalesce(({came}), i.entered)"
        if self.several:
            self.time = f"{dialect.greatest}({self.time}, c.reached)"

    def by_change(self, lookup: Lookup) -> Statement:
        sql = self._conditions(lookup)
        # Items without a placement are listed when they have one.
        sql.add("p.changed >= ?", self.query.first_change)
        if self.query.before:
            sql.add("(p.changed, p.item) > (?, ?)", *self.query.before)  # the columns of the index
        return self._statement(sql, self._tables(joined=", "), "p.changed", "p.changed, p.item")

    def by_publication(self, window: tuple[int, int], lookup: Lookup) -> Statement:
        sql = self._conditions(lookup)
        sql.add("i.at >= ? AND i.at < ?", *window)
        if self.query.before:
            sql.add("(i.at, i.n) < (?, ?)", *self.query.before)
        return self._statement(sql, self._tables(), "i.at", "i.at DESC, i.n DESC")

    def by_entering(self, lookup: Lookup) -> tuple[Statement, Later | None]:
        sql = self._entering(lookup, "i.entered")
        if lookup.newest is not None:
            sql.add("i.entered > ?", lookup.newest.seen)
        found = self._statement(sql, self._tables(), self.time, "i.entered DESC, i.n DESC")
        if self.time == "i.entered":
            return found, None
        if lookup.few is not None:
            return self._statement(sql, self._tables(), self.time, NEWEST), None
        ways = []
        if self.late:
            ways.append((self._tables("item_entries e"), f"{self.late} AND e.item = i.n", "e.entered"))
        if self.several:
            ways.append((self._tables(self.several, "placements p"), "TRUE", "c.reached"))
        each = replace(lookup, newest=None, by_row=True)

        def later(oldest: int) -> list[Statement]:
            found = []
            for tables, condition, time in ways:
                sql = self._entering(each, time)
                sql.add(f"{condition} AND {time} >= ?", oldest)
                found.append(self._statement(sql, tables, self.time, NEWEST))
            return found

        return found, later

    def _conditions(self, lookup: Lookup) -> Sql:
        """The conditions of the query, apart from those of its order."""
        query, sql = self.query, Sql(self.dialect, lookup, self.numbers)
        if query.kind == "source":
            sql.add(self.numbers.of_source(query.id or ""))
        for name in [query.stream, *query.filter.streams]:
            if name and name.kind == "topic":
                sql.add(IN_TOPIC, quoted(name.id))
            elif name:
                _in_section(sql, query, name.id)
        if self.several:
            sql.add(f"c.story = p.story AND {counted(self.dialect, 'c.k', query.min_publishers)}")
        # An item without a placement is not listed: a feed could not name its story.
        sql.add("p.item = i.n AND NOT p.hidden")
        narrow(sql, query.filter, "i.at", None)
        if query.filter.lang:
            sql.add("t.item = i.n")
        return sql

    def _entering(self, lookup: Lookup, time: str) -> Sql:
        """The same, and where a list in the order of entering continues. `time`: that by whose index
        the items are found (the latest of several times counts)."""
        sql, before = self._conditions(lookup), self.query.before
        if before:
            sql.add(f"{time} <= ?", before[0])
            sql.add(f"({self.time}, i.n) < (?, ?)", *before)
        return sql

    def _tables(self, *tables: str, joined: str = " CROSS JOIN ") -> str:
        """SQLite keeps the order of a CROSS JOIN; otherwise it would scan all placements and sort."""
        every = (*tables, *(one for one in ("items i", "placements p", self.several) if one not in tables))
        return joined.join(filter(None, (*every, "texts t" if self.query.filter.lang else "")))

    def _statement(self, sql: Sql, tables: str, time: str, order: str) -> Statement:
        return f"SELECT i.n, {time} FROM {tables} WHERE {sql.where} ORDER BY {order} LIMIT ?", [*sql.values, self.limit]


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
