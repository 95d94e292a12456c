"""Texts of articles in the SQLite file."""

from __future__ import annotations

from time import monotonic

from aggregator.model.stream import STORING
from aggregator.store import articles
from aggregator.store.edition import moment, put_off
from aggregator.store.retention import tell
from aggregator.store.sqlite.connection import Connection
from aggregator.store.sqlite.edition import stamp


class Articles(articles.Articles[Connection]):
    def save(self, item: int, content: str, why: str | None, now: int) -> None:
        """The text of an article, or why none was found. Its item counts as changed, and so does a story that it leads."""
        began = monotonic()
        with self._db.transaction() as raw:
            raw.execute("UPDATE articles SET content = ?, why = ?, again = NULL WHERE item = ?", (content, why, item))
            if content:
                now = moment(self._db, now)
                streams = tell(self._db, (item,), now + STORING)
                stamp(raw, streams, put_off(self._db, now, began))
