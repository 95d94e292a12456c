"""Finds where the articles that the editor's overrides name are by now: outlets change addresses (a live page becomes a report, a slug is
corrected), and the override goes on meaning the article. An address at which another outlet has an article is not followed: by moving its
own article an outlet could otherwise hide, join or split that of another. On its own site, others only link to the article. A page to which
it moved several of its articles (feeds link to a front page for a while) is not followed either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from aggregator.model.story import EditionItem
from aggregator.normalise.address import is_article
from aggregator.pipeline.override_index import OverrideIndex
from aggregator.pipeline.stored_at import StoredAt, shared
from aggregator.ports import EditionStore

Fold = Callable[[EditionItem], EditionItem]
"""Gives an item the canonical name of its publisher."""
AtHome = Callable[[EditionItem], bool]
"""Whether an item is at an address of its publisher."""


def followed(
    said: OverrideIndex, store: EditionStore, fold: Fold, at_home: AtHome, arriving: Mapping[int, str] = {}
) -> OverrideIndex:
    """The overrides `said` in feeds.yaml, completed with what the store knows of their articles: the addresses to which these moved, and
    the items at those of both kinds. `arriving`: as in `StoredStories.placed_at`."""
    named = said.named
    if not named:
        return said
    known = replace(said, strangers=store.strangers_at(named, arriving))
    here = StoredAt.read(store, named, arriving=arriving)
    moves = _Moves.read(store, here, fold, at_home, arriving)
    return _with_moves(known, moves) if moves else known


def _moved(here: StoredAt) -> dict[str, dict[str, list[EditionItem]]]:
    """Address → the items that moved from there, by where they are."""
    moved: dict[str, dict[str, list[EditionItem]]] = {}
    for address in here.stories:
        for item in here.at(address):
            if item.canonical and item.canonical != address:
                moved.setdefault(address, {}).setdefault(item.canonical, []).append(item)
    return moved


class _Moves(NamedTuple):
    """`here`: what is stored at the addresses that overrides name; `moved`: see `_moved`; `goals`: the addresses to which an article may
    have moved, without pages of several; `there`: what is stored at these; `articles`: the items there, with strangers."""

    here: StoredAt
    moved: Mapping[str, Mapping[str, list[EditionItem]]]
    goals: frozenset[str]
    there: StoredAt
    articles: Collection[EditionItem]
    fold: Fold
    at_home: AtHome

    @classmethod
    def read(
        cls, store: EditionStore, here: StoredAt, fold: Fold, at_home: AtHome, arriving: Mapping[int, str]
    ) -> _Moves | None:
        """None if no article has moved."""
        moved = _moved(here)
        if not moved:
            return None
        goals = frozenset(to for found in moved.values() for to in found if is_article(to))
        there = StoredAt.read(store, goals, arriving=arriving)
        # Where another outlet's link came first, the outlet's own articles count as strangers.
        articles = list(map(fold, [*there.items.values(), *store.items(store.strangers_at(goals, arriving))]))
        # The entries of one live page count as one.
        entries = {n: address for address in here.stories if address not in goals for n in here.numbers(address)}
        pages = shared(
            (one.canonical or "", one.source, entries.get(one.n) or one.title or str(one.n), at_home(one))
            for one in articles
        )
        return cls(here, moved, goals - pages, there, articles, fold, at_home)

    def whole(self, addresses: Iterable[str]) -> frozenset[str]:
        """These addresses, and those to which their articles moved."""
        return frozenset(
            one
            for address in addresses
            for one in (address, *self.goals.intersection(self.moved.get(address, ())))
            if one == address or self._is_theirs(address, one)
        )

    def _is_theirs(self, address: str, to: str) -> bool:
        """Whether those that moved there from `address` are the only ones there, or there on their own site and others are not."""
        came = list(map(self.fold, self.moved[address][to]))
        own, settled = {one.publisher for one in came}, {one.publisher for one in came if self.at_home(one)}
        others = [self.fold(replace(one, url=to)) for one in self.there.at(to)]
        return {one.publisher for one in others} <= own or (
            bool(settled) and all(one.publisher in settled for one in others if self.at_home(one))
        )


def _with_moves(known: OverrideIndex, moves: _Moves) -> OverrideIndex:
    here, whole = moves.here, moves.whole
    apart = whole(known.apart)
    # What is split off by one of its addresses is not joined by another.
    leaving = {n for address in known.apart for n in here.numbers(address)} - known.strangers
    found = replace(
        known,
        apart=apart,
        hidden=whole(known.hidden),
        hidden_items=frozenset(n for address in known.hidden for n in here.numbers(address)),
        joined=tuple(
            frozenset(one for one in whole(group) - apart if leaving.isdisjoint(here.numbers(one)))
            for group in known.joined
        ),
        sections={one: section for address, section in known.sections.items() for one in whole([address])},
        item_sections={n: section for address, section in known.sections.items() for n in here.numbers(address)},
    )
    items = [*here.items.values(), *moves.articles]
    return replace(found, stale=frozenset(one.story for one in items if one.story and one.hidden != found.hides(one)))
