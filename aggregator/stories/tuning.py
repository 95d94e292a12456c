"""The one setting that runs everywhere: in service, in `classify`, in evaluation."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Tuning:
    window: int = 5 * DAY  # seconds at most between two items that are compared
    same_headline: int = 2 * DAY  # seconds at most between equal headlines of one story
    least: float = 0.62  # link at which two groups are one story
    best: float = 0.3  # share of the best pair in the link between groups, the rest is that of the average
    likely: float = 0.2  # pairs less sure than this are no reason to look at two groups
    far: float = 0.13  # cosine below which a pair is not weighed at all
    posted: int = 8  # rarest words an item is listed under
    crowded: int = 150  # a word listed for more items than this nominates nobody
    nominees: int = 14  # items compared with a new one
    sample: int = 8  # members of a known story that are compared


TUNING = Tuning()
