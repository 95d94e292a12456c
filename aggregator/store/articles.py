"""The texts of articles that are extracted from pages: which items still need one, and the results. The same for all backends."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.model.item import Told, Wanted
from aggregator.store.dialect import Lock, Writes
from aggregator.store.rows import unpack
from aggregator.store.versions import Change, mark_texts


class Articles:
    """Implements `ports.Articles`. The queue needs no table of its own: items of the given sources wait if they have no row in `articles`,
    or one that was put off."""

    def __init__(self, connection: Writes) -> None:
        self._db = connection

    def claim(self, sources: Collection[str], since: int, limit: int, now: int, again: int) -> list[Wanted]:
        dialect = self._db.dialect
        with self._db.transaction(Lock.ASKING):  # so that two processes do not claim the same items
            rows = self._db.read(
                "SELECT i.n, s.id, t.url, i.first_seen, t.title, t.summary, t.content "
                "FROM sources s JOIN items i ON i.source = s.n JOIN texts t ON t.item = i.n "
                f"WHERE {dialect.one_of.format('s.id')} AND i.entered >= ? AND i.first_seen >= ? AND t.url LIKE 'http%' "
                "AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.item = i.n AND (a.again IS NULL OR a.again > ?)) "
                "ORDER BY i.n DESC LIMIT ?",
                (dialect.listed(sources), since, since, now, limit),
            )
            asked, anew = [(n, now, again) for n, *_ in rows], "asked = excluded.asked, again = excluded.again"
            into = "articles (item, asked, again)"
            self._db.insert(into, "bigint bigint bigint", asked, f"ON CONFLICT (item) DO UPDATE SET {anew}")
        return [
            Wanted(n, source, url, seen, Told(headline, summary, unpack(text)))
            for n, source, url, seen, headline, summary, text in rows
        ]

    def put_off(self, items: Collection[int], until: int) -> None:
        with self._db.transaction():
            # not those that a thread, which nobody waits for any more, has just saved
            self._db.modify("UPDATE articles SET again = ? WHERE again IS NOT NULL AND item IN", items, until)

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        change = Change(self._db, now)
        with self._db.transaction():
            changed = change.begin() if content else 0
            stored = "UPDATE articles SET content = ?, why = ?, again = NULL WHERE item = ?"
            self._db.write(stored, (content, why, item))
            if content:
                change.end(mark_texts(self._db, (item,), changed))
