"""What is stored at addresses: those of a batch, and those of articles that the editor names."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from aggregator.model.story import EditionItem
from aggregator.normalise.identity import SEVERAL
from aggregator.ports import StoredStories


class StoredAt(NamedTuple):
    """`stories`: canonical address → {item there: its story}, in order of arrival; `items`: the items themselves."""

    stories: Mapping[str, Mapping[int, int]]
    items: Mapping[int, EditionItem]

    @classmethod
    def read(
        cls,
        store: StoredStories,
        canonicals: Collection[str],
        newest: int = sys.maxsize,
        arriving: Mapping[int, str] = {},
    ) -> StoredAt:
        """`newest`: so many items of each address are read at most. `arriving`: as in `placed_at`."""
        stories = store.placed_at(canonicals, arriving)
        wanted = {n for there in stories.values() for n in [*there][-newest:]}
        return cls(stories, {item.n: item for item in store.items(wanted)})

    def numbers(self, address: str) -> Collection[int]:
        """The numbers of the items at an address."""
        return self.stories.get(address, {}).keys()

    def at(self, address: str, without: Collection[int] = ()) -> list[EditionItem]:
        """The items at an address, without those with these numbers."""
        return [self.items[n] for n in self.numbers(address) if n in self.items and n not in without]


def stories_at(store: StoredStories, canonicals: Collection[str]) -> set[int]:
    """The stories of the items at these addresses."""
    placed = store.placed_at(canonicals) if canonicals else {}
    return {story for there in placed.values() for story in there.values()}


def shared(told: Iterable[tuple[str, str, str, bool]]) -> frozenset[str]:
    """From (address, source, title, whether the address is on the publisher's own site): the addresses for which a source has at least
    SEVERAL titles. (Two titles may be an article with a changed headline.) If the outlet's own article is at the address, only its own
    titles count: on link sites, readers post one article several times, each with their own words."""
    distinct = set(told)
    homes = {address for address, _, _, at_home in distinct if at_home}
    counts = Counter((address, source) for address, source, _, at_home in distinct if at_home or address not in homes)
    return frozenset(address for (address, _), count in counts.items() if count >= SEVERAL)
