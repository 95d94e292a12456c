"""Texts of articles in the PostgreSQL database."""

from __future__ import annotations

from time import monotonic

from aggregator.model.stream import STORING
from aggregator.store import articles
from aggregator.store.edition import moment, put_off
from aggregator.store.postgres.connection import Connection
from aggregator.store.postgres.edition import next_version, stamp
from aggregator.store.retention import tell


class Articles(articles.Articles[Connection]):
    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """The text of an article, or why none was found. Its item counts as changed, and so does a story that it leads."""
        began = monotonic()
        with self._db.transaction() as raw:
            version = next_version(raw) if content else 0
            raw.execute(
                "UPDATE articles SET content = %s, why = %s, again = NULL WHERE item = %s",
                (content.replace("\0", ""), why, item),
            )
            if content:
                now = moment(self._db, now)
                streams = tell(self._db, (item,), now + STORING)
                stamp(raw, version, streams, put_off(self._db, now, began))
