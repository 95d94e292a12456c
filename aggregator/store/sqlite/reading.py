"""What readers are shown: streams, stories, items, health. Never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import orjson

from aggregator.model.joining import Joining
from aggregator.model.story import ItemView, Report, StoryView, headline
from aggregator.model.stream import StreamQuery
from aggregator.store.sqlite.connection import Connection, at_time, marks, parts, to_blob, to_id
from aggregator.store.sqlite.desk import decode_entry, decode_scores
from aggregator.store.sqlite.intake import address_hash
from aggregator.store.sqlite.streams import FRESH_SECONDS, LONGEST, SHORTEST, items_sql, stories_sql

_JOINING = msgspec.json.Decoder(Joining)


class Reading:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def version(self, stream: str = "latest") -> tuple[int, int]:
        """(version, time of the last change) of a stream; (0, 0) if it never held anything."""
        with self._db.translate():
            row = self._db.raw.execute("SELECT version, changed FROM streams WHERE name = ?", (stream,)).fetchone()
            return (row[0], row[1]) if row else (0, 0)

    def data_version(self) -> int:
        """Changes whenever another connection has committed: the cheapest check there is."""
        with self._db.translate():
            return int(self._db.raw.execute("PRAGMA data_version").fetchone()[0])

    def stories(self, query: StreamQuery, now: int) -> tuple[list[StoryView], int | None]:
        """The stories of a stream in its order, and when time alone will change what is listed (None: never)."""
        pairs, expires = self._cut(query, now, stories_sql)
        return self._stories(pairs), expires

    def items(self, query: StreamQuery, now: int) -> tuple[list[ItemView], int | None]:
        pairs, expires = self._cut(query, now, items_sql)
        return self._items(pairs), expires

    def _cut(self, query: StreamQuery, now: int, build: Any) -> tuple[list[tuple[int, int]], int | None]:
        ask = query.limit or (-1 if query.window else LONGEST)
        with self._db.translate():
            pairs = [(n, time) for n, time in self._db.raw.execute(*build(query, ask))]
        if query.limit or query.window or query.changed_since is not None:
            return pairs, None
        fresh = sum(1 for _, time in pairs if time > now - FRESH_SECONDS)
        kept = pairs[: max(SHORTEST, fresh)]
        return kept, kept[-1][1] + FRESH_SECONDS if len(kept) > SHORTEST else None

    def _stories(self, pairs: Sequence[tuple[int, int]]) -> list[StoryView]:
        numbers = [n for n, _ in pairs]
        reports = self._reports(numbers)
        columns = "n, id, lead, published, entered, updated, changed, section, scores, topics, entry"
        rows = {row[0]: row for row in self._select(f"SELECT {columns} FROM stories WHERE n IN", numbers)}
        return [_story(rows[n], time, reports.get(n, ())) for n, time in pairs if n in rows]

    def _reports(self, stories: Collection[int]) -> dict[int, tuple[Report, ...]]:
        """Who reported, earliest first."""
        found: dict[int, list[Report]] = {}
        for story, publisher, source, url, title, at in self._select(
            "SELECT p.story, p.publisher, s.id, t.url, t.title, i.at FROM placements p JOIN items i ON i.n = p.item "
            "JOIN texts t ON t.item = i.n JOIN sources s ON s.n = i.source WHERE p.story IN",
            stories,
            "ORDER BY i.at, i.n",
        ):
            found.setdefault(story, []).append(Report(publisher, source, url, headline(title, url, publisher), at))
        return {story: tuple(reports) for story, reports in found.items()}

    def story(self, id: str) -> StoryView | str | None:
        """A story, the id of the one it was merged into, or None."""
        with self._db.translate():
            row = self._db.raw.execute(
                "SELECT n, entered FROM stories WHERE id = ? AND NOT hidden", (to_blob(id),)
            ).fetchone()
            if row:
                return self._stories([row])[0]
            moved = self._db.raw.execute(
                "SELECT s.id FROM merged m JOIN stories s ON s.n = m.story WHERE m.id = ?", (to_blob(id),)
            ).fetchone()
            return to_id(moved[0]) if moved else None

    def stories_of_items(self, items: Sequence[int]) -> list[StoryView]:
        """The stories that hold these items, each once, in the order of the items."""
        home = dict(self._select("SELECT item, story FROM placements WHERE item IN", items))
        numbers = list(dict.fromkeys(home[item] for item in items if item in home))
        entered = dict(self._select("SELECT n, entered FROM stories WHERE NOT hidden AND n IN", numbers))
        return self._stories([(n, entered[n]) for n in numbers if n in entered])

    def members(self, story: int) -> list[ItemView]:
        with self._db.translate():
            pairs = self._db.raw.execute(
                "SELECT i.n, i.at FROM placements p JOIN items i ON i.n = p.item WHERE p.story = ? ORDER BY i.at, i.n",
                (story,),
            ).fetchall()
        found = dict(self._select("SELECT item, content FROM articles WHERE item IN", [n for n, _ in pairs]))
        return [replace(item, extracted=found.get(item.n, "")) for item in self._items(pairs)]

    def item(self, id: str) -> ItemView | None:
        with self._db.translate():
            row = self._db.raw.execute("SELECT n, entered FROM items WHERE id = ?", (to_blob(id),)).fetchone()
        found = self._items([row]) if row else []
        return replace(found[0], joining=self._joining(found[0].n)) if found else None

    def _joining(self, item: int) -> Joining | None:
        """Why an item is in its story, with the story that came next as it is now."""
        with self._db.translate():
            row = self._db.raw.execute("SELECT joining FROM placements WHERE item = ?", (item,)).fetchone()
            if row is None or row[0] is None:
                return None
            joining = _JOINING.decode(row[0])
            found = self._db.raw.execute(
                "SELECT st.id, st.entry FROM placements p JOIN stories st ON st.n = p.story WHERE p.item = ? AND NOT st.hidden",
                (joining.next,),
            ).fetchone()
        if found is None:
            return joining
        return replace(joining, next_id=to_id(found[0]), next_title=decode_entry(found[1]).title)

    def find(self, address: str, canonical: str | None) -> str | None:
        """The id of the newest item with this address, as written or in its canonical form."""
        with self._db.translate():
            row = self._db.raw.execute(
                "SELECT i.id FROM items i JOIN texts t ON t.item = i.n WHERE i.address = ? OR t.url = ? ORDER BY i.n DESC LIMIT 1",
                (address_hash(canonical), address),
            ).fetchone()
            return to_id(row[0]) if row else None

    def _items(self, pairs: Sequence[tuple[int, int]]) -> list[ItemView]:
        rows = {row[0]: row for row in self._select(_ITEMS, [n for n, _ in pairs])}
        return [_item(rows[n], time) for n, time in pairs if n in rows]

    def neighbours(self, stream: str, start: int, end: int) -> tuple[int | None, int | None]:
        """Times of publication in a stream: the last before `start` and the first from `end` on."""
        values: tuple[str, ...] = ()
        with self._db.translate():
            if stream == "latest":
                table = "stories WHERE NOT hidden"
            else:
                table = "entries WHERE stream = (SELECT n FROM streams WHERE name = ?) AND active"
                values = (stream,)
            before = self._db.raw.execute(
                f"SELECT max(published) FROM {table} AND published < ?", (*values, start)
            ).fetchone()[0]
            after = self._db.raw.execute(
                f"SELECT min(published) FROM {table} AND published >= ?", (*values, end)
            ).fetchone()[0]
        return before, after

    def counts(self, kind: str, since: int) -> dict[str, tuple[int, int]]:
        """Per section or topic: stories in all, and those that entered since."""
        with self._db.translate():
            rows = self._db.raw.execute(
                "SELECT substr(m.name, ?), m.total, (SELECT count(*) FROM entries e WHERE e.stream = m.n AND e.active "
                "AND e.entered >= ?) FROM streams m WHERE m.name LIKE ? || ':%' AND m.total",
                (len(kind) + 2, since, kind),
            )
            return {id: (total, recent) for id, total, recent in rows}

    def per_hour(self, kind: str, since: int) -> dict[str, dict[int, int]]:
        """Per section or topic: stories that entered it (a section as their primary one) in each hour since; hours
        count from `since`."""
        column = "primary_since" if kind == "section" else "entered"
        found: dict[str, dict[int, int]] = {}
        with self._db.translate():
            rows = self._db.raw.execute(
                f"SELECT substr(m.name, ?), (e.{column} - ?) / 3600, count(*) FROM streams m JOIN entries e "
                f"ON e.stream = m.n AND e.active AND e.{column} >= ? WHERE m.name LIKE ? || ':%' GROUP BY 1, 2",
                (len(kind) + 2, since, since, kind),
            )
            for id, hour, count in rows:
                found.setdefault(id, {})[hour] = count
        return found

    def totals(self) -> dict[str, int]:
        names = ("sources", "items", "stories", "pending")
        with self._db.translate():
            return {name: int(self._db.raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in names}

    def _select(self, query: str, keys: Collection[Any], order: str = "") -> list[Any]:
        rows: list[Any] = []
        with self._db.translate():
            for part in parts(keys):
                rows += self._db.raw.execute(f"{query} {marks(len(part))} {order}", part)
        return rows


_ITEMS = """
    SELECT i.n, i.id, s.id, coalesce(p.publisher, t.publisher), t.title, t.summary, t.content, t.url, t.author,
        t.lang, t.image, t.enclosures,
        t.categories, i.at, t.updated, st.id, p.section, p.scores, p.topics, p.why
    FROM items i JOIN texts t ON t.item = i.n JOIN sources s ON s.n = i.source
        LEFT JOIN placements p ON p.item = i.n LEFT JOIN stories st ON st.n = p.story
    WHERE i.n IN
