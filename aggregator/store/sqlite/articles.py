"""Texts of articles: which items still want theirs, and what was found."""

from __future__ import annotations

from collections.abc import Collection

from aggregator.store.sqlite.connection import Connection, marks
from aggregator.store.sqlite.desk import stamp


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
            rows: list[tuple[int, str, str]] = raw.execute(
                "SELECT i.n, s.id, t.url FROM sources s JOIN items i ON i.source = s.n JOIN texts t ON t.item = i.n "
                f"WHERE s.id IN {marks(len(sources))} AND i.entered >= ? AND i.first_seen >= ? AND t.url LIKE 'http%' "
                "AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.item = i.n AND (a.again IS NULL OR a.again > ?)) "
                "ORDER BY i.n DESC LIMIT ?",
                (*sources, since, since, now, limit),
            ).fetchall()
            raw.executemany(
                "INSERT INTO articles (item, asked, again) VALUES (?, ?, ?) "
                "ON CONFLICT (item) DO UPDATE SET asked = excluded.asked, again = excluded.again",
                [(n, now, again) for n, _, _ in rows],
            )
        return rows

    def put_off(self, item: int, until: int) -> None:
        """It could not be asked for now: it is given once more from then on."""
        with self._db.transaction() as raw:
            raw.execute("UPDATE articles SET again = ? WHERE item = ?", (until, item))

    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """What an article said, or why nothing was found. Its story counts as changed."""
        with self._db.transaction() as raw:
            raw.execute("UPDATE articles SET content = ?, why = ?, again = NULL WHERE item = ?", (content, why, item))
            if content:
                raw.execute(
                    "UPDATE stories SET changed = max(changed, ?) WHERE n = (SELECT story FROM placements WHERE item = ?)",
                    (now, item),
                )
                streams = raw.execute(
                    "SELECT m.name FROM placements p JOIN entries e ON e.story = p.story JOIN streams m ON m.n = e.stream "
                    "WHERE p.item = ?",
                    (item,),
                )
                stamp(raw, {name for (name,) in streams}, now)
