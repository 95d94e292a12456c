"""Finds which stories or items a stream lists, in its order. There are several ways to find them, of which the cheapest depends on how
many rows each condition of the query can match; so this is examined first. `story_lists.py` and `item_lists.py` build the SQL. Also finds
what a list of changes no longer shows. The same for all backends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import isqrt

from msgspec.structs import replace

from aggregator.model.stream import FRESH_SECONDS, LONGEST, SHORTEST, Extent, StreamName, StreamQuery
from aggregator.store.conditions import (
    NEVER,
    Condition,
    Few,
    Lookup,
    Newest,
    Numbers,
    Statement,
    counted,
    few_by_words,
    few_sql,
    match_words,
)
from aggregator.store.dialect import Reads
from aggregator.store.item_lists import items_sql
from aggregator.store.story_lists import asked_of_reports, stories_sql

NEAR = 50_000
"""So many of the newest items are searched first, before all items are."""
FEW = 5_000
"""Up to so many candidate items are looked up one by one: scanning the archive until such rare items fill a list would take longer."""

SHARE = 20
"""If the newest items do not fill a list, candidates are looked up one by one if at most one in so many items is a candidate."""

STEPS = 3
"""So many steps of a scan through the stories with k publishers take as long as one look-up."""

COMMON = 50_000
"""If words are in more items than this, they are looked up row by row until the list is full: scanning all of them would take longer."""

SELDOM = 500
"""If at most so many stories have the requested number of publishers, all of them are examined."""

Listed = tuple[int, int]
"""(number of a story or item, its time in the stream)."""
Place = tuple[int, int]
"""(time of change, number of a story or item)."""


class Lists:
    """Lists of stories and of items for these queries, in the order of their stream; each with its extent. What several queries have in
    common is read only once: the front page makes thirty, and each round trip to a server takes as long as a short list."""

    def __init__(self, connection: Reads, queries: Iterable[StreamQuery]) -> None:
        self._db = connection
        self._numbers = numbers_of(connection, queries)
        self._seldom: dict[int, bool] = {}  # by number of publishers

    def listed(self, query: StreamQuery, now: int) -> tuple[list[Listed], Extent]:
        # One more than the longest list: its time tells when it left the list.
        ask = query.limit or (NEVER if query.window else LONGEST + 1)
        pairs = self._pairs(query, ask)
        if query.part:
            return pairs[slice(*query.part)], Extent(len(pairs))
        if query.limit or query.window or query.changed_since is not None:
            return pairs, Extent(len(pairs))
        fresh = sum(1 for _, time in pairs if time > now - FRESH_SECONDS)
        count = min(LONGEST, max(SHORTEST, fresh))
        kept, rest = pairs[:count], pairs[count:]
        left = rest[0][1] + FRESH_SECONDS if rest else None
        return kept, Extent(len(kept), left, kept[-1][1] + FRESH_SECONDS if len(kept) > SHORTEST else None)

    def removed(self, query: StreamQuery, until: Place | None) -> list[Place]:
        """What a list of changes no longer shows, in its order, up to the place `until`; all of it, or the first `limit`. These are hidden
        stories or items, and stories that left a section or topic that is asked for. Each kind is found apart, so that an index tells of
        all others that they are not among them: of a large archive, hardly any story is read. Once there are enough, what follows them is
        not looked for."""
        found: set[Place] = set()
        for way in _gone(query, self._numbers):
            found.update((time, number) for number, time in self._db.read(*_up_to(query, until, *way)))
            if query.limit and len(found) >= query.limit:
                until = sorted(found)[query.limit - 1]
        return sorted(found)[: query.limit]

    def _pairs(self, query: StreamQuery, ask: int) -> list[Listed]:
        """(number, time) of the rows of a list.

        If only few rows can meet a condition, only these are examined. If many can (a word that is in a million items), the newest
        items are searched first. No item enters the archive later than it is first seen. So if the newest items fill the list with rows
        that entered later than any other item was seen, no other item can be in the list, except one that one of its other times makes
        newer.

        The words of a story may be in older items than the report with which it entered. So a search for words and reports together is
        not limited to the newest items."""
        dialect, numbers = self._db.dialect, self._numbers
        lookup = self._lookup(query)
        narrow = list(few_sql(dialect, query, numbers))
        narrowest = [*narrow, *self._rare_words(query)]
        few = self._few(narrowest, self._worth(query, ask)) if narrowest else None
        if few is None and _starts_with_newest(query) and (narrow or query.filter.words):
            last = "SELECT n, first_seen FROM items WHERE n <= (SELECT max(n) FROM items) - ? ORDER BY n DESC LIMIT 1"
            until, reports = query.filter.until, asked_of_reports(dialect, query, numbers)
            apart = query.view == "stories" and query.filter.words and reports
            for n, seen in self._db.read(last, (NEAR,)):  # none in a smaller archive
                if not apart and (until is None or until.timestamp() > seen):  # else they were published later
                    nearest = replace(lookup, newest=Newest(n, seen))
                    found = self._found(query, ask, nearest, numbers)
                    if len(found) == ask:
                        return found
                few = self._few([*narrow, *few_by_words(dialect, query)], n // SHARE)
        if few and not few.numbers:
            return []
        return self._found(query, ask, replace(lookup, few=few), numbers)

    def _found(self, query: StreamQuery, ask: int, lookup: Lookup, numbers: Numbers) -> list[Listed]:
        build = items_sql if query.view == "items" else stories_sql
        first, later = build(self._db.dialect, query, ask, lookup, numbers)
        found = self._db.read(*first, afresh=True)
        if later is None:
            return found
        times = dict(found)
        if len(times) == ask:  # otherwise these are all that there are
            for statement in later(min(times.values())):
                times.update(self._db.read(*statement, afresh=True))
        return sorted(times.items(), key=lambda row: (row[1], row[0]), reverse=True)[:ask]

    def _lookup(self, query: StreamQuery) -> Lookup:
        """What the words, the section or topic, and the number of publishers mean for how rows are found."""
        vast = self._numbers.totals.get(str(query.stream), 0) > FEW
        return Lookup(by_row=self._is_by_row(query), seldom=self._is_seldom(query), vast=vast)

    def _is_seldom(self, query: StreamQuery) -> bool:
        publishers = query.min_publishers
        if query.view == "items" or publishers == 1:
            return False
        if publishers not in self._seldom:
            some = f"SELECT 1 FROM corroborations WHERE {counted(self._db.dialect, 'k', publishers)} LIMIT ?"
            ((found,),) = self._db.read(f"SELECT count(*) FROM ({some}) AS told", (SELDOM + 1,))
            self._seldom[publishers] = found <= SELDOM
        return self._seldom[publishers]

    def _is_by_row(self, query: StreamQuery) -> bool:
        """Whether the words, if there are any, are looked up row by row: if they are common. PostgreSQL's planner decides it by itself."""
        dialect = self._db.dialect
        if dialect.expected or not query.filter.words:
            return True
        said = f"SELECT {dialect.found} FROM search WHERE {dialect.matches} LIMIT ?"
        values = match_words(dialect, query.filter), COMMON + 1
        return int(self._db.read(f"SELECT count(*) FROM ({said}) AS said", values)[0][0]) > COMMON

    def _rare_words(self, query: StreamQuery) -> list[Condition]:
        """The conditions of `few_by_words`, if the planner expects the words in at most one of SHARE items. Listing the items of common
        words would take long. For words that do not occur the planner expects many items, but hardly more than that."""
        expected = self._db.dialect.expected
        found = few_by_words(self._db.dialect, query)
        return [one for one in found if expected and expected(self._db, *one[1:]) <= self._newest // SHARE]

    @cached_property
    def _newest(self) -> int:
        """The number of the newest item."""
        return int(self._db.read("SELECT max(n) FROM items")[0][0] or 0)

    def _worth(self, query: StreamQuery, ask: int) -> int:
        """The number of candidates up to which they are looked up one by one. For stories in the order of several times, the alternative is
        a scan through the stories with k publishers until the list is full. In an archive of N items it takes about N / candidates steps
        for each row of the list."""
        if query.view == "items" or query.min_publishers == 1 or not query.by_entering:
            return FEW
        return max(FEW, isqrt(ask * self._newest // STEPS))

    def _few(self, narrow: Sequence[Condition], most: int) -> Few | None:
        """The rows that the narrowest of the conditions can match, if they are at most `most`. The rows of several conditions are not
        intersected: different items of a story may meet them."""
        few: Few | None = None
        for condition, sql, values in narrow:
            # A subquery, so that PostgreSQL does not plan for this limit: for a few rows of many it scans the table, perhaps to its end.
            rows = self._db.read(f"SELECT * FROM ({sql}) AS meant LIMIT (SELECT ?)", (*values, most + 1))
            if len(rows) <= most:  # a further condition counts only if it is narrower
                few, most = Few(condition, [n for (n,) in rows]), len(rows) - 1
        return few


def numbers_of(db: Reads, queries: Iterable[StreamQuery]) -> Numbers:
    """The numbers of the sources and streams that the queries name."""
    sources, streams = set[str | None](), set[StreamName | None]()
    for query in queries:
        sources.update((query.id if query.kind == "source" else None, query.filter.source))
        streams.update((query.stream, *query.filter.streams))
    sources, streams = sources - {None}, streams - {None}
    rows = db.select("SELECT name, n, total FROM streams WHERE name IN", [*map(str, streams)])
    return Numbers(
        dict(db.select("SELECT id, n FROM sources WHERE id IN", sources)),
        {name: n for name, n, _ in rows},
        {name: total for name, _, total in rows},
    )


def _starts_with_newest(query: StreamQuery) -> bool:
    """Whether a list is ordered by the time at which stories or items entered the archive, or their section or topic; stories that have
    words only in the former: they may be in items older than the one with which a story entered."""
    by_entering = query.by_entering and query.min_publishers == 1
    return by_entering and (
        query.view == "items" or not query.filter.words or query.kind in ("latest", "search", "source")
    )


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
    for stream in filter(None, (query.stream, *query.filter.streams)):
        left, named = "NOT e.active", []
        if query.primary_section and stream == StreamName("section", query.primary_section):
            left, named = "(NOT e.active OR st.section != ?)", [query.primary_section]
        yield f"stories st CROSS JOIN entries e WHERE e.story = st.n AND {numbers.of_stream(stream)} AND {left}", named
