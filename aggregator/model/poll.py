"""What one poll of one source changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.model.item import Drop, Item
from aggregator.model.source import SourceState


@dataclass(frozen=True, slots=True)
class PollResult:
    """The source's new state and its items: `new`, `changed` and `seen` (unchanged, by number in the store). `further` ids of
    items → those under which they are stored; `kept` are such ids that tell of them no longer.

    `live` is False for the back-catalogue of a first poll, or of the first after a pause, which enters with its publication times.
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
    failed: tuple[tuple[str, str], ...] = ()  # (source, why)
    again: frozenset[str] = frozenset()  # those of them that failed alike the last time
    kinds: tuple[str, ...] = ()  # of the failures, in the same order
    new: int = 0
    changed: int = 0
