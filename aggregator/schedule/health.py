"""How a source is doing, with the evidence."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model.source import SourceState
from aggregator.schedule import moves
from aggregator.schedule.words import span, times

SILENT_AFTER = timedelta(days=7)
STALE_AFTER = timedelta(days=90)


def health(state: SourceState, now: datetime) -> tuple[str, str]:
    """(state, evidence). States, the first that holds: `gone` (410, not polled any more), `failing` (the last poll
    failed), `new` (no poll yet), `moved` (asked at another address than feeds.yaml says), `stale` (answers, but
    nothing new for 90 days), `silent` (nothing new for 7 days), `ok`."""
    if state.last_status == 410 and not moves.adopted(state) and state.failures:
        return "gone", f"the server says 410 Gone since {_day(state.last_attempt)}: not polled until its url changes"
    if state.failures:
        since = f", last success {_ago(state.last_success, now)}" if state.last_success else ", never a success"
        return "failing", f"{times(state.failures, 'failure')} in a row{since}: {state.error or state.error_kind}"
    if state.last_success is None:
        return "new", "not polled yet"
    if moves.adopted(state):
        return "moved", f"moved for good since {_day(state.moved_since)}; in feeds.yaml set url: {state.moved_to}"
    quiet = now - (state.last_new or state.first_success or state.last_success)
    if quiet >= SILENT_AFTER:
        word = "stale" if quiet >= STALE_AFTER else "silent"
        return word, f"it answers, but its last new item came {span(quiet)} ago"
    newest = f"newest item {_ago(state.last_new, now)}" if state.last_new else "no items yet"
    return "ok", f"{newest}, last success {_ago(state.last_success, now)}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "an unknown day"


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{span(now - moment)} ago" if moment else "never"
