"""Responses that may reveal a secret of their source. What is kept of them is tested in tests/faults/."""

from __future__ import annotations

import re

import pytest

from aggregator.model.source import Freshness, NotModified
from aggregator.pipeline.concealment import reveals

ASKED, KEYED = "https://wire.example/feed", "https://wire.example/feed?key=s3cret"


@pytest.mark.parametrize(
    ("asked", "led", "permanent", "revealed"),
    [
        (ASKED, KEYED, None, True),
        (ASKED, ASKED, KEYED, True),
        (ASKED, "https://wire.example/news", "https://wire.example/news", False),  # it may be adopted
        (KEYED, KEYED, None, False),
    ],
)
def test_only_an_address_with_a_secret_that_was_not_asked_for_reveals_it(
    asked: str, led: str, permanent: str | None, revealed: bool
) -> None:
    outcome = NotModified(led, None, None, Freshness(), permanent)
    assert reveals(outcome, asked, re.compile("s3cret")) is revealed
    assert not reveals(outcome, asked, None)
