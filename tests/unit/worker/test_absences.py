"""When the holder of a lease on another machine counts as dead: not because the server forgot everybody for a moment."""

from __future__ import annotations

from aggregator.worker.identity import GRACE, Absences


def test_who_is_gone_for_long_is_dead_and_who_comes_back_starts_anew() -> None:
    connected, now = set[str](), [100.0]
    dead = Absences(lambda owner: owner not in connected, lambda: now[0])
    assert not dead("one"), "gone only now"
    now[0] += GRACE - 1
    assert not dead("one")
    assert not dead("two"), "each has a time of its own"
    now[0] += 1
    assert dead("one")
    assert not dead("two")
    connected.add("one")
    assert not dead("one")
    connected.clear()
    assert not dead("one"), "it was there meanwhile"
    now[0] += GRACE
    assert dead("one")
    assert dead("two")


def test_an_absence_long_ago_does_not_count() -> None:
    """Nobody asks for a worker that holds no lease: it may have come back, and be gone for a moment again."""
    now = [100.0]
    dead = Absences(lambda owner: True, lambda: now[0])
    assert not dead("one")
    now[0] += GRACE * 10
    assert not dead("one")
    now[0] += GRACE
    assert dead("one")
