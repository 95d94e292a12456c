"""What an edit of feeds.yaml changes in the rows of sources. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from aggregator.model.renamed_sources import former_ids
from aggregator.model.settings import Source
from aggregator.model.source import SourceState

AGAIN = "-again"
"""Suffix for the root of a source, if another source had its id before."""
BEFORE = "-before"
"""Suffix for the id of a former source, if another source has its id now."""


class Edits(Struct):
    """The changes that make the rows follow feeds.yaml. Rows that are correct already are in none of the lists."""

    # (new id, number) of rows whose id now belongs to another source; to be written first, since ids are unique.
    displaced: list[tuple[str, int]] = field(default_factory=list)
    new: list[tuple[str, str, str, bool]] = field(default_factory=list)  # id, root, url, enabled
    edited: list[tuple[int, str, str, bool]] = field(default_factory=list)  # number, id, url, enabled
    moved: list[str] = field(default_factory=list)  # ids of sources that have another address now
    resumed: list[str] = field(default_factory=list)  # ids of sources that were paused or removed, and are polled again
    gone: list[int] = field(default_factory=list)  # numbers of sources that are no longer in feeds.yaml


def edits(configured: Collection[Source], rows: Iterable[Sequence[Any]]) -> Edits:
    """The changes for this configuration. `rows` are (number, id, root, url, listed, enabled)."""
    known: dict[str, tuple[int, str, bool, bool]] = {}
    roots: set[str] = set()
    for n, id, root, url, listed, enabled in rows:
        known[id] = (n, url, bool(listed), bool(enabled))
        roots.add(root)
    found = Edits()
    ids = {source.id for source in configured} | known.keys()
    addresses = {id: url for id, (_, url, _, _) in known.items()}
    before = {id for id, (*_, listed, _) in known.items() if listed}
    formers = list(former_ids(configured, addresses, before))
    for source, former in formers:
        if former != source.id and source.id in known:
            found.displaced.append((_free(source.id + BEFORE, ids), known[source.id][0]))
    for source, former in formers:
        if former is None:
            found.new.append((source.id, _free(source.id, roots), source.url, source.enabled))
            continue
        n, url, listed, enabled = known.pop(former)
        if (former, url, listed, enabled) != (source.id, source.url, True, source.enabled):
            found.edited.append((n, source.id, source.url, source.enabled))
        if url != source.url:
            found.moved.append(source.id)
        elif source.enabled and not (listed and enabled):
            found.resumed.append(source.id)
    found.gone = [n for n, _, listed, _ in known.values() if listed]
    return found


def _free(name: str, taken: set[str]) -> str:
    """A root or id that is not in `taken`; it is added there."""
    while name in taken:
        name += AGAIN  # it used to belong to a source that was renamed
    taken.add(name)
    return name


def first_ids(ids: Mapping[str, str]) -> dict[str, str]:
    """First id → last id of sources; without first ids that another source had later. `ids`: root → id of each."""
    later = {root.removesuffix(AGAIN) for root, id in ids.items() if root.endswith(AGAIN) and root != id}
    return {root: id for root, id in ids.items() if root not in later and not id.startswith(root + BEFORE)}


def at_new_address(state: SourceState) -> SourceState:
    """The state of a source whose address has changed: without the validators and failures of the former address."""
    return msgspec.structs.replace(
        state,
        etag=None, last_modified=None, validator_url=None, next_poll=None, failures=0,
        state="new", error=None, error_kind=None, last_status=None, body_hash=None, said=None,
        moved_to=None, moved_since=None, moved_count=0, held_until=None, why="its address changed",
    )  # fmt: skip


def after_pause(state: SourceState) -> SourceState:
    """The state of a source that is polled again after a pause: the items of its next document are not news, like those of a first one."""
    return msgspec.structs.replace(state, body_hash=None)
