"""The editor's overrides (`stories:` of feeds.yaml) by the addresses of the articles that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.model.settings import Named, Overrides
from aggregator.model.story import EditionItem
from aggregator.normalise.address import typed
from aggregator.ports import StoredStories


class OverrideIndex(Struct, frozen=True):
    """The overrides are completed in three stages: `of` reads those of feeds.yaml; `at` adds `sections`, which depends on the time; and
    `moved_articles.followed` adds what the store knows: the addresses to which the articles moved, and the fields from `hidden_items` on.

    All addresses are canonical. `pins`: (address, section, end) of every pin; `sections`: address → section, of those that have not
    expired. `hidden_items`, `item_sections` and `strangers` have numbers of stored items: those that arrived at a hidden or pinned address,
    even if moved since; and those that moved to an address in `named` of another outlet's article. `stale`: stories with an item, at an
    address that an override names or to which such an article went, that is stored as hidden and is not, or the other way round."""

    hidden: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()  # of `stories: split`
    joined: tuple[frozenset[str], ...] = ()
    pins: tuple[tuple[str, str, int | None], ...] = ()
    sections: Mapping[str, str] = field(default_factory=dict)
    hidden_items: frozenset[int] = frozenset()
    item_sections: Mapping[int, str] = field(default_factory=dict)
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
        return self.joined_or_apart.union(self.hidden, (address for address, _, _ in self.pins))

    @property
    def in_effect(self) -> frozenset[str]:
        """The addresses by which items are overruled: those named, and those to which these articles moved."""
        return self.joined_or_apart.union(self.hidden, self.sections)

    @property
    def joined_or_apart(self) -> frozenset[str]:
        """The addresses under `join` and `split`."""
        return self.apart.union(*self.joined)

    def at(self, now: int) -> OverrideIndex:
        """The overrides at this time, with only the pins that have not expired."""
        pinned = {address: section for address, section, over in self.pins if not over or now < over}
        return replace(self, sections=pinned)

    def expired(self, now: int) -> set[str]:
        """The addresses of pins that have expired."""
        return {address for address, _, over in self.pins if over and over <= now}

    def unknown(self, store: StoredStories) -> list[str]:
        """The addresses that no stored item has or had."""
        return sorted(self.in_effect - store.placed_at(self.in_effect).keys())

    def hides(self, item: EditionItem) -> bool:
        return item.canonical in self.hidden or item.n in self.hidden_items

    def section(self, item: EditionItem) -> str | None:
        """The section to which an item is pinned."""
        if item.n in self.strangers:
            return None
        return self.sections.get(item.canonical or "") or self.item_sections.get(item.n)

    def story_section(self, items: Iterable[EditionItem]) -> str | None:
        """The section to which the first pinned one of these items is pinned."""
        return next((section for item in items if (section := self.section(item))), None) if self.sections else None


def _addresses(overrides: Iterable[Named]) -> frozenset[str]:
    return frozenset(address for one in overrides for url in one.urls if (address := typed(url)))
