"""What counts of a poll where another poll, or an edit, changed the state of the source beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aggregator.model.source import SourceState
from aggregator.store.rows import to_seconds

_ANSWER = (
    "last_attempt",
    "last_status",
    "error_kind",
    "error",
    "failures",
    "state",
    "moved_to",
    "moved_since",
    "moved_count",
)
_PLAN = ("next_poll", "why", "held_until")


def as_told(state: SourceState, other: SourceState) -> SourceState:
    """A state of which another poll of the same source, made beside it, knew nothing: if the server refused the later one, that
    counts, and so does a pause that either was asked for."""
    if other.failures and _answered_after(other, state):
        state = _with(state, other, _ANSWER + _PLAN)
    if other.held_until and (to_seconds(other.next_poll) or 0) > (to_seconds(state.next_poll) or 0):
        state = _with(state, other, _PLAN)
    return state


def by_plan_of(stored: SourceState, state: SourceState) -> SourceState:
    """The state after a poll whose source was planned anew meanwhile, as where an edit changed how often it is polled: of the poll's own
    plan only the pause counts that its server asked for."""
    if (
        state.state == "gone"
        or not stored.next_poll
        or not state.last_attempt
        or stored.next_poll <= state.last_attempt
    ):
        return state
    if state.held_until and state.held_until > stored.next_poll:
        return msgspec.structs.replace(state, next_poll=state.held_until)
    return _with(state, stored, ("next_poll", "why"))


def _answered_after(state: SourceState, other: SourceState) -> bool:
    return (to_seconds(state.last_attempt) or 0) > (to_seconds(other.last_attempt) or 0)


def _with(state: SourceState, other: SourceState, names: Iterable[str]) -> SourceState:
    return msgspec.structs.replace(state, **{name: getattr(other, name) for name in names})
