"""Translates the parameters of a search to SQL conditions for any backend, and finds the conditions that only few rows can meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.stream import Filter, StreamName, StreamQuery
from aggregator.store.dialect import Dialect
from aggregator.text.forms import forms

NEVER = (1 << 62) - 1
"""A time (epoch seconds) later than any other; as a LIMIT, none."""


Statement = tuple[str, list[Any]]
"""SQL with its values."""


class Few(Struct, frozen=True):
    """The numbers of the only rows that can match, and a condition that restricts a query to them."""

    condition: str
    numbers: Sequence[int]


class Newest(Struct, frozen=True):
    """The newest items: those with numbers above `above`. Any other item was first seen by the time `seen` (epoch seconds)."""

    above: int
    seen: int


class Lookup(Struct, frozen=True):
    """How the rows that answer a query are found. It decides how long that takes, never what is found.

    Attributes:
        few: only these rows are examined.
        newest: only these items are searched, for rows that entered later than all others were seen.
        by_row: the words of the search are looked up in one row after the other, and not all items that have them are listed first.
        seldom: so few stories have the requested number of publishers that all of them are examined.
        vast: the section or topic has so many stories that they are not all examined.
    """

    few: Few | None = None
    newest: Newest | None = None
    by_row: bool = False
    seldom: bool = False
    vast: bool = False


class Numbers(Struct, frozen=True):
    """The numbers of the sources and streams that a query names, and of the stories that each of these streams has (`totals`). They are
    inserted into the SQL text. If SQL looked them up, PostgreSQL would plan for an average source or stream, and would scan all of a large
    one."""

    sources: Mapping[str, int] = field(default_factory=dict)
    streams: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)

    def of_source(self, id: str) -> str:
        """A condition on an item `i`."""
        return f"i.source = {self.sources[id]:d}" if id in self.sources else "FALSE"

    def of_stream(self, name: StreamName) -> str:
        """A condition on an entry `e`."""
        return f"e.stream = {self.streams[str(name)]:d}" if str(name) in self.streams else "FALSE"


class Sql(Struct):
    """A statement under construction: conditions with their values, in order."""

    dialect: Dialect
    lookup: Lookup
    numbers: Numbers
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def copy(self) -> Sql:
        return replace(self, conditions=[*self.conditions], values=[*self.values])

    @property
    def where(self) -> str:
        return " AND ".join(self.conditions) or "TRUE"


def narrow(sql: Sql, wanted: Filter, published: str, story: str | None) -> None:
    """Adds the parameters of a search to `sql`, as conditions on stories or items. `published` is the column of their time of publication,
    and `story` the column with the number of the story in the table that is read first, or None for items."""
    shape, dialect = _STORIES if story else _ITEMS, sql.dialect
    few, newest = sql.lookup.few, sql.lookup.newest
    if few is not None:
        sql.add(few.condition, dialect.listed(few.numbers))
    if wanted.words:
        recent = "" if newest is None else f" AND {dialect.found} > {newest.above:d}"
        by_row = shape.by_row.format(dialect.item_matches.format(shape.item, recent))
        said = by_row if sql.lookup.by_row else shape.found.format(dialect, recent)
        sql.add(said, match_words(dialect, wanted))
    if wanted.without and (story or not wanted.words):
        by_row = shape.by_row.format(dialect.item_matches.format(shape.item, ""))
        sql.add(f"NOT {by_row}", match(dialect, wanted.without, wanted.lang, every=False))
    if wanted.since:
        sql.add(f"{published} >= ?", int(wanted.since.timestamp()))
        if not story:
            # uses an index; nothing enters before it is published
            sql.add("i.entered >= ?", int(wanted.since.timestamp()))
    if wanted.until:
        sql.add(f"{published} < ?", int(wanted.until.timestamp()))
    for condition, values in of_members(dialect, wanted, sql.numbers):
        sql.add(has_member(condition, story) if story else condition, *values)
    for asked in wanted.streams if story else ():
        there = sql.numbers.of_stream(asked)
        sql.add(f"EXISTS (SELECT 1 FROM entries e WHERE {there} AND e.story = st.n AND e.active)")


IN_TOPIC = "p.topics LIKE ? ESCAPE '\\'"
SCORED = "p.scores LIKE ? ESCAPE '\\'"
"""Conditions on items by their own judgement; `quoted` makes the pattern for LIKE."""


def has_member(told: str, story: str) -> str:
    """The condition that one of the story's items meets the condition `told`. The LIMIT keeps SQLite 3.51 and later from making it a join
    that comes last, after all that is read of a story. PostgreSQL ignores it."""
    return f"EXISTS (SELECT 1 {_of_story(told, story, items='i.' in told)} LIMIT 1)"


def first_member(told: str) -> str:
    """SQL for the time at which the first of the items of the story `st` that meet the condition `told` entered."""
    return f"(SELECT min(i.entered) {_of_story(told, 'st.n', items=True)})"


def _of_story(told: str, story: str, *, items: bool) -> str:
    """The FROM and WHERE of a query for the story's items that meet the condition `told`. The tables are joined with CROSS JOIN, whose
    order SQLite keeps; otherwise it would scan all items of a source for each story. Tables that the condition does not need are left out,
    since they would be read for each item of a stream."""
    tables, joined = "placements p", ""
    if items:
        tables, joined = f"{tables} CROSS JOIN items i", " AND i.n = p.item"
    if "t." in told:
        tables, joined = f"{tables} CROSS JOIN texts t", f"{joined} AND t.item = p.item"
    return f"FROM {tables} WHERE p.story = {story}{joined} AND NOT p.hidden AND {told}"


class _Shape(NamedTuple):
    """How a search for words becomes a condition on the listed rows: stories or items."""

    found: str  # the row is among those in which the words were found; SQLite scans all of these
    item: str  # the column with the number of the item
    by_row: str  # the row meets the condition {} on that item; the words are looked up row by row


_STORIES = _Shape(
    "st.n IN (SELECT p.story FROM search JOIN placements p ON p.item = {0.found} WHERE {0.matches}{1} AND NOT p.hidden)",
    "p.item",
    "EXISTS (SELECT 1 FROM placements p WHERE p.story = st.n AND NOT p.hidden AND {})",
)
_ITEMS = _Shape("i.n IN (SELECT {0.found} FROM search WHERE {0.matches}{1})", "i.n", "{}")


def counted(dialect: Dialect, column: str, publishers: int) -> str:
    """The condition that `column` is this number of publishers, with the number in the SQL text. The index is partial (more than one
    publisher). SQLite uses it only if the condition says so. PostgreSQL infers it; if the condition said so too, PostgreSQL would expect
    too few stories, and sort them all instead of reading the newest from the index."""
    exact = f"{column} = {publishers:d}"
    return exact if dialect.expected else f"{column} > 1 AND {exact}"


def of_members(dialect: Dialect, wanted: Filter, numbers: Numbers) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The conditions that an item, or one of a story's items, must meet; each with its values."""
    if wanted.source:
        yield numbers.of_source(wanted.source), ()
    if wanted.publisher:
        publisher = dialect.folded.format(dialect.one_by_one.format("p.publisher"))
        yield f"{publisher} = {dialect.folded.format('?')}", (wanted.publisher,)
    if wanted.lang:
        lang = wanted.lang.lower()  # a tag is the same in any case (RFC 5646, 2.1.1)
        told = dialect.folded.format("t.lang")
        yield f"({told} = ? OR {told} LIKE ? || '-%')", (lang, lang)
    if wanted.labelled is not None:
        sources = f"i.source IN (SELECT n FROM sources WHERE {dialect.one_of.format('id')})"
        publishers = dialect.one_of.format("p.publisher")
        yield f"({sources} OR {publishers})", tuple(dialect.listed(values) for values in wanted.labelled)


