"""Months of the archive: their bounds, and how many are made at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from werkzeug.exceptions import ServiceUnavailable

AT_ONCE = 2  # each may hold a thread for seconds and hundreds of megabytes, and there are few threads (`cli/serve.py`)
PATIENCE = 0.5  # seconds to wait for a place: months of small archives are made within that
RETRY_AFTER = 10  # seconds, for one that there was no place for


class Places:
    """So that those who ask for archives leave threads to those who read news."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Held while a whole month is made.

        Raises:
            ServiceUnavailable: AT_ONCE others are being made.
        """
        if not self._free.acquire(timeout=PATIENCE):
            raise ServiceUnavailable(retry_after=RETRY_AFTER)
        try:
            yield
        finally:
            self._free.release()


def month_bounds(year: int, month: int, zone: ZoneInfo) -> tuple[int, int]:
    """First second of a month and of the next, in the zone of the site."""
    start = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return int(start.astimezone(UTC).timestamp()), int(end.astimezone(UTC).timestamp())


def month_of(seconds: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m")
