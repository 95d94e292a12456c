"""Pauses that hosts ask for (429 or 503 with Retry-After): which sources must wait, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from aggregator.addresses import host_of
from aggregator.model.settings import Defaults, Source
from aggregator.model.source import SourceState


def pause_of(source: Source, defaults: Defaults) -> str:
    """What a Retry-After in response to this source applies to: `host` (all sources of its host) or `source` (this one)."""
    return source.retry_after or defaults.retry_after


def pausing(states: Iterable[SourceState], now: datetime, alone: Collection[str] = ()) -> dict[str, float]:
    """Host → remaining seconds of its pause, from the states in the store, for a process that has just started. A pause of a source in
    `alone` applies to that source only, not to its host."""
    found: dict[str, float] = {}
    for state in states:
        host = host_of(state.validator_url or state.url)
        if host and state.held_until and state.held_until > now and state.id not in alone:
            found[host] = max(found.get(host, 0.0), (state.held_until - now).total_seconds())
    return found
