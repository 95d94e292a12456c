"""`aggregator worker`: polling and editions, as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from aggregator.bootstrap import Application, Place, utc_now
from aggregator.cli import logs
from aggregator.cli.arguments import Command, nothing
from aggregator.worker.processes import WorkerLock
from aggregator.worker.service import Beside, Engine, Service

log = logging.getLogger(__name__)


def run(args: argparse.Namespace, place: Place) -> int:
    return work(Application.load(place), None)


def work(application: Application, beside: Beside | None) -> int:
    """Poll until a signal; `beside` runs along."""
    logs.start(application.mask)
    for problem in application.warnings:
        print(problem, file=sys.stderr)
    with WorkerLock(application.place.instance):
        archive = application.archive()
        archive.upkeep.check()
        archive.close()
        asyncio.run(_serve(application, beside))
    return 0


async def _serve(application: Application, beside: Beside | None) -> None:
    from aggregator.sandbox import Sandbox

    async with Sandbox() as sandbox:
        engines = Engines(application, sandbox)
        try:
            await Service(engines.engine(application), engines.changed, utc_now).run(beside)
        finally:
            await engines.close()


class Engines:
    """Makes an engine of a configuration, and a new one when the file has changed. Archives and the sandbox stay, so
    that no cache and no schedule is lost."""

    def __init__(self, application: Application, sandbox: object) -> None:
        from aggregator.sandbox import Sandbox

        assert isinstance(sandbox, Sandbox)
        self._sandbox = sandbox
        self._archives = [application.archive() for _ in range(3)]
        self._fetchers: list[object] = []
        self._application = self._stored(application)
        self._seen = application.signature()

    def _stored(self, application: Application) -> Application:
        """With `reload: manual`, what is in force stays in force until `apply`."""
        held = self._archives[0].upkeep.configuration()
        if application.settings.site.reload == "auto" or held is None or held[0] == application.settings.epoch:
            return application
        log.info("reload is manual: the configuration in force stays, `aggregator apply` takes the file")
        return Application.of_texts(application.place, held[1])

    def engine(self, application: Application | None = None) -> Engine:
        app = self._application if application is None else self._stored(application)
        self._application = app
        writer, lookup, editor = self._archives
        writer.sources.sync(app.settings.sources)
        writer.upkeep.put_in_force(app.settings.epoch, app.settings.texts, int(utc_now().timestamp()))
        fetcher = app.fetcher()
        self._fetchers.append(fetcher)
        defaults = app.settings.defaults
        per_source = {one.id: int(one.keep.total_seconds()) for one in app.settings.sources if one.keep}
        return Engine(
            tools=app.tools(writer, lookup, fetcher, self._sandbox.parse),
            archive=editor,
            policy=app.policy,
            keep=(int(defaults.keep.total_seconds()), per_source),
        )

    def changed(self, force: bool) -> Engine | None:
        """A new engine if the file, or what is in force, changed. Raises ConfigError where the file is broken."""
        signature = self._application.signature()
        if signature == self._seen and not force:
            return self._applied()
        self._seen = signature
        fresh = Application.load(self._application.place)
        self._seen = fresh.signature()
        if fresh.settings.epoch == self._application.settings.epoch:
            return None
        if fresh.settings.site.reload == "manual" and not force:
            log.info("the configuration changed; reload is manual, so `aggregator apply` puts it in force")
            return None
        log.info("the configuration changed and is in force")
        self._application = fresh
        return self.engine()

    def _applied(self) -> Engine | None:
        """`apply` put another configuration into the store."""
        held = self._archives[1].upkeep.configuration()
        if held is None or held[0] == self._application.settings.epoch:
            return None
        self._application = Application.of_texts(self._application.place, held[1])
        return self.engine()

    async def close(self) -> None:
        for fetcher in self._fetchers:
            await fetcher.close()  # type: ignore[attr-defined]
        for archive in self._archives:
            archive.close()


COMMAND = Command("worker", "Polling and editions, without the web.", nothing, run)
