from __future__ import annotations

import pytest

from benchmarks.clusters import score


def test_scores_of_an_example_worked_by_hand() -> None:
    """Gold {1,2,3} {4,5}; found {1,2} {3,4,5}.

    B³ precision: items 1, 2: 2/2; item 3: 1/3; items 4, 5: 2/3 → (1 + 1 + 1/3 + 2/3 + 2/3) / 5 = 11/15.
    B³ recall: items 1, 2: 2/3; item 3: 1/3; items 4, 5: 2/2 → (2/3 + 2/3 + 1/3 + 1 + 1) / 5 = 11/15.
    Pairs: gold 3 + 1 = 4, found 1 + 3 = 4, both: (1,2), (4,5) → precision and recall 1/2.
    """
    found = score(["a", "a", "a", "b", "b"], [1, 1, 2, 2, 2])
    assert found.b3_precision == pytest.approx(11 / 15)
    assert found.b3_recall == pytest.approx(11 / 15)
    assert found.b3_f1 == pytest.approx(11 / 15)
    assert (found.pair_precision, found.pair_recall, found.pair_f1) == (0.5, 0.5, 0.5)


def test_singletons_have_no_pairs_to_get_wrong() -> None:
    found = score(["a", "a"], [1, 2])
    assert found.b3_precision == 1
    assert found.b3_recall == 0.5
    assert (found.pair_precision, found.pair_recall, found.pair_f1) == (1.0, 0.0, 0.0)
