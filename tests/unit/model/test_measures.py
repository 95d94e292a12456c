"""What a worker counts, and how the counts of several processes become one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aggregator.model.measures import BOUNDS, Measures


def counted() -> Measures:
    measures = Measures()
    measures.failed(["dns", "dns", "timeout"])
    measures.edition(1.5, [0, BOUNDS[0], BOUNDS[0] + 1, BOUNDS[-1], BOUNDS[-1] + 1])
    measures.edition(0.25, [])
    measures.set_aside = 2
    return measures


def test_a_delay_counts_up_to_its_bound_and_longer_ones_apart() -> None:
    delays = [0] * (len(BOUNDS) + 1)
    for n in (0, 0, 1, len(BOUNDS) - 1, len(BOUNDS)):
        delays[n] += 1
    assert counted().delays == delays
    assert counted().delay_seconds == 2 * BOUNDS[0] + 1 + 2 * BOUNDS[-1] + 1


def test_what_was_written_is_read_again() -> None:
    written = json.loads(json.dumps(counted().write()))
    assert Measures.read(written) == counted()
    assert written["errors"] == {"dns": 2, "timeout": 1}
    assert (written["editions"], written["edition_seconds"], written["last_edition_seconds"]) == (2, 1.75, 0.25)
    assert written["delays"][0] == [BOUNDS[0], 2]
    assert written["delays"][-1] == [None, 1]


def test_only_what_was_counted_since_is_added() -> None:
    measures = counted()
    first = measures.onto(None, Measures())
    assert first == measures.write()
    before = measures.copy()
    assert measures.onto(first, before) == first, "nothing happened since"
    measures.failed(["dns"])
    measures.edition(2.0, [1])
    second = Measures.read(measures.onto(first, before))
    assert second == measures
    assert before == counted(), "a copy does not count on"


def test_figures_of_the_last_edition_are_those_of_who_made_it() -> None:
    other = counted().onto(None, Measures())
    idle = Measures()
    idle.failed(["http"])
    total = Measures.read(idle.onto(other, Measures()))
    assert (total.last_edition_seconds, total.set_aside) == (0.25, 2)
    assert total.errors == {"dns": 2, "timeout": 1, "http": 1}
    mine, before = Measures(set_aside=1), Measures()
    assert Measures.read(mine.onto(other, before)).set_aside == 1
    mine, before = Measures(), Measures(set_aside=1)
    assert Measures.read(mine.onto(other, before)).set_aside == 0, "they were placed after all"
    busy = Measures()
    busy.edition(0.5, [])
    assert Measures.read(busy.onto(other, Measures())).last_edition_seconds == 0.5


@pytest.mark.parametrize(
    "noted",
    [
        None, [], "", {}, {"errors": [], "delays": {}, "editions": "x", "edition_seconds": None},
        {"delays": [[60, 1]]}, {"delays": [7] * (len(BOUNDS) + 1)}, {"delays": [[1]] * (len(BOUNDS) + 1)},
        {"delays": [[1, None]] * (len(BOUNDS) + 1)}, {"last_edition_seconds": "long", "set_aside": "two", "delay_seconds": []},
    ],
)  # fmt: skip
def test_a_note_that_cannot_be_read_counts_from_zero(noted: Any) -> None:
    assert Measures.read(noted) == Measures()
