"""Which days of which streams a story entered late or left."""

from __future__ import annotations

from aggregator.store.rows import EntryRow
from aggregator.store.shifts import KEPT, shifts


def entry(stream: int, published: int) -> EntryRow:
    return (stream, 1, published, None, published, True)


def test_a_known_story_shifts_the_days_that_it_leaves_and_enters() -> None:
    assert shifts([(7, 1, 100, True)], [entry(7, 200)], 900) == [(7, 100, 900), (7, 200, 900)], "to another time"
    assert shifts([(7, 1, 100, True)], [], 900) == [(7, 100, 900)], "merged into another"
    assert shifts([(7, 1, 100, False)], [entry(7, 100), entry(8, 100)], 900) == [(7, 100, 900), (8, 100, 900)]
    assert shifts([(7, 1, 100, True)], [entry(7, 100)], 900) == []


def test_news_has_a_time_of_entering_of_its_own_unless_a_day_may_have_ended_since() -> None:
    assert shifts([], [entry(7, 100)], 899) == []
    assert shifts([], [entry(7, 100)], 900) == [(7, 100, 900)]


def test_shifts_of_what_was_published_long_ago_are_not_kept() -> None:
    before = [(7, 1, 100, True)]
    assert (shifts(before, [], 100 + KEPT), shifts(before, [], 101 + KEPT)) == ([(7, 100, 100 + KEPT)], [])
