"""Finds the publisher that a name, alias or domain belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from aggregator.model.settings import Publisher
from aggregator.text.fold import key


def name_key(name: str) -> str:
    """The form in which names of outlets are compared: folded, in lower case, and without `The` at the start."""
    return " ".join(key(name).removeprefix("the ").split())


class PublisherIndex(Struct, frozen=True):
    """Publishers by their names and aliases (as `name_key`), and by their domains."""

    by_name: Mapping[str, Publisher]
    by_domain: Mapping[str, Publisher]

    def named(self, name: str) -> Publisher | None:
        """The publisher with this name or alias, in any case, or with this domain."""
        found = self.by_name.get(name_key(name))
        return found if found or "." not in name or " " in name.strip() else self.at(name.strip())

    def at(self, host: str) -> Publisher | None:
        """The publisher of a host, by the longest listed domain that the host equals or ends with."""
        name = host.lower().rstrip(".")
        while name:
            if name in self.by_domain:
                return self.by_domain[name]
            name = name.partition(".")[2]
        return None

    def canonical(self, name: str, host: str | None = None) -> str:
        """The publisher's name if the name or the host is listed, else the given name."""
        found = self.named(name) or (self.at(host) if host else None)
        return found.name if found else name


def publisher_index(publishers: Collection[Publisher]) -> PublisherIndex:
    """The index of the publishers of a valid file, in which no two share a name or a domain."""
    return PublisherIndex(
        {name_key(name): publisher for publisher in publishers for name in (publisher.name, *publisher.aliases)},
        {domain: publisher for publisher in publishers for domain in publisher.domains},
    )
