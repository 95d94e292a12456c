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
    address, only if none that was configured until now is meant, and not by an id that one edit passed on to it from
    another. Each known source is given to one configured source at the most; where two could have it, the first gets it.
    """
    left = set(known)
    passed_on = _passed_on(configured, known, listed)
    taken = {source.id for source in configured} - passed_on
    by_url = {known[id]: id for id in sorted(known, key=lambda id: id in listed) if id not in taken}
    for source in configured:
        names = [source.id, *(old for old in source.was if old not in taken), by_url.get(source.url)]
        if source.id in passed_on:
            names.remove(source.id)
        elif known.get(source.id) != source.url:
            names.sort(key=lambda name: name not in listed)
        former = next((name for name in names if name in left), None)
        if former is not None:
            left.remove(former)
        yield source, former


def _passed_on(configured: Collection[Source], known: Mapping[str, str], listed: Collection[str]) -> set[str]:
    """The ids that mean another source than until now: a source that the file no longer names has this id at its unchanged
    address, and whose it was goes on at its own address under a new name, or passes on another one; or `was` says so. Or
    sources exchange their ids, and each keeps its address."""
    named = {source.id for source in configured}
    at = {source.url: source.id for source in configured}
    leaving = {known[id]: id for id in listed if id not in named}
    found: set[str] = set()
    for source in configured:
        if source.id not in listed:
            continue
        chain, last = [source.id], at.get(known[source.id])
        while last is not None and last in listed and last not in chain:
            chain.append(last)
            last = at.get(known[last])
        former = leaving.get(source.url)
        exchanged = last == source.id != chain[-1]
        if exchanged or (former is not None and (last is not None or former in source.was)):
            found.update(chain)
    return found
