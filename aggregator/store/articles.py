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

    def claim(
        self, sources: Collection[str], since: int, limit: int, now: int, again: int, *, owner: str | None = None
    ) -> list[Wanted]:
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
            asked = [(n, now, again, owner) for n, *_ in rows]
            anew = "asked = excluded.asked, again = excluded.again, claimed_by = excluded.claimed_by"
            into = "articles (item, asked, again, claimed_by)"
            self._db.insert(into, "bigint bigint bigint text", asked, f"ON CONFLICT (item) DO UPDATE SET {anew}")
        return [
            Wanted(n, source, url, seen, Told(headline, summary, unpack(text)))
            for n, source, url, seen, headline, summary, text in rows
        ]

    def put_off(self, items: Collection[int], until: int) -> None:
        with self._db.transaction():
            # not those that a thread, which nobody waits for any more, has just saved
            anew = "UPDATE articles SET again = ?, claimed_by = NULL WHERE again IS NOT NULL AND item IN"
            self._db.modify(anew, items, until)

    def owners(self) -> list[str]:
        return [
            owner for (owner,) in self._db.read("SELECT DISTINCT claimed_by FROM articles WHERE claimed_by IS NOT NULL")
        ]

    def release(self, owner: str) -> None:
        with self._db.transaction():
            self._db.write("UPDATE articles SET again = asked, claimed_by = NULL WHERE claimed_by = ?", (owner,))

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        change = Change(self._db, now)
        with self._db.transaction():
            changed = change.begin() if content else 0
            stored = "UPDATE articles SET content = ?, why = ?, again = NULL, claimed_by = NULL WHERE item = ?"
            self._db.write(stored, (content, why, item))
            if content:
                change.end(mark_texts(self._db, (item,), changed))
