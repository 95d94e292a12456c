"""Converts between rows and the states of sources, for any backend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, get_args, get_origin, get_type_hints

from aggregator.model.source import SourceState
from aggregator.store.rows import to_seconds, to_time

STATE_FIELDS = SourceState.__struct_fields__
STATE_COLUMNS = tuple(name for name in STATE_FIELDS if name not in ("id", "root", "url"))
_HINTS = get_type_hints(SourceState)


def state_fields(kind: type) -> frozenset[str]:
    """The names of the fields of `SourceState` that have values of this type."""
    return frozenset(name for name, hint in _HINTS.items() if kind in _kinds(hint))


def _kinds(hint: Any) -> set[type]:
    """The types that an annotation allows."""
    if get_origin(hint) is Literal:
        return set(map(type, get_args(hint)))
    parts = get_args(hint)
    return set().union(*map(_kinds, parts)) if parts else {hint}


_TIMES = state_fields(datetime)
_SPANS = state_fields(timedelta)


def source_state(row: Iterable[Any]) -> SourceState:
    values = dict(zip(STATE_FIELDS, row, strict=True))
    for name in _TIMES:
        values[name] = to_time(values[name])
    if not values["next_poll"] or values["next_poll"].timestamp() == 0:
        values["next_poll"] = None
    for name in _SPANS:
        values[name] = None if values[name] is None else timedelta(seconds=values[name])
    return SourceState(**values)


def state_columns(state: SourceState) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in STATE_COLUMNS:
        value = getattr(state, name)
        if name in _TIMES:
            value = to_seconds(value)
        elif name in _SPANS and value is not None:
            value = int(value.total_seconds())
        values[name] = value
    values["next_poll"] = values["next_poll"] or 0
    return values