"""


def _story(row: Sequence[Any], time: int, reports: tuple[Report, ...]) -> StoryView:
    n, id, lead, published, _, updated, changed, section, scores, topics, text = row
    entry = decode_entry(text)
    return StoryView(
        id=to_id(id), n=n, title=headline(entry.title, entry.link, entry.publisher), summary=entry.summary, link=entry.link,
        image=entry.image, lang=entry.lang,
        published=at_time(published), updated=at_time(updated), entered=at_time(time), changed=at_time(changed),
        section=section, scores=decode_scores(scores), topics=tuple(orjson.loads(topics)),
        publishers=tuple(dict.fromkeys(report.publisher for report in reports)) or (entry.publisher,),
        reports=reports or entry.reports, entry=entry, lead=lead,
    )  # fmt: skip


def _item(row: Sequence[Any], time: int) -> ItemView:
    (n, id, source, publisher, title, summary, content, url, author, lang, image, enclosures, categories, at, updated,
     story, section, scores, topics, why) = row  # fmt: skip
    return ItemView(
        id=to_id(id), n=n, source=source, publisher=publisher, title=headline(title, url, publisher), summary=summary,
        content=content, url=url, author=author, lang=lang, image=image,
        enclosures=tuple((e[0], e[1], e[2]) for e in orjson.loads(enclosures)) if enclosures else (),
        categories=tuple(orjson.loads(categories)) if categories else (),
        published=at_time(at), updated=at_time(updated), entered=at_time(time),
        story=to_id(story) if story else None, section=section,
        sections=tuple(name for name, _ in decode_scores(scores)) if scores else (),
        topics=tuple(orjson.loads(topics)) if topics else (), why=why,
    )  # fmt: skip
