"""Hosts that asked for a pause (429 or 503 with Retry-After), as recorded in the states of their sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from aggregator.addresses import host_of
from aggregator.model.source import ASKED_TO_WAIT, LONGEST_HOLD, SourceState


def pausing(states: Iterable[SourceState], now: datetime, alone: Collection[str] = ()) -> dict[str, float]:
    """Host → remaining seconds of the pause, for a process that has just started. A pause requested of a source in
    `alone` applies to that source only, not to its host."""
    found: dict[str, float] = {}
    for state in states:
        host = host_of(state.validator_url or state.url)
        if (
            host
            and state.id not in alone
            and state.last_status in ASKED_TO_WAIT
            and state.next_poll
            and "(Retry-After)" in state.why
        ):
            until = min(state.next_poll, (state.last_attempt or now) + timedelta(seconds=LONGEST_HOLD))
            found[host] = max(found.get(host, 0.0), (until - now).total_seconds())
    return {host: seconds for host, seconds in found.items() if seconds > 0}
