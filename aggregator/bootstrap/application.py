"""A configuration with its archive, fetcher and secrets. This module and `installation` are the only ones that name the concrete classes
behind the ports.

Everything is created, and imported, only when it is needed, so that commands start quickly.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Collection, Mapping
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aggregator import __version__
from aggregator.bootstrap.configured import Configured
from aggregator.bootstrap.installation import Database, Installation, utc_now
from aggregator.errors import ConfigError, NotAStore, Problem
from aggregator.model import notes
from aggregator.model.notes import ConfigurationReport
from aggregator.model.settings import Settings, Source, StoredConfiguration
from aggregator.model.source import SourceState
from aggregator.render.fit import rfc3339
from aggregator.worker.identity import identity

if TYPE_CHECKING:
    from aggregator.bootstrap.installation import Store
    from aggregator.fetch.client import Http
    from aggregator.fetch.gate import Room
    from aggregator.pipeline.edits.changes import Changes
    from aggregator.pipeline.tools import Tools
    from aggregator.ports import Extractor, Parser, ReadableArchive, Upkeep

ONCE_MORE = timedelta(minutes=1)
"""If a source is being polled while its settings change, it is polled again after this time."""


class Application(Configured):
    """A configuration with its instance folder and database. `warnings` are those that its file gave."""

    def __init__(self, installation: Installation, settings: Settings, warnings: tuple[Problem, ...] = ()) -> None:
        super().__init__(settings)
        self.installation = installation
        self.database = Database(installation)
        self.warnings = warnings
        self._former: dict[str, Settings | ConfigError] = {settings.epoch: settings}

    @classmethod
    def load(cls, installation: Installation) -> Application:
        """The configuration in the file.

        Raises:
            ConfigError: the file is broken.
        """
        from aggregator.config.cache import examine_cached

        settings, warnings = examine_cached(installation.config, installation.instance, os.environ)
        return cls(installation, settings, warnings)

    @classmethod
    def of_texts(cls, installation: Installation, texts: Mapping[str, str]) -> Application:
        """The configuration from the texts that the store keeps (file name → text, the main file first)."""
        from aggregator.config.compile import compile_texts

        settings, warnings, _ = compile_texts(texts, os.environ)
        return cls(installation, settings, warnings)

    @classmethod
    def load_or_in_force(cls, installation: Installation) -> tuple[Application, ConfigError | None]:
        """(the configuration in the file, None), or if the file is broken (the configuration in force, the error). For the
        service, and for commands that only read or tidy the archive.

        Raises:
            ConfigError: the file is broken, and no configuration is in force, or it cannot be read here.
        """
        try:
            return cls.load(installation), None
        except ConfigError as error:
            broken = error
        database = Database(installation)
        # There is no archive yet, or what is in force was written for another environment: the way out is to repair the file.
        with suppress(NotAStore, ConfigError):
            with closing(database.read_only()) if database.exists else nullcontext() as archive:
                in_force = archive and archive.upkeep.configuration()
            if in_force:
                return cls.of_texts(installation, in_force.texts), broken
        raise broken

    @classmethod
    def effective(cls, installation: Installation) -> Application:
        """The configuration that applies to the archive: that of the file, or with `reload: manual` the one in force.

        Raises:
            ConfigError: the file is broken.
        """
        application = cls.load(installation)
        if application.settings.site.reload == "auto" or not application.database.exists:
            return application
        with closing(application.database.open()) as archive:
            return application.ruling(archive.upkeep.configuration())

    def ruling(self, in_force: StoredConfiguration | None) -> Application:
        """This application, or with `reload: manual` that of the configuration in force, which stays until `apply`."""
        return self if self.settings.site.reload == "auto" else self.following(in_force)

    def following(self, in_force: StoredConfiguration | None) -> Application:
        """The application by the configuration in force: this one, if that is the same or there is none.

        Raises:
            ConfigError: it cannot be read here, since it was written for another environment.
        """
        if in_force is None or in_force.epoch == self.settings.epoch:
            return self
        return self.of_texts(self.installation, in_force.texts)

    def admit(self, upkeep: Upkeep) -> tuple[Problem, ...]:
        """Run the examples of the file. Failing ones are returned as warnings if the file may be put in force nevertheless: if it is
        already in force (an upgrade may classify differently), or if no other configuration is in force. If the store has noted that
        all examples hold for these rules and this version of the program, they are not run again.

        Raises:
            ConfigError: examples fail, and another configuration is in force.
        """
        if upkeep.noted(notes.EXAMPLES_HOLD) == self.policy.epoch:
            return ()
        from aggregator.categorise.examples import check_examples

        failing = check_examples(self.rulebook)
        if not failing:
            upkeep.note(notes.EXAMPLES_HOLD, self.policy.epoch)
            return ()
        in_force = upkeep.configuration()
        if in_force is not None and not self.settings.is_of(in_force.texts):
            raise ConfigError(failing, self.settings.main)
        return tuple(replace(problem, warning=True).under(self.settings.main) for problem in failing)

    def put_in_force(self, archive: Store, now: int, over: str | None = None) -> bool:
        """Make this the configuration in force, with its sources, and note for the status what it changes; False if it already is. Stored
        stories are then to be re-placed, unless it places them as the previous configuration does.

        `over`: only if the one of this epoch is still in force. Otherwise nothing is done.
        """
        from aggregator.pipeline.edits.changes import Changes

        while True:
            before = archive.upkeep.configuration()
            if over is not None and (before is None or before.epoch != over):
                return False
            # Compared before the transaction, since others wait for that, and it takes long with very many sources.
            renamed = self.completed(before, archive.upkeep).policy.renamed.ids
            alike, found = None, Changes()
            if before and before.epoch != self.settings.epoch:
                former = self.former(before)  # of another epoch if the environment variables that it uses have changed
                if former and former.epoch == before.epoch and self.places_alike(former, archive):
                    alike = before.epoch
                found = self.changes_since(before, archive.upkeep)
            with archive.upkeep.configuring():
                if archive.upkeep.configuration() != before:  # there was another edit since
                    continue
                # This comes first, by the order in which rows are locked.
                put = archive.upkeep.put_in_force(self.settings.epoch, self.settings.texts, now, alike, renamed)
                archive.sources.sync(self.settings.sources)
                if put:
                    if former := self.former(before):
                        self._poll_as_edited(former, archive, datetime.fromtimestamp(now, UTC))
                    report = ConfigurationReport(self.settings.epoch, rfc3339(now), found.as_json())
                    archive.upkeep.note(notes.CONFIGURATION, report)
            return put

    def follow(self, archive: Store) -> None:
        """Give the archive the sources of this configuration, which another process has put in force, unless a later one is by now."""
        with archive.upkeep.configuring():
            in_force = archive.upkeep.configuration()
            if in_force and in_force.epoch == self.settings.epoch:
                archive.sources.sync(self.settings.sources)

    def _poll_as_edited(self, former: Settings, archive: Store, now: datetime) -> None:
        """Apply changed settings of sources: those with a shorter `every` are polled within that time, and documents of those with another
        `lang` are read as a whole. Sources that are being polled now are polled once more."""
        from aggregator.model.renamed_sources import former_ids
        from aggregator.schedule.decide import sooner
        from aggregator.schedule.rate import bounds_for

        known = {source.id: source for source in former.sources}
        addresses = {id: source.url for id, source in known.items()}
        pairs = [(one, known[old]) for one, old in former_ids(self.settings.sources, addresses, known) if old]
        every = {
            one.id: (bounds_for(one, self.settings.defaults), bounds_for(old, former.defaults)) for one, old in pairs
        }
        shorter = {id: bounds for id, (bounds, before) in every.items() if bounds.every < before.every}
        told_anew = [one.id for one, old in pairs if one.lang != old.lang]
        archive.sources.disown([*shorter, *told_anew], now + ONCE_MORE)
        states = archive.sources.states(shorter) if shorter else []
        archive.sources.plan_sooner([sooner(one, now, shorter[one.id], random.random()) for one in states])
        archive.sources.read_anew(told_anew)

    def changes_since(self, before: StoredConfiguration | None, upkeep: Upkeep) -> Changes:
        """What this configuration changes compared with `before`; nothing if that is None or can no longer be read."""
        from aggregator.pipeline.edits.changes import changes

        after, former = self.completed(before, upkeep), self.former(before)
        old = Application(self.installation, former) if former else after

        def public(text: str) -> str:
            return after.public(old.public(text))

        return changes(former, after.settings, before and before.epoch, upkeep.source_ids(), public)

    def completed(self, before: StoredConfiguration | None, upkeep: Upkeep) -> Application:
        """This application, with renamings of sections and topics that the file makes without `was`, because compared with `before` it
        undoes or repeats an earlier renaming."""
        from aggregator.pipeline.renamed import renamed_again

        led = upkeep.renamed()
        former = self.former(before) if led else None
        settings = renamed_again(former, self.settings, led) if former else self.settings
        return self if settings is self.settings else Application(self.installation, settings, self.warnings)

    def former(self, stored: StoredConfiguration | None) -> Settings | None:
        """`read`, but None if there is no stored configuration, or if it can no longer be read."""
        with suppress(ConfigError):
            return self.read(stored) if stored else None
        return None

    def read(self, stored: StoredConfiguration) -> Settings:
        """The settings of a stored configuration, compiled once, also if that fails: transactions ask for them.

        Raises:
            ConfigError: it was written for another environment or version of the program.
        """
        if stored.epoch not in self._former:
            try:
                self._former[stored.epoch] = self.of_texts(self.installation, stored.texts).settings
            except ConfigError as error:
                self._former[stored.epoch] = error
        found = self._former[stored.epoch]
        if isinstance(found, ConfigError):
            raise found.with_traceback(None)  # which would grow each time
        return found

    def places_alike(self, before: Settings, archive: ReadableArchive) -> bool:
        """Whether stored stories stay as they are if this configuration is put in force after `before`."""
        from aggregator.pipeline.edits.alike import place_alike

        told = [state for state in archive.sources.states(listed=False) if state.last_success]
        return place_alike(before, self.settings, told)

    def stored_ids(self, archive: ReadableArchive) -> dict[str, str]:
        """Id of a source in this configuration, which may not be applied yet → the id under which the store knows it."""
        from aggregator.model.renamed_sources import former_ids

        states, listed = archive.sources.states(listed=False), {state.id for state in archive.sources.states()}
        found = former_ids(self.settings.sources, {state.id: state.url for state in states}, listed)
        return {source.id: former for source, former in found if former is not None}

    def fetcher(
        self, states: Collection[SourceState] = (), room: Room = nullcontext, after: Http | None = None
    ) -> Http:
        """The HTTP client, which may take over from another. It obeys the pauses that are recorded in `states`, and holds `room` for each
        request."""
        from aggregator.fetch.client import Http
        from aggregator.fetch.headers import user_agent

        agent = user_agent(__version__, self.settings.site.url, self.settings.site.contact)
        made = Http(agent, allow_private=self.settings.allow_private, room=room, after=after)
        self.apply_pauses(made, states)
        return made

    def apply_pauses(self, fetcher: Http, states: Collection[SourceState]) -> None:
        """Make a fetcher obey the pauses that are recorded in these states."""
        from aggregator.schedule.hints import pause_of, pausing

        named = [source for state in states if (source := self.sources.get(state.id))]
        alone = {source.id for source in named if pause_of(source, self.settings.defaults) == "source"}
        for host, seconds in pausing(states, utc_now(), alone).items():
            fetcher.pause(host, seconds)

    @cached_property
    def _secrets(self) -> re.Pattern[str] | None:
        from aggregator.config.environment import pattern, secrets

        return pattern(secrets(self.settings.sources, os.environ))

    def mask(self, text: str) -> str:
        """The text with the secrets of this configuration masked."""
        from aggregator.config.environment import mask

        return mask(text, self._secrets)

    def public(self, text: str) -> str:
        """The address of a source, or another of its settings, as everybody may see it: environment variables and passwords are
        masked."""
        from aggregator.config.environment import REFERENCE

        return self.mask(REFERENCE.sub(lambda found: "${" if found[1] is None else "***", text))

    def request(self, source: Source) -> tuple[str, tuple[tuple[str, str], ...]]:
        """(address, headers) of a source, with environment variables substituted. Raises KeyError if one is missing."""
        from aggregator.config.environment import expand

        url = expand(source.url, os.environ)
        return url, tuple((name, expand(value, os.environ)) for name, value in source.headers)

    def tools(
        self, archive: Store, lookup: Store, fetch: Http, parse: Parser, extract: Extractor | None = None
    ) -> Tools:
        """What a refresh needs; without `extract` no articles are fetched."""
        from aggregator.config.environment import secrets_in_items
        from aggregator.pipeline.tools import Tools

        return Tools(
            archive=archive,
            lookup=lookup,
            fetch=fetch,
            parse=parse,
            clock=utc_now,
            jitter=random.random,
            defaults=self.settings.defaults,
            sources=self.sources,
            request=self.request,
            mask=self.mask,
            secrets=lambda source: secrets_in_items(source, os.environ),
            extract=extract,
            publisher=self.fold_publisher,
            owner=identity(),
        )
