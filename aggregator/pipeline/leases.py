"""Leases of processes that were killed: released at once if they are known to have ended, else when they expire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.ports import Archive

EDITION_LEASE = 60  # seconds; renewed before each batch


def release_dead(archive: Archive, is_dead: Callable[[str], bool]) -> None:
    """Release what dead processes hold. A process connected to the store is alive, whatever its name looks like from
    here: machines made from one image may all have the same name."""

    def ended(owner: str) -> bool:
        return is_dead(owner) and archive.absent(owner)

    for owner in archive.sources.owners():
        if ended(owner):
            archive.sources.release(owner)
    holder = archive.edition.holder()
    if holder is not None and ended(holder):
        archive.edition.release(holder)
