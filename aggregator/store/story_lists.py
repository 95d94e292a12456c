"""Builds the SQL for lists of stories, for any backend.

A story's time in a stream is the latest of

- the time when it entered (as its primary section, if that is asked for);
- the time when its k-th independent publisher joined, if k publishers are asked for;
- the time of its first report from the source, publisher, label or language that is asked for.

There is an index for each of these times, but none for their maximum. If the maximum of a story is at or after some time t, so is one of
its times. So the SQL reads each index from its end: the first until it has a full list, the others only as far back as the oldest story
in that list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from aggregator.model.stream import StreamQuery
from aggregator.store.conditions import (
    ANY_ROW,
    NEVER,
    NOTHING_NAMED,
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


@dataclass(frozen=True, slots=True)
class KnownStream:
    """What is known of a section, a topic or a number of publishers before its stories are listed.

    Attributes:
        number: the number of the stream, 0 for all stories.
        small: if a story has two times, the one ("entered" or "joined") that so few stories have that all of them are examined.
        vast: the stream has so many stories that a list of changes is read from the index of all stories.
    """

    number: int = 0
    small: str | None = None
    vast: bool = False


WHOLE_ARCHIVE = KnownStream()
COUNTED = "corroborations c"


def stories_sql(
    dialect: Dialect,
    query: StreamQuery,
    limit: int | None,
    lookup: Lookup = ANY_ROW,
    *,
    stream: KnownStream = WHOLE_ARCHIVE,
    numbers: Numbers = NOTHING_NAMED,
) -> Statement:
    """SQL for the (story, time) pairs of a stream of stories, in its order."""
    sql = Sql(dialect, lookup, numbers)
    tables, times = _base(sql, query, stream.number)
    published = "e.published" if query.stream else "st.published"
    narrow(sql, query.filter, "st", published, _number_of_few(tables, lookup))
    listing = _Listing(sql, query, limit, stream, tables, times)
    if query.changed_since is not None:
        return listing.by_change()
    if query.window:
        return listing.by_publication(published, query.window)
    return listing.by_entering()


@dataclass(frozen=True, slots=True)
class _Listing:
    """A list of stories: completes its statement, by the order of the list. `tables` and `times` are those of `_base`."""

    sql: Sql
    query: StreamQuery
    limit: int | None
    stream: KnownStream
    tables: Sequence[str]
    times: Sequence[str]

    def by_change(self) -> Statement:
        self.sql.add("st.changed >= ?", self.query.first_change)
        if self.query.before:
            self.sql.add("(st.changed, st.n) > (?, ?)", *self.query.before)
        tables = ", ".join(self.tables)
        # Otherwise SQLite would scan the whole stream, or all stories with so many publishers, and sort them.
        if not self.stream.small and (self.stream.vast or self.tables[0] == "stories st"):
            tables = _stories_first(self.tables)
        return _stories(self.sql, tables, Time("st.changed"), "st.changed, st.n", self.limit)

    def by_publication(self, published: str, window: tuple[int, int]) -> Statement:
        before = self.query.before
        self.sql.add(f"{published} >= ? AND {published} < ?", *window)
        if before:
            self.sql.add(f"{published} <= ? AND ({published}, st.n) < (?, ?)", before[0], *before)
        order = f"{published} DESC, st.n DESC"
        return _stories(self.sql, ", ".join(self.tables), Time(published), order, self.limit)

    def by_entering(self) -> Statement:
        sql, query, lookup, stream, limit = self.sql, self.query, self.sql.lookup, self.stream, self.limit
        tables, times = ", ".join(self.tables), self.times
        reports = asked_of_reports(sql.dialect, query, sql.numbers)
        latest = Time.latest(sql.dialect, times, reports)
        if query.before:
            for time in times:
                sql.add(f"{time} <= ?", query.before[0])
        late = sql.copy()
        if query.before:
            sql.add(f"({latest.sql}, st.n) < (?, ?)", *latest.values, *query.before)
        if lookup.few is not None:
            # For a further page SQLite would scan all entries of the stream.
            return _stories(sql, _stories_first(self.tables) if stream.vast else tables, latest, NEWEST, limit)
        if lookup.later is not None:
            sql.add(f"{times[0]} > ?", lookup.later)
        by_entering = f"{times[0]} DESC, {_number(self.tables)} DESC"
        if len(times) == 1 and not reports:
            return _stories(sql, tables, latest, by_entering, limit)
        entering, joining = self._entering_and_joining()
        if stream.small:
            return _stories(sql, joining if stream.small == "joined" else entering, latest, NEWEST, limit)
        ways = [_stories(sql, tables, latest, by_entering, limit)]
        if COUNTED in self.tables:
            ways = [_stories(sql, joining, latest, "c.reached DESC, c.story DESC", limit)]
            sql.add(f"{times[0]} >= {_SINCE_FIRST}", limit)
            ways.append(_stories(sql, entering, latest, by_entering, limit))
        if reports:
            ways.append(replace(self, sql=late)._by_reports(latest, reports))
        return _newest(ways, limit, query.before)

    def _entering_and_joining(self) -> tuple[str, str]:
        """The tables in the order of the entries, and in that of the publishers that joined. SQLite keeps the order of a CROSS JOIN;
        otherwise it would scan the whole stream and sort."""
        *streams, stories = [table for table in self.tables if table != COUNTED]
        counted = [COUNTED] if COUNTED in self.tables else []
        entering = (*streams, *counted, stories) if streams else (stories, *counted)
        return " CROSS JOIN ".join(entering), " CROSS JOIN ".join((*counted, stories, *streams))

    def _by_reports(self, latest: Time, reports: Sequence[Asked]) -> Statement:
        """The stories that entered before those in `first`, by the reports since then. Stories that entered later are in `first`. In a
        stream that is not vast, the earlier ones are fewer than all reports since then."""
        sql, until = self.sql, self.query.before[0] if self.query.before else NEVER
        sql.add(f"{self.times[0]} <= {_SINCE_FIRST} AND p.story = {_number(self.tables)}", self.limit)
        sql.add(f"i.n = p.item AND i.entered >= {_SINCE_FIRST} AND i.entered <= ?", self.limit, until)
        asked = " OR ".join(told for told, _ in reports)
        # only if needed: PostgreSQL would read the texts of all items first
        text = ("texts t",) if "t.lang" in asked else ()
        values = (value for _, values in reports for value in values)
        sql.add(f"({asked}){' AND t.item = i.n' if text else ''}", *values)
        item, placed, stories = "items i", "placements p", "stories st"
        known = [table for table in self.tables if table != stories]
        small = self.query.stream and not self.stream.vast
        tables = (*known, placed, item, *text, stories) if small else (item, placed, *text, *known, stories)
        return _stories(sql, " CROSS JOIN ".join(tables), latest, NEWEST, sql.dialect.everything)


NEWEST = "2 DESC, 1 DESC"
_SINCE_FIRST = f"(SELECT CASE WHEN count(*) < ? THEN {NEVER} ELSE min(t) END FROM first)"
"""The time of the oldest story in `first`: the other indexes are read back to it. If `first` does not fill the list, it has all stories,
and NEVER excludes all others."""


class Time(NamedTuple):
    """SQL for a time of a story, with its values."""

    sql: str
    values: Sequence[Any] = ()

    @classmethod
    def latest(cls, dialect: Dialect, times: Sequence[str], reports: Sequence[Asked]) -> Time:
        """The latest of these times and of the times at which the story first had a report that meets each condition."""
        moments = [*times, *(first_member(told, "st.n") for told, _ in reports)]
        values = [value for _, values in reports for value in values]
        return cls(f"{dialect.greatest}({', '.join(moments)})" if len(moments) > 1 else moments[0], values)


def asked_of_reports(dialect: Dialect, query: StreamQuery, numbers: Numbers = NOTHING_NAMED) -> list[Asked]:
    """The conditions on the reports of a story, each of which one of them must meet."""
    own = [(numbers.of_source(query.id or ""), ())] if query.kind == "source" else []
    return [*of_members(dialect, query.filter, numbers), *own]


Asked = tuple[str, tuple[Any, ...]]
"""A condition on the reports of a story, with its values."""


def _stories(sql: Sql, tables: str, time: Time, order: str, limit: int | None) -> Statement:
    statement = f"SELECT st.n AS n, {time.sql} AS t FROM {tables} WHERE {sql.where} ORDER BY {order} LIMIT ?"
    return statement, [*time.values, *sql.values, limit]


def _newest(ways: Sequence[Statement], limit: int | None, before: tuple[int, int] | None) -> Statement:
    """The newest stories that these statements find, together; `before`: only those after this position.

    The first statement is the common table expression `first`, which the others may use.
    """
    (first, values), *others = ways
    whole, values = [f"WITH first (n, t) AS ({first}) SELECT n, t FROM first"], [*values]
    for number, (other, own) in enumerate(others):
        # The position is compared outside: inside, PostgreSQL would compute the (expensive) time for stories without such reports too.
        whole.append(f"SELECT * FROM ({other}) AS way{number}{' WHERE (t, n) < (?, ?)' if before else ''}")
        values += [*own, *(before or ())]
    return f"{' UNION '.join(whole)} ORDER BY {NEWEST} LIMIT ?", [*values, limit]


def _base(sql: Sql, query: StreamQuery, stream: int) -> tuple[list[str], list[str]]:
    """The tables and times of a stream; adds the conditions that join and select them to `sql`.

    The number of the stream is inserted into the SQL text. For a parameter PostgreSQL would plan for an average stream, and would scan
    all of a large one.
    """
    if query.stream:
        tables = ["entries e", "stories st"]
        as_primary = query.kind == "section" and query.primary
        times = ["e.primary_since" if as_primary else "e.entered"]
        sql.add(f"st.n = e.story AND e.stream = {stream:d} AND e.active")
        if as_primary:
            sql.add("e.primary_since IS NOT NULL")
    else:
        tables, times = ["stories st"], ["st.entered"]
    if query.primary_section:
        sql.add("st.section = ?", query.primary_section)
    sql.add("NOT st.hidden")
    if query.min_publishers > 1:
        tables.append(COUNTED)
        times.append("c.reached")
        sql.add(f"c.story = {_number(tables)} AND {counted(sql.dialect, 'c.k', query.min_publishers)}")
    if query.kind == "source":
        told = sql.numbers.of_source(query.id or "")
        sql.add(has_member(told, _number_of_few(tables, sql.lookup)))
    return tables, times


def _number(tables: Sequence[str]) -> str:
    """The column with the number of a story in the index of the first table."""
    return "e.story" if tables[0] == "entries e" else "st.n"


def _number_of_few(tables: Sequence[str], lookup: Lookup) -> str:
    """The column with the number of a story in the table that is read before `stories`: `corroborations`, or else the first table.

    If only few stories are examined, it is that of `stories`: whether a story is one of the few is cheaper to check, so it comes first.
    """
    if lookup.few is not None:
        return "st.n"
    return "c.story" if COUNTED in tables else _number(tables)


def _stories_first(tables: Sequence[str]) -> str:
    return " CROSS JOIN ".join(sorted(tables, key=lambda table: table != "stories st"))
