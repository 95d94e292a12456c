"""Reads what is shown to readers: streams, stories, items, health. Never writes. The same for all backends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from math import isqrt
from typing import Any

from aggregator.model.joining import Joining
from aggregator.model.story import ItemView, Report, StoryRank, StoryView, headline
from aggregator.model.stream import FRESH_SECONDS, LATEST, LONGEST, SHORTEST, Extent, Removed, StreamName, StreamQuery
from aggregator.store.conditions import Condition, Few, Lookup, Numbers, counted, few_by_words, few_sql, match
from aggregator.store.dialect import Dialect, Reads
from aggregator.store.item_addresses import items_at
from aggregator.store.rows import (
    at_time,
    count_outlets,
    decode_entry,
    decode_joining,
    item_view,
    story_view,
    to_blob,
    to_id,
)
from aggregator.store.sources import first_ids
from aggregator.store.streams import KnownStream, items_sql, removed_sql, stories_sql

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

Build = Callable[[Dialect, StreamQuery, int | None, Lookup], tuple[str, list[Any]]]
"""`stories_sql` or `items_sql`."""


class Reading(ABC):
    """Reads for the web pages, feeds and API. A backend adds `data_version`."""

    def __init__(self, connection: Reads) -> None:
        self._db = connection

    @abstractmethod
    def data_version(self) -> int:
        """A number that changes whenever another connection has committed."""

    def version(self, stream: StreamName = LATEST) -> tuple[int, int]:
        """(version, time of the last change) of a stream; (0, 0) if it never had a story."""
        for version, changed in self._db.read("SELECT version, changed FROM streams WHERE name = ?", (str(stream),)):
            return version, changed
        return 0, 0

    def stories(self, query: StreamQuery, now: int) -> tuple[list[StoryView], Extent]:
        """The stories of a stream in its order."""
        pairs, extent = self._found(query, now)
        return self._stories(pairs), extent

    def told(self, query: StreamQuery, now: int) -> list[StoryRank]:
        """The stories of a stream, with only the values needed for ranking; `chosen` reads those that are to be shown."""
        pairs, _ = self._found(query, now)
        columns = "SELECT n, id, published, updated, entry FROM stories WHERE n IN"
        rows = {row[0]: row for row in self._db.select(columns, [n for n, _ in pairs])}
        return [
            StoryRank(n, time, to_id(id), published, at_time(updated), count_outlets(entry))
            for n, time in pairs
            if n in rows
            for _, id, published, updated, entry in [rows[n]]
        ]

    def chosen(self, told: Sequence[StoryRank]) -> list[StoryView]:
        return self._stories([(one.n, one.time) for one in told])

    def _found(self, query: StreamQuery, now: int) -> tuple[list[tuple[int, int]], Extent]:
        """(number, time in the stream) of the stories of a stream."""
        stream, total = 0, None
        if query.stream:
            named = self._db.read("SELECT n, total FROM streams WHERE name = ?", (str(query.stream),))
            stream, total = named[0] if named else (0, 0)
        known = KnownStream(stream, self._small(query.min_publishers, total), total is not None and total > FEW)
        numbers = self._numbers(query)
        narrow = list(few_sql(self._db.dialect, query, "st", stream, numbers))
        return self._cut(query, now, partial(stories_sql, stream=known, numbers=numbers), narrow)

    def _small(self, publishers: int, total: int | None) -> str | None:
        """The value of `KnownStream.small` for stories with so many publishers.

        It is "joined" if few stories have so many publishers, "entered" if the section or topic has few stories (`total`), else None.
        """
        if publishers == 1:
            return None
        several = counted(self._db.dialect, "k", publishers)
        rows = self._db.read(f"SELECT 1 FROM corroborations WHERE {several} LIMIT ?", (SELDOM + 1,))
        if len(rows) <= SELDOM:
            return "joined"
        return "entered" if total is not None and total <= FEW else None

    def _numbers(self, query: StreamQuery) -> Numbers:
        sources = {query.id if query.kind == "source" else None, query.filter.source} - {None}
        return Numbers(
            dict(self._db.select("SELECT id, n FROM sources WHERE id IN", sources)),
            dict(self._db.select("SELECT name, n FROM streams WHERE name IN", [*map(str, query.filter.streams)])),
        )

    def items(self, query: StreamQuery, now: int) -> tuple[list[ItemView], Extent]:
        numbers = self._numbers(query)
        narrow = list(few_sql(self._db.dialect, query, "i", numbers=numbers))
        pairs, extent = self._cut(query, now, partial(items_sql, numbers=numbers), narrow)
        return self._items(pairs), extent

    def removals(self, query: StreamQuery, until: tuple[int, int] | None = None) -> list[Removed]:
        """What a list of changes no longer shows, in its order, up to the time and number `until`.

        To be read after the list itself: what is in both was removed in between.
        """
        rows = self._db.read(*removed_sql(query, until))
        merged = self._merged([n for n, _, _ in rows] if query.view == "stories" else [])
        return [Removed((to_id(id), *map(to_id, merged.get(n, ()))), n, at_time(time)) for n, time, id in rows]

    def _merged(self, stories: Collection[int]) -> dict[int, list[bytes]]:
        found: dict[int, list[bytes]] = {}
        for n, id in self._db.select("SELECT story, id FROM merged WHERE story IN", stories, "ORDER BY id"):
            found.setdefault(n, []).append(id)
        return found

    def _cut(
        self, query: StreamQuery, now: int, build: Build, narrow: Sequence[Condition]
    ) -> tuple[list[tuple[int, int]], Extent]:
        # One more than the longest list: its time tells when it left the list.
        ask = query.limit or (self._db.dialect.everything if query.window else LONGEST + 1)
        pairs = self._pairs(query, ask, build, narrow)
        if query.part:
            return pairs[slice(*query.part)], Extent(len(pairs))
        if query.limit or query.window or query.changed_since is not None:
            return pairs, Extent(len(pairs))
        fresh = sum(1 for _, time in pairs if time > now - FRESH_SECONDS)
        count = min(LONGEST, max(SHORTEST, fresh))
        kept, rest = pairs[:count], pairs[count:]
        left = rest[0][1] + FRESH_SECONDS if rest else None
        return kept, Extent(len(kept), left, kept[-1][1] + FRESH_SECONDS if len(kept) > SHORTEST else None)

    def _pairs(
        self, query: StreamQuery, ask: int | None, build: Build, narrow: Sequence[Condition]
    ) -> list[tuple[int, int]]:
        """(number, time) of the rows of a list.

        If only few rows can meet a condition, only these are examined. If many can (a word that is in a million items), the newest
        items are searched first. Nothing enters before it was first seen. So if the newest items fill the list with rows that entered
        later than any other item was seen, no other item can be in the list.

        The words of a story may be in older items than the report with which it entered. So a search for words and reports together is
        not limited to the newest items.
        """
        few, common = self._few([*narrow, *self._seldom(query)], self._worth(query, ask)), self._common(query)
        if few is None and ask and ask > 0 and _entering(query) and (narrow or query.filter.words):
            last = "SELECT n, first_seen FROM items WHERE n <= (SELECT max(n) FROM items) - ? ORDER BY n DESC LIMIT 1"
            until, apart = query.filter.until, query.view == "stories" and query.filter.words and query.of_reports
            for n, seen in self._db.read(last, (NEAR,)):
                if not apart and (until is None or until.timestamp() > seen):  # else they were published later
                    newest = self._listed(
                        build(self._db.dialect, query, ask, Lookup(common=common, above=n, later=seen))
                    )
                    if len(newest) == ask:
                        return newest
                few = self._few([*narrow, *few_by_words(self._db.dialect, query)], n // SHARE)
        if few and not few.numbers:
            return []
        return self._listed(build(self._db.dialect, query, ask, Lookup(few, common)))

    def _seldom(self, query: StreamQuery) -> list[Condition]:
        """The conditions of `few_by_words`, if the planner expects the words in at most one of SHARE items.

        Listing the items of common words would take long. For words that do not occur the planner expects many items, but hardly more
        than that.
        """
        dialect = self._db.dialect
        return [
            (condition, sql, values)
            for condition, sql, values in few_by_words(dialect, query)
            if dialect.expected and dialect.expected(self._db, sql, values) <= self._newest() // SHARE
        ]

    def _newest(self) -> int:
        """The number of the newest item."""
        return int(self._db.read("SELECT max(n) FROM items")[0][0] or 0)

    def _worth(self, query: StreamQuery, ask: int | None) -> int:
        """The number of candidates up to which they are looked up one by one.

        For stories in the order of several times, the alternative is a scan through the stories with k publishers until the list is full.
        In an archive of N items it takes about N / candidates steps for each row of the list.
        """
        ordered = query.window is None and query.changed_since is None
        if query.view == "items" or query.min_publishers == 1 or not ordered or not ask:
            return FEW
        return max(FEW, isqrt(ask * self._newest() // STEPS))

    def _listed(self, sql: tuple[str, list[Any]]) -> list[tuple[int, int]]:
        return [(n, time) for n, time in self._db.read(*sql)]

    def _common(self, query: StreamQuery) -> bool:
        dialect = self._db.dialect
        if dialect.expected or not query.filter.words:
            return dialect.expected is not None
        said = f"SELECT {dialect.found} FROM search WHERE {dialect.matches} LIMIT ?"
        values = match(dialect, query.filter.words, query.filter.lang), COMMON + 1
        return int(self._db.read(f"SELECT count(*) FROM ({said}) AS said", values)[0][0]) > COMMON

    def _few(self, narrow: Sequence[Condition], most: int) -> Few | None:
        """The rows that the narrowest of the conditions can match, if they are at most `most`.

        The rows of several conditions are not intersected: different items of a story may meet them.
        """
        meant = [
            Few(
                condition, [n for (n,) in self._db.read(f"SELECT * FROM ({sql}) AS meant LIMIT ?", (*values, most + 1))]
            )
            for condition, sql, values in narrow
        ]
        few = min(meant, key=lambda one: len(one.numbers), default=None)
        return few if few and len(few.numbers) <= most else None

    def _stories(self, pairs: Sequence[tuple[int, int]]) -> list[StoryView]:
        numbers = [n for n, _ in pairs]
        reports = self._reports(numbers)
        columns = "n, id, lead, published, entered, updated, changed, section, scores, topics, publishers, entry"
        rows = {row[0]: row for row in self._db.select(f"SELECT {columns} FROM stories WHERE n IN", numbers)}
        merged = self._merged(numbers)
        return [story_view(rows[n], time, reports.get(n, ()), merged.get(n, ())) for n, time in pairs if n in rows]

    def _reports(self, stories: Collection[int]) -> dict[int, tuple[Report, ...]]:
        """The reports of each story, earliest first."""
        found: dict[int, list[Report]] = {}
        for story, publisher, source, url, title, at in self._db.select(
            "SELECT p.story, p.publisher, s.id, t.url, t.title, i.at FROM placements p JOIN items i ON i.n = p.item "
            "JOIN texts t ON t.item = i.n JOIN sources s ON s.n = i.source WHERE NOT p.hidden AND p.story IN",
            stories,
            "ORDER BY i.at, i.n",
        ):
            found.setdefault(story, []).append(Report(publisher, source, url, headline(title, url, publisher), at))
        return {story: tuple(reports) for story, reports in found.items()}

    def story(self, id: str) -> StoryView | str | None:
        """A story; or the id of the story it was merged into; or None."""
        found = self._db.read("SELECT n, entered FROM stories WHERE id = ? AND NOT hidden", (to_blob(id),))
        for story in self._stories(found):  # empty if it was merged since the line above
            return story
        moved = self._db.read(
            "SELECT s.id FROM merged m JOIN stories s ON s.n = m.story WHERE m.id = ?", (to_blob(id),)
        )
        return to_id(moved[0][0]) if moved else None

    def stories_by_item(self, items: Collection[int]) -> dict[int, StoryView]:
        """Number of an item → its story."""
        home = dict(self._db.select("SELECT item, story FROM placements WHERE NOT hidden AND item IN", items))
        entered = self._db.select("SELECT n, entered FROM stories WHERE NOT hidden AND n IN", set(home.values()))
        told = {story.n: story for story in self._stories(entered)}
        return {item: told[n] for item, n in home.items() if n in told}

    def stories_at(self, canonicals: Sequence[str]) -> list[StoryView]:
        """The stories with the articles at these addresses, each once, in the order of the addresses."""
        found = items_at(self._db, canonicals)
        items = [n for canonical in canonicals for n in found.get(canonical, ())]
        told = self.stories_by_item(items)
        return list({told[item].n: told[item] for item in items if item in told}.values())

    def corroborated(self, stories: Collection[int], publishers: int) -> set[int]:
        """Those of the stories that at least so many independent publishers report."""
        found = self._db.select("SELECT story, k FROM corroborations WHERE story IN", stories)
        return {story for story, k in found if k == publishers}

    def fallen(self, stories: Collection[int]) -> set[int]:
        """Those of the stories that once had more independent publishers than now."""
        found = self._db.select("SELECT story, k FROM corroborations WHERE story IN", stories)
        return {story for story, k in found if k < 0}

    def homes(self, canonicals: Sequence[str]) -> dict[str, set[int]]:
        """Canonical address → numbers of the stories with its articles."""
        found = items_at(self._db, canonicals)
        items = {n for numbers in found.values() for n in numbers}
        story = dict(self._db.select("SELECT item, story FROM placements WHERE NOT hidden AND item IN", items))
        return {address: {story[n] for n in numbers if n in story} for address, numbers in found.items()}

    def members(self, story: int) -> list[ItemView]:
        pairs = self._db.read(
            "SELECT i.n, i.at FROM placements p JOIN items i ON i.n = p.item WHERE p.story = ? AND NOT p.hidden "
            "ORDER BY i.at, i.n",
            (story,),
        )
        found = self.extracted([n for n, _ in pairs])
        return [replace(item, extracted=found.get(item.n, ("", ""))[1]) for item in self._items(pairs)]

    def extracted(self, items: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Number of an item → (id of its source, safe HTML of its article); only items whose article was fetched or claimed."""
        rows = self._db.select(
            "SELECT a.item, s.id, a.content FROM articles a JOIN items i ON i.n = a.item JOIN sources s ON s.n = i.source "
            "WHERE a.item IN",
            items,
        )
        return {item: (source, content) for item, source, content in rows}

    def item(self, id: str) -> ItemView | None:
        found = self._items(
            self._db.read(
                "SELECT i.n, i.entered FROM items i LEFT JOIN placements p ON p.item = i.n "
                "WHERE i.id = ? AND NOT coalesce(p.hidden, FALSE)",
                (to_blob(id),),
            )
        )
        return replace(found[0], joining=self._joining(found[0].n)) if found else None

    def _joining(self, item: int) -> Joining | None:
        """Why an item is in its story, with the runner-up story as it is now."""
        rows = self._db.read("SELECT joining FROM placements WHERE item = ? AND joining IS NOT NULL", (item,))
        if not rows:
            return None
        joining = decode_joining(rows[0][0])
        for id, entry in self._db.read(
            "SELECT st.id, st.entry FROM placements p JOIN stories st ON st.n = p.story WHERE p.item = ? AND NOT st.hidden",
            (joining.next,),
        ):
            return replace(joining, next_id=to_id(id), next_title=decode_entry(entry).title)
        return joining

    def find(self, address: str, canonical: str | None) -> str | None:
        """The id of the newest item at this address.

        The canonical address is looked up, among the first and the later addresses of items. If there is none, or if a secret in the
        address is masked (`***`), the address is compared as it is written.
        """
        for numbers in items_at(self._db, [canonical] if canonical else ()).values():
            return to_id(self._db.read("SELECT id FROM items WHERE n = ?", (max(numbers),))[0][0])
        if canonical and "***" not in address:
            return None
        # This scans all texts, so it is done only for an address without a canonical form, or with a masked secret.
        rows = self._db.read(
            "SELECT i.id FROM items i JOIN texts t ON t.item = i.n WHERE t.url = ? ORDER BY i.n DESC LIMIT 1",
            (address,),
        )
        return to_id(rows[0][0]) if rows else None

    def _items(self, pairs: Sequence[tuple[int, int]]) -> list[ItemView]:
        rows = {row[0]: row for row in self._db.select(_ITEMS, [n for n, _ in pairs])}
        return [item_view(rows[n], time) for n, time in pairs if n in rows]

    def neighbours(self, stream: StreamName, start: int, end: int) -> tuple[int | None, int | None]:
        """The last time of publication in a stream before `start`, and the first at or after `end`."""
        table, values = _published(stream)
        before = self._db.read(f"SELECT max(published) FROM {table} AND published < ?", (*values, start))
        after = self._db.read(f"SELECT min(published) FROM {table} AND published >= ?", (*values, end))
        return before[0][0], after[0][0]

    def exceeds(self, stream: StreamName, start: int, end: int, most: int) -> bool:
        """Whether more than `most` stories of a stream were published in `start` ≤ time < `end`."""
        table, values = _published(stream)
        some = f"SELECT 1 FROM {table} AND published >= ? AND published < ? LIMIT ?"
        return (
            int(self._db.read(f"SELECT count(*) FROM ({some}) AS told", (*values, start, end, most + 1))[0][0]) > most
        )

    def shifted(self, stream: StreamName, start: int, end: int) -> int:
        """The last time at which a known story, published in `start` ≤ time < `end`, entered or left a stream; 0 if none did recently."""
        query = (
            "SELECT max(at) FROM shifts WHERE stream = (SELECT n FROM streams WHERE name = ?) "
            "AND published >= ? AND published < ?"
        )
        return self._db.read(query, (str(stream), start, end))[0][0] or 0

    def counts(self, kind: str, since: int) -> dict[str, tuple[int, int]]:
        """For each section or topic: the number of its stories, and of those that entered since."""
        rows = self._db.read(
            "SELECT substr(m.name, ?), m.total, (SELECT count(*) FROM entries e WHERE e.stream = m.n AND e.active "
            "AND e.entered >= ?) FROM streams m WHERE m.name LIKE ? || ':%' AND m.total > 0",
            (len(kind) + 2, since, kind),
        )
        return {id: (total, recent) for id, total, recent in rows}

    def per_hour(self, kind: str, since: int) -> dict[str, dict[int, int]]:
        """For each section or topic: hour → number of the stories that entered it. Hour 0 begins at `since`."""
        found: dict[str, dict[int, int]] = {}
        for id, hour, count in self._db.read(
            "SELECT substr(m.name, ?), (e.entered - ?) / 3600, count(*) FROM streams m JOIN entries e "
            "ON e.stream = m.n AND e.active AND e.entered >= ? "
            "WHERE e.stream IN (SELECT n FROM streams WHERE name LIKE ? || ':%') GROUP BY 1, 2",
            (len(kind) + 2, since, since, kind),
        ):
            found.setdefault(id, {})[hour] = count
        return found

    def removed(self) -> dict[str, str]:
        """Sources with items that the configuration in force no longer has: id → title of the feed."""
        return dict(
            self._db.read(
                "SELECT s.id, coalesce(nullif(s.feed_title, ''), s.id) FROM sources s "
                "WHERE NOT s.listed AND EXISTS (SELECT 1 FROM items i WHERE i.source = s.n) ORDER BY s.n"
            )
        )

    def first_ids(self) -> dict[str, str]:
        """Sources that were renamed and then removed: first id → last id. Without ids that another source had later."""
        return first_ids(self._db.read("SELECT root, id, listed FROM sources WHERE root != id ORDER BY n"))

    def totals(self) -> dict[str, int]:
        """The numbers of sources in the configuration in force, of visible stories, of items, and of items that wait for the edition."""
        stories = "stories WHERE NOT hidden"
        tables = {"sources": "sources WHERE listed", "items": "items", "stories": stories, "pending": "pending"}
        return {name: int(self._db.read(f"SELECT count(*) FROM {of}")[0][0]) for name, of in tables.items()}


_ITEMS = """
    SELECT i.n, i.id, s.id, coalesce(p.publisher, t.publisher), t.title, t.summary, t.content, t.url, t.author,
        t.lang, t.image, t.enclosures,
        t.categories, i.at, t.updated, coalesce(p.changed, t.updated), st.id, p.section, p.scores, p.topics, p.why,
        t.pruned
    FROM items i JOIN texts t ON t.item = i.n JOIN sources s ON s.n = i.source
        LEFT JOIN placements p ON p.item = i.n LEFT JOIN stories st ON st.n = p.story
    WHERE i.n IN
"""


def _published(stream: StreamName) -> tuple[str, tuple[str, ...]]:
    """The table and condition for the times of publication of the stories that a stream shows, with values."""
    if stream == LATEST:
        return "stories WHERE NOT hidden", ()
    return "entries WHERE stream = (SELECT n FROM streams WHERE name = ?) AND active", (str(stream),)


def _entering(query: StreamQuery) -> bool:
    """Whether a list is ordered by the time at which stories or items entered the archive; or, without words, their section or topic."""
    ordered = query.window is None and query.changed_since is None and query.min_publishers == 1
    return ordered and (not query.filter.words or query.kind in ("latest", "search", "source"))
