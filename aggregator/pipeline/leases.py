"""Releases the leases of processes that were killed. If it is not known whether a process has ended, its leases just expire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.ports import Archive

POLL_LEASE = timedelta(minutes=5)
"""How long the sources of a poll are kept from others; renewed as long as it takes. If its process hangs, nobody polls them for so long."""
EDITION_LEASE = 60  # seconds; renewed before each batch, and during it
RENEW = EDITION_LEASE / 3  # seconds between two renewals during a batch
LONGEST = 3600.0  # seconds for which a batch keeps the lease; an edition that hangs must not keep it for ever


def release_dead(archive: Archive, is_dead: Callable[[str], bool]) -> None:
    """Release the leases of dead processes. A process that is connected to the store is alive, even if its identity looks like that of a
    dead process of this machine: machines made from one image may have the same name."""

    def ended(owner: str) -> bool:
        return is_dead(owner) and archive.absent(owner)

    for owner in archive.sources.owners():
        if ended(owner):
            archive.sources.release(owner)
    holder = archive.edition.holder()
    if holder is not None and ended(holder):
        archive.edition.release(holder)
