"""Hosts that asked for a pause (429 or 503 with Retry-After), as the states of their sources remember it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aggregator.addresses import host_of
from aggregator.model.source import SourceState


def pausing(states: Iterable[SourceState], now: datetime) -> dict[str, float]:
    """Host → seconds of the pause that are left: for a process that starts anew."""
    found: dict[str, float] = {}
    for state in states:
        host = host_of(state.validator_url or state.url)
        if (
            host
            and state.failures
            and state.last_status in (429, 503)
            and state.next_poll
            and "(Retry-After)" in state.why
        ):
            found[host] = max(found.get(host, 0.0), (state.next_poll - now).total_seconds())
    return {host: seconds for host, seconds in found.items() if seconds > 0}
