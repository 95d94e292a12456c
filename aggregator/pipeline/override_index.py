"""The editor's overrides (`stories:` of feeds.yaml) by the addresses of the articles that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.settings import Named, Overrides
from aggregator.model.story import EditionItem
from aggregator.normalise.address import is_article, typed
from aggregator.pipeline.stored_at import StoredAt, shared
from aggregator.ports import EditionStore, StoredStories


class OverrideIndex(Struct, frozen=True):
    """All addresses are canonical. `pins`: (address, section, end) of every pin; `pinned`: address → section, of those that have not
    expired (`at`). `hidden_items`, `pinned_items` and `strangers` are numbers of stored items, known after `following`: those that
    arrived at a hidden or pinned address, even if moved since; and those that moved to an address in `named` of another outlet's
    article. `stale`: stories with an item, at an address that an override names or to which such an article went, that is stored as
    hidden and is not, or the other way round."""

    hidden: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()  # of `stories: split`
    joined: tuple[frozenset[str], ...] = ()
    pins: tuple[tuple[str, str, int | None], ...] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)
    hidden_items: frozenset[int] = frozenset()
    pinned_items: Mapping[int, str] = field(default_factory=dict)
    strangers: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()

    @classmethod
    def of(cls, said: Overrides, zone: ZoneInfo) -> OverrideIndex:
        """`zone`: in which the days of pins end."""
        apart = _addresses(said.split)
        return cls(
            hidden=_addresses(said.hide),
            apart=apart,
            joined=tuple(_addresses([one]) - apart for one in said.join),
            pins=tuple((address, pin.section, pin.over(zone)) for pin in said.pin if (address := typed(pin.url))),
        )

    @property
    def named(self) -> frozenset[str]:
        """The addresses of all articles that overrides name, also of expired pins."""
        return self.regrouped.union(self.hidden, (address for address, _, _ in self.pins))

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses by which items are overruled: those named, and those to which these articles moved."""
        return self.regrouped.union(self.hidden, self.pinned)

    @property
    def regrouped(self) -> frozenset[str]:
        """The addresses under `join` and `split`."""
        return self.apart.union(*self.joined)

    def at(self, now: int) -> OverrideIndex:
        """The overrides at this time, with only the pins that have not expired."""
        if not self.pins:
            return self
        return replace(
            self, pinned={address: section for address, section, over in self.pins if not over or now < over}
        )

    def expired(self, now: int) -> set[str]:
        """The addresses of pins that have expired."""
        return {address for address, _, over in self.pins if over and over <= now}

    def unknown(self, store: StoredStories) -> list[str]:
        """The addresses that no stored item has or had."""
        return sorted(self.addresses - store.placed_at(self.addresses).keys()) if self.named else []

    def hides(self, item: EditionItem) -> bool:
        return item.canonical in self.hidden or item.n in self.hidden_items

    def section(self, item: EditionItem) -> str | None:
        """The section to which an item is pinned."""
        if item.n in self.strangers:
            return None
        return self.pinned.get(item.canonical or "") or self.pinned_items.get(item.n)

    def pin(self, items: Iterable[EditionItem]) -> str | None:
        """The section to which the first pinned one of these items is pinned."""
        return next((section for item in items if (section := self.section(item))), None) if self.pinned else None

    def following(
        self,
        store: EditionStore,
        folded: Callable[[EditionItem], EditionItem],
        at_home: Callable[[EditionItem], bool],
        arriving: Mapping[int, str] = {},
    ) -> OverrideIndex:
        """The overrides with the present addresses of the articles, in addition to those in feeds.yaml: outlets change addresses (a live
        page becomes a report, a slug is corrected). An address at which another outlet has an article is not added: by moving its own
        article an outlet could otherwise hide, join or split that of another. On its own site, others only link to the article. A page to
        which it moved several of its articles (feeds link to a front page for a while) is not added either.

        `arriving`: as in `StoredStories.placed_at`."""
        named = self.named
        if not named:
            return self
        known = replace(self, strangers=store.strangers_at(named, arriving))
        here = StoredAt.read(store, named, arriving=arriving)
        # Address → the items that moved from there, by where they are.
        moved: dict[str, dict[str, list[EditionItem]]] = {}
        for address in here.stories:
            for item in here.at(address):
                if item.canonical and item.canonical != address:
                    moved.setdefault(address, {}).setdefault(item.canonical, []).append(item)
        if not moved:
            return known
        goals = {to for found in moved.values() for to in found if is_article(to)}
        there = StoredAt.read(store, goals, arriving=arriving)
        # Where another outlet's link came first, the outlet's own articles count as strangers.
        articles = list(map(folded, [*there.items.values(), *store.items(store.strangers_at(goals, arriving))]))
        # The entries of one live page count as one.
        entries = {n: address for address in here.stories if address not in goals for n in here.numbers(address)}
        goals -= shared(
            (one.canonical or "", one.source, entries.get(one.n) or one.title or str(one.n), at_home(one))
            for one in articles
        )

        def is_theirs(address: str, to: str) -> bool:
            """Whether those that moved there from `address` are the only ones there, or there on their own site and others are not."""
            came = list(map(folded, moved[address][to]))
            own, settled = {one.publisher for one in came}, {one.publisher for one in came if at_home(one)}
            others = [folded(replace(one, url=to)) for one in there.at(to)]
            return {one.publisher for one in others} <= own or (
                bool(settled) and all(one.publisher in settled for one in others if at_home(one))
            )

        def whole(addresses: Iterable[str]) -> frozenset[str]:
            return frozenset(
                one
                for address in addresses
                for one in (address, *goals.intersection(moved.get(address, ())))
                if one == address or is_theirs(address, one)
            )

        apart = whole(self.apart)
        # What is split off by one of its addresses is not joined by another.
        leaving = {n for address in self.apart for n in here.numbers(address)} - known.strangers
        followed = replace(
            known,
            apart=apart,
            hidden=whole(self.hidden),
            hidden_items=frozenset(n for address in self.hidden for n in here.numbers(address)),
            joined=tuple(
                frozenset(one for one in whole(group) - apart if leaving.isdisjoint(here.numbers(one)))
                for group in self.joined
            ),
            pinned={one: section for address, section in self.pinned.items() for one in whole([address])},
            pinned_items={n: section for address, section in self.pinned.items() for n in here.numbers(address)},
        )
        items = [*here.items.values(), *articles]
        return replace(
            followed, stale=frozenset(one.story for one in items if one.story and one.hidden != followed.hides(one))
        )


def _addresses(overrides: Iterable[Named]) -> frozenset[str]:
    return frozenset(address for one in overrides for url in one.urls if (address := typed(url)))
