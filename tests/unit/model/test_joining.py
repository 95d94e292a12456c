"""What the API says of why an item is in its story."""

from __future__ import annotations

import pytest

from aggregator.model.joining import Joining, in_words


@pytest.mark.parametrize(
    ("joining", "says"),
    [
        (Joining("founder", 1.0), "founded its story"),
        (Joining("same headline", 1.0, ("ferry",)), "same headline: ferry"),
        (
            Joining("alike", 0.624, ("ferry", "luzon"), ("other places",), 7, 0.5, "id", "Ferry sinks"),
            "alike 0.62: ferry, luzon. Next came “Ferry sinks” with 0.50, kept apart by: other places",
        ),
        (Joining("founder", 1.0, next=7, next_score=0.41), "founded its story. Next came another story with 0.41"),
    ],
)
def test_why_an_item_is_in_its_story_in_words(joining: Joining, says: str) -> None:
    assert in_words(joining) == says
