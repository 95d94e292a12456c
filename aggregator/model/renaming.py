"""Which configured source is which known one: the single rule by which a source keeps its history when it is renamed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from aggregator.model.settings import Source


def former_ids(
    configured: Collection[Source], known: Mapping[str, str], listed: Collection[str]
) -> Iterator[tuple[Source, str | None]]:
    """Each configured source with the id under which it is known so far; None: it is new.

    `known` maps ids to addresses; `listed` are the ids of those that were configured until now. A source is known by
    its own id, else by an id under its `was`, else by its address; but by the id of one that was removed, at another
    address, only if none that was configured until now is meant. Each known source is given to one configured source at
    the most; where two could have it, the first gets it.
    """
    left = set(known)
    taken = {source.id for source in configured}
    by_url = {known[id]: id for id in sorted(known, key=lambda id: id in listed) if id not in taken}
    for source in configured:
        names = [source.id, *(old for old in source.was if old not in taken), by_url.get(source.url)]
        if known.get(source.id) != source.url:
            names.sort(key=lambda name: name not in listed)
        former = next((name for name in names if name in left), None)
        if former is not None:
            left.remove(former)
        yield source, former
