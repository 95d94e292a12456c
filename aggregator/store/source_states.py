"""Converts between rows and the states of sources, for any backend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, get_type_hints

from aggregator.model.source import SourceState
from aggregator.store.rows import to_seconds, to_time

STATE_FIELDS = SourceState.__struct_fields__
STATE_COLUMNS = tuple(name for name in STATE_FIELDS if name not in ("id", "root", "url"))
_HINTS = get_type_hints(SourceState).items()
_TIMES = [name for name, hint in _HINTS if hint == datetime | None]
_SPANS = [name for name, hint in _HINTS if hint == timedelta | None]


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
