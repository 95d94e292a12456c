"""Builds the SQL for lists of stories, for any backend.

A story's time in a stream is the latest of

- the time when it entered (as its primary section, if that is asked for);
- the time when its k-th independent publisher joined, if k publishers are asked for;
- the time of its first report from the source, publisher, label or language that is asked for.

There is an index for each of these times, but none for their maximum. If the maximum of a story is at or after some time t, so is one of
its times. So the SQL reads each index from its end: the first until it has a full list, the others only as far back as the oldest story
in that list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aggregator.model.stream import StreamQuery
from aggregator.store.conditions import (
    NEVER,
    Lookup,
    Numbers,
    Sql,
    Statement,
    counted,
    first_member,
    has_member,
    narrow,
    of_members,
)
from aggregator.store.dialect import Dialect

Later = Callable[[int], list[Statement]]
"""The time of the oldest story in a full list → SQL for those that another of their times makes newer."""


def stories_sql(
    dialect: Dialect, query: StreamQuery, limit: int, lookup: Lookup, numbers: Numbers
) -> tuple[Statement, Later | None]:
    """SQL for the (story, time) pairs of a stream of stories, in its order. If there is a second value, and these fill the list, others
    may be newer."""
    listing = _Listing(Sql(dialect, lookup, numbers), query, limit)
    if query.changed_since is not None:
        return listing.by_change(), None
    if query.window:
        return listing.by_publication(query.window), None
    return listing.by_entering()


class _Listing:
    """A list of stories: the tables to read, the conditions, and the statement for each order.

    Attributes:
        entries, joined: the tables that are read besides `stories`, with their aliases; empty if not needed.
        small: the section or topic has so few stories that all of them may be examined.
        number: the column with the number of a story in the index that has the order of entering.
        times: the columns whose maximum is the time of a story in the stream, apart from its reports.
    """

    def __init__(self, sql: Sql, query: StreamQuery, limit: int) -> None:
        self.sql, self.query, self.limit = sql, query, limit
        self.entries = "entries e" if query.stream else ""
        self.joined = "corroborations c" if query.min_publishers > 1 else ""
        self.small = query.stream is not None and not sql.lookup.vast
        self.number, self.published, self.times = "st.n", "st.published", ["st.entered"]
        if query.stream:
            as_primary = query.kind == "section" and query.primary
            self.number, self.published = "e.story", "e.published"
            self.times = ["e.primary_since" if as_primary else "e.entered"]
            sql.add(f"st.n = e.story AND {sql.numbers.of_stream(query.stream)} AND e.active")
            if as_primary:
                sql.add("e.primary_since IS NOT NULL")
        if query.primary_section:
            # Within `coalesce`, of which PostgreSQL knows no frequency. It multiplies that of a section with that of the entries which have
            # a time for it as their primary one, as if these were independent, and expects a tenth of the stories: then it reads all of
            # the section, and all with so many publishers, instead of walking through the newest until the list is full.
            sql.add("coalesce(st.section = ?, FALSE)", query.primary_section)
        sql.add("NOT st.hidden")
        if self.joined:
            self.times.append("c.reached")
            sql.add(f"c.story = {self.number} AND {counted(sql.dialect, 'c.k', query.min_publishers)}")
        # The number of a story in the table that is read before `stories`; but in `stories` if only few are examined: whether a story is
        # one of the few is cheaper to check, so it comes first.
        story = "st.n" if sql.lookup.few is not None else "c.story" if self.joined else self.number
        if query.kind == "source":
            sql.add(has_member(sql.numbers.of_source(query.id or ""), story))
        narrow(sql, query.filter, self.published, story)

    def by_change(self) -> Statement:
        query = self.query
        self.sql.add("st.changed >= ?", query.first_change)
        if query.before:
            self.sql.add("(st.changed, st.n) > (?, ?)", *query.before)
        # Otherwise SQLite would scan the whole stream, or all stories with so many publishers, and sort them.
        tables = self._tables() if self.small else self._stories_first()
        if self.sql.lookup.seldom:
            tables = self._joining_first()
        return self._statement(tables, Time("st.changed"), "st.changed, st.n")

    def by_publication(self, window: tuple[int, int]) -> Statement:
        published, before = self.published, self.query.before
        self.sql.add(f"{published} >= ? AND {published} < ?", *window)
        if before:
            self.sql.add(f"{published} <= ? AND ({published}, st.n) < (?, ?)", before[0], *before)
        return self._statement(self._tables(), Time(published), f"{published} DESC, st.n DESC")

    def by_entering(self) -> tuple[Statement, Later | None]:
        sql, query, lookup, entered = self.sql, self.query, self.sql.lookup, self.times[0]
        reports = asked_of_reports(sql.dialect, query, sql.numbers)
        latest = Time.latest(sql.dialect, self.times, reports)
        if query.before:
            for time in self.times:
                sql.add(f"{time} <= ?", query.before[0])
        late = sql.copy()
        if query.before:
            sql.add(f"({latest.sql}, st.n) < (?, ?)", *latest.values, *query.before)
        if lookup.few is not None:
            # For a further page SQLite would scan all entries of the stream.
            return self._statement(self._stories_first() if lookup.vast else self._tables(), latest, NEWEST), None
        if lookup.newest is not None:
            sql.add(f"{entered} > ?", lookup.newest.seen)
        by_entering = f"{entered} DESC, {self.number} DESC"
        if len(self.times) == 1 and not reports:
            return self._statement(self._tables(), latest, by_entering), None
        # SQLite keeps the order of a CROSS JOIN; otherwise it would scan the whole stream and sort.
        joining = self._joining_first()
        entering = _crossed(*((self.entries, self.joined, STORIES) if self.entries else (STORIES, self.joined)))
        if lookup.seldom or (self.joined and self.small):
            return self._statement(joining if lookup.seldom else entering, latest, NEWEST), None
        if not self.joined:
            first = self._statement(self._tables(), latest, by_entering)
            return first, lambda oldest: [self._by_reports(late.copy(), latest, reports, oldest)]
        first = self._statement(joining, latest, "c.reached DESC, c.story DESC")

        def later(oldest: int) -> list[Statement]:
            since = sql.copy()
            since.add(f"{entered} >= ?", oldest)
            ways = [_statement(since, entering, latest, by_entering, self.limit)]
            return [*ways, self._by_reports(late.copy(), latest, reports, oldest)] if reports else ways

        return first, later

    def _by_reports(self, sql: Sql, latest: Time, reports: Sequence[Asked], oldest: int) -> Statement:
        """The stories that entered before `oldest`, by the reports since then. In a stream that is not vast, the earlier stories are fewer
        than all reports since then."""
        before = self.query.before
        sql.add(f"{self.times[0]} <= ? AND p.story = {self.number}", oldest)
        sql.add("i.n = p.item AND i.entered >= ? AND i.entered <= ?", oldest, before[0] if before else NEVER)
        asked = " OR ".join(told for told, _ in reports)
        # only if needed: PostgreSQL would read the texts of all items first
        text = "texts t" if "t.lang" in asked else ""
        values = (value for _, values in reports for value in values)
        sql.add(f"({asked}){' AND t.item = i.n' if text else ''}", *values)
        item, placed, known = "items i", "placements p", (self.entries, self.joined)
        tables = (*known, placed, item, text) if self.small else (item, placed, text, *known)
        statement, found = _statement(sql, _crossed(*tables, STORIES), latest, NEWEST, NEVER)
        # A story comes once for each such report. The position is compared outside: inside, PostgreSQL would compute the (expensive) time
        # for stories without such reports too.
        after = "WHERE (t, n) < (?, ?)" if before else ""
        whole = f"SELECT DISTINCT n, t FROM ({statement}) AS late {after} ORDER BY {NEWEST} LIMIT ?"
        return whole, [*found, *(before or ()), self.limit]

    def _tables(self) -> str:
        return ", ".join(filter(None, (self.entries, STORIES, self.joined)))

    def _joining_first(self) -> str:
        return _crossed(self.joined, self.entries, STORIES)

    def _stories_first(self) -> str:
        return _crossed(STORIES, self.entries, self.joined)

    def _statement(self, tables: str, time: Time, order: str) -> Statement:
        return _statement(self.sql, tables, time, order, self.limit)


STORIES = "stories st"
NEWEST = "2 DESC, 1 DESC"


class Time(NamedTuple):
    """SQL for a time of a story, with its values."""

    sql: str
    values: Sequence[Any] = ()

    @classmethod
    def latest(cls, dialect: Dialect, times: Sequence[str], reports: Sequence[Asked]) -> Time:
        """The latest of these times and of the times at which the story first had a report that meets each condition."""
        moments = [*times, *(first_member(told) for told, _ in reports)]
        values = [value for _, values in reports for value in values]
        return cls(f"{dialect.greatest}({', '.join(moments)})" if len(moments) > 1 else moments[0], values)


def asked_of_reports(dialect: Dialect, query: StreamQuery, numbers: Numbers) -> list[Asked]:
    """The conditions on the reports of a story, each of which one of them must meet."""
    own = [(numbers.of_source(query.id or ""), ())] if query.kind == "source" else []
    return [*of_members(dialect, query.filter, numbers), *own]


Asked = tuple[str, tuple[Any, ...]]
"""A condition on the reports of a story, with its values."""


def _crossed(*tables: str) -> str:
    return " CROSS JOIN ".join(filter(None, tables))


def _statement(sql: Sql, tables: str, time: Time, order: str, limit: int) -> Statement:
    statement = f"SELECT st.n AS n, {time.sql} AS t FROM {tables} WHERE {sql.where} ORDER BY {order} LIMIT ?"
    return statement, [*time.values, *sql.values, limit]
