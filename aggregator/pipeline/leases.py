"""The lease of the edition, those of sources for polls, and what processes held that were killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from aggregator.model.settings import Source
    from aggregator.model.source import SourceState
    from aggregator.ports import Archive, EditionStore, Sources

POLL_LEASE = timedelta(minutes=5)
"""How long the sources of a poll are kept from others; renewed as long as it takes. If its process hangs, nobody polls them for so long."""
EDITION_LEASE = 60  # seconds; renewed before each batch, and during it
RENEW = EDITION_LEASE / 3  # seconds between two renewals during a batch
LONGEST = 3600.0  # seconds for which a batch keeps the lease; an edition that hangs must not keep it for ever


class EditionLease:
    """The lease of the edition, held under the identity `owner`; `now` returns epoch seconds."""

    def __init__(self, store: EditionStore, owner: str, now: Callable[[], int]) -> None:
        self._store, self._owner, self._now = store, owner, now
        self._proceeded = time.monotonic()  # when the last batch began

    def proceed(self) -> bool:
        """Take the lease, or renew it for another batch. False: another process holds it."""
        self._proceeded = time.monotonic()
        return self._store.lease(self._owner, self._now(), EDITION_LEASE)

    def renew(self, store: EditionStore) -> None:
        """Renew it during a batch, which on a slow machine takes longer than the lease lasts. To be called every `RENEW` seconds by another
        thread than the one that makes the edition; `store` may be another connection."""
        if time.monotonic() - self._proceeded < LONGEST:
            with suppress(StoreError):  # the edition itself reports an error that lasts
                store.renew(self._owner, self._now(), EDITION_LEASE)

    def release(self) -> None:
        self._store.release(self._owner)


def claim_as_configured(
    sources: Sources,
    configured: Mapping[str, Source],
    owner: str,
    now: datetime,
    *,
    limit: int,
    ids: Collection[str],
    due_only: bool = True,
) -> list[SourceState]:
    """Claim sources for polls by this configuration. Those whose address in the store differs from it are released again: an edit reaches
    the store first."""
    states = sources.claim(owner, now, POLL_LEASE, limit=limit, ids=ids, due_only=due_only)
    if moved := {state.root for state in states if state.url != configured[state.id].url}:
        sources.release(owner, moved)
    return [state for state in states if state.root not in moved]


def release_dead(archive: Archive, is_dead: Callable[[str], bool]) -> None:
    """Release the leases of dead processes, and the articles that they were asking for. A process that is connected to the store is alive,
    even if its identity looks like that of a dead process of this machine: machines made from one image may have the same name. If it is
    not known whether a process has ended, its leases just expire."""

    def ended(owner: str) -> bool:
        return is_dead(owner) and archive.absent(owner)

    for claims in (archive.sources, archive.articles):
        for owner in claims.owners():
            if ended(owner):
                claims.release(owner)
    holder = archive.edition.holder()
    if holder is not None and ended(holder):
        archive.edition.release(holder)
