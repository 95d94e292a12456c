"""Decides what to do when the file or the configuration in force has changed: make a new engine, report, or nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import utc_now
from aggregator.categorise.version import program
from aggregator.config.watch import Watch
from aggregator.errors import ConfigError, Problem
from aggregator.model import notes
from aggregator.model.notes import ConfigurationReport
from aggregator.model.settings import StoredConfiguration
from aggregator.pipeline.edits.changes import BRIEFLY, Changes
from aggregator.render.instants import rfc3339
from aggregator.worker.engine import Engine, Reload

if TYPE_CHECKING:
    from aggregator.bootstrap.engines import Engines

log = logging.getLogger(__name__)

OTHER_VALUES = (
    "another machine puts this configuration in force with other values from its environment, which stay in force: give "
    "all machines the same values, and restart those that had others"
)


class Reloads:
    """Watches the file and the configuration in force, and has `engines` make an engine from the one that applies."""

    def __init__(self, application: Application, engines: Engines) -> None:
        self._engines = engines
        self._installation = application.installation
        self._watch = Watch(self._installation.config, os.environ)
        self._watch.take()
        # The file at start: (its epoch, its state on disk); None as soon as it was read again.
        self._at_start: tuple[str, object] | None = application.settings.epoch, self._watch.known
        self._watch.forget()  # it may have been saved since it was read
        self._upkeep = engines.upkeep
        self._upkeep.note(notes.PROGRAM, program())
        in_force = self._upkeep.configuration()
        self._application = application.ruling(in_force)
        if self._application is not application:
            log.info("reload is manual: the configuration in force stays; `aggregator apply` applies the file")
        application = self._application
        for problem in application.admit(self._upkeep):
            log.warning("%s", problem)
        self._stored_epoch = application.settings.epoch  # the epoch in force at the last check
        self._follows = in_force is not None and in_force.epoch == application.settings.epoch  # at start
        # The last epoch that another machine put in force with other environment variables.
        self._overruled: str | None = None
        self._untaken: tuple[Application, bool] | None = None  # the last edit, as long as it could not be put in force
        self._broken = False  # whether the file as read last is
        # Whether the waiting edit in the status, if there is one, comes from this machine's file.
        self._waits = not application.database.shared
        if in_force is not None and in_force.epoch != application.settings.epoch:
            log.info("\n".join(self._report(in_force, application).lines))

    def start(self) -> Engine:
        """The engine for the configuration in force at start."""
        return self._made(self._application, follows=self._follows)

    def _made(self, application: Application, *, follows: bool) -> Engine:
        engine = self._engines.make(application, follows=follows)
        # Only after `make` has succeeded: otherwise the next check would not try again.
        self._application, self._stored_epoch = application, application.settings.epoch
        return engine

    def changed(self, force: bool) -> Reload | None:
        """What changed in the configuration since the last call. Raises ConfigError if the file is broken."""
        if force:
            self._watch.take()
        if force or self._watch.saved():
            self._untaken, self._broken = None, False
            at_start, self._at_start = self._at_start, None
            try:
                fresh = Application.load(self._installation)
            except ConfigError:
                self._broken = True
                raise
            except Exception:  # the machine lacks something: the next check tries again
                self._watch.forget()
                self._at_start = at_start
                raise
            saved = (fresh.settings.epoch, self._watch.known) != at_start
            if force or saved or fresh.settings.site.reload == "manual":  # otherwise a later edit may be in force
                self._untaken = fresh, force
        if self._untaken is None:
            return self._applied()
        edit, self._untaken = self._untaken, None
        try:
            return self._saved(*edit)
        except ConfigError:
            self._broken = True
            raise
        except Exception:  # or the store cannot be written
            self._untaken = edit
            raise

    def _saved(self, fresh: Application, force: bool) -> Reload:
        in_force = self._upkeep.configuration()
        if fresh.settings.epoch == self._application.settings.epoch:
            if force:
                log.info("the configuration was read again: nothing changed")
            return self._withdrawn()
        fresh.admit(self._upkeep)
        # By another machine that has made the same edit, by `apply` in this moment, or by us before an error.
        already = in_force is not None and in_force.epoch == fresh.settings.epoch
        report = self._report(self._own if already else in_force, fresh)
        if fresh.settings.site.reload == "manual" and not (force or already):
            self._waits = True
            epoch = in_force.epoch if in_force else None
            status = ConfigurationReport(
                epoch, rfc3339(utc_now()), Changes().as_json(), report.status.changed if report.status else None
            )
            head = "the configuration was saved and waits for `aggregator apply`, since reload is manual"
            return Reload(status=status, lines=_listed(head, report.lines[1:]))
        return replace(report, engine=self._made(fresh, follows=already))

    def _withdrawn(self) -> Reload:
        """The file equals the configuration in force. If an edit was waiting, it was undone."""
        noted = self._upkeep.noted(notes.CONFIGURATION)
        if not self._waits or noted is None or not noted.waiting:
            return Reload()
        line = (
            "the edit that waited for `aggregator apply` was undone: the file equals the configuration in force again"
        )
        return Reload(status=replace(noted, waiting=None), lines=(line,))

    def _applied(self) -> Reload | None:
        """Follow the configuration in force, if `apply` or another process has changed it."""
        in_force = self._upkeep.configuration()
        if in_force is None or in_force.epoch == self._stored_epoch:
            return None
        try:
            fresh = Application.of_texts(self._installation, in_force.texts)
        except ConfigError:  # it was written for another environment; reported once
            self._stored_epoch = in_force.epoch
            raise
        now = self._upkeep.configuration()
        if now is None or now.epoch != in_force.epoch:
            return None  # another edit was put in force while this one was compiled, which takes seconds; the next check follows it
        if self._application.database.shared and fresh.settings.epoch != in_force.epoch:
            if self._overruled == in_force.epoch:  # for the second time: two workers would overrule each other forever
                self._stored_epoch = in_force.epoch
                raise ConfigError((Problem(main := fresh.settings.files[0], 1, 1, OTHER_VALUES),), main)
            self._overruled = in_force.epoch
        report = self._report(self._own, fresh)
        engine = self._made(fresh, follows=fresh.settings.epoch == in_force.epoch)
        return replace(report, engine=engine, valid=not self._broken)

    @property
    def _own(self) -> StoredConfiguration:
        """The configuration by which this process works."""
        return StoredConfiguration(self._application.settings.epoch, self._application.settings.texts)

    def _report(self, before: StoredConfiguration | None, application: Application) -> Reload:
        """What the application's configuration changes compared with `before`, for log and status."""
        found = application.changes_since(before, self._upkeep)
        status = ConfigurationReport(application.settings.epoch, rfc3339(utc_now()), found.as_json())
        lines = [f"  {line}" for line in found.lines(BRIEFLY)]
        return Reload(status=status, lines=_listed("the configuration changed and is in force", lines))


def _listed(head: str, lines: Sequence[str]) -> Sequence[str]:
    return (f"{head}:", *lines) if lines else (head,)
