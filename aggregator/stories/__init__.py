"""Pure: new items and the recent past in, which story each joins and why out. No clock, no I/O, no third-party state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.stories.candidate import Candidate
from aggregator.stories.features import Features, features
from aggregator.stories.memory import Memory
from aggregator.stories.tuning import TUNING, Tuning
from aggregator.stories.values import Grouping, History, Join, Known, Merge

if TYPE_CHECKING:
    from aggregator.stories.feature_cache import FeatureCache
    from aggregator.stories.grouping import group

__all__ = [
    "TUNING",
    "Candidate",
    "FeatureCache",
    "Features",
    "Grouping",
    "History",
    "Join",
    "Known",
    "Memory",
    "Merge",
    "Tuning",
    "features",
    "group",
]


def __getattr__(name: str) -> object:
    """`group` and its `FeatureCache` bring numpy and scipy, which those who only name its values need not wait for."""
    if name == "group":
        from aggregator.stories.grouping import group

        return group
    if name == "FeatureCache":
        from aggregator.stories.feature_cache import FeatureCache

        return FeatureCache
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
