"""Streams as SQL, whatever the backend: what a feed lists, in the order in which it entered.

A story's time in a stream is when it entered (as primary section, if that is asked) or when its K-th independent
publisher joined, whichever was later. The newest by such a maximum are among the newest by either, so both indexes are
read from their end, and the second only as far back as what the first has found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from aggregator.errors import QueryError
from aggregator.model.stream import Filter, StreamQuery
from aggregator.store.dialect import Dialect

_NEVER = (1 << 62) - 1
"""A time that does not come, in seconds."""


@dataclass
class Sql:
    """A statement in the making: conditions with their values, in order."""

    dialect: Dialect
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    above: int | None = None  # words are looked for in items of higher numbers alone
    few: Collection[int] | None = None  # nothing but these items is looked at

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions) or "TRUE"


def stories_sql(
    dialect: Dialect,
    query: StreamQuery,
    limit: int | None,
    above: int | None = None,
    few: Collection[int] | None = None,
    *,
    stream: int = 0,
    small: str | None = None,
) -> tuple[str, list[Any]]:
    """SQL for (story, time) pairs of a stream of stories, in its order; `above`: words are looked for in items of higher
    numbers alone; `few`: the stories of these items alone; `stream`: the number of a section or topic; `small`: where there
    are two times, the one ("entered" or "joined") that so few stories have that all of them may be looked at."""
    order, times, sql = _base(dialect, query, stream)
    tables = ", ".join(order)
    sql.above, sql.few = above, few
    narrow(sql, query.filter, "st")
    if query.changed_since is not None:
        sql.add("st.changed >= ?", _from(query))
        if query.before:
            sql.add("(st.changed, st.n) > (?, ?)", *query.before)
        return _stories(sql, tables, "st.changed", "st.changed, st.n", limit)
    if query.window:
        column = "e.published" if query.kind in ("section", "topic") else "st.published"
        sql.add(f"{column} >= ? AND {column} < ?", *query.window)
        return _stories(sql, tables, column, f"{column} DESC, st.n DESC", limit)
    if query.before:
        for time in times:
            sql.add(f"{time} <= ?", query.before[0])
    latest = f"{dialect.greatest}({times[0]}, {times[1]})" if len(times) > 1 else times[0]
    if query.before:
        sql.add(f"({latest}, st.n) < (?, ?)", *query.before)
    if few is not None:
        return _stories(sql, tables, latest, "2 DESC, 1 DESC", limit)
    number = "e.story" if order[0] == "entries e" else "st.n"  # as the index has it
    if len(times) == 1:
        return _stories(sql, tables, latest, f"{latest} DESC, {number} DESC", limit)
    # SQLite keeps the order of a CROSS JOIN; else it would go through the whole stream and sort.
    *streams, stories, joined = order
    by_entering = " CROSS JOIN ".join((*streams, joined, stories) if streams else (stories, joined))
    by_joining = " CROSS JOIN ".join((joined, stories, *streams))
    if small:
        return _stories(sql, by_joining if small == "joined" else by_entering, latest, "2 DESC, 1 DESC", limit)
    first, values = _stories(sql, by_joining, latest, "c.entered DESC, c.story DESC", limit)
    # If these do not fill the list, they are all that there is, and nothing entered as late as never.
    sql.add(f"{times[0]} >= (SELECT CASE WHEN count(*) < ? THEN {_NEVER} ELSE min(t) END FROM joined)", limit)
    second, more = _stories(sql, by_entering, latest, f"{times[0]} DESC, {number} DESC", limit)
    statement = f"WITH joined (n, t) AS MATERIALIZED ({first}) SELECT n, t FROM joined UNION SELECT * FROM ({second}) AS entered"
    return f"{statement} ORDER BY 2 DESC, 1 DESC LIMIT ?", [*values, *more, limit]


def _stories(sql: Sql, tables: str, time: str, order: str, limit: int | None) -> tuple[str, list[Any]]:
    return f"SELECT st.n, {time} FROM {tables} WHERE {sql.where} ORDER BY {order} LIMIT ?", [*sql.values, limit]


def _base(dialect: Dialect, query: StreamQuery, stream: int) -> tuple[list[str], list[str], Sql]:
    """Tables, times and conditions. The number of the stream stands in the text: of a value that is found out later
    PostgreSQL takes an average stream, and goes through all of a large one."""
    sql = Sql(dialect)
    if query.kind in ("section", "topic"):
        tables = ["entries e", "stories st"]
        times = ["e.primary_since" if query.primary else "e.entered"]
        sql.add(f"st.n = e.story AND e.stream = {stream:d} AND e.active")
        if query.primary:
            sql.add("e.primary_since IS NOT NULL AND st.section = ?", query.id)
    else:
        tables, times = ["stories st"], ["st.entered"]
        if query.kind == "source":
            sql.add(*_of_source(query.id))
    sql.add("NOT st.hidden")
    if query.min_publishers > 1:
        tables.append("corroborations c")
        times.append("c.entered")
        story = "e.story" if len(tables) > 2 else "st.n"
        sql.add(f"c.story = {story} AND c.k > 1 AND c.k = ?", query.min_publishers)  # the index is of k > 1
    return tables, times, sql


def _of_source(source: str | None) -> tuple[str, str | None]:
    return _MEMBERS.format("i.source = (SELECT n FROM sources WHERE id = ?)"), source


def items_sql(
    dialect: Dialect,
    query: StreamQuery,
    limit: int | None,
    above: int | None = None,
    few: Collection[int] | None = None,
) -> tuple[str, list[Any]]:
    """SQL for (item, time) pairs of a stream of items. A section holds the items whose own judgement says so."""
    sql = Sql(dialect, above=above, few=few)
    if query.kind == "source":
        sql.add("i.source = (SELECT n FROM sources WHERE id = ?)", query.id)
    elif query.kind == "section" and query.primary:
        sql.add("p.section = ?", query.id)
    elif query.kind == "section":
        sql.add("(p.section = ? OR p.scores LIKE ? ESCAPE '\\')", query.id, _quoted(query.id))
    elif query.kind == "topic":
        sql.add("p.topics LIKE ? ESCAPE '\\'", _quoted(query.id))
    if query.min_publishers > 1:
        sql.add("EXISTS (SELECT 1 FROM corroborations c WHERE c.story = p.story AND c.k = ?)", query.min_publishers)
    sql.add("NOT coalesce(p.hidden, FALSE)")
    narrow(sql, query.filter, "i")
    order, column, number = "DESC", "i.entered", "i.n"
    if query.window:
        column = "i.at"
        sql.add("i.at >= ? AND i.at < ?", *query.window)
    if query.changed_since is not None:
        column, order, number = "t.updated", "", "t.item"  # as the index has them
        sql.add("t.updated >= ?", _from(query))
    if query.before:
        sql.add(f"({column}, {number}) {'>' if not order else '<'} (?, ?)", *query.before)
    tables = "items i JOIN texts t ON t.item = i.n LEFT JOIN placements p ON p.item = i.n"
    return (
        f"SELECT i.n, {column} FROM {tables} WHERE {sql.where} ORDER BY {column} {order}, {number} {order} LIMIT ?",
        [
            *sql.values,
            limit,
        ],
    )


def _from(query: StreamQuery) -> int:
    """The first time of a list of what changed: of the page that is asked for, so that those before it are not read."""
    return max(query.changed_since or 0, query.before[0] if query.before else 0)


def narrow(sql: Sql, wanted: Filter, of: str) -> None:
    """The parameters of search, as conditions on stories (`of` "st") or items ("i")."""
    published, members, found = _SHAPES[of]
    if sql.few is not None and of == "st":
        few = sql.dialect.one_of.format("item")
        sql.add(f"st.n IN (SELECT story FROM placements WHERE {few})", sql.dialect.listed(sql.few))
    elif sql.few is not None:
        sql.add(sql.dialect.one_of.format("i.n"), sql.dialect.listed(sql.few))
    if wanted.words:
        near = "" if sql.above is None else f" AND {sql.dialect.found} > {sql.above:d}"
        sql.add(found.format("IN", sql.dialect, near), match(sql.dialect, wanted.words))
    if wanted.without:
        sql.add(found.format("NOT IN", sql.dialect, ""), match(sql.dialect, wanted.without, every=False))
    if wanted.since:
        sql.add(f"{published} >= ?", int(wanted.since.timestamp()))
    if wanted.until:
        sql.add(f"{published} < ?", int(wanted.until.timestamp()))
    for condition, values in _of_members(sql.dialect, wanted):
        sql.add(members.format(condition), *values)
    for kind, id in (("section", wanted.section), ("topic", wanted.topic)):
        if id and of == "st":
            stream = "e.stream = (SELECT n FROM streams WHERE name = ?)"
            sql.add(f"EXISTS (SELECT 1 FROM entries e WHERE {stream} AND e.story = st.n AND e.active)", f"{kind}:{id}")
        elif id:
            column = "p.scores" if kind == "section" else "p.topics"
            sql.add(f"({column} LIKE ? ESCAPE '\\' OR p.section = ?)", _quoted(id), id)


_MEMBERS = (
    "EXISTS (SELECT 1 FROM placements p CROSS JOIN items i CROSS JOIN texts t "
    "WHERE p.story = st.n AND i.n = p.item AND t.item = i.n AND NOT p.hidden AND {})"
)
"""Of its items. SQLite keeps the order of a CROSS JOIN: it would else go through all items of a source for each story."""

_SHAPES = {
    "st": (
        "st.published",
        _MEMBERS,
        "st.n {0} (SELECT p.story FROM search JOIN placements p ON p.item = {1.found} WHERE {1.matches}{2} AND NOT p.hidden)",
    ),
    "i": ("i.at", "{}", "i.n {0} (SELECT {1.found} FROM search WHERE {1.matches}{2})"),
}
"""For stories and items: the time of publication, a condition on an item, and what the words found."""


def _of_members(dialect: Dialect, wanted: Filter) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if wanted.source:
        yield "i.source = (SELECT n FROM sources WHERE id = ?)", (wanted.source,)
    if wanted.publisher:
        publisher = dialect.folded.format("coalesce(p.publisher, t.publisher)")
        yield f"{publisher} = {dialect.folded.format('?')}", (wanted.publisher,)
    if wanted.lang:
        lang = wanted.lang.lower()  # a tag is the same in any case (RFC 5646, 2.1.1)
        yield "(lower(t.lang) = ? OR lower(t.lang) LIKE ? || '-%')", (lang, lang)
    if wanted.labelled is not None and not any(wanted.labelled):
        yield "FALSE", ()  # nobody bears the label: no row has to be looked at
    elif wanted.labelled is not None:
        sources = f"i.source IN (SELECT n FROM sources WHERE {dialect.one_of.format('id')})"
        publishers = dialect.one_of.format("coalesce(p.publisher, t.publisher)")
        yield f"({sources} OR {publishers})", tuple(dialect.listed(values) for values in wanted.labelled)


def few_sql(dialect: Dialect, query: StreamQuery) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """SQL for the numbers of all items that may meet a condition on items, for each condition that has an index. Items of a
    source lie in the order in which they are listed, and need not be found beforehand. Nothing enters before it was
    published."""
    wanted, folded = query.filter, dialect.folded.format
    sources = (query.id if query.kind == "source" else None, wanted.source) if query.view == "stories" else ()
    for source in filter(None, sources):
        yield "SELECT n FROM items WHERE source = (SELECT n FROM sources WHERE id = ?)", (source,)
    if wanted.since and not wanted.words:  # words are looked for in the newest anyway
        yield "SELECT n FROM items WHERE entered >= ?", (int(wanted.since.timestamp()),)
    if wanted.publisher:
        placed = f"SELECT item FROM placements WHERE {folded('publisher')} = {folded('?')}"
        yield f"{placed} UNION ALL SELECT item FROM pending", (wanted.publisher,)
    if wanted.lang:
        lang, column = wanted.lang.lower(), folded("lang")
        of = f"SELECT item FROM texts WHERE lang IS NOT NULL AND {column}"
        yield f"{of} = ? UNION ALL {of} > ? AND {column} < ?", (lang, f"{lang}-", f"{lang}.")  # "." comes after "-"


def match(dialect: Dialect, words: tuple[str, ...], *, every: bool = True) -> str:
    """Phrases as what a search of the backend understands: no syntax of its own gets through.

    Raises:
        QueryError: nothing to search for is left.
    """
    phrases = [word for word in words if any(letter.isalnum() for letter in word)]
    if not phrases:
        raise QueryError("q", "nothing to search for: give at least one word of letters or digits")
    return dialect.words(phrases, every)


def _quoted(id: str | None) -> str:
    escaped = (id or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f'%"{escaped}"%'
