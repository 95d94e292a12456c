"""Times as text, in one format for all outputs."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(moment: datetime | int) -> str:
    """RFC 3339 in UTC, whole seconds: 2026-11-24T12:00:00Z. An int is epoch seconds."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat()[:19] + "Z"
