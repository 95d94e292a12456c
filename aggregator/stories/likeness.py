"""How alike two items are: evidence from words, figures, days and rivals, weighed by learned trees.

The trees (gradient boosting, monotone in what is monotone by nature) are made by `benchmarks/train_stories.py`; here
they are plain numbers. What the evidence holds is listed in `EVIDENCE`, with the direction in which it speaks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

from aggregator.stories.features import Features
from aggregator.stories.rarity import Rarity
from aggregator.text.words import word_id

TITLE = 2.0  # weight of a word of the headline
TELLING = 2.5  # rarity of a word that every tenth or so item has
KEPT = 12  # closest neighbours that an item remembers
NEAR = 6  # of these, how many tell how crowded it is around an item
DEEP = 9  # the neighbour that is likely to tell another story
DAY = 86_400
WEEKDAYS = frozenset(map(word_id, ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))

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
    """An item ready to be compared: its words, but for those that every tenth item has: they tell nothing, and cost
    most of the comparing. `met` are the cosines of the neighbours it has met."""

    kept: Features
    at: int
    publisher: str
    words: frozenset[int]
    title: frozenset[int]
    length: float  # of the words' weights as a vector
    met: list[float] = field(default_factory=list)
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What only few pairs are asked for: figures, days, and how crowded it is around an item. `near` are the cosines
    of its closest neighbours, lowest first."""

    title_weight: float
    figures: frozenset[int]
    days: frozenset[int]
    near: list[float]
    crowd: float
    deep: float


def profile(kept: Features, at: int, publisher: str, rarity: Rarity) -> Profile:
    """One pass over the words: every item of a batch and of its past comes here."""
    words: list[int] = []
    length = 0.0
    for word in kept.lead:
        if (weight := rarity[word]) >= TELLING:
            words.append(word)
            length += weight * weight
    lead = len(words)
    for word in kept.title:
        if (weight := rarity[word]) >= TELLING:
            words.append(word)
            length += TITLE * TITLE * weight * weight
    return Profile(kept, at, publisher, frozenset(words), frozenset(words[lead:]), sqrt(length) or 1.0)


def standing(one: Profile, rarity: Rarity) -> Standing:
    """Worked out when it is first asked for, after the item has met all its neighbours."""
    near = closest(one)
    one.standing = found = Standing(
        title_weight=sum([rarity[word] for word in one.title]) or 1.0,
        figures=one.words.intersection(one.kept.figures),
        days=one.words & WEEKDAYS,
        near=near,
        crowd=sum(near[-NEAR:]) / NEAR,
        deep=near[-DEEP] if len(near) >= DEEP else 0.0,
    )
    return found


def closest(one: Profile) -> list[float]:
    """The cosines of an item's closest neighbours, lowest first."""
    return sorted(one.met)[-KEPT:]


def cosine(one: Profile, other: Profile, rarity: Mapping[int, float]) -> float:
    """In 0…1; 0 for different languages. A word weighs its rarity, twice that in a headline."""
    both = one.words & other.words
    if not both:
        return 0.0
    mine, theirs = one.kept.lang, other.kept.lang
    if mine != theirs and mine and theirs:
        return 0.0
    title, other_title, total = one.title, other.title, 0.0
    for word in both:
        weight = rarity[word]
        weight *= weight
        if word in title:
            weight *= TITLE
        if word in other_title:
            weight *= TITLE
        total += weight
    return total / (one.length * other.length)


def evidence(one: Profile, other: Profile, close: float, rarity: Rarity) -> tuple[float, ...] | None:
    """What speaks for and against, in the order of `EVIDENCE`; `close` is the pair's cosine.

    None where the two share fewer than three telling words: then chance may have brought them close.
    """
    both = one.words & other.words
    if len(both) < 3:
        return None
    mine, theirs = one.standing or standing(one, rarity), other.standing or standing(other, rarity)
    told, title, other_title = [], one.title, other.title
    cover = cover_back = 0.0
    for word in both:
        told.append(weight := rarity[word])
        if word in title:
            cover += weight
        if word in other_title:
            cover_back += weight
    told.sort(reverse=True)
    cover, cover_back = cover / mine.title_weight, cover_back / theirs.title_weight
    figures = len(mine.figures & theirs.figures) if mine.figures and theirs.figures else 0
    days = len(mine.days & theirs.days) if mine.days and theirs.days else 0
    rank = len(mine.near) - bisect_right(mine.near, close)
    rank_back = len(theirs.near) - bisect_right(theirs.near, close)
    return (
        close,
        sum(told),
        told[0],
        told[1],
        *((cover, cover_back) if cover < cover_back else (cover_back, cover)),
        figures,
        not figures and bool(mine.figures and theirs.figures),
        days,
        not days and bool(mine.days and theirs.days),
        abs(one.at - other.at) / DAY,
        *((rank, rank_back) if rank < rank_back else (rank_back, rank)),
        *((mine.crowd, theirs.crowd) if mine.crowd < theirs.crowd else (theirs.crowd, mine.crowd)),
        2 * close - mine.crowd - theirs.crowd,
        close - max(mine.deep, theirs.deep),
    )


def against(one: Profile, other: Profile, rarity: Rarity) -> tuple[str, ...]:
    """What speaks against one story, in words."""
    mine, theirs = one.standing or standing(one, rarity), other.standing or standing(other, rarity)
    days = abs(one.at - other.at) / DAY
    found = (
        (one.publisher and one.publisher == other.publisher, "one outlet tells both"),
        (mine.figures and theirs.figures and not mine.figures & theirs.figures, "no figure in common"),
        (mine.days and theirs.days and not mine.days & theirs.days, "other days of the week"),
        (days >= 1, f"{days:.0f} day{'s' if round(days) > 1 else ''} between them"),
    )
    return tuple(word for holds, word in found if holds)


def shared(one: Profile, other: Profile, rarity: Rarity, readable: Mapping[int, str], most: int = 8) -> tuple[str, ...]:
    """The words both have, most telling first; `readable` gives the stems of one of them."""

    def weight(word: int) -> float:
        return rarity[word] ** 2 * (1 + (word in one.title)) * (1 + (word in other.title))

    both = sorted([(-weight(word), readable[word]) for word in one.words & other.words])
    return tuple(word for _, word in both[:most])
