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
    """Host → remaining seconds of its pause, from the states in the store, for a process that has just started or that polls beside
    others. A pause of a source in `alone` applies to that source only, not to its host. So does that of a source whose address redirects
    to another host: it is not stored which of the two has asked for it, and whoever redirects to a host could silence all sources there.
    But a host with and without `www.` is one."""
    found: dict[str, float] = {}
    for state in states:
        if not state.held_until or state.held_until <= now or state.id in alone:
            continue
        asked = permanent_redirects.address(state, state.url)
        hosts = [host for url in (asked, state.validator_url or asked) if (host := host_of(url))]
        if len({host.removeprefix("www.") for host in hosts}) == 1:
            left = (state.held_until - now).total_seconds()
            found |= {host: max(found.get(host, 0.0), left) for host in hosts}
    return found
