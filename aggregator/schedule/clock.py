"""Computes due times although the clock may be wrong: it may be set back or forward, or the machine may have slept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from aggregator.model.source import HORIZON, LONGEST_HOLD, SourceState

SLACK = timedelta(minutes=1)
"""Differences up to this are ignored: the clocks of two machines never agree exactly."""

SILENCE = timedelta(seconds=30)
"""A worker notes a tick every five seconds; after this long without one nobody polls."""


def is_polling(tick: int | None, now: datetime) -> bool:
    """Whether some worker polls, by the tick that was noted last, in epoch seconds. One that lies far in the future was noted before
    the clock was set back."""
    return tick is not None and -SLACK <= now - datetime.fromtimestamp(tick, UTC) <= SILENCE


def due_at(state: SourceState, now: datetime) -> datetime:
    """When a source is due. If its last poll lies in the future, the clock was set back: the interval that had been planned after that
    poll is then counted from now. So no source stays unpolled for long, and not all are polled at once."""
    if state.next_poll is None:
        return now
    if state.last_attempt is not None and state.last_attempt > now:
        planned = max(state.next_poll - state.last_attempt, timedelta())
        return now + min(planned, HORIZON)
    return min(state.next_poll, now + HORIZON)


def corrected(states: Iterable[SourceState], now: datetime) -> list[SourceState]:
    """The states whose times are impossibly far in the future, corrected. To be saved at start and at each tick. Empty as long as the
    clock is right. The time of the last news is left: if it is the clock that is wrong now, the source would count as silent for years
    once that is right."""
    return [
        replace(
            state,
            next_poll=None if state.next_poll is None else due_at(state, now),
            last_attempt=_past(state.last_attempt, now),
            last_success=_past(state.last_success, now),
            first_success=_past(state.first_success, now),
            moved_since=_past(state.moved_since, now),
            held_until=_held_until(state, now),
        )
        for state in states
        if _impossible(state, now + SLACK)
    ]


def _impossible(state: SourceState, now: datetime) -> bool:
    """Whether a time of the past lies in the future, or the next poll is further away than any interval."""
    past = (state.last_attempt, state.last_success, state.first_success, state.moved_since)
    return max(filter(None, past), default=now) > now or (state.next_poll or now) > now + HORIZON


def _held_until(state: SourceState, now: datetime) -> datetime | None:
    """When the pause of its host ends. Like the next poll, it is counted from now if it was asked for by a wrong clock."""
    if state.held_until is None:
        return None
    asked = state.held_until - max(state.last_attempt or now, now)
    return now + min(asked, timedelta(seconds=LONGEST_HOLD))


def _past(moment: datetime | None, latest: datetime) -> datetime | None:
    return None if moment is None else min(moment, latest)
