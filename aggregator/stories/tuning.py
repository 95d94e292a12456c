"""The one setting that runs everywhere: in service, in `classify`, in evaluation."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Tuning:
    window: int = 5 * DAY  # seconds at most between two items that are compared
    same_headline: int = 2 * DAY  # seconds at most between equal headlines of one story
    least: float = 0.26  # link at which two groups are one story
    posted: int = 8  # rarest words an item is listed under
    crowded: int = 150  # a word listed for more items than this nominates nobody
    nominees: int = 20  # items compared with a new one
    sample: int = 8  # members of a known story that are compared


TUNING = Tuning()
