"""Merges the result of a poll with a state of the source that another poll, or an edit, has stored in the meantime. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aggregator.model.item import to_seconds
from aggregator.model.source import SourceState

_ANSWER = (
    "last_attempt", "last_status", "error_kind", "error", "failures", "state", "moved_to", "moved_since", "moved_count",
)  # fmt: skip
_PLAN = ("next_poll", "why", "held_until")


def as_told(state: SourceState, other: SourceState) -> SourceState:
    """The state to store if two polls of a source overlapped: `state`, with what must be kept of `other`. If the later of the two was
    refused by the server, its failure counts. If the server asked either to pause, the longer pause counts."""
    if other.failures and (to_seconds(other.last_attempt) or 0) > (to_seconds(state.last_attempt) or 0):
        state = _with(state, other, _ANSWER + _PLAN)
    if other.held_until and (to_seconds(other.next_poll) or 0) > (to_seconds(state.next_poll) or 0):
        state = _with(state, other, _PLAN)
    return state


def by_plan_of(stored: SourceState, state: SourceState) -> SourceState:
    """The state after a poll, if the next poll of its source was planned again in the meantime (an edit changed the interval, or a later
    poll was stored). The stored plan counts, even if its time has come. Of the poll's own plan only a pause counts that the server
    asked for."""
    planned, polled = stored.next_poll, state.last_attempt
    if state.state == "gone" or not planned or not polled or (planned <= polled and stored.polls < state.polls):
        return state
    if state.held_until and state.held_until > planned:
        return msgspec.structs.replace(state, next_poll=state.held_until)
    return _with(state, stored, ("next_poll", "why"))


def _with(state: SourceState, other: SourceState, names: Iterable[str]) -> SourceState:
    return msgspec.structs.replace(state, **{name: getattr(other, name) for name in names})
