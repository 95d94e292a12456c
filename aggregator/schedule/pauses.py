"""Pauses that hosts ask for (429 or 503 with Retry-After): which sources must wait, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from aggregator.addresses import host_of
from aggregator.model.settings import Defaults, Source
from aggregator.model.source import SourceState
from aggregator.schedule import permanent_redirects


def pause_of(source: Source, defaults: Defaults) -> str:
    """What a Retry-After in response to this source applies to: `host` (all sources of its host) or `source` (this one)."""
    return source.retry_after or defaults.retry_after


def pausing(states: Iterable[SourceState], now: datetime, alone: Collection[str] = ()) -> dict[str, float]:
    """Host → remaining seconds of its pause, from the states in the store, for a process that has just started. A pause of a source in
    `alone` applies to that source only, not to its host. So does that of a source whose address redirects to another host: it is not
    stored which of the two has asked for it, and whoever redirects to a host could silence all sources there."""
    found: dict[str, float] = {}
    for state in states:
        asked = permanent_redirects.address(state, state.url)
        host = host_of(asked)
        if host is None or host != host_of(state.validator_url or asked) or state.id in alone:
            continue
        if state.held_until and state.held_until > now:
            found[host] = max(found.get(host, 0.0), (state.held_until - now).total_seconds())
    return found
