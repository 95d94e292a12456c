"""Which days of which streams a known story entered or left."""

from __future__ import annotations

from aggregator.store.shifts import KEPT, shifts


def test_a_known_story_shifts_the_days_that_it_leaves_and_enters() -> None:
    assert shifts([(7, 1, 100, True)], [(7, 1, 200, True)], 900) == [(7, 100, 900), (7, 200, 900)], "to another time"
    assert shifts([(7, 1, 100, True)], [], 900) == [(7, 100, 900)], "merged into another"
    assert shifts([(7, 1, 100, False)], [(7, 1, 100, True), (8, 1, 100, True)], 900) == [(7, 100, 900), (8, 100, 900)]
    assert shifts([(7, 1, 100, True)], [(7, 1, 100, True)], 900) == []
    assert shifts([], [(7, 1, 100, True)], 900) == [], "news has a time of entering of its own"


def test_shifts_of_what_was_published_long_ago_are_not_kept() -> None:
    before = [(7, 1, 100, True)]
    assert (shifts(before, [], 100 + KEPT), shifts(before, [], 101 + KEPT)) == ([(7, 100, 100 + KEPT)], [])
