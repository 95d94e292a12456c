"""When texts may be pruned. What is pruned is gone, so a clock that may be wrong is not believed."""

from __future__ import annotations

from aggregator.worker.editions import Retention

HOUR, DAY = 3600, 86_400
NOW = 1_800_000_000


def pruned(retention: Retention, now: int, running: float) -> bool:
    """Whether it was due, and so done."""
    due = retention.due(now, running)
    if due:
        retention.pruned = now
    return due


def test_once_a_day() -> None:
    retention = Retention(NOW - 60, 0.0)
    assert [pruned(retention, NOW + hours * HOUR, hours * HOUR) for hours in (0, 1, 23, 24, 25, 48)] == [
        True, False, False, True, False, True,
    ]  # fmt: skip


def test_an_archive_without_a_past_is_believed() -> None:
    assert pruned(Retention(None, 0.0), NOW, 0.0)


def test_an_absence_of_a_day_is_usual_and_a_longer_one_calls_for_a_day_of_running() -> None:
    assert pruned(Retention(NOW - DAY, 0.0), NOW, 0.0)
    retention = Retention(NOW - DAY - 1, 0.0)
    assert [pruned(retention, NOW + hours * HOUR, hours * HOUR) for hours in (0, 1, 23, 24)] == [
        False,
        False,
        False,
        True,
    ]


def test_time_that_has_passed_is_no_leap_however_long_it_was() -> None:
    """An archive that is re-placed for days is not looked at meanwhile."""
    retention = Retention(NOW, 0.0)
    assert pruned(retention, NOW, 0.0)
    assert pruned(retention, NOW + 5 * DAY, 5 * DAY)


def test_a_leap_is_noticed_however_long_the_service_has_run() -> None:
    retention = Retention(NOW, 0.0)
    for day in range(10):
        assert pruned(retention, NOW + day * DAY, day * DAY)
    assert not pruned(retention, NOW + 15 * DAY, 9 * DAY + 60)
    assert not pruned(retention, NOW + 15 * DAY + 23 * HOUR, 9 * DAY + 23 * HOUR)
    assert pruned(retention, NOW + 16 * DAY, 10 * DAY + 60)


def test_a_leap_is_remembered_over_a_restart() -> None:
    """The tick before it says that all is well, at a clock that is wrong by years."""
    leapt = Retention(NOW - 3653 * DAY, 0.0)
    leapt.look(NOW, 0.0)
    again = Retention(NOW + HOUR, 0.0, rests_until=leapt.rests_until)
    assert [pruned(again, NOW + hours * HOUR, (hours - 1) * HOUR) for hours in (1, 23, 24)] == [False, False, True]
    right = Retention(NOW + HOUR, 0.0, rests_until=leapt.rests_until)
    assert pruned(right, NOW - 3652 * DAY, 60.0), "the clock is right again"


def test_a_clock_that_was_set_back_puts_retention_off_for_no_years() -> None:
    retention = Retention(NOW, 0.0)
    assert pruned(retention, NOW, 0.0)
    assert pruned(retention, NOW - 3653 * DAY, 60.0)
    assert not pruned(retention, NOW - 3653 * DAY + 60, 120.0), "once a day all the same"
