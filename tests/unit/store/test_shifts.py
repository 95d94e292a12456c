"""Which days of which streams a story entered late or left."""

from __future__ import annotations

from aggregator.store.rows import EntryRow
from aggregator.store.shifts import KEPT, Row, shifts


def was(published: int, active: bool = True) -> Row:
    return (7, 1, published, active, 100)


def entry(stream: int, published: int) -> EntryRow:
    return (stream, 1, published, None, published, True)


def test_a_known_story_shifts_the_days_that_it_leaves_and_enters() -> None:
    assert shifts([was(100)], [entry(7, 200)], {1: 100}, 900) == [(7, 100, 900), (7, 200, 900)], "to another time"
    assert shifts([was(100)], [], {}, 900) == [(7, 100, 900)], "merged into another"
    both = [entry(7, 100), entry(8, 100)]
    assert shifts([was(100, active=False)], both, {1: 100}, 900) == [(7, 100, 900), (8, 100, 900)]
    assert shifts([was(100)], [entry(7, 100)], {1: 100}, 900) == []


def test_news_tells_by_its_own_time_unless_a_day_may_have_ended_since() -> None:
    for before in ([], [was(100)]):
        assert shifts(before, [entry(7, 100)], {1: 101}, 899) == []
        assert shifts(before, [entry(7, 100)], {1: 101}, 900) == [(7, 100, 900)]


def test_shifts_of_what_was_published_long_ago_are_not_kept() -> None:
    assert shifts([was(100)], [], {}, 100 + KEPT) == [(7, 100, 100 + KEPT)]
    assert shifts([was(100)], [], {}, 101 + KEPT) == []
