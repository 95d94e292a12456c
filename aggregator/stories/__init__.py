"""Pure functions that group items into stories. Input: new items and the recent past. Output: the story that each item joins, and
why. No clock, no I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping, Join
from aggregator.stories.memory import Memory
from aggregator.stories.tuning import TUNING

if TYPE_CHECKING:
    from aggregator.stories.feature_cache import FeatureCache
    from aggregator.stories.grouping import group

__all__ = [
    "TUNING",
    "Candidate",
    "FeatureCache",
    "Grouping",
    "Join",
    "Memory",
    "group",
]


if not TYPE_CHECKING:  # a type checker would accept any name if it saw `__getattr__`

    def __getattr__(name: str) -> object:
        """Import `group` and `FeatureCache` on demand, since they import numpy and scipy, which takes time."""
        if name == "group":
            from aggregator.stories.grouping import group

            return group
        if name == "FeatureCache":
            from aggregator.stories.feature_cache import FeatureCache

            return FeatureCache
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
