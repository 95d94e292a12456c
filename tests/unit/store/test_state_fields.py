"""Of which type the values of a source's state are, by which the columns of PostgreSQL are chosen."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.store.source_states import STATE_FIELDS, state_fields

KINDS = (str, float, bytes, int, datetime, timedelta)


def test_each_field_of_a_state_holds_values_of_one_type() -> None:
    found = {name: [kind for kind in KINDS if name in state_fields(kind)] for name in STATE_FIELDS}
    assert {name: kinds for name, kinds in found.items() if len(kinds) != 1} == {}


def test_names_out_of_a_list_are_texts() -> None:
    """PostgreSQL was asked to take `ok` for a number."""
    assert {"state", "error_kind", "error", "why"} <= state_fields(str)
    assert {"next_poll", "last_new"} <= state_fields(datetime)
