"""Due times with a clock that may be wrong: set back or forward, or stopped while the machine slept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from aggregator.model.source import HORIZON, LONGEST_HOLD, SourceState

SLACK = timedelta(minutes=1)
"""Clocks of two machines never agree exactly, and a clock that changed by so little needs no new plan."""


def due_at(state: SourceState, now: datetime) -> datetime:
    """When a source is due. A poll that was made "later than now" shows that the clock was set back: what had been
    planned after it is planned from now, so that no source is silenced and no poll storm starts."""
    if state.next_poll is None:
        return now
    if state.last_attempt is not None and state.last_attempt > now:
        planned = max(state.next_poll - state.last_attempt, timedelta())
        return now + min(planned, HORIZON)
    return min(state.next_poll, now + HORIZON)


def corrected(states: Iterable[SourceState], now: datetime) -> list[SourceState]:
    """Corrected versions of the states whose times are further ahead than possible; to be saved at start and at each
    tick. Empty as long as the clock behaves."""
    return [
        replace(
            state,
            next_poll=None if state.next_poll is None else due_at(state, now),
            last_attempt=_past(state.last_attempt, now),
            last_success=_past(state.last_success, now),
            last_new=_past(state.last_new, now),
            first_success=_past(state.first_success, now),
            moved_since=_past(state.moved_since, now),
            held_until=_past(state.held_until, now + timedelta(seconds=LONGEST_HOLD)),
        )
        for state in states
        if _impossible(state, now + SLACK)
    ]


def _impossible(state: SourceState, now: datetime) -> bool:
    """Whether a past time lies in the future, or the next poll further ahead than any interval."""
    past = (state.last_attempt, state.last_success, state.last_new, state.first_success, state.moved_since)
    return max(filter(None, past), default=now) > now or (state.next_poll or now) > now + HORIZON


def _past(moment: datetime | None, latest: datetime) -> datetime | None:
    return None if moment is None else min(moment, latest)
