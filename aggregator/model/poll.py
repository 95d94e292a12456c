"""The result of a poll, and the summary of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.model.item import Drop, Item
from aggregator.model.source import SourceState


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll of one source changes: the source's new state, and its items (`new`, `changed`, and `seen` for those that are
    unchanged; existing items are given by their numbers in the store).

    `further`: additional id of an item → the id under which it is stored, to be added to the table `known_as`; `kept`: additional
    ids to be removed from it. `live` is False for a back-catalogue (the first poll, or the first after a pause): its items enter
    streams with their publication times.
    """

    state: SourceState
    new: tuple[Item, ...] = ()
    changed: tuple[tuple[int, Item], ...] = ()
    seen: tuple[int, ...] = ()
    drops: tuple[Drop, ...] = ()
    live: bool = True
    further: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did, for the summary of `poll` and the log."""

    polled: int = 0
    not_modified: int = 0
    failed: tuple[tuple[str, str], ...] = ()  # (source id, message)
    again: frozenset[str] = frozenset()  # ids of the failed sources whose previous poll failed with the same message
    kinds: tuple[str, ...] = ()  # the kind of each failure, in the order of `failed`
    new: int = 0
    changed: int = 0
