"""Pure: new items and the recent past in, which story each joins and why out. No clock, no I/O, no third-party state."""

from aggregator.stories.features import Features, features
from aggregator.stories.grouping import group
from aggregator.stories.memory import Memory
from aggregator.stories.tuning import TUNING, Tuning
from aggregator.stories.values import Candidate, Grouping, History, Join, Known, Merge

__all__ = [
    "TUNING",
    "Candidate",
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
