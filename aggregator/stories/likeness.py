"""How alike two items are: cosine of their words weighed by rarity, the headline counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from aggregator.stories.features import Features
from aggregator.stories.rarity import Rarity


@dataclass(frozen=True, slots=True)
class Profile:
    """An item's words with weights, scaled to length one, and what may veto."""

    at: int
    lang: str
    publisher: str
    weights: dict[str, float]


def profile(features: Features, at: int, publisher: str, rarity: Rarity) -> Profile:
    weights = {word: rarity(word) for word in features.lead}
    weights.update((word, 2 * rarity(word)) for word in features.title)
    norm = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return Profile(at, features.lang, publisher, {word: weight / norm for word, weight in weights.items()})


def likeness(one: Profile, other: Profile) -> float:
    """In 0…1; 0 for different languages."""
    if one.lang and other.lang and one.lang != other.lang:
        return 0.0
    small, large = one.weights, other.weights
    if len(small) > len(large):
        small, large = large, small
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def shared(one: Profile, other: Profile, most: int = 8) -> tuple[str, ...]:
    """The words both have, most telling first."""
    both = [(-one.weights[word] * other.weights[word], word) for word in one.weights if word in other.weights]
    return tuple(word for _, word in sorted(both)[:most])
