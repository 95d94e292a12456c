"""The one setting that runs everywhere: in service, in `classify`, in evaluation."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Tuning:
    window: int = 5 * DAY  # seconds at most between two items that are compared
    same_headline: int = 2 * DAY  # seconds at most between equal headlines of one story
    column: int = DAY // 2  # … where one outlet has both
    least: float = 0.53  # link at which two groups are one story
    best: float = 0.2  # share of the best pair in the link between groups, the rest is that of the average
    likely: float = 0.2  # pairs less sure than this are no reason to look at two groups
    far: float = 0.15  # cosine below which a pair is not weighed at all
    again: float = 0.44  # taken off a pair of one publisher: it seldom tells an event twice, often its next chapter
    grown: int = 3  # items from which a group may have a mark of its own
    borne: float = 0.8  # share of its members that bear it
    rare: float = 5.5  # rarity of such a word
    posted: int = 10  # most telling words, under which an item is listed
    headline: float = 1.5  # weight of a word of the headline when these are chosen
    crowded: int = 150  # a word listed for more items than this nominates nobody
    nominees: int = 14  # items compared with a new one
    sample: int = 8  # members of a known story that are compared


TUNING = Tuning()
