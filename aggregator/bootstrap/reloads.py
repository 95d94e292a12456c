"""Decides what to do when the file or the configuration in force has changed: make a new engine, report, or nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aggregator.bootstrap.application import Application
from aggregator.bootstrap.installation import Installation, utc_now
from aggregator.categorise.version import program
from aggregator.config.watch import Watch
from aggregator.errors import ConfigError, Problem
from aggregator.model import notes
from aggregator.model.notes import ConfigurationReport
from aggregator.model.settings import StoredConfiguration
from aggregator.pipeline.edits.changes import BRIEFLY, Changes
from aggregator.render.fit import rfc3339
from aggregator.worker.engine import Engine, Reload
from aggregator.worker.startup import hangups

if TYPE_CHECKING:
    from aggregator.bootstrap.engines import Engines

log = logging.getLogger(__name__)

IN_FORCE = "the configuration changed and is in force"
OTHER_VALUES = (
    "another machine puts this configuration in force with other values from its environment, which stay in force: give "
    "all machines the same values, and restart those that had others"
)


class Reloads:
    """Watches the file and the configuration in force, and has `engines` make an engine from the one that applies."""

    def __init__(self, application: Application, engines: Engines) -> None:
        self._engines, self._upkeep = engines, engines.upkeep
        self._installation = application.installation
        self._watch = Watch(self._installation.config, os.environ)
        self._watch.take()
        # What was read of the file and is not dealt with yet, and whether it is to be put in force whatever `reload` says.
        self._edit: tuple[Application, bool] | None = None
        self._heard = 0  # hangups after which the file was read: it is read after each, though it was not saved
        found = _found(self._installation)
        if found != application.settings.epoch:
            self._watch.forget()  # the next checks report that it was saved, or is broken
        elif application.settings.site.reload == "manual":
            self._edit = application, False  # the status must say whether it waits
        self._upkeep.note(notes.PROGRAM, program())
        in_force = self._upkeep.configuration()
        self._stored_epoch = in_force and in_force.epoch  # the epoch in force at the last check
        # By which this process works. If the file is broken, another one may be in force by now than the one that was read instead.
        self._application = application.ruling(in_force) if found else application.following(in_force)
        if found and self._application is not application:
            log.info("reload is manual: the configuration in force stays; `aggregator apply` applies the file")
        try:
            self._warnings = self._application.admit(self._upkeep)
        except ConfigError as failing:  # examples
            try:
                self._application, self._warnings = application.following(in_force), ()
            except ConfigError:
                raise failing from None
            self._watch.forget()  # the next checks report it
        self._broken = False  # whether the file as read last is
        # Whether the waiting edit in the status, if there is one, comes from this machine's file.
        self._waits = not application.database.shared
        # The epoch of the waiting edit that was told: its file may be touched, or get other permissions.
        self._told: str | None = None
        # The last epoch that another machine put in force with other environment variables.
        self._overruled: str | None = None
        self._edited = in_force if in_force and in_force.epoch != self._application.settings.epoch else None

    def start(self) -> Engine:
        """The engine for the configuration in force at start."""
        application, edited = self._application, self._edited
        found = application.changes_since(edited, self._upkeep)
        engine = self._made(application, follows=self._stored_epoch == application.settings.epoch)
        for problem in self._warnings:
            log.warning("%s", problem)
        if edited is not None:
            log.info("\n".join(_listed(IN_FORCE, found)))
        return engine

    def _made(self, application: Application, *, follows: bool) -> Engine:
        engine = self._engines.make(application, follows=follows)
        # Only after `make` has succeeded: otherwise the next check would not try again.
        self._application, self._stored_epoch = application, application.settings.epoch
        return engine

    def changed(self) -> Reload | None:
        """What changed in the configuration since the last call. Raises ConfigError if the file is broken."""
        if (asked := hangups()) > self._heard:
            self._watch.take()
        if asked > self._heard or self._watch.saved():
            self._read(asked)
        if self._edit is None:
            return self._applied()
        try:
            told = self._saved(*self._edit)
        except ConfigError:
            self._edit, self._broken = None, True
            raise
        # Not if the store cannot be written, or the machine lacks something: then the next check tries again.
        self._edit = None
        return told

    def _read(self, asked: int) -> None:
        """Read the file, after so many hangups."""
        self._edit, self._broken = None, False
        try:
            self._edit = Application.load(self._installation), asked > self._heard
        except ConfigError:
            self._broken, self._heard = True, asked
            raise
        except Exception:  # the machine lacks something: the next check tries again
            self._watch.forget()
            raise
        self._heard = asked

    def _saved(self, fresh: Application, force: bool) -> Reload:
        """Put what was read of the file in force, unless that must wait for `apply`."""
        if fresh.settings.epoch == self._application.settings.epoch:
            if force:
                log.info("the configuration was read again: nothing changed")
            return self._withdrawn()
        in_force = self._upkeep.configuration()
        fresh.admit(self._upkeep)
        # By another machine that has made the same edit, by `apply` in this moment, or by us before an error.
        already = in_force is not None and in_force.epoch == fresh.settings.epoch
        found = fresh.changes_since(self._own if already else in_force, self._upkeep)
        if already or force or fresh.settings.site.reload == "auto":
            return self._taken(fresh, found, follows=already)
        if fresh.settings.epoch == self._told:
            return Reload()
        self._waits, self._told = True, fresh.settings.epoch
        epoch = in_force.epoch if in_force else None
        status = ConfigurationReport(epoch, rfc3339(utc_now()), Changes().as_json(), waiting=found.as_json())
        head = "the configuration was saved and waits for `aggregator apply`, since reload is manual"
        return Reload(status=status, lines=_listed(head, found))

    def _withdrawn(self) -> Reload:
        """The file equals the configuration in force. If an edit was waiting, it was undone."""
        self._told = None
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
        follows = fresh.settings.epoch == in_force.epoch  # the environment has the same values here
        if self._application.database.shared and not follows:
            if self._overruled == in_force.epoch:  # for the second time: two workers would overrule each other forever
                self._stored_epoch = in_force.epoch
                raise ConfigError((Problem(main := fresh.settings.main, 1, 1, OTHER_VALUES),), main)
            self._overruled = in_force.epoch
        told = self._taken(fresh, fresh.changes_since(self._own, self._upkeep), follows=follows)
        return replace(told, valid=not self._broken)

    def _taken(self, application: Application, found: Changes, *, follows: bool) -> Reload:
        """Work by this configuration from now on. `found`: what it changes."""
        self._told = None
        status = ConfigurationReport(application.settings.epoch, rfc3339(utc_now()), found.as_json())
        lines = _listed(IN_FORCE, found)
        # Last: whatever fails after it, the next check would find this configuration in use and make no engine.
        return Reload(self._made(application, follows=follows), status=status, lines=lines)

    @property
    def _own(self) -> StoredConfiguration:
        """The configuration by which this process works."""
        return StoredConfiguration(self._application.settings.epoch, self._application.settings.texts)


def _found(installation: Installation) -> str | None:
    """The epoch of the file as it is now; None if it is broken."""
    try:
        return Application.load(installation).settings.epoch
    except ConfigError:
        return None


def _listed(head: str, found: Changes) -> Sequence[str]:
    """Lines for the log."""
    lines = [f"  {line}" for line in found.lines(BRIEFLY)]
    return (f"{head}:", *lines) if lines else (head,)
