"""Settings in, wired application out: the only file that names concrete classes.

Everything is made when it is asked for, so that a command starts as quickly as what it needs.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aggregator import __version__
from aggregator.addresses import host_of
from aggregator.categorise.weights import MARK
from aggregator.errors import ConfigError, Problem, UsageError
from aggregator.model.judgement import Judgement, Receipt
from aggregator.model.settings import Settings, Source
from aggregator.model.source import SourceState
from aggregator.model.story import PendingItem
from aggregator.model.stream import Names
from aggregator.text.countries import countries

if TYPE_CHECKING:
    from aggregator.categorise.rulebook import Rulebook
    from aggregator.categorise.usage import Usage
    from aggregator.fetch.client import Http
    from aggregator.pipeline.compose import Policy
    from aggregator.pipeline.refresh import Tools
    from aggregator.ports import Extractor, Parser, Upkeep
    from aggregator.store.postgres.archive import PostgresArchive
    from aggregator.store.postgres.readonly import ReadOnlyArchive as PostgresReadings
    from aggregator.store.sqlite.archive import SqliteArchive
    from aggregator.store.sqlite.readonly import ReadOnlyArchive
    from aggregator.web.library import InForce, Library

    Store = SqliteArchive | PostgresArchive
    ReadOnlyStore = ReadOnlyArchive | PostgresReadings

DATABASE = "aggregator.db"
SERVERS = ("postgresql://", "postgres://")
"""How addresses of PostgreSQL begin."""
Held = tuple[str, dict[str, str]] | None
"""Epoch and texts of the configuration in force, as the store keeps them."""
EXAMPLES_HOLD = "examples"
"""The note of the store that says with which rules and program all examples were last seen to hold."""
PLACES = 3
"""Places of an item, the most telling first, that become topics of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service lives: its configuration, its data, and under which address it is reached if `site.url` is
    not set."""

    config: Path
    instance: Path
    database: str | None = None
    address: str = "http://127.0.0.1:8000"

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Place:
        return cls(
            Path(environ.get("AGGREGATOR_CONFIG", "feeds.yaml")),
            Path(environ.get("AGGREGATOR_INSTANCE", "instance")),
            environ.get("AGGREGATOR_DATABASE_URL") or None,
            environ.get("AGGREGATOR_ADDRESS", "http://127.0.0.1:8000"),
        )

    def environment(self) -> dict[str, str]:
        """For a process of ours that is to live at the same place."""
        return {
            "AGGREGATOR_CONFIG": str(self.config),
            "AGGREGATOR_INSTANCE": str(self.instance),
            "AGGREGATOR_DATABASE_URL": self.database or "",
            "AGGREGATOR_ADDRESS": self.address,
        }


@contextmanager
def driver() -> Iterator[None]:
    """What PostgreSQL needs comes with an extra."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"--database: PostgreSQL needs the extra `postgres` (pip install 'aggregator[postgres]'): {error}"
        ) from error


def utc_now() -> datetime:
    return datetime.now(UTC)


