"""Which configured source is which known one: the single rule by which a source keeps its history when it is renamed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from aggregator.model.settings import Source


def former_ids(configured: Collection[Source], known: Mapping[str, str]) -> Iterator[tuple[Source, str | None]]:
    """Each configured source with the id under which it is known so far; None: it is new.

    `known` maps ids to addresses. A source is known by its own id, else by an id under its `was`, else by its address.
    Each known source is given to one configured source at the most; where two could have it, the first gets it.
    """
    left = set(known)
    taken = {source.id for source in configured}
    by_url = {url: id for id, url in known.items() if id not in taken}
    for source in configured:
        names = (source.id, *(old for old in source.was if old not in taken), by_url.get(source.url))
        former = next((name for name in names if name in left), None)
        if former is not None:
            left.remove(former)
        yield source, former
