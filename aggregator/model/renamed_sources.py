"""Matches the sources of feeds.yaml with those that the store knows. By this rule a renamed source keeps its history."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from aggregator.model.settings import Source


def former_ids(
    configured: Collection[Source], known: Mapping[str, str], listed: Collection[str]
) -> Iterator[tuple[Source, str | None]]:
    """Yield each configured source with the id under which the store knows it, or None if it is new.

    `known`: id → address of every source in the store; `listed`: ids of those that were configured until now. The first of these
    that matches decides: its own id, an id under its `was`, its address. Two exceptions:
    - Its own id belongs to a removed source, and that one was at another address, or another source has been at this one since: a match
      with a source that was configured until now comes first.
    - The edit passed its id on from another source (`_passed_on`): its own id comes last.

    Each known source is matched at most once; if two configured sources could have it, the one that names it under `was` gets it, or else
    the first one in the file.
    """
    left, polled = set(known), {known[id] for id in listed}
    claimed = {
        old
        for source in configured
        if source.id not in listed and known.get(source.id) != source.url
        for old in source.was
    }
    passed_on = _passed_on(configured, known, listed, claimed)
    taken = {source.id for source in configured} - passed_on
    by_url = {known[id]: id for id in sorted(known, key=lambda id: id in listed) if id not in taken | claimed}
    for source in configured:
        names = [source.id, *source.was, by_url.get(source.url)]
        if source.id in passed_on:
            names.append(names.pop(0))
        elif source.url in polled or known.get(source.id) != source.url:
            names.sort(key=lambda name: name not in listed)
        former = next((name for name in names if name in left), None)
        if former is not None:
            left.remove(former)
        yield source, former


def _passed_on(
    configured: Collection[Source], known: Mapping[str, str], listed: Collection[str], claimed: Collection[str]
) -> set[str]:
    """The ids that mean another source after the edit than before. Their addresses show it: what is listed there is stored already, and
    would be stored again under another id. (An id that keeps its address means the same source.) There are three cases:
    - The id `a` moves to the address of a source `b` that the file no longer names, while the address of `a` goes on under a new id (or
      under the id of a third source, and so on). If it does not, `a` has another address now.
    - The same if `a` has `was: [b]` and `b` was configured until now, whether or not the address of `a` goes on.
    - Sources exchange their ids, and each keeps its address: a → b, b → a."""
    named = {source.id for source in configured}
    at = {source.url: source.id for source in configured}
    unnamed = {
        known[id]: id for id in sorted(known, key=lambda id: id in listed) if id not in named and id not in claimed
    }
    found: set[str] = set()
    for source in configured:
        if source.id not in listed or known[source.id] == source.url:
            continue
        chain, last = [source.id], at.get(known[source.id])
        while last is not None and last in listed and last not in chain:
            chain.append(last)
            last = at.get(known[last])
        former = unnamed.get(source.url)
        exchanged = last == source.id != chain[-1]
        if exchanged or (former is not None and (last is not None or (former in listed and former in source.was))):
            found.update(chain)
    return found
