"""Words that name a place: two reports whose headlines name different ones, of which the other says nothing, seldom tell
one event.

`data/places.bin` holds the `word_id` of each, ascending, eight bytes a number; `benchmarks/train_stories.py` makes it of
the names of countries, cities and bodies.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Bools, Ints


def placed(words: Ints) -> Bools:
    """Which of these words name a place."""
    found: Bools = np.isin(words, _listed())
    return found


@cache
def _listed() -> Ints:
    content = (files("aggregator.stories") / "data" / "places.bin").read_bytes()
    return np.frombuffer(content, "<i8")
