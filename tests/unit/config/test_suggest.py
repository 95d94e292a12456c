"""What a misspelt name was probably meant to be."""

from __future__ import annotations

import difflib
from random import Random

import pytest

from aggregator.config.suggest import closest
from aggregator.text.regions import REGIONS, countries

NAMES = [*REGIONS, *(name for name, _ in countries().values())]


@pytest.mark.parametrize("cutoff", [0.5, 0.6, 0.8, 0.85, 1.0])
def test_what_is_not_compared_in_full_could_not_have_been_meant(cutoff: float) -> None:
    random, found = Random(3), 0
    for _ in range(500):
        word = list(random.choice(NAMES))
        for _ in range(random.randrange(6)):
            at = random.randrange(len(word) + 1)
            word[at : at + random.randrange(2)] = random.choice(["", "a", "é", "中", "-"])
        typed = "".join(word)
        near = difflib.get_close_matches(typed, NAMES, n=1, cutoff=cutoff)
        assert closest(typed, NAMES, cutoff) == (near[0] if near else None)
        found += bool(near)
    assert found > 50


def test_a_name_is_told_as_it_is_written() -> None:
    assert closest("BBC WRLD", ["BBC World", "Kyodo"]) == "BBC World"
    assert closest("Interval", ["every", "keep"]) == "every", "as other programs call it"
    assert closest("zzz", ["every", "keep"]) is None
