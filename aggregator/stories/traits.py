"""What is known of words, whatever is told in the news of these days. The cache of features keeps it: nearly all words of a batch are those
of the batches before, and looking them up in all these lists takes longer than anything else that is done with a single word."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.arrays import Bools, Ints
from aggregator.stories.locations import is_place, locate
from aggregator.stories.names import named
from aggregator.stories.rarity import listed_at, shares

Traits: TypeAlias = NDArray[Any]
TRAITS = np.dtype(
    [
        ("share", np.float64),  # of the documents of the background (`rarity.background`)
        ("location", np.int64),  # packed; 0 if unknown
        ("listed", np.int32),  # `rarity.listed_at`
        ("figure", np.bool_),  # whether it begins with a digit
        ("place", np.bool_),  # whether it names a place
        ("names", np.bool_, 4),  # as by `names.named`
    ],
    align=True,  # else each gathering of numbers takes four times as long
)


def traits(words: Ints, figure: Bools) -> Traits:
    """The traits of these words. `figure`: which of them begin with a digit."""
    found = np.empty(len(words), TRAITS)
    found["listed"] = listed_at(words)
    found["share"] = shares(words, found["listed"])
    found["location"] = locate(words)
    found["figure"] = figure
    found["place"] = is_place(words)
    found["names"] = np.stack(named(words), axis=1)
    return found
