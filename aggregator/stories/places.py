"""Which words name a place, for the evidence on pairs: if two headlines name different places that the other report does not
mention, they rarely report one event. (`locations.py` knows where places are, but fewer of them.)

`data/places.bin` holds the `word_id` of each as a little-endian 64-bit integer, ascending; `benchmarks/train_stories.py` writes
it from the names of countries, cities and bodies.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from aggregator.stories.arrays import Bools, Ints


def is_place(words: Ints) -> Bools:
    """For each word (`word_id`) whether it names a place."""
    found: Bools = np.isin(words, _listed())
    return found


@cache
def _listed() -> Ints:
    content = (files("aggregator.stories") / "data" / "places.bin").read_bytes()
    return np.frombuffer(content, "<i8")
