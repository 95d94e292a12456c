"""Texts of articles in the PostgreSQL database."""

from __future__ import annotations

from time import monotonic

from aggregator.store import articles
from aggregator.store.edition import STORING, moment, put_off
from aggregator.store.postgres.connection import Connection
from aggregator.store.postgres.edition import next_version, stamp


class Articles(articles.Articles[Connection]):
    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """The text of an article, or why none was found. Its story counts as changed."""
        began = monotonic()
        with self._db.transaction() as raw:
            version = next_version(raw) if content else 0
            raw.execute(
                "UPDATE articles SET content = %s, why = %s, again = NULL WHERE item = %s",
                (content.replace("\0", ""), why, item),
            )
            if content:
                now = moment(self._db, now)
                raw.execute(
                    "UPDATE stories SET changed = %s WHERE n = (SELECT story FROM placements WHERE item = %s)",
                    (now + STORING, item),
                )
                streams = raw.execute(
                    "SELECT m.name FROM placements p JOIN entries e ON e.story = p.story JOIN streams m ON m.n = e.stream "
                    "WHERE p.item = %s",
                    (item,),
                )
                stamp(raw, version, {name for (name,) in streams}, put_off(self._db, now, began))
