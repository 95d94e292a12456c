"""Metrics for Prometheus, in its text format 0.0.4. The worker's counts reach the web through the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from aggregator.errors import PollFailure
from aggregator.model import notes
from aggregator.model.measures import Measures
from aggregator.model.source import Health, SourceState
from aggregator.web.library import Library

OVERDUE = timedelta(minutes=10)
HELP = {
    "sources": "Sources of the configuration in force.",
    "items": "Items in the archive.",
    "stories": "Stories in the archive.",
    "pending": "Items waiting for the edition.",
    "polls_total": "Polls of all sources, removed ones included.",
    "not_modified_total": "Polls answered with 304.",
    "received_bytes_total": "Bytes received on the wire.",
    "saved_bytes_total": "Bytes saved by 304.",
    "sources_overdue": "Sources more than ten minutes overdue.",
    "sources_by_state": "Sources by their health.",
    "drops_total": "What was discarded or held back, by reason.",
    "poll_errors_total": "Polls that failed, by kind of error.",
    "editions_total": "Editions that placed items.",
    "edition_seconds_total": "Seconds spent on editions.",
    "last_edition_seconds": "Seconds that the last edition took.",
    "items_set_aside": "Items that the edition failed on.",
    "delay_seconds": "Seconds from the publication of an item to its appearance in our feeds.",
    "trouble": "Parts of the service that have a problem.",
    "last_tick_timestamp_seconds": "When the worker last looked for sources that are due.",
}


def _none_of(words: Any) -> dict[str, int]:
    """{word: 0} for all words in a union of Literals. Without these zeros a graph would have gaps, and `increase` in Prometheus would miss
    the first occurrence."""
    return {word: 0 for some in get_args(words) for word in get_args(some)}


STATES = _none_of(Health)
ERRORS = _none_of(PollFailure)


def measured(lib: Library) -> str:
    ever = lib.archive.sources.states(listed=False)  # including removed sources, since counters must never decrease
    now = lib.now()
    states = [(state, lib.health(state)[0]) for state in lib.watched()]
    counted = lib.archive.upkeep.noted(notes.MEASURES)
    lines = [
        *(_one(name, "gauge", value) for name, value in lib.archive.reading.totals().items()),
        _one("polls_total", "counter", sum(state.polls for state in ever)),
        _one("not_modified_total", "counter", sum(state.not_modified for state in ever)),
        _one("received_bytes_total", "counter", sum(state.bytes_received for state in ever)),
        _one("saved_bytes_total", "counter", sum(state.bytes_saved for state in ever)),
        _one("sources_overdue", "gauge", sum(kind != "gone" and _overdue(state, now) for state, kind in states)),
        *_labelled("sources_by_state", "gauge", "state", {**STATES, **Counter(kind for _, kind in states)}),
        *_labelled("drops_total", "counter", "reason", _drops(lib.archive.sources.drops().values())),
        *(_of_worker(counted) if counted else ()),
        *_labelled("trouble", "gauge", "part", {one.partition(":")[0]: 1 for one in lib.troubles()}),
    ]
    tick = lib.archive.upkeep.noted(notes.TICK)
    if tick is not None:
        lines.append(_one("last_tick_timestamp_seconds", "gauge", tick))
    return "\n".join(lines) + "\n"


def _one(name: str, kind: str, value: float) -> str:
    return f"{_head(name, kind)}\naggregator_{name} {value}"


def _head(name: str, kind: str) -> str:
    return f"# HELP aggregator_{name} {HELP[name]}\n# TYPE aggregator_{name} {kind}"


def _labelled(name: str, kind: str, label: str, values: Mapping[str, int]) -> Iterable[str]:
    if values:
        yield _head(name, kind)
    for value, count in sorted(values.items()):
        yield f'aggregator_{name}{{{label}="{value}"}} {count}'


def _overdue(state: SourceState, now: datetime) -> bool:
    return state.next_poll is not None and now - state.next_poll > OVERDUE


def _drops(by_source: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for drops in by_source:
        total.update(drops)
    return total


def _of_worker(measures: Measures) -> Iterable[str]:
    yield from _labelled("poll_errors_total", "counter", "kind", {**ERRORS, **measures.errors})
    yield _one("editions_total", "counter", measures.editions)
    yield _one("edition_seconds_total", "counter", measures.edition_seconds)
    yield _one("last_edition_seconds", "gauge", measures.last_edition_seconds)
    yield _one("items_set_aside", "gauge", measures.set_aside)
    yield _head("delay_seconds", "histogram")
    count = 0
    for bound, items in measures.delays:
        count += items
        yield f'aggregator_delay_seconds_bucket{{le="{bound or "+Inf"}"}} {count}'
    yield f"aggregator_delay_seconds_sum {measures.delay_seconds}"
    yield f"aggregator_delay_seconds_count {count}"
