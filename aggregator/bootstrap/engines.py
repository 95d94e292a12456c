"""The wiring of the worker: makes a new engine whenever the configuration changes, and connects the worker to others on a PostgreSQL
archive."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from aggregator.addresses import Allowance, host_of
from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import driver, utc_now
from aggregator.config.environment import mask, pattern, secrets
from aggregator.errors import StoreError
from aggregator.model import notes
from aggregator.schedule.clock import is_polling
from aggregator.worker.engine import Engine, Fleet
from aggregator.worker.identity import identity

if TYPE_CHECKING:
    from aggregator.bootstrap.installation import Store
    from aggregator.fetch.client import Http
    from aggregator.ports import Upkeep
    from aggregator.sandbox.pool import Sandbox

QUEUE = "aggregator queue"  # name of the queue's sessions on the server
DUE = 5000
"""Maximum number of sources that one tick takes."""
AGAIN = 5.0  # seconds until problems that could not be stored are stored again


class Archives(NamedTuple):
    """The archive with a separate connection for each of its simultaneous users, so that none waits for another."""

    writer: Store  # stores what polls brought
    lookup: Store  # answers what polls ask before that
    editor: Store  # makes editions
    follower: Store  # reads and writes the configuration in force


class Engines:
    """Makes engines from configurations. All of them share the archives, the sandbox and the fetcher, so that caches and the spacing of
    requests survive an edit."""

    def __init__(self, application: Application, sandbox: Sandbox) -> None:
        self._application = application  # of the last engine
        self._secrets: set[str] = set()
        self._hide(application)
        self._sandbox = sandbox
        self._archives = Archives(*(application.database.open() for _ in Archives._fields))
        self._fetchers: dict[tuple[object, ...], Http] = {}

    @property
    def upkeep(self) -> Upkeep:
        return self._archives.follower.upkeep

    def make(self, app: Application, *, follows: bool) -> Engine:
        """Put the application's configuration in force, if it is not yet, and make an engine from it. `follows`: it was in force when it
        was read. Then that is not done again, since it would undo a later edit that came meanwhile."""
        assert app.rulebook  # compiled before anything is changed
        self._hide(app)
        archives = self._archives
        if follows:
            app.follow(archives.follower)
        else:
            # By the clock that all share: later changes are dated after the edit, whoever makes them.
            app.put_in_force(archives.follower, int(archives.follower.time()))
        engine = Engine(
            tools=app.tools(
                archives.writer, archives.lookup, self._fetcher(app), self._sandbox.parse, self._sandbox.extract
            ),
            archive=archives.editor,
            policy=app.policy,
            keep=app.keep,
        )
        self._application = app
        self._allowance = Allowance.of(app.settings.allow_private)
        return engine

    def _fetcher(self, app: Application) -> Http:
        """The fetcher. It stays the same as long as its settings do. All know when each host was last requested."""
        settings = app.settings
        key = (settings.site.contact, settings.site.url, settings.allow_private)
        if key not in self._fetchers:
            held = self._archives.lookup.sources.held(utc_now())
            before = next(iter(self._fetchers.values()), None)
            self._fetchers[key] = app.fetcher(held, self._sandbox.room, before)
        return self._fetchers[key]

    def private(self, host: str) -> bool:
        """Whether `allow_private` names a host: such a host needs no spacing of requests."""
        return self._allowance.names(host)

    def _hide(self, application: Application) -> None:
        self._secrets.update(secrets(application.settings.sources, os.environ))
        self._hidden = pattern(self._secrets)

    def mask(self, text: str) -> str:
        """The text with the secrets of all configurations so far masked: a poll that began before an edit may fail after it."""
        return mask(text, self._hidden)

    def adopt_pauses(self) -> None:
        """Obey the pauses that hosts requested from other processes."""
        application = self._application
        application.apply_pauses(self._fetcher(application), self._archives.lookup.sources.held(utc_now()))

    async def close(self) -> None:
        for fetcher in self._fetchers.values():
            await fetcher.close()
        for archive in self._archives:
            archive.close()


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
        return Fleet(
            archive.address(QUEUE), archive.of_queue, lambda: self._due(private), archive.absent, archive.agree
        )

    def _due(self, private: Callable[[str], bool]) -> Sequence[tuple[str, str]]:
        """(source id, host) of sources that are due. For hosts that `allow_private` names the id takes the place of the host: their
        requests need no spacing, so each source counts as a host of its own."""
        due = self._archive.sources.due(utc_now(), DUE)
        return [(id, id if (host := host_of(address) or "") and private(host) else host) for id, address in due]

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._reporter.shutdown()
        self._archive.close()
