"""Decides which story each item of a batch joins.

1. Items with equal addresses, or with equal headlines within two days, are united without comparison.
2. An index of rare words nominates pairs of items that are worth comparing, within a window of days.
3. Groups are united, the most similar first, as long as the link between them is strong enough.
4. A story keeps the key of its founding item; if known stories are united, the older key stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model.story import Merge, Remembered, RememberedItem
from aggregator.ports import Past
from aggregator.stories.batch_context import BatchContext, read
from aggregator.stories.candidate import Candidate
from aggregator.stories.decision import Grouping, Join
from aggregator.stories.feature_cache import FeatureCache
from aggregator.stories.features import with_neighbours
from aggregator.stories.groups import Groups
from aggregator.stories.reasons import joins


def group(batch: Sequence[Candidate], past: Past, cache: FeatureCache | None = None) -> Grouping:
    """Decide on a batch of new items, none of which is known to `past`. Their order does not matter. Passing the same `cache` for
    successive batches is much faster and does not change the result."""
    if not batch:
        return Grouping((), ())
    ordered = sorted(batch, key=in_order)
    cache = FeatureCache() if cache is None else cache
    context = read(ordered, past, cache)
    decided, merges, near = _decide(context)
    kept = [with_neighbours(encoded, one) for encoded, one in zip(context.encoded, near, strict=True)]
    cache.update([one.item for one in ordered], kept, near)
    headlines = [one.headline or None for one in context.features.values()]
    return Grouping(
        joins=decided,
        merges=merges,
        memory=Remembered(
            tuple(
                RememberedItem(one.item, one.at, one.publisher, headline, features)
                for one, headline, features in zip(ordered, headlines, kept, strict=True)
            ),
            tuple(zip(*[each.tolist() for each in context.postings], strict=True)),
            context.counts,
            len(ordered),
        ),
    )


def _decide(context: BatchContext) -> tuple[tuple[Join, ...], tuple[Merge, ...], list[bytes]]:
    """(joins, merges, neighbours as by `Comparison.near`). In a function of its own, so that the comparison is released before what is to
    be remembered is put together: it takes more memory than all else in a batch."""
    groups = Groups(context)
    groups.tie()
    groups.unite()
    return tuple(joins(groups)), tuple(groups.merges()), groups.compared.near()


def in_order(one: Candidate) -> tuple[int, str, str, str, str, int]:
    """Sort key: by publication, then by content, so that the result does not depend on the order of the batch."""
    return (one.at, one.title, one.summary, one.publisher, one.canonical or "", one.item)