Condition = tuple[str, str, tuple[Any, ...]]
"""A condition that an index supports: (condition on the listed rows, SQL for the numbers that it can match, values); see `few_sql`."""


def few_sql(dialect: Dialect, query: StreamQuery, numbers: Numbers) -> Iterator[Condition]:
    """The conditions of a query that an index supports, for stories or items."""
    wanted, folded = query.filter, dialect.folded.format
    of_items = _of_items(dialect, query)
    if wanted.publisher:
        placed = f"SELECT item FROM placements WHERE {folded('publisher')} = {folded('?')}"
        yield of_items, placed, (wanted.publisher,)
    if wanted.labelled is not None:
        sources, publishers = wanted.labelled
        told = f"SELECT n FROM items WHERE source IN (SELECT n FROM sources WHERE {dialect.one_of.format('id')})"
        placed = f"SELECT item FROM placements WHERE {dialect.one_of.format(folded('publisher'))}"
        values = dialect.listed(sources), dialect.listed([name.translate(_FOLDED) for name in publishers])
        yield of_items, f"{told} UNION ALL {placed}", values
    if wanted.lang:
        lang, column = wanted.lang.lower(), folded("lang")
        texts = f"SELECT item FROM texts WHERE lang IS NOT NULL AND {column}"
        tags = (lang, f"{lang}-", f"{lang}.")  # "." comes right after "-"
        yield of_items, f"{texts} = ? UNION ALL {texts} > ? AND {column} < ?", tags
    if query.view == "items":
        if query.min_publishers > 1:
            of_many = counted(dialect, "c.k", query.min_publishers)
            told = f"SELECT p.item FROM corroborations c JOIN placements p ON p.story = c.story WHERE {of_many}"
            yield of_items, told, ()
        return  # the items of a source need no such condition: an index has them in the order in which they are listed
    for source in filter(None, (query.id if query.kind == "source" else None, wanted.source)):
        yield of_items, f"SELECT n FROM items i WHERE {numbers.of_source(source)}", ()
    of_stories = dialect.one_of.format("st.n")
    if wanted.since or wanted.until:
        every = "SELECT n FROM stories WHERE NOT hidden"
        if query.stream:
            every = f"SELECT story FROM entries e WHERE {numbers.of_stream(query.stream)} AND active"
        since, until = (moment and int(moment.timestamp()) for moment in (wanted.since, wanted.until))
        values = (since if since is not None else -NEVER, until if until is not None else NEVER)
        yield of_stories, f"{every} AND published >= ? AND published < ?", values
    for asked in wanted.streams:
        yield of_stories, f"SELECT story FROM entries e WHERE {numbers.of_stream(asked)} AND active", ()


