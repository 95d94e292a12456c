"""The wiring of the worker: what it works with, made anew whenever the configuration changes."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from aggregator.addresses import Allowance, host_of
from aggregator.bootstrap.application import Application, Held
from aggregator.bootstrap.place import utc_now
from aggregator.categorise.version import program
from aggregator.config.watch import Watch
from aggregator.errors import ConfigError, Problem, StoreError, TooManyFiles
from aggregator.model import notes
from aggregator.pipeline.changes import BRIEFLY, Changes, changes
from aggregator.render.instants import rfc3339
from aggregator.worker.engine import Engine, Reload

if TYPE_CHECKING:
    from aggregator.bootstrap.database import Store
    from aggregator.fetch.client import Http
    from aggregator.sandbox.pool import Sandbox

log = logging.getLogger(__name__)

OTHER_VALUES = (
    "another machine puts this configuration in force with other values from its environment, which stay in force: give "
    "all machines the same values, and restart those that had others"
)


class Archives(NamedTuple):
    """The archive over one connection for each of those who use it at once, so that none waits for another's."""

    writer: Store  # stores what polls brought
    lookup: Store  # what polls ask beforehand
    editor: Store  # makes editions
    follower: Store  # follows the configuration


class Engines:
    """Makes an engine from a configuration, and a new one when the file or the configuration in force has changed.
    Archives, the sandbox and the fetcher stay, so that no cache and no schedule is lost."""

    def __init__(self, application: Application, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._place = application.place
        self._archives = Archives(*(application.database.open() for _ in Archives._fields))
        self._fetchers: dict[tuple[object, ...], Http] = {}
        self._watch = Watch(self._place.config, os.environ)
        self._upkeep = self._archives.follower.upkeep
        self._upkeep.note(notes.PROGRAM, program())
        held = self._upkeep.configuration()
        self._application = application = self._ruling(application, held)
        for problem in application.admit(self._upkeep):
            log.warning("%s", problem)
        self._held = application.settings.epoch  # what the store said at the last check
        self._overruled: str | None = None  # what another machine put in force by other values from its environment
        self._untaken: tuple[Application, bool] | None = None  # the last edit, as long as the store does not take it
        # Whether the waiting edit in the status, if there is one, is of this machine's file.
        self._waits = not application.database.shared
        if held is not None and held[0] != application.settings.epoch:
            log.info("\n".join(self._report(held, application).lines))

    def _ruling(self, application: Application, held: Held) -> Application:
        """With `reload: manual`, the configuration in force stays until `apply`."""
        if application.settings.site.reload == "auto" or held is None or held[0] == application.settings.epoch:
            return application
        log.info("reload is manual: the configuration in force stays; `aggregator apply` applies the file")
        return Application.of_texts(application.place, held[1])

    def start(self) -> Engine:
        """The engine for the configuration in force at start."""
        held = self._upkeep.configuration()
        if held is None or held[0] != self._application.settings.epoch:
            self._upkeep.note(notes.CONFIGURATION, self._report(held, self._application).status)
        return self._engine(self._application)

    def _engine(self, app: Application) -> Engine:
        """Puts the application's configuration in force, if it is not already."""
        assert app.rulebook  # compiled before anything is changed
        archives = self._archives
        archives.follower.sources.sync(app.settings.sources)
        app.put_in_force(archives.follower, int(utc_now().timestamp()))
        engine = Engine(
            tools=app.tools(
                archives.writer, archives.lookup, self._fetcher(app), self._sandbox.parse, self._sandbox.extract
            ),
            archive=archives.editor,
            policy=app.policy,
            keep=app.keep,
        )
        # Last: what fails before is tried again at the next look, which would take it for done.
        self._application, self._held = app, app.settings.epoch
        self._allowance = Allowance.of(app.settings.allow_private)
        return engine

    def _fetcher(self, app: Application) -> Http:
        """One fetcher as long as its settings stay the same: it knows when each host was last requested."""
        settings = app.settings
        key = (settings.site.contact, settings.site.url, settings.allow_private)
        if key not in self._fetchers:
            self._fetchers[key] = app.fetcher(self._archives.lookup.sources.states(), self._sandbox.room)
        return self._fetchers[key]

    def private(self, host: str) -> bool:
        """Whether the editor lists a host as private: such a host needs no protection."""
        return self._allowance.names(host)

    def adopt_pauses(self, ids: Collection[str]) -> None:
        """Keep the pauses that the hosts of these sources requested from other processes."""
        application = self._application
        hosts = {host_of(application.sources[id].url) or "" for id in ids if id in application.sources}
        beside = [id for host in hosts for id in application.hosts[host]]
        application.apply_pauses(self._fetcher(application), self._archives.lookup.sources.states(beside))

    def changed(self, force: bool) -> Reload | None:
        """What changed in the configuration since the last call. Raises ConfigError if the file is broken."""
        if force:
            self._watch.take()
        if force or self._watch.saved():
            self._untaken = None  # also if this edit is broken
            try:
                self._untaken = Application.load(self._place), force
            except TooManyFiles:
                self._watch.forget()
                raise
        if self._untaken is None:
            return self._applied()
        edit, self._untaken = self._untaken, None
        try:
            return self._saved(*edit)
        except StoreError:
            self._untaken = edit
            raise

    def _saved(self, fresh: Application, force: bool) -> Reload:
        held = self._upkeep.configuration()
        if fresh.settings.epoch == self._application.settings.epoch:
            if force:
                log.info("the configuration was read again: nothing changed")
            return self._withdrawn()
        fresh.admit(self._upkeep)
        # In force already where another machine has the same edit, or where an error interrupted us.
        report = self._report(self._own if held and held[0] == fresh.settings.epoch else held, fresh)
        if fresh.settings.site.reload == "manual" and not force:
            self._waits = True
            status = {**_standing(held), "waiting": (report.status or {})["changed"]}
            head = "the configuration was saved and waits for `aggregator apply`, since reload is manual"
            return Reload(status=status, lines=_listed(head, report.lines[1:]))
        return replace(report, engine=self._engine(fresh))

    def _withdrawn(self) -> Reload:
        """The file equals the configuration in force: an edit that waited was undone."""
        noted = self._upkeep.noted(notes.CONFIGURATION)
        if not self._waits or not isinstance(noted, dict) or not noted.get("waiting"):
            return Reload()
        line = (
            "the edit that waited for `aggregator apply` was undone: the file equals the configuration in force again"
        )
        return Reload(status={**noted, "waiting": None}, lines=(line,))

    def _applied(self) -> Reload | None:
        """`apply`, or another process, put another configuration into the store."""
        held = self._upkeep.configuration()
        if held is None or held[0] == self._held:
            return None
        try:
            fresh = Application.of_texts(self._place, held[1])
        except ConfigError:  # written for another environment; reported once
            self._held = held[0]
            raise
        if self._application.database.shared and fresh.settings.epoch != held[0]:
            if self._overruled == held[0]:  # again: it is a worker, and the two would go on for good
                self._held = held[0]
                raise ConfigError((Problem(main := fresh.settings.files[0], 1, 1, OTHER_VALUES),), main)
            self._overruled = held[0]
        return replace(self._report(self._own, fresh), engine=self._engine(fresh), of_file=False)

    @property
    def _own(self) -> Held:
        """What this process works by."""
        return self._application.settings.epoch, dict(self._application.settings.texts)

    def _report(self, before: Held, application: Application) -> Reload:
        """What the application's configuration changes from the one before, for log and status."""
        found = changes(application.former(before), application.settings, before)
        status = {
            "epoch": application.settings.epoch,
            "at": rfc3339(utc_now()),
            "changed": found.as_json(),
            "waiting": None,
        }
        lines = [f"  {line}" for line in found.lines(BRIEFLY)]
        return Reload(status=status, lines=_listed("the configuration changed and is in force", lines))

    async def close(self) -> None:
        for fetcher in self._fetchers.values():
            await fetcher.close()
        for archive in self._archives:
            archive.close()


def _listed(head: str, lines: Sequence[str]) -> Sequence[str]:
    return (f"{head}:", *lines) if lines else (head,)


def _standing(held: Held) -> dict[str, object]:
    return {"epoch": held[0] if held else None, "at": rfc3339(utc_now()), "changed": Changes().as_json()}
