"""Reads from the SQLite file what is shown to readers."""

from __future__ import annotations

from aggregator.store import reading


class Reading(reading.Reading):
    def data_version(self) -> int:
        """SQLite's own counter of commits by other connections: the cheapest check."""
        return int(self._db.read("PRAGMA data_version")[0][0])
