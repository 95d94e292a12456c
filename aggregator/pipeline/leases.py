"""Leases of processes that were killed: given back at once where it is known that they ended, else when they run out."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.ports import Archive


def bury(archive: Archive, is_dead: Callable[[str], bool]) -> None:
    """Give back what dead processes hold. Who is connected to the store lives, whatever his name looks like from here:
    machines that were made of one image may all be called the same."""

    def ended(owner: str) -> bool:
        return is_dead(owner) and archive.absent(owner)

    for owner in archive.sources.owners():
        if ended(owner):
            archive.sources.release(owner)
    holder = archive.desk.holder()
    if holder is not None and ended(holder):
        archive.desk.release(holder)
