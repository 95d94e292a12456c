"""What a worker counts, and how the counts of several processes become one."""

from __future__ import annotations

from aggregator.model.notes import BOUNDS, Measures


def counted() -> Measures:
    measures = Measures()
    measures.failed(["dns", "dns", "timeout"])
    measures.edition(1.5, [0, BOUNDS[0], BOUNDS[0] + 1, BOUNDS[-1], BOUNDS[-1] + 1])
    measures.edition(0.25, [])
    return measures


def test_a_delay_counts_up_to_its_bound_and_longer_ones_apart() -> None:
    assert [count for _, count in counted().delays] == [2, 1, *(0 for _ in BOUNDS[3:]), 1, 1]
    assert counted().delay_seconds == 2 * BOUNDS[0] + 1 + 2 * BOUNDS[-1] + 1


def test_only_what_was_counted_since_is_added() -> None:
    measures = counted()
    first = measures.onto(None, Measures())
    assert first == measures
    before = measures.copy()
    assert measures.onto(first, before) == first, "nothing happened since"
    measures.failed(["dns"])
    measures.edition(2.0, [1])
    assert measures.onto(first, before) == measures
    assert before == counted(), "a copy does not count on"


def test_figures_of_the_last_edition_are_those_of_who_made_it() -> None:
    other = counted()
    idle = Measures()
    idle.failed(["http"])
    total = idle.onto(other, Measures())
    assert total.last_edition_seconds == 0.25
    assert total.errors == {"dns": 2, "timeout": 1, "http": 1}
    busy = Measures()
    busy.edition(0.5, [])
    assert busy.onto(other, Measures()).last_edition_seconds == 0.5
