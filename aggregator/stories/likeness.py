"""How alike two items are: evidence from words, figures, days and rivals, weighed by learned trees.

The trees (gradient boosting, monotone in what is monotone by nature) are made by `benchmarks/train_stories.py`; here
they are plain numbers. What the evidence holds is listed in `EVIDENCE`, with the direction in which it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from aggregator.stories.features import Features
from aggregator.stories.rarity import Rarity

TITLE = 2.0  # weight of a word of the headline
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
    """An item ready to be compared. `near` are the cosines of its closest neighbours, highest first."""

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
        self.near = sorted(near, reverse=True)[:KEPT]
        self.crowd = sum(self.near[:NEAR]) / NEAR
        self.deep = self.near[DEEP - 1] if len(self.near) >= DEEP else 0.0


def profile(kept: Features, at: int, publisher: str, rarity: Rarity) -> Profile:
    rarities = {word: rarity[word] for word in kept.lead}
    weights = rarities.copy()
    title_weight = 0.0
    for word in kept.title:
        rarities[word] = weight = rarity[word]
        weights[word] = TITLE * weight
        title_weight += weight
    return Profile(
        lang=kept.lang,
        at=at,
        publisher=publisher,
        weights=weights,
        length=sqrt(sum([weight * weight for weight in weights.values()])) or 1.0,
        rarities=rarities,
        title=frozenset(kept.title),
        title_weight=title_weight or 1.0,
        figures=frozenset([word for word in rarities if word[0] in DIGITS]),
        days=WEEKDAYS.intersection(rarities),
    )


def cosine(one: Profile, other: Profile) -> float:
    """In 0…1; 0 for different languages."""
    if one.lang != other.lang and one.lang and other.lang:
        return 0.0
    mine, theirs = one.weights, other.weights
    return sum([mine[word] * theirs[word] for word in mine.keys() & theirs.keys()]) / (one.length * other.length)


def evidence(one: Profile, other: Profile, close: float) -> list[float]:
    """What speaks for and against, in the order of `EVIDENCE`; `close` is the pair's cosine."""
    rarities = one.rarities
    both = rarities.keys() & other.rarities.keys()
    told = sorted([rarities[word] for word in both], reverse=True) + [0.0, 0.0]
    cover = sum([rarities[word] for word in both & one.title]) / one.title_weight
    cover_back = sum([rarities[word] for word in both & other.title]) / other.title_weight
    figures, days = len(one.figures & other.figures), len(one.days & other.days)
    rank = sum([near > close for near in one.near])
    rank_back = sum([near > close for near in other.near])
    return [
        close,
        sum(told),
        told[0],
        told[1],
        min(cover, cover_back),
        max(cover, cover_back),
        figures,
        not figures and bool(one.figures) and bool(other.figures),
        days,
        not days and bool(one.days) and bool(other.days),
        abs(one.at - other.at) / DAY,
        min(rank, rank_back),
        max(rank, rank_back),
        min(one.crowd, other.crowd),
        max(one.crowd, other.crowd),
        2 * close - one.crowd - other.crowd,
        close - max(one.deep, other.deep),
    ]


def shared(one: Profile, other: Profile, most: int = 8) -> tuple[str, ...]:
    """The words both have, most telling first."""
    both = [(-one.weights[word] * other.weights[word], word) for word in one.weights if word in other.weights]
    return tuple(word for _, word in sorted(both)[:most])
