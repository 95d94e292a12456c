"""What readers are shown, from the PostgreSQL database."""

from __future__ import annotations

from aggregator.store import reading


class Reading(reading.Reading):
    def data_version(self) -> int:
        """Changes whenever a transaction that wrote anything has ended; read from the server's memory."""
        return int(self._db.read("SELECT hashtextextended(pg_current_snapshot()::text, 0)")[0][0])