class Application:
    """One configuration at one place, and what is made of it."""

    def __init__(self, place: Place, settings: Settings, warnings: tuple[Problem, ...] = ()) -> None:
        self.place = place
        self.settings = settings
        self.warnings = warnings

    @classmethod
    def load(cls, place: Place) -> Application:
        """Raises:
        ConfigError: the file is broken.
        """
        from aggregator.config.cache import examine_cached

        settings, warnings = examine_cached(place.config, place.instance, os.environ)
        return cls(place, settings, warnings)

    @classmethod
    def of_texts(cls, place: Place, texts: Mapping[str, str]) -> Application:
        """The configuration whose texts the store keeps; the first is the main file."""
        from aggregator.config.load import parse

        settings, warnings = parse(texts, next(iter(texts)), os.environ)
        return cls(place, settings, warnings)

    @classmethod
    def ruling(cls, place: Place) -> Application:
        """What decides over the archive: the file, or with `reload: manual` the configuration in force.

        Raises:
            ConfigError: the file is broken.
        """
        application = cls.load(place)
        if application.settings.site.reload == "auto":
            return application
        archive = application.archive()
        held = archive.upkeep.configuration()
        archive.close()
        if held is None or held[0] == application.settings.epoch:
            return application
        return cls.of_texts(place, held[1])

    def admit(self, upkeep: Upkeep) -> tuple[Problem, ...]:
        """Examples that fail, as warnings, where this may be put in force all the same: it is (an upgrade may judge
        otherwise), or nothing is that could stay instead. Rules and program of which the store knows that all hold are
        not asked again.

        Raises:
            ConfigError: examples fail, and something else is in force.
        """
        if upkeep.noted(EXAMPLES_HOLD) == self.policy.epoch:
            return ()
        from aggregator.categorise.examples import check_examples

        failing = check_examples(self.rulebook)
        if not failing:
            upkeep.note(EXAMPLES_HOLD, self.policy.epoch)
            return ()
        held = upkeep.configuration()
        if held is not None and held[0] != self.settings.epoch:
            raise ConfigError(failing, self.settings.files[0])
        return tuple(replace(problem, warning=True) for problem in failing)

    @property
    def shared(self) -> bool:
        """Whether the archive lies on a server, where any number of machines work on it."""
        return (self.place.database or "").startswith(SERVERS)

    @property
    def database(self) -> Path:
        """The file of an archive that is one."""
        url = self.place.database
        if url is None:
            return self.place.instance / DATABASE
        if url.startswith("sqlite:///"):
            return Path(url.removeprefix("sqlite:///"))
        raise UsageError(
            "--database: expected sqlite:///PATH or postgresql://USER@HOST/DATABASE; leave it out for the database in "
            "the instance folder"
        )

    @property
    def stored(self) -> bool:
        """Whether there is an archive; on a server it is made when it is asked for."""
        return self.shared or self.database.exists()

    def archive(self) -> Store:
        return self.server() if self.shared else self.sqlite()

    def sqlite(self) -> SqliteArchive:
        from aggregator.store.sqlite.archive import SqliteArchive

        return SqliteArchive(self.database)

    def server(self) -> PostgresArchive:
        """The archive on a server, with what only that can tell."""
        from aggregator.worker.processes import identity

        with driver():
            from aggregator.store.postgres.archive import PostgresArchive

        return PostgresArchive(self.place.database or "", identity())

    def readings(self) -> ReadOnlyStore:
        """The archive for those who only read it."""
        if self.shared:
            return self._server_readings()
        from aggregator.store.sqlite.readonly import ReadOnlyArchive

        return ReadOnlyArchive(self.database)

    def troubles(self) -> tuple[str, ...]:
        """What workers say is wrong, where others see it though the store be what is in trouble."""
        from aggregator.worker.processes import troubles

        return self._teller.upkeep.troubles() if self.shared else troubles(self.place.instance)

    @cached_property
    def _teller(self) -> PostgresReadings:
        """A connection that threads share."""
        return self._server_readings()

    def _server_readings(self) -> PostgresReadings:
        from aggregator.worker.processes import identity

        with driver():
            from aggregator.store.postgres.readonly import ReadOnlyArchive

        return ReadOnlyArchive(self.place.database or "", identity())

    @cached_property
    def rulebook(self) -> Rulebook:
        from aggregator.categorise.rulebook import compile_rules

        return compile_rules(self.settings.sections, self.settings.topics, self.settings.fallback)

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {source.id: source for source in self.settings.sources}

    @cached_property
    def fold_publisher(self) -> Callable[[str, str | None], str]:
        """(name, address of an article or of the outlet) → the publisher's one name."""
        from aggregator.config.publishers import publisher_index

        index = publisher_index(self.settings)

        @lru_cache(maxsize=4096)
        def fold(name: str, root: str) -> str:
            return index.canonical(name, host_of(root))

        def root(url: str) -> str:  # many articles of one outlet share it
            return "/".join(url.split("/", 3)[:3])

        return lambda name, url: fold(name, root(url) if url else "")

    def publisher_of(self, item: PendingItem) -> str:
        """Its source's, whatever that was called when the item came, or what an item of a wrapper names itself."""
        source = self.sources.get(item.source)
        name = item.publisher if source is None or source.wrapper else source.publisher
        return self.fold_publisher(name, item.url)

    def judge(self, title: str, summary: str, source: Source | None = None) -> Judgement:
        from aggregator.categorise.judge import judge

        usually, section = (source.usually, source.section) if source else (None, None)
        return self._with_places(judge(self.rulebook, title, summary, usually=usually, section=section))

    def counting(self) -> tuple[Policy, Usage]:
        """As `policy`, counting which lines of the rules do something."""
        from aggregator.categorise.usage import Usage

        usage = Usage(self.rulebook)

        def judge(item: PendingItem) -> Judgement:
            source = self.sources.get(item.source)
            usually, section = (source.usually, source.section) if source else (None, None)
            return self._with_places(usage.judge(item.title, item.summary, usually=usually, section=section))

        return replace(self.policy, judge=judge), usage

    def receipts(self, title: str, summary: str, source: Source | None = None) -> tuple[Receipt, ...]:
        return self.judged(title, summary, source)[1]

    def judged(self, title: str, summary: str, source: Source | None = None) -> tuple[Judgement, tuple[Receipt, ...]]:
        """What `judge` and `receipts` say, for what one of them costs."""
        from aggregator.categorise.receipts import judged

        usually, section = (source.usually, source.section) if source else (None, None)
        judgement, found = judged(self.rulebook, title, summary, usually=usually, section=section)
        if source is not None:
            own = (f"usually: {usually}", f"section: {section}")
            found = tuple(replace(one, at=source.at) if one.rule in own else one for one in found)
        return self._with_places(judgement), found

    def _with_places(self, judged: Judgement) -> Judgement:
        """The judgement with the topics that its places make."""
        found = [self._countries[code] for code in judged.places[:PLACES] if code in self._countries]
        return replace(judged, topics=tuple(dict.fromkeys((*judged.topics, *found)))) if found else judged

    @cached_property
    def _countries(self) -> dict[str, str]:
        """Code → the topic of a country: the configured one that has no other place, else the found one."""
        own = {
            topic.places[0].parts[0]: topic.id
            for topic in reversed(self.settings.topics)
            if len(topic.places) == 1 and topic.places[0].weight >= MARK
        }
        return {code: own.get(code, slug) for code, (slug, _) in countries().items()}

    @cached_property
    def policy(self) -> Policy:
        """By what the edition decides."""
        from aggregator.categorise.judge import judge as judge_text
        from aggregator.categorise.judge import story_sections
        from aggregator.categorise.program import program
        from aggregator.normalise.address import canonical
        from aggregator.pipeline.compose import Policy

        order = [section.id for section in self.settings.sections]
        fallback = self.settings.fallback

        def place(judgements: Any) -> tuple[str, tuple[tuple[str, float], ...]]:
            scores = story_sections(judgements, order, fallback)
            return scores[0][0], scores

        def judge(item: PendingItem) -> Judgement:
            return self.judge(item.title, item.summary, self.sources.get(item.source))

        overrides = self.settings.overrides
        zone = ZoneInfo(self.settings.site.timezone)
        pins = tuple((address, pin.section, pin.over(zone)) for pin in overrides.pin if (address := canonical(pin.url)))
        return Policy(
            epoch=f"{self.settings.epoch}.{program()}",
            judge=judge,
            place=place,
            publisher=self.publisher_of,
            topic_titles=self.topic_titles,
            found_topics=frozenset(self.topic_titles) - {topic.id for topic in self.settings.topics},
            wrappers=frozenset(source.id for source in self.settings.sources if source.wrapper),
            hidden=frozenset(filter(None, map(canonical, overrides.hide))),
            apart=(apart := frozenset(filter(None, map(canonical, overrides.split)))),
            joined=tuple(frozenset(filter(None, map(canonical, group))) - apart for group in overrides.join),
            pins=pins,
            program=program(),
            aside=self._names,
            spoken_for=lambda title: bool(judge_text(self.rulebook, title).topics),
        ).at(int(utc_now().timestamp()))

    @property
    def _names(self) -> frozenset[str]:
        """Of outlets, sections and configured topics."""
        settings = self.settings
        outlets = [settings.site.title, *(source.name for source in settings.sources)]
        for publisher in settings.publishers:
            outlets += [publisher.name, *publisher.aliases]
        rules = [name for rule in (*settings.sections, *settings.topics) for name in (rule.id, rule.title)]
        return frozenset((*outlets, *(source.publisher for source in settings.sources), *rules))

    @cached_property
    def topic_titles(self) -> dict[str, str]:
        """Configured topics, and those that places make; where both are of one country or have one id, they are one."""
        found = {slug: name for code, (slug, name) in countries().items() if self._countries[code] == slug}
        return {**found, **{topic.id: topic.title for topic in self.settings.topics}}

    def fetcher(self, states: Iterable[SourceState] = ()) -> Http:
        """What asks the network. It keeps the pauses that hosts asked for, as `states` of their sources remember them."""
        from aggregator.fetch.client import Http
        from aggregator.fetch.headers import user_agent

        contact = self.settings.site.contact or self.settings.site.url
        made = Http(user_agent(__version__, contact), allow_private=self.settings.allow_private)
        self.hold(made, states)
        return made

    def hold(self, fetcher: Http, states: Iterable[SourceState]) -> None:
        from aggregator.schedule.hosts import pausing
        from aggregator.schedule.policy import pause_of

        alone = {id for id, source in self.sources.items() if pause_of(source, self.settings.defaults) == "source"}
        for host, seconds in pausing(states, utc_now(), alone).items():
            fetcher.hold(host, seconds)

    @cached_property
    def hosts(self) -> dict[str, list[str]]:
        """Host → the sources there."""
        found: dict[str, list[str]] = {}
        for source in self.settings.sources:
            found.setdefault(host_of(source.url) or "", []).append(source.id)
        return found

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        from aggregator.config.environment import secrets

        return secrets(self.settings, os.environ)

    def mask(self, text: str) -> str:
        from aggregator.config.environment import mask

        return mask(text, self._secrets)

    def request(self, source: Source) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Address and headers of a source with its secrets filled in. Raises KeyError: the environment lacks one."""
        from aggregator.config.environment import expand

        return expand(source.url, os.environ), tuple(
            (name, expand(value, os.environ)) for name, value in source.headers
        )

    def tools(
        self,
        archive: Store,
        lookup: Store,
        fetch: Http,
        parse: Parser,
        extract: Extractor | None = None,
    ) -> Tools:
        from aggregator.pipeline.refresh import Tools

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
            extract=extract,
            publisher=self.fold_publisher,
        )

    def in_force(self) -> InForce:
        from aggregator.web.library import InForce

        public = {source.id: (source.name, self._public(source.url)) for source in self.settings.sources}
        return InForce(
            settings=self.settings,
            names=Names(
                sections={section.id: section.title for section in self.settings.sections},
                topics=self.topic_titles,
                sources=public,
                fallback=self.settings.fallback,
            ),
            publisher=lambda name: self.fold_publisher(name, None),
            receipts=lambda title, summary, source: self.receipts(title, summary, self.sources.get(source or "")),
            root=(self.settings.site.url or self.place.address).rstrip("/"),
            zone=ZoneInfo(self.settings.site.timezone),
        )

    def _public(self, url: str) -> str:
        """A source's address as everybody may see it: with nothing of the environment and no password in it."""
        from aggregator.config.environment import REFERENCE

        return self.mask(REFERENCE.sub(lambda found: "${" if found[1] is None else "***", url))


