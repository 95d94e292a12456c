"""Texts of articles, the part shared by all backends: which items still need theirs, and what was found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Generic

from aggregator.model.item import Told, Wanted
from aggregator.store.compression import unpack
from aggregator.store.dialect import Lock, Writer


class Articles(Generic[Writer]):
    """The queue needs no table: waiting are items of the given sources without a row here, and rows that were put off."""

    def __init__(self, connection: Writer) -> None:
        self._db = connection

    def claim(self, sources: Collection[str], since: int, limit: int, now: int, again: int) -> list[Wanted]:
        """The articles of new items that were never requested, the newest first. They are not returned again before
        `again`, and then only if nothing was saved or they were put off."""
        dialect = self._db.dialect
        with self._db.transaction(Lock.ASKING):  # two that ask at once are to be given different items
            rows = self._db.read(
                "SELECT i.n, s.id, t.url, i.first_seen, t.title, t.summary, t.content "
                "FROM sources s JOIN items i ON i.source = s.n JOIN texts t ON t.item = i.n "
                f"WHERE {dialect.one_of.format('s.id')} AND i.entered >= ? AND i.first_seen >= ? AND t.url LIKE 'http%' "
                "AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.item = i.n AND (a.again IS NULL OR a.again > ?)) "
                "ORDER BY i.n DESC LIMIT ?",
                (dialect.listed(sources), since, since, now, limit),
            )
            for n, *_ in rows:
                self._db.write(
                    "INSERT INTO articles (item, asked, again) VALUES (?, ?, ?) "
                    "ON CONFLICT (item) DO UPDATE SET asked = excluded.asked, again = excluded.again",
                    (n, now, again),
                )
        return [
            Wanted(n, source, url, seen, Told(headline, summary, unpack(text)))
            for n, source, url, seen, headline, summary, text in rows
        ]

    def put_off(self, item: int, until: int) -> None:
        """It could not be requested now: it is returned again from then on."""
        with self._db.transaction():
            self._db.write("UPDATE articles SET again = ? WHERE item = ?", (until, item))
