"""Which story each item of a batch joins: read the history, compare, decide.

1. equal addresses, and equal headlines within two days, join outright;
2. an index of rare words nominates what is worth comparing within the window of days;
3. groups unite, the most alike first, while the link between them is strong enough;
4. a story keeps the key of its founding item; where known stories unite, the older key stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.stories.candidate import Candidate
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import beside
from aggregator.stories.groups import Groups
from aggregator.stories.reading import read
from aggregator.stories.reasons import joins
from aggregator.stories.tuning import TUNING, Tuning
from aggregator.stories.values import Grouping, History, Kept


def group(
    batch: Sequence[Candidate], history: History, tuning: Tuning = TUNING, cache: FeatureCache | None = None
) -> Grouping:
    """Decide on a batch of new items, none of them known to `history`. Order inside the batch does not matter. Whoever
    groups batch after batch hands the same `cache` to each, and saves much work."""
    if not batch:
        return Grouping((), ())
    ordered = sorted(batch, key=in_order)
    cache = FeatureCache() if cache is None else cache
    reading = read(ordered, history, tuning, cache)
    groups = Groups(reading, tuning)
    groups.tie()
    groups.unite()
    items, near = [one.item for one in ordered], groups.compared.near()
    kept = [beside(encoded, met) for encoded, met in zip(reading.encoded, near, strict=True)]
    cache.update(items, kept, near)
    headlines = [one.headline for one in reading.features.values()]
    return Grouping(
        joins=tuple(joins(groups, tuning)),
        merges=tuple(groups.merges()),
        kept=dict(zip(items, map(Kept, kept, headlines), strict=True)),
        postings=reading.postings,
        frequencies=reading.counts,
        documents=len(ordered),
    )


def in_order(one: Candidate) -> tuple[int, str, str, str, str, int]:
    return (one.at, one.title, one.summary, one.publisher, one.canonical or "", one.item)
