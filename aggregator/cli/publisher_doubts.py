"""Warns of new sources that may count for the wrong publisher."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from aggregator.addresses import host_of
from aggregator.model.settings import Settings, Source
from aggregator.text.plurals import counted

SHOWN = 5  # at most so many warnings are printed

Doubt = tuple[list[Source], str]
"""(sources that may count for the wrong publisher, message that says why). The remedy is always to set `publisher`."""


def doubts(settings: Settings, added: Collection[str]) -> Iterator[str]:
    """Warnings about new sources that may count for the wrong publisher."""
    listed = {publisher.name for publisher in settings.publishers}
    others = [source for source in settings.sources if source.publisher not in listed]
    found = (*_by_name(settings), *_of_one_name(others), *_at_one_host(others, added))
    told = [(group, message) for group, message in found if any(one.id in added for one in group)]
    for group, message in told[:SHOWN]:
        ids = [one.id for one in group]
        if len(ids) > 3:
            ids[3:] = [f"{len(ids) - 3} more"]
        named = " and ".join(filter(None, [", ".join(ids[:-1]), ids[-1]]))
        yield str(group[-1].at.warning(f"{named} {message} `publisher`"))
    if rest := len(told[SHOWN:]):
        yield f"… and {counted(rest, 'more group')} of sources"


def _by_name(settings: Settings) -> Iterator[Doubt]:
    """Sources that count as an outlet of `publishers:` only because of their name, which any feed may choose."""
    from aggregator.config.publishers import publisher_index

    index = publisher_index(settings.publishers)
    for source in settings.sources:
        known, host = index.named(source.publisher), host_of(source.url) or ""
        if known and known.domains and index.at(host) is not known:
            why = f"because of its name, but {host} is none of its domains"
            yield [source], f"counts as {known.name} {why}; if it is not, give it another"


def _of_one_name(sources: Iterable[Source]) -> Iterator[Doubt]:
    """Sources that count as one outlet only because they have the same publisher name, so that they do not corroborate each other."""
    for name, group in _grouped(sources, lambda source: source.publisher):
        if len(group) > 1:
            why = f"since {_each(group)} have the publisher {name}"
            yield group, f"count as one outlet, {why}; if they are not, give one of them another"


def _at_one_host(sources: Iterable[Source], added: Collection[str]) -> Iterator[Doubt]:
    """Sources that count as different outlets although they have the same host, so that they corroborate each other. Not if the host had
    several outlets before: then it is intended."""
    for host, group in _grouped(sources, lambda source: (host_of(source.url) or "").removeprefix("www.")):
        before = {source.publisher for source in group if source.id not in added}
        if len(before) < 2 <= len({source.publisher for source in group}):
            remedy = f"if they are one, give {_each(group)} the same"
            yield group, f"have one host, {host}, but count as different outlets; {remedy}"


def _grouped(sources: Iterable[Source], key: Callable[[Source], str]) -> Iterable[tuple[str, list[Source]]]:
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(key(source), []).append(source)
    return found.items()


def _each(group: Collection[Source]) -> str:
    return "both" if len(group) == 2 else "all"
