"""Leases of processes that were killed: given back at once where it is known that they ended, else when they run out."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.ports import Archive


def bury(archive: Archive, is_dead: Callable[[str], bool]) -> None:
    """Give back what dead processes hold."""
    for owner in archive.sources.owners():
        if is_dead(owner):
            archive.sources.release(owner)
    holder = archive.desk.holder()
    if holder is not None and is_dead(holder):
        archive.desk.release(holder)
