"""Makes an edition within a command: places all waiting items, and re-places stored stories if the rules have changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from aggregator.bootstrap import Application, utc_now
from aggregator.cli.terminal import bar, say
from aggregator.errors import ConfigError, StoreBusy
from aggregator.model import notes
from aggregator.pipeline.leases import RENEW, EditionLease, release_dead
from aggregator.worker.identity import identity, is_dead

if TYPE_CHECKING:
    from aggregator.pipeline.edition import EditionReport
    from aggregator.ports import Archive

WAIT = 120  # seconds for another process to finish its edition
SILENT = 3  # after so many of them it is said what is waited for


def place_all(application: Application, placed: Callable[[int, int], None] = lambda items, stories: None) -> None:
    """Place all waiting items, by the configuration that is in force by now: another process may have followed an edit since this command
    began. `placed` is told the numbers of items placed and of new stories after each batch, since a later one may fail."""
    from aggregator.pipeline.edition import edition, note_set_aside
    from aggregator.pipeline.survey import survey

    archive = application.database.open()
    with editing(archive) as proceed:
        with suppress(ConfigError):  # it was written for another environment
            application = application.following(archive.upkeep.configuration())
        with bar("Edition") as progress:

            def tell(so_far: EditionReport, of: int) -> None:
                placed(so_far.items, so_far.stories)
                progress(so_far.items + len(so_far.set_aside), of)

            report = edition(archive, application.policy, seconds, tell, proceed)
        note_set_aside(archive, report.set_aside)
        re_place_stored(archive, application, proceed)
        survey(archive, application.policy, seconds, proceed)
    archive.close()


def re_place_stored(archive: Archive, application: Application, proceed: Callable[[], bool]) -> int:
    """Re-place all outdated stories, unless there was an edit since this command began; returns how many were re-placed."""
    from aggregator.pipeline.re_placement import decides, re_place_all

    policy = application.policy
    archive.upkeep.note(notes.PROGRAM, policy.program)

    def going_on() -> bool:
        return decides(archive, policy) and proceed()

    if not going_on():
        return 0
    with bar("Re-placing") as progress:
        return re_place_all(archive, policy, seconds, going_on, progress)


@contextmanager
def editing(archive: Archive) -> Iterator[Callable[[], bool]]:
    """A context that holds the lease of the edition. Yields a function that is to be called before each batch, and returns whether the
    lease is still held. A thread renews it during batches.

    Raises:
        StoreBusy: another process holds the lease and does not finish within `WAIT`.
    """
    lease, ended = EditionLease(archive.edition, identity(), seconds), Event()

    def renew() -> None:
        while not ended.wait(RENEW):
            lease.renew(archive.edition)

    release_dead(archive, is_dead)
    _wait_for(lease)
    renewing = Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield lease.proceed
    finally:
        ended.set()
        renewing.join()
        lease.release()


def _wait_for(lease: EditionLease) -> None:
    for second in range(WAIT):
        if lease.proceed():
            return
        if second == SILENT:
            say(f"another process is making the edition; waiting for it, {WAIT} seconds at most")
        time.sleep(1)
    raise StoreBusy(
        "another process is making the edition and has not finished; the items are stored and wait for the next one"
    )


def seconds() -> int:
    return int(utc_now().timestamp())
