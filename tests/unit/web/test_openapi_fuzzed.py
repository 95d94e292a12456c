"""Schemathesis asks whatever the description allows and whatever it forbids: no 5xx, nothing that is not described."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from newsroom import Newsroom

from aggregator.model import notes

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed; the extra `test` has it")


def test_whatever_is_asked(newsroom: Newsroom) -> None:
    newsroom.archive.upkeep.note(notes.TICK, int(newsroom.now.timestamp()))
    description = schemathesis.openapi.from_wsgi("/openapi.json", newsroom.client.application)
    checks = import_module("schemathesis.specs.openapi.checks")
    wanted = [
        schemathesis.checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
    ]
    asked = 0
    for found in description.get_all_operations():
        operation = found.ok()
        json = operation.path.startswith("/api/") and "{" not in operation.path
        also = [checks.response_schema_conformance] if json else []  # it reads no HTML, and no XML with namespaces
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            asked += _ask(operation, mode, [*wanted, *also])
    assert asked > 200


def _ask(operation: Any, mode: Any, checks: list[Any]) -> int:
    count = 0

    @settings(
        max_examples=4,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def asking(case: Any) -> None:
        nonlocal count
        count += 1
        case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

    try:
        asking()
    except Exception as error:
        if type(error).__name__ != "Unsatisfiable":  # nothing to be forbidden where nothing is taken
            raise
    return count
