"""Metrics for Prometheus, in its text format 0.0.4. The worker's counts reach the web through the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from aggregator.errors import PollFailure
from aggregator.model import notes
from aggregator.model.notes import Measures
from aggregator.model.source import Health, SourceState
from aggregator.web.library import Library
from aggregator.web.sources import public_health

OVERDUE = timedelta(minutes=10)
METRICS: dict[str, tuple[str, str]] = {
    "sources": ("gauge", "Sources of the configuration in force."),
    "items": ("gauge", "Items in the archive."),
    "stories": ("gauge", "Stories in the archive."),
    "pending": ("gauge", "Items waiting for the edition."),
    "polls_total": ("counter", "Polls of all sources, removed ones included."),
    "not_modified_total": ("counter", "Polls answered with 304."),
    "received_bytes_total": ("counter", "Bytes received on the wire."),
    "saved_bytes_total": ("counter", "Bytes saved by 304."),
    "sources_overdue": ("gauge", "Sources more than ten minutes overdue."),
    "sources_by_state": ("gauge", "Sources by their health."),
    "drops_total": ("counter", "What was discarded or held back, by reason."),
    "poll_errors_total": ("counter", "Polls that failed, by kind of error."),
    "editions_total": ("counter", "Editions that placed items."),
    "edition_seconds_total": ("counter", "Seconds spent on editions."),
    "last_edition_seconds": ("gauge", "Seconds that the last edition took."),
    "items_set_aside": ("gauge", "Items that the edition failed on."),
    "delay_seconds": ("histogram", "Seconds from the publication of an item to its appearance in our feeds."),
    "trouble": ("gauge", "Parts of the service that have a problem."),
    "last_tick_timestamp_seconds": ("gauge", "When the worker last looked for sources that are due."),
}
"""Name without `aggregator_` → its kind, and what it is."""


def _none_of(words: Any) -> dict[str, int]:
    """{word: 0} for all words in a union of Literals. Without these zeros a graph would have gaps, and `increase` in Prometheus would miss
    the first occurrence."""
    return {word: 0 for some in get_args(words) for word in get_args(some)}


STATES = _none_of(Health)
ERRORS = _none_of(PollFailure)


def measured(lib: Library) -> str:
    states = [(state, public_health(state)[0]) for state in lib.watched()]
    ever = lib.archive.sources.states(listed=False)  # including removed sources, since counters must never decrease
    now = lib.now()
    counted = lib.archive.upkeep.noted(notes.MEASURES)
    lines = [
        *(_one(name, value) for name, value in lib.totals().items()),
        _one("polls_total", sum(state.polls for state in ever)),
        _one("not_modified_total", sum(state.not_modified for state in ever)),
        _one("received_bytes_total", sum(state.bytes_received for state in ever)),
        _one("saved_bytes_total", sum(state.bytes_saved for state in ever)),
        _one("sources_overdue", sum(kind != "gone" and _overdue(state, now) for state, kind in states)),
        *_labelled("sources_by_state", "state", {**STATES, **Counter(kind for _, kind in states)}),
        *_labelled("drops_total", "reason", sum(map(Counter, lib.archive.sources.drops().values()), Counter[str]())),
        *(_of_worker(counted, lib.archive.upkeep.noted(notes.SET_ASIDE) or {}) if counted else ()),
        *_labelled("trouble", "part", {one.partition(":")[0]: 1 for one in lib.troubles()}),
    ]
    tick = lib.archive.upkeep.noted(notes.TICK)
    if tick is not None:
        lines.append(_one("last_tick_timestamp_seconds", tick))
    return "\n".join(lines) + "\n"


def _one(name: str, value: float) -> str:
    return f"{_head(name)}\naggregator_{name} {value}"


def _head(name: str) -> str:
    kind, text = METRICS[name]
    return f"# HELP aggregator_{name} {text}\n# TYPE aggregator_{name} {kind}"


def _labelled(name: str, label: str, values: Mapping[str, int]) -> Iterable[str]:
    if values:
        yield _head(name)
    for value, count in sorted(values.items()):
        yield f'aggregator_{name}{{{label}="{value}"}} {count}'


def _overdue(state: SourceState, now: datetime) -> bool:
    return state.next_poll is not None and now - state.next_poll > OVERDUE


def _of_worker(measures: Measures, set_aside: dict[str, int]) -> Iterable[str]:
    yield from _labelled("poll_errors_total", "kind", {**ERRORS, **measures.errors})
    yield _one("editions_total", measures.editions)
    yield _one("edition_seconds_total", measures.edition_seconds)
    yield _one("last_edition_seconds", measures.last_edition_seconds)
    yield _one("items_set_aside", sum(set_aside.values()))
    yield _head("delay_seconds")
    count = 0
    for bound, items in measures.delays:
        count += items
        yield f'aggregator_delay_seconds_bucket{{le="{bound or "+Inf"}"}} {count}'
    yield f"aggregator_delay_seconds_sum {measures.delay_seconds}"
    yield f"aggregator_delay_seconds_count {count}"
