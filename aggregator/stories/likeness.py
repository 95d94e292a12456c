"""How alike two items are: evidence from words, figures, days and rivals, weighed by learned trees.

The trees (gradient boosting, monotone in what is monotone by nature) are made by `benchmarks/train_stories.py`; here
they are plain numbers. What the evidence holds is listed in `EVIDENCE`, with the direction in which it speaks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from aggregator.stories.features import Features
from aggregator.stories.rarity import Rarity

TITLE = 2.0  # weight of a word of the headline
TELLING = 2.5  # rarity of a word that every tenth or so item has
KEPT = 12  # closest neighbours that an item remembers
NEAR = 6  # of these, how many tell how crowded it is around an item
DEEP = 9  # the neighbour that is likely to tell another story
DAY = 86_400
DIGITS = frozenset("0123456789")
WEEKDAYS = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))

EVIDENCE = (  # name, direction: more of it speaks for (1) or against (-1) one story
    ("cosine", 1),  # of the words weighed by rarity
    ("weight", 1),  # sum of the shared words' rarity
    ("rarest", 1),  # rarity of the rarest shared word
    ("second", 1),  # … and of the next
    ("covered", 1),  # share of the less covered headline that the other item has
    ("covers", 1),  # share of the more covered one
    ("figures", 1),  # shared figures
    ("other figures", -1),  # both have figures, none in common
    ("days", 1),  # shared days of the week
    ("other days", -1),  # both name days, none in common
    ("apart", -1),  # days between them
    ("rank", -1),  # how many others one has that are closer than this pair, the lesser of both
    ("rank back", -1),  # … and the greater
    ("crowded", -1),  # mean closeness of one's nearest neighbours, the lesser of both
    ("crowded back", -1),  # … and the greater
    ("contrast", 1),  # closeness of the pair against both of these
    ("margin", 1),  # closeness of the pair against that of a neighbour far down
)


@dataclass(slots=True)
class Profile:
    """An item ready to be compared. `near` are the cosines of its closest neighbours, lowest first."""

    lang: str
    at: int
    publisher: str
    weights: dict[str, float]
    length: float  # of the weights as a vector
    rarities: dict[str, float]
    title: frozenset[str]
    title_weight: float
    figures: frozenset[str]
    days: frozenset[str]
    near: list[float] = field(default_factory=list)
    crowd: float = 0.0
    deep: float = 0.0

    def settle(self, near: Sequence[float]) -> None:
        """Take the neighbours found."""
        self.near = sorted(near)[-KEPT:]
        self.crowd = sum(self.near[-NEAR:]) / NEAR
        self.deep = self.near[-DEEP] if len(self.near) >= DEEP else 0.0


def profile(kept: Features, at: int, publisher: str, rarity: Rarity) -> Profile:
    """Words that every tenth item has are left out: they tell nothing, and cost most of the comparing."""
    lead = {word: weight for word in kept.lead if (weight := rarity[word]) >= TELLING}
    title = {word: weight for word in kept.title if (weight := rarity[word]) >= TELLING}
    rarities = lead | title
    weights = lead | {word: TITLE * weight for word, weight in title.items()}
    return Profile(
        lang=kept.lang,
        at=at,
        publisher=publisher,
        weights=weights,
        length=sqrt(sum([weight * weight for weight in weights.values()])) or 1.0,
        rarities=rarities,
        title=frozenset(title),
        title_weight=sum(title.values()) or 1.0,
        figures=frozenset([word for word in rarities if word[0] in DIGITS]),
        days=WEEKDAYS.intersection(rarities),
    )


def cosine(one: Profile, other: Profile) -> float:
    """In 0…1; 0 for different languages."""
    if one.lang != other.lang and one.lang and other.lang:
        return 0.0
    mine, theirs = one.weights, other.weights
    return sum([mine[word] * theirs[word] for word in mine.keys() & theirs.keys()]) / (one.length * other.length)


def evidence(one: Profile, other: Profile, close: float) -> tuple[float, ...] | None:
    """What speaks for and against, in the order of `EVIDENCE`; `close` is the pair's cosine.

    None where the two share fewer than three telling words: then chance may have brought them close.
    """
    rarities = one.rarities
    both = rarities.keys() & other.rarities.keys()
    told = sorted([rarities[word] for word in both], reverse=True)
    if len(told) < 3:
        return None
    cover = sum([rarities[word] for word in both & one.title]) / one.title_weight
    cover_back = sum([rarities[word] for word in both & other.title]) / other.title_weight
    figures = len(one.figures & other.figures) if one.figures and other.figures else 0
    days = len(one.days & other.days) if one.days and other.days else 0
    rank = len(one.near) - bisect_right(one.near, close)
    rank_back = len(other.near) - bisect_right(other.near, close)
    return (
        close,
        sum(told),
        told[0],
        told[1],
        *((cover, cover_back) if cover < cover_back else (cover_back, cover)),
        figures,
        not figures and bool(one.figures and other.figures),
        days,
        not days and bool(one.days and other.days),
        abs(one.at - other.at) / DAY,
        *((rank, rank_back) if rank < rank_back else (rank_back, rank)),
        *((one.crowd, other.crowd) if one.crowd < other.crowd else (other.crowd, one.crowd)),
        2 * close - one.crowd - other.crowd,
        close - max(one.deep, other.deep),
    )


def shared(one: Profile, other: Profile, most: int = 8) -> tuple[str, ...]:
    """The words both have, most telling first."""
    both = [(-one.weights[word] * other.weights[word], word) for word in one.weights if word in other.weights]
    return tuple(word for _, word in sorted(both)[:most])
