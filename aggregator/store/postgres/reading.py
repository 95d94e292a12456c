"""Reads from the PostgreSQL database what is shown to readers."""

from __future__ import annotations

from aggregator.store import reading


class Reading(reading.Reading):
    def data_version(self) -> int:
        """A hash of the current snapshot, which changes whenever a transaction that wrote something has ended. Needs no table."""
        return int(self._db.read("SELECT hashtextextended(pg_current_snapshot()::text, 0)")[0][0])
