"""The configuration in force, as the store says, with what the web needs from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aggregator.errors import ConfigError
from aggregator.model import notes
from aggregator.model.feed import Names
from aggregator.model.judgement import Receipt
from aggregator.model.notes import Note
from aggregator.model.settings import Settings, StoredConfiguration
from aggregator.model.source import SourceState
from aggregator.model.stream import StreamName

if TYPE_CHECKING:
    from aggregator.ports import Past
    from aggregator.store.reading import Reading

T = TypeVar("T")

log = logging.getLogger(__name__)


class Sources(Protocol):
    def states(self, ids: Collection[str] | None = None, *, listed: bool = True) -> list[SourceState]: ...
    def drops(self) -> dict[str, dict[str, int]]: ...


class Upkeep(Protocol):
    def configuration(self) -> StoredConfiguration | None: ...
    def applied(self) -> int: ...
    def noted(self, note: Note[T]) -> T | None: ...


class Archive(Protocol):
    @property
    def past(self) -> Past: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def upkeep(self) -> Upkeep: ...


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration with everything the web needs from it."""

    settings: Settings
    names: Names
    receipts: Callable[[str, str, str | None], tuple[Receipt, ...]]  # title, summary, source id → why
    publisher: Callable[[str], str]  # name or alias → the publisher's one name
    root: str  # public address without trailing slash
    zone: ZoneInfo
    # Of sources renamed and removed: the first id → the last one.
    first_ids: Mapping[str, str] = field(default_factory=dict)
    # Of sections and topics: the streams of former ids, in the order in which they were given up → the id of today.
    renamed: Mapping[StreamName, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """The path under which the service is reached, "" or "/news"."""
        return urlsplit(self.root).path.rstrip("/")


class Following:
    """Follows what the store says. `compile` turns the texts of a configuration into what is in force, `found` looks up the topics found
    in the categories of feeds (id → title), `written` is when the program itself last changed; `current` counts while the store has
    no configuration."""

    def __init__(
        self,
        compile: Callable[[Mapping[str, str]], InForce],
        current: InForce,
        since: datetime,
        found: Callable[[Upkeep], Mapping[str, str]],
        written: datetime,
    ) -> None:
        self._compile, self._found, self._written = compile, found, written
        self.current = self._plain = current  # with and without the topics found
        self.since = since
        self._named: tuple[Mapping[str, str], ...] = ()
        self._unread: str | None = None  # the epoch in force, where it cannot be read here

    def follow(self, archive: Archive) -> None:
        """Look it up again, with the topics found and the sources removed; by one thread after the other."""
        held = archive.upkeep.configuration()
        if held:
            self._follow(*held)
            self.since = max(datetime.fromtimestamp(archive.upkeep.applied(), UTC), self._written)
        reading = archive.reading
        renamed = archive.upkeep.noted(notes.RENAMED) or {}
        self._name(self._found(archive.upkeep), reading.removed(), reading.first_ids(), renamed)

    def troubles(self) -> tuple[str, ...]:
        return ("configuration: the configuration in force cannot be read here",) if self._unread else ()

    def _follow(self, epoch: str, texts: Mapping[str, str]) -> None:
        """A configuration written for another environment or a newer version must not take pages from readers: the one
        that this process knew before stays in use, and the problem is reported."""
        if epoch == self._unread:
            return
        self._unread = None
        if epoch != self.current.settings.epoch:
            try:
                self.current = self._plain = self._compile(texts)
                self._named = ()
            except ConfigError as error:
                self._unread = epoch
                log.error("the configuration in force cannot be read here; the previous one is used:\n%s", error)

    def _name(
        self,
        found: Mapping[str, str],
        removed: Mapping[str, str],
        first_ids: Mapping[str, str],
        renamed: Mapping[str, str],
    ) -> None:
        """Topics found in categories get the found name, unless a configured topic or a place has the same id. Sources
        that were removed keep their name, so that their items stay readable."""
        if (found, removed, first_ids, renamed) != self._named:
            names = self._plain.names
            gone = {id: (f"{title} (removed)", None) for id, title in removed.items()}
            called = replace(names, topics={**found, **names.topics}, sources={**gone, **names.sources})
            led = {StreamName.read(name): id for name, id in renamed.items()}
            led |= self._plain.settings.renamed
            taken = {"section": called.sections, "topic": called.topics}
            former = {old: id for old, id in led.items() if old.id not in taken[old.kind]}
            self.current = replace(self._plain, names=called, first_ids=first_ids, renamed=former)
            self._named = (found, removed, first_ids, renamed)