def few_by_words(dialect: Dialect, query: StreamQuery) -> Iterator[Condition]:
    """The same for the words of a search, on a backend whose planner chooses how they are found (PostgreSQL). For each form of a word that
    does not occur the planner adds a guess. With twenty such words (`a OR b OR …`) it expects so many items that it examines all items one
    by one."""
    if query.filter.words and dialect.expected:
        found = f"SELECT {dialect.found} FROM search WHERE {dialect.matches}"
        yield _of_items(dialect, query), found, (match_words(dialect, query.filter),)


def _of_items(dialect: Dialect, query: StreamQuery) -> str:
    """The condition that a listed row is, or has, one of a list of items."""
    if query.view == "items":
        return dialect.one_of.format("i.n")
    return f"st.n IN (SELECT story FROM placements WHERE {dialect.one_of.format('item')})"


_FOLDED = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Converts ASCII letters to lower case, the same as `Dialect.folded`."""


def match(dialect: Dialect, words: tuple[str, ...], lang: str | None = None, *, every: bool = True) -> str:
    """The words, in all their forms, and phrases in the query syntax of the backend. Syntax in the user's text is not interpreted. Each
    word or phrase has a letter or digit."""
    return dialect.words([forms(word, lang) for word in words], every)


def match_words(dialect: Dialect, wanted: Filter) -> str:
    """The words that must occur in an item, without those that must not occur in any item of a story. If both are in the query, a search
    that rules out what it asks for (`ally -allies`) is known to find nothing without walking through all stories."""
    found = match(dialect, wanted.words, wanted.lang)
    unwanted = match(dialect, wanted.without, wanted.lang, every=False)
    return dialect.but_not.format(found, unwanted) if wanted.without else found


def quoted(id: str | None) -> str:
    escaped = (id or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f'%"{escaped}"%'