def written() -> datetime:
    """When what writes feeds and pages was last changed on this machine, by an upgrade as a rule: their bytes may be
    others since then."""
    files = (path for room in ("render", "web") for path in Path(__file__).with_name(room).rglob("*.*"))
    return datetime.fromtimestamp(int(max(path.stat().st_mtime for path in files if path.suffix != ".pyc")), UTC)


def library(application: Application, written: datetime | None = None) -> Library:
    """What the web asks; follows the configuration that the store says is in force. `written`: when the program last
    changed."""
    from aggregator.pipeline.labels import NOTE as LABELS
    from aggregator.pipeline.labels import noted_labels
    from aggregator.schedule.health import health
    from aggregator.web.library import Library

    place = application.place
    return Library(
        open_archive=application.readings,
        compile=lambda texts: Application.of_texts(place, texts).in_force(),
        current=application.in_force(),
        clock=utc_now,
        health=health,
        troubles=application.troubles,
        found=lambda upkeep: noted_labels(upkeep.noted(LABELS)).titles,
        written=written or datetime(2026, 1, 1, tzinfo=UTC),
    )


def web_application() -> Any:
    """The WSGI application of a process that serves; the place comes from the environment."""
    from aggregator.web.app import create_app
    from aggregator.worker import logs
    from aggregator.worker.processes import PARENT, die_with_parent

    die_with_parent(os.environ.get(PARENT))
    application = Application.load(Place.of_environment(os.environ))
    logs.start(application.mask)
    return create_app(library(application, written()))
