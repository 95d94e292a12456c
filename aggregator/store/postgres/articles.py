"""Texts of articles: which items still want theirs, and what was found."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.store.postgres.connection import Connection, lock, put
from aggregator.store.postgres.desk import next_version, stamp

ASKING = 2  # number of the advisory lock


class Articles:
    """The queue needs no table: what waits are items of the sources asked for without a row of their own, and rows that
    were put off."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def claim(
        self, sources: Collection[str], since: int, limit: int, now: int, again: int
    ) -> list[tuple[int, str, str]]:
        """(item, source, address) of items that came since and were never asked for, the newest first. They are not
        given again before `again`, and then only where nothing was saved or they were put off."""
        with self._db.transaction() as raw:
            lock(raw, ASKING)  # two that ask at once are to be given different items
            rows: list[tuple[int, str, str]] = self._db.read(
                "SELECT i.n, s.id, t.url FROM sources s JOIN items i ON i.source = s.n JOIN texts t ON t.item = i.n "
                "WHERE s.id = ANY(?) AND i.entered >= ? AND i.first_seen >= ? AND t.url LIKE 'http%' "
                "AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.item = i.n AND (a.again IS NULL OR a.again > ?)) "
                "ORDER BY i.n DESC LIMIT ?",
                (list(sources), since, since, now, limit),
            )
            put(
                raw,
                "articles (item, asked, again)",
                "bigint bigint bigint",
                [(n, now, again) for n, _, _ in rows],
                "ON CONFLICT (item) DO UPDATE SET asked = excluded.asked, again = excluded.again",
            )
        return rows

    def put_off(self, item: int, until: int) -> None:
        """It could not be asked for now: it is given once more from then on."""
        with self._db.transaction() as raw:
            raw.execute("UPDATE articles SET again = %s WHERE item = %s", (until, item))

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """What an article said, or why nothing was found. Its story counts as changed."""
        with self._db.transaction() as raw:
            version = next_version(raw) if content else 0
            raw.execute(
                "UPDATE articles SET content = %s, why = %s, again = NULL WHERE item = %s",
                (content.replace("\0", ""), why, item),
            )
            if content:
                raw.execute(
                    "UPDATE stories SET changed = greatest(changed, %s) "
                    "WHERE n = (SELECT story FROM placements WHERE item = %s)",
                    (now, item),
                )
                streams = raw.execute(
                    "SELECT m.name FROM placements p JOIN entries e ON e.story = p.story JOIN streams m ON m.n = e.stream "
                    "WHERE p.item = %s",
                    (item,),
                )
                stamp(raw, version, {name for (name,) in streams}, now)
