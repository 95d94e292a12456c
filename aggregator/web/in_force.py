"""Follows the configuration in force, which is in the store, and provides what the web needs of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from aggregator.errors import ConfigError
from aggregator.model.feed import Names
from aggregator.model.judgement import Receipt
from aggregator.model.settings import Settings, StoredConfiguration
from aggregator.model.stream import StreamName
from aggregator.pipeline.category_topics import last_survey

if TYPE_CHECKING:
    from aggregator.store.dialect import Writes
    from aggregator.store.readable import Readable
    from aggregator.store.upkeep import Upkeep

    Archive: TypeAlias = Readable[Writes, Upkeep[Any]]

log = logging.getLogger(__name__)


class InForce(Struct, frozen=True):
    """What the web needs of a configuration."""

    settings: Settings
    names: Names
    receipts: Callable[[str, str, str | None], tuple[Receipt, ...]]  # (title, summary, source id) → receipts
    publisher: Callable[[str], str]  # name or alias → canonical name of the publisher
    publishers: Mapping[str, str]  # source id → canonical name of its publisher
    root: str  # public address without trailing slash
    zone: ZoneInfo
    since: datetime  # when this configuration came into force, or the program itself changed
    # First id → last id of each source, including removed ones.
    first_ids: Mapping[str, str] = field(default_factory=dict)
    # Stream with a former id → present id of the section or topic, in the order in which they were renamed.
    renamed: Mapping[StreamName, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """The path of `site.url`: "" or for example "/news"."""
        return urlsplit(self.root).path.rstrip("/")


class Following:
    """Follows the configuration in the store. `compile` makes an InForce from the texts of a configuration; `written`: when the program
    itself last changed. `current` is used as long as the store has no configuration."""

    def __init__(self, compile: Callable[[Mapping[str, str]], InForce], current: InForce, written: datetime) -> None:
        self._compile, self._written = compile, written
        self.current = self._plain = current  # with and without what `_named` adds
        self._unread: str | None = None  # the epoch in force, if that configuration cannot be read here

    def follow(self, archive: Archive) -> None:
        """Read the configuration in force again, with found topics and removed sources. Must not be called by two threads at a time. The
        others see the new one only when it is complete."""
        since = self.current.since
        if held := archive.upkeep.configuration():
            self._follow(held)
            since = max(datetime.fromtimestamp(held.applied, UTC), self._written)
        self.current = self._named(archive, since)

    def troubles(self) -> tuple[str, ...]:
        return ("configuration: the configuration in force cannot be read here",) if self._unread else ()

    def _follow(self, held: StoredConfiguration) -> None:
        """Compile a new configuration. If it cannot be read here (it was written for another environment or a newer version), the previous
        one stays in use, so that readers still get pages, and the problem is reported."""
        if held.epoch == self._unread:
            return
        self._unread = None
        if held.epoch != self._plain.settings.epoch:
            try:
                self._plain = self._compile(held.texts)
            except ConfigError as error:
                self._unread = held.epoch
                log.error("the configuration in force cannot be read here; the previous one is used:\n%s", error)

    def _named(self, archive: Archive, since: datetime) -> InForce:
        """The configuration with further names: those of topics found among categories (unless a configured topic or a country has the same
        id, or one has or had it under `was`), and those of removed sources, so that their items remain readable."""
        names, settings = self._plain.names, self._plain.settings
        gone = {id: f"{title} (removed)" for id, title in archive.reading.removed_sources().items()}
        led = archive.upkeep.renamed() | settings.renamed
        surveyed = last_survey(archive.upkeep).titles
        found = {id: title for id, title in surveyed.items() if led.get(StreamName("topic", id)) not in names.topics}
        called = replace(names, topics={**found, **names.topics}, sources={**gone, **names.sources})
        former = {old: id for old, id in led.items() if old.id not in called.titles(old.kind)}
        first = archive.upkeep.source_ids()
        return replace(self._plain, names=called, since=since, first_ids=first, renamed=former)
