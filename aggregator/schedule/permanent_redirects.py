"""Permanent redirects (301, 308): the new address is adopted after repeated proof, and given up again if it turns out to be dead. A source
counts as moved once the same target was seen SIGHTINGS times in a row over at least PROOF, so that a mistake in a server's configuration,
which is usually noticed within a day, does no harm (Feedbin waits for hundreds of redirects). `feeds.yaml` belongs to the editor and is not
changed: only the requested address changes, and the move is reported until the file has the new address."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from aggregator.addresses import literal_private
from aggregator.model.source import SIGHTINGS, SourceState

PROOF = timedelta(hours=24)
_UNSEEN = timedelta(hours=12)
"""If a poll comes later than this after it was due (the machine slept), counting starts over: what happened meanwhile is unknown."""
_GIVE_UP_FAILURES = 5
_GIVE_UP_AFTER = timedelta(hours=24)


def adopted(state: SourceState) -> bool:
    return state.moved_count >= SIGHTINGS


def address(state: SourceState, configured: str) -> str:
    """The address to request: the configured one, or the one to which it has permanently moved."""
    return state.moved_to if adopted(state) and state.moved_to else configured


def sighted(state: SourceState, permanent: str | None, now: datetime) -> SourceState:
    """The state after a successful poll that permanent redirects led to `permanent` (None: there were none). The last of the SIGHTINGS
    counts only once PROOF has passed since the first."""
    if adopted(state):
        return state
    if permanent is None or not _acceptable(state.url, permanent):
        return forgotten(state)
    unseen = state.next_poll is not None and now - state.next_poll > _UNSEEN
    if permanent != state.moved_to or state.moved_since is None or unseen:
        return replace(state, moved_to=permanent, moved_since=now, moved_count=1)
    proven = now - state.moved_since >= PROOF
    count = state.moved_count + 1
    return replace(state, moved_count=count if proven else min(count, SIGHTINGS - 1))


def failed(state: SourceState, now: datetime) -> SourceState:
    """The state after a failed poll: if an adopted address is gone (410), or dead for a day, the configured one is used again."""
    if not adopted(state):
        return state
    quiet = now - (state.last_success or now)
    dead = state.failures >= _GIVE_UP_FAILURES and quiet >= _GIVE_UP_AFTER
    return forgotten(state) if dead or state.last_status == 410 else state


def forgotten(state: SourceState) -> SourceState:
    return replace(state, moved_to=None, moved_since=None, moved_count=0)


def _acceptable(configured: str, target: str) -> bool:
    """Whether a redirect may be adopted: not from https to http, nor from a public to a private address. (`fetch` has checked to which
    address the name resolved; this checks the spelling once more.)"""
    downgrade = configured.lower().startswith("https:") and not target.lower().startswith("https:")
    return not downgrade and (literal_private(configured) or not literal_private(target))
