"""Reads what is shown to readers: streams, stories, items, health. Never writes. The same for all backends. (Which stories or items a
stream lists, `lists.py` finds.)"""

from __future__ import annotations

from collections.abc import Collection, Iterable, MutableMapping, Sequence

from msgspec.structs import replace

from aggregator.model.joining import Joining
from aggregator.model.story import ItemView, Report, StoryHead, StoryRank, StoryView, headline
from aggregator.model.stream import LATEST, Extent, Removed, StreamName, StreamQuery
from aggregator.store.dialect import Reads
from aggregator.store.item_addresses import items_at
from aggregator.store.lists import Listed, Lists
from aggregator.store.rows import (
    HEAD,
    SHOWN,
    SHOWN_TABLES,
    STORY,
    at_time,
    decode_entry,
    decode_joining,
    grouped,
    item_view,
    story_head,
    story_rank,
    story_view,
    to_blob,
    to_id,
    unpack,
)


class Reading:
    """Reads for the web pages, feeds and API."""

    def __init__(self, connection: Reads) -> None:
        self._db = connection

    def data_version(self) -> int:
        """A number that changes whenever another connection has committed."""
        return int(self._db.read(self._db.dialect.data_version)[0][0])

    def version(self, stream: StreamName = LATEST) -> tuple[int, int]:
        """(version, time of the last change) of a stream; (0, 0) if it never had a story."""
        for version, changed in self._db.read("SELECT version, changed FROM streams WHERE name = ?", (str(stream),)):
            return version, changed
        return 0, 0

    def stories(self, query: StreamQuery, now: int) -> tuple[list[StoryView], Extent]:
        """The stories of a stream in its order."""
        pairs, extent = self._listed(query, now)
        return self._stories(pairs), extent

    def _listed(self, query: StreamQuery, now: int) -> tuple[list[Listed], Extent]:
        return Lists(self._db, [query]).listed(query, now)

    def heads(self, queries: Iterable[StreamQuery], now: int) -> dict[StreamQuery, list[StoryHead]]:
        """The stories of several streams, each in its order. What they have in common is read only once."""
        asked = list(queries)
        lists = Lists(self._db, asked)
        listed = {query: [n for n, _ in lists.listed(query, now)[0]] for query in asked}
        told = self._heads({n for numbers in listed.values() for n in numbers})
        return {query: [told[n] for n in numbers if n in told] for query, numbers in listed.items()}

    def told(self, query: StreamQuery, now: int) -> list[StoryRank]:
        """The stories of a stream, with only the values needed for ranking; `chosen` reads those that are to be shown."""
        pairs, _ = self._listed(query, now)
        columns = "SELECT n, id, published, updated, entry FROM stories WHERE n IN"
        rows = {row[0]: row for row in self._db.select(columns, [n for n, _ in pairs])}
        return [story_rank(rows[n], time) for n, time in pairs if n in rows]

    def chosen(self, told: Sequence[StoryRank]) -> list[StoryView]:
        return self._stories([(one.n, one.time) for one in told])

    def items(self, query: StreamQuery, now: int) -> tuple[list[ItemView], Extent]:
        pairs, extent = self._listed(replace(query, view="items"), now)
        return self._items(pairs), extent

    def removals(self, query: StreamQuery, until: tuple[int, int] | None = None) -> list[Removed]:
        """What a list of changes no longer shows, in its order, up to the time and number `until`. To be read after the list itself: what
        is in both was removed in between."""
        places = Lists(self._db, [query]).removed(query, until)
        gone = [n for _, n in places]
        ids = dict(self._db.select(f"SELECT n, id FROM {query.view} WHERE n IN", gone))
        merged = self._merged(gone if query.view == "stories" else [])
        known = {n: tuple(map(to_id, (id, *merged.get(n, ())))) for n, id in ids.items()}
        return [Removed(known[n], n, at_time(time)) for time, n in places if n in known]

    def _merged(self, stories: Collection[int]) -> dict[int, list[bytes]]:
        return grouped(self._db.select("SELECT story, id FROM merged WHERE story IN", stories, "ORDER BY id"))

    def _stories(self, pairs: Sequence[tuple[int, int]]) -> list[StoryView]:
        numbers = [n for n, _ in pairs]
        reports = self._reports(numbers)
        rows = {row[0]: row for row in self._db.select(f"SELECT {STORY} FROM stories WHERE n IN", numbers)}
        merged = self._merged(numbers)
        return [story_view(rows[n], time, reports.get(n, ()), merged.get(n, ())) for n, time in pairs if n in rows]

    def _heads(self, stories: Collection[int]) -> dict[int, StoryHead]:
        rows = self._db.select(f"SELECT {HEAD} FROM stories WHERE NOT hidden AND n IN", stories)
        return {row[0]: story_head(row) for row in rows}

    def publishers(self, stories: Collection[int]) -> dict[int, set[str]]:
        """Number of a story → its publishers."""
        rows = self._db.select("SELECT story, publisher FROM placements WHERE NOT hidden AND story IN", stories)
        return {story: set(publishers) for story, publishers in grouped(rows).items()}

    def has_publisher(self, name: str) -> bool:
        """Whether any item counts for the publisher with this name, in upper or lower case."""
        folded = self._db.dialect.folded.format
        found = f"SELECT 1 FROM placements WHERE {folded('publisher')} = {folded('?')} LIMIT 1"
        return bool(self._db.read(found, (name,)))

    def _reports(self, stories: Collection[int]) -> dict[int, tuple[Report, ...]]:
        """The reports of each story, earliest first."""
        query = (
            "SELECT p.story, p.publisher, s.id, t.url, t.title, i.at FROM placements p JOIN items i ON i.n = p.item "
            "JOIN texts t ON t.item = i.n JOIN sources s ON s.n = i.source WHERE NOT p.hidden AND p.story IN"
        )
        found = grouped(
            (story, Report(who, of, url, headline(title, url, who), at))
            for story, who, of, url, title, at in self._db.select(query, stories, "ORDER BY i.at, i.n")
        )
        return {story: tuple(reports) for story, reports in found.items()}

    def story(self, id: str) -> StoryView | str | None:
        """A story; or the id of the story it was merged into; or None."""
        found = self._db.read("SELECT n, entered FROM stories WHERE id = ? AND NOT hidden", (to_blob(id),))
        for story in self._stories(found):  # empty if it was merged since the line above
            return story
        into = "SELECT s.id FROM merged m JOIN stories s ON s.n = m.story WHERE m.id = ?"
        moved = self._db.read(into, (to_blob(id),))
        return to_id(moved[0][0]) if moved else None

    def in_full(self, stories: Collection[int]) -> dict[int, StoryView]:
        """Number of a story → the story, as entered when it entered the archive."""
        entered = self._db.select("SELECT n, entered FROM stories WHERE NOT hidden AND n IN", stories)
        return {story.n: story for story in self._stories(entered)}

    def heads_by_item(self, items: Collection[int]) -> dict[int, StoryHead]:
        """Number of an item → its story."""
        home = self._homes(items)
        told = self._heads(set(home.values()))
        return {item: told[n] for item, n in home.items() if n in told}

    def _homes(self, items: Collection[int]) -> dict[int, int]:
        """Number of an item → that of its story."""
        return dict(self._db.select("SELECT item, story FROM placements WHERE NOT hidden AND item IN", items))

    def stories_at(self, canonicals: Sequence[str]) -> list[StoryView]:
        """The stories with the articles at these addresses, each once, in the order of the addresses."""
        homes = self.homes(canonicals)
        numbers = dict.fromkeys(n for canonical in canonicals for n in homes.get(canonical, ()))
        told = self.in_full(numbers)
        return [told[n] for n in numbers if n in told]

    def corroborated(self, stories: Collection[int], publishers: int) -> set[int]:
        """Those of the stories that at least so many independent publishers report."""
        found = self._db.select("SELECT story, k FROM corroborations WHERE story IN", stories)
        return {story for story, k in found if k == publishers}

    def fallen(self, stories: Collection[int]) -> set[int]:
        """Those of the stories that once had more independent publishers than now."""
        found = self._db.select("SELECT story, k FROM corroborations WHERE story IN", stories)
        return {story for story, k in found if k < 0}

    def homes(self, canonicals: Sequence[str]) -> dict[str, list[int]]:
        """Canonical address → numbers of the stories with its articles, in the order of `items_at`."""
        found = items_at(self._db, canonicals)
        story = self._homes({n for numbers in found.values() for n in numbers})
        return {address: [story[n] for n in numbers if n in story] for address, numbers in found.items()}

    def members(self, story: int) -> list[ItemView]:
        query = (
            "SELECT i.n, i.at FROM placements p JOIN items i ON i.n = p.item WHERE p.story = ? AND NOT p.hidden "
            "ORDER BY i.at, i.n"
        )
        return self._items(self._db.read(query, (story,)))

    def content(self, item: int) -> str:
        """The text of an item as its feed has it, safe HTML; "" if it has none any more."""
        rows = self._db.read("SELECT content FROM texts WHERE item = ?", (item,))
        return unpack(rows[0][0]) if rows else ""

    def extracted(self, items: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Number of an item → (id of its source, safe HTML of its article); only items whose article was fetched or claimed."""
        told = "articles a JOIN items i ON i.n = a.item JOIN sources s ON s.n = i.source"
        rows = self._db.select(f"SELECT a.item, s.id, a.content FROM {told} WHERE a.item IN", items)
        return {item: (source, content) for item, source, content in rows}

    def item(self, id: str) -> ItemView | None:
        shown = (
            "SELECT i.n, i.entered FROM items i LEFT JOIN placements p ON p.item = i.n "
            "WHERE i.id = ? AND NOT coalesce(p.hidden, FALSE)"
        )
        found = self._items(self._db.read(shown, (to_blob(id),)))
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
        """The id of the newest item at this address. The canonical address is looked up, among the first and the later addresses of items.
        If there is none, or if a secret in the address is masked (`***`), the address is compared as it is written."""
        for numbers in items_at(self._db, [canonical] if canonical else ()).values():
            return to_id(self._db.read("SELECT id FROM items WHERE n = ?", (max(numbers),))[0][0])
        if canonical and "***" not in address:
            return None
        # This scans all texts, so it is done only for an address without a canonical form, or with a masked secret.
        newest = "SELECT i.id FROM items i JOIN texts t ON t.item = i.n WHERE t.url = ? ORDER BY i.n DESC LIMIT 1"
        rows = self._db.read(newest, (address,))
        return to_id(rows[0][0]) if rows else None

    def _items(self, pairs: Sequence[tuple[int, int]]) -> list[ItemView]:
        found = self._db.select(f"SELECT {SHOWN} FROM {SHOWN_TABLES} WHERE i.n IN", [n for n, _ in pairs])
        rows = {row[0]: row for row in found}
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
        ((count,),) = self._db.read(f"SELECT count(*) FROM ({some}) AS told", (*values, start, end, most + 1))
        return int(count) > most

    def shifted(self, stream: StreamName, start: int, end: int) -> int:
        """The last time at which a known story, published in `start` ≤ time < `end`, entered or left a stream; 0 if none did recently."""
        of_stream = "stream = (SELECT n FROM streams WHERE name = ?) AND published >= ? AND published < ?"
        return self._db.read(f"SELECT max(at) FROM shifts WHERE {of_stream}", (str(stream), start, end))[0][0] or 0

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
        query = (
            "SELECT substr(m.name, ?), (e.entered - ?) / 3600, count(*) FROM streams m JOIN entries e "
            "ON e.stream = m.n AND e.active AND e.entered >= ? "
            "WHERE e.stream IN (SELECT n FROM streams WHERE name LIKE ? || ':%') GROUP BY 1, 2"
        )
        rows = self._db.read(query, (len(kind) + 2, since, since, kind))
        counts = grouped((id, (hour, count)) for id, hour, count in rows)
        return {id: dict(of) for id, of in counts.items()}

    def removed_sources(self) -> dict[str, str]:
        """Sources with items that the configuration in force no longer has: id → title of the feed."""
        query = (
            "SELECT s.id, coalesce(nullif(s.feed_title, ''), s.id) FROM sources s "
            "WHERE NOT s.listed AND EXISTS (SELECT 1 FROM items i WHERE i.source = s.n) ORDER BY s.n"
        )
        return dict(self._db.read(query))

    def totals(self, known: MutableMapping[int, Sequence[int]] | None = None) -> dict[str, int]:
        """The numbers of sources in the configuration in force, of stories and items that are shown, and of items that wait for the
        edition. Counting takes as long as the archive is large, so what changes only with the version of the archive is counted only if
        `known` (version → counts) does not have it, and put there. All is of one moment, so each statement reads the version, too."""
        rows = self._db.read(f"SELECT {_COUNTED_EACH_TIME}")
        counts = None if known is None else known.get(rows[0][0])
        if counts is None:
            rows = self._db.read(f"SELECT {_COUNTED_EACH_TIME}, {_COUNTED_BY_VERSION}")
            counts = rows[0][4:]
        version, sources, pending, new = rows[0][:4]
        if known is not None:
            known.clear()
            known[version] = counts
        placed, hidden, stories = counts
        return {"sources": sources, "items": placed - hidden + new, "stories": stories, "pending": pending}


_COUNTED_EACH_TIME = """coalesce((SELECT version FROM streams WHERE name = 'latest'), 0),
    (SELECT count(*) FROM sources WHERE listed), (SELECT count(*) FROM pending),
    (SELECT count(*) FROM pending WHERE NOT EXISTS (SELECT 1 FROM placements p WHERE p.item = pending.item))"""
"""Each item waits for the edition, is placed, or is placed and waits with a new text."""
_COUNTED_BY_VERSION = """(SELECT count(*) FROM placements), (SELECT count(*) FROM placements WHERE hidden),
    (SELECT count(*) FROM stories WHERE NOT hidden)"""


def _published(stream: StreamName) -> tuple[str, tuple[str, ...]]:
    """The table and condition for the times of publication of the stories that a stream shows, with values."""
    if stream == LATEST:
        return "stories WHERE NOT hidden", ()
    return "entries WHERE stream = (SELECT n FROM streams WHERE name = ?) AND active", (str(stream),)
