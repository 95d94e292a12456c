"""How a worker shares an archive on a server with other workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aggregator.addresses import host_of
from aggregator.bootstrap.application import Application
from aggregator.bootstrap.database import driver
from aggregator.bootstrap.installation import utc_now
from aggregator.worker.fleet import Fleet
from aggregator.worker.identity import identity

QUEUE = "aggregator queue"  # sessions of the queue
DUE = 5000
"""Sources that one tick takes, at most."""


class Sharing:
    """Over a connection of its own, by which others see that this process is alive."""

    def __init__(self, application: Application) -> None:
        with driver():
            import procrastinate  # noqa: F401 - missed here rather than in the middle of the work
        self._archive = application.database.server()
        self._reporter = ThreadPoolExecutor(1)  # so that callers do not wait for the server

    def __enter__(self) -> Sharing:
        self._archive.upkeep.report_troubles(identity(), "")
        return self

    def report(self, troubles: str) -> None:
        """Show what is wrong to readers of the status. If the server is the problem, readers notice that themselves."""
        self._reporter.submit(self._archive.upkeep.report_troubles, identity(), troubles)

    def fleet(self, private: Callable[[str], bool]) -> Fleet:
        archive = self._archive
        return Fleet(archive.address(QUEUE), archive.of_queue, lambda: self._due(private), archive.absent, self._agree)

    def _agree(self) -> None:
        self._archive.agree(lambda: utc_now().timestamp())

    def _due(self, private: Callable[[str], bool]) -> Sequence[tuple[str, str]]:
        """Hosts that the editor lists as private need no protection: each of their sources counts as a host of its own."""
        due = self._archive.sources.due(utc_now(), DUE)
        return [(id, id if (host := host_of(address) or "") and private(host) else host) for id, address in due]

    def __exit__(self, *_: object) -> None:
        self._reporter.shutdown()
        self._archive.close()
