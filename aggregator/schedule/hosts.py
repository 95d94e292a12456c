"""Hosts that asked for a pause (429 or 503 with Retry-After), as recorded in the states of their sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from aggregator.addresses import host_of
from aggregator.model.source import LONGEST_HOLD, SourceState

_ASKED = re.compile(r"the server asked for (?:(\d+) (s|min)|.+) \(Retry-After\)")
"""In the reason that a source's state gives for its next poll, which may be long after the pause."""


def pausing(states: Iterable[SourceState], now: datetime, alone: Collection[str] = ()) -> dict[str, float]:
    """Host → remaining seconds of the pause, for a process that has just started. A pause requested of a source in
    `alone` applies to that source only, not to its host."""
    found: dict[str, float] = {}
    for state in states:
        host = host_of(state.validator_url or state.url)
        if host and state.id not in alone and state.next_poll and (asked := _ASKED.search(state.why)):
            until = min(state.next_poll, (state.last_attempt or now) + timedelta(seconds=_seconds(asked)))
            found[host] = max(found.get(host, 0.0), (until - now).total_seconds())
    return {host: seconds for host, seconds in found.items() if seconds > 0}


def _seconds(asked: re.Match[str]) -> int:
    """How long the host waits, at least what was asked for: minutes are rounded."""
    number, unit = asked[1], asked[2]
    return LONGEST_HOLD if number is None else int(number) if unit == "s" else int(number) * 60 + 30
