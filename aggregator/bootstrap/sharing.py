"""Connects a worker to the other workers on a PostgreSQL archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from aggregator.addresses import host_of
from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import driver, utc_now
from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.schedule.clock import is_polling
from aggregator.worker.engine import Fleet
from aggregator.worker.identity import identity

if TYPE_CHECKING:
    from aggregator.bootstrap.installation import Store

QUEUE = "aggregator queue"  # name of the queue's sessions on the server
DUE = 5000
"""Maximum number of sources that one tick takes."""
AGAIN = 5.0  # seconds until problems that could not be stored are stored again


def worker_runs(archive: Store) -> bool:
    """Whether a worker takes part on a PostgreSQL archive. By its last tick, which may be half a minute ago, and by its sessions, which
    end with it: else `apply` would leave an edit to a worker that has just stopped."""
    from aggregator.store.postgres.archive import PostgresArchive

    assert isinstance(archive, PostgresArchive)
    return is_polling(archive.upkeep.noted(notes.TICK), utc_now()) and archive.connected(QUEUE)


class Sharing:
    """Has its own connection to the archive. As long as that is open, other processes see that this one is alive."""

    def __init__(self, application: Application) -> None:
        with driver():
            import procrastinate  # noqa: F401 - missed here rather than in the middle of the work
        self._archive = application.database.server()
        self._reporter = ThreadPoolExecutor(1)  # so that callers do not wait for the server
        self._troubles = ""
        self._stored: str | None = ""  # None: unknown
        self._closing = Event()

    def __enter__(self) -> Sharing:
        self._reporter.submit(self._archive.upkeep.report_troubles, identity(), "").result()  # starts its thread
        return self

    def report(self, troubles: str) -> None:
        """Store the problems for readers of the status."""
        self._troubles = troubles
        self._reporter.submit(self._store_troubles)

    def _store_troubles(self) -> None:
        """Try until it succeeds. A server may refuse this process and yet serve readers (it takes no more connections): they would take a
        worker for well that is in trouble, or for in trouble when it has recovered."""
        while (troubles := self._troubles) != self._stored:
            self._stored = None  # if the connection is lost before the answer, they may be stored all the same
            try:
                self._archive.upkeep.report_troubles(identity(), troubles)
                self._stored = troubles
            except StoreError:
                if self._closing.wait(AGAIN):
                    return

    def fleet(self, private: Callable[[str], bool]) -> Fleet:
        archive = self._archive
        return Fleet(archive.address(QUEUE), archive.of_queue, lambda: self._due(private), archive.absent, self._agree)

    def _agree(self) -> None:
        self._archive.agree(lambda: utc_now().timestamp())

    def _due(self, private: Callable[[str], bool]) -> Sequence[tuple[str, str]]:
        """(source id, host) of sources that are due. For hosts that `allow_private` names the id takes the place of the host: their
        requests need no spacing, so each source counts as a host of its own."""
        due = self._archive.sources.due(utc_now(), DUE)
        return [(id, id if (host := host_of(address) or "") and private(host) else host) for id, address in due]

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._reporter.shutdown()
        self._archive.close()
