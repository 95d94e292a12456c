"""`feeds.yaml` as values: what the editor wrote, validated, with its line numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from aggregator.errors import Problem
from aggregator.model.stream import RulesKind, StreamName

LONGEST_WORD = 200
"""Characters of a word or phrase in a rule."""
FALLBACK = "world"
"""Id of the section of items that no rule places. If the file has no such section, its last one serves, if that has no rules; otherwise
this one is added."""
FIRST_INTERVAL = timedelta(minutes=15)
"""The default of `defaults: {every: …}`."""


class Position(Struct, frozen=True):
    """A position in a configuration file; line and column count from 1."""

    file: str
    line: int
    column: int
    included: bool = False  # then `file` is the path as the main file names it

    def __str__(self) -> str:
        """`FILE:LINE` as readers may see it: without the folders of this machine."""
        return f"{self.file if self.included else self.file.rsplit('/', 1)[-1]}:{self.line}"

    def problem(self, message: str) -> Problem:
        return Problem(self.file, self.line, self.column, message)

    def warning(self, message: str) -> Problem:
        return Problem(self.file, self.line, self.column, message, warning=True)


class Site(Struct, frozen=True):
    title: str
    url: str | None  # public address without trailing slash; None: http://HOST:PORT
    language: str
    timezone: str  # IANA name, for months and dates on pages
    contact: str | None  # goes into the User-Agent
    reload: str  # "auto" or "manual"
    cors: bool
    republish_full_text: bool
    country_topics: bool  # whether each country that a text names is a topic of its own


class Defaults(Struct, frozen=True):
    every: timedelta  # the first interval of a source; it then adapts
    keep: timedelta  # how long bodies and texts are kept
    retry_after: str = "host"  # what a Retry-After applies to: "host" (all sources of the host) or "source" (this one)


class Publisher(Struct, frozen=True):
    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]  # sorted by key


class Source(Struct, frozen=True):
    """One configured feed. `url` and `headers` keep their `${NAME}` unexpanded: the values of environment variables are
    substituted only when the request is made, and appear nowhere else."""

    id: str
    name: str
    url: str
    publisher: str
    every: timedelta | None  # None: the default
    keep: timedelta | None
    usually: str | None  # section id, a prior
    section: str | None  # section id, fixed
    full_text: bool
    wrapper: bool
    enabled: bool
    was: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    lang: str | None
    at: Position
    retry_after: str | None = None  # None: the default


class Term(Struct, frozen=True):
    """One line of `words`, `places`, `not` or `never`: all of `parts` must be found, and none of `unless`.

    A part may end in `*` (any ending). If there are several parts, each may list alternatives: `truce | ceasefire`. `weight` is 1
    unless the editor gave one.
    """

    parts: tuple[str, ...]
    weight: float
    at: Position
    unless: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[tuple[str, ...], ...]:
        """The alternatives of each part."""
        return tuple(map(alternatives, self.parts))


def alternatives(part: str) -> tuple[str, ...]:
    """`truce | ceasefire` → truce, ceasefire."""
    return tuple(part.split(" | "))


class Example(Struct, frozen=True):
    text: str
    at: Position


class Rules(Struct, frozen=True):
    """One section or topic with its rules."""

    kind: RulesKind
    id: str
    title: str
    at: Position
    description: str | None = None
    places: tuple[Term, ...] = ()
    words: tuple[Term, ...] = ()
    nots: tuple[Term, ...] = ()
    nevers: tuple[Term, ...] = ()
    examples: tuple[Example, ...] = ()
    counterexamples: tuple[Example, ...] = ()
    was: tuple[str, ...] = ()

    @property
    def stream(self) -> StreamName:
        return StreamName(self.kind, self.id)

    @property
    def lists(self) -> dict[str, tuple[Term, ...]]:
        """Key of the file → its lines, for the lists of places and words."""
        return {"places": self.places, "words": self.words, "not": self.nots, "never": self.nevers}


class Pin(Struct, frozen=True):
    url: str
    section: str
    until: date | None
    at: Position

    @property
    def urls(self) -> tuple[str, ...]:
        return (self.url,)

    def holds(self, day: date) -> bool:
        return self.until is None or day <= self.until

    def over(self, zone: ZoneInfo) -> int | None:
        """When the pin ends in this time zone (after its last day), in epoch seconds; None: never."""
        if self.until is None or self.until == date.max:
            return None
        following = self.until + timedelta(days=1)
        return int(datetime(following.year, following.month, following.day, tzinfo=zone).timestamp())


class Named(Struct, frozen=True):
    """An entry of `join`, `split` or `hide`: the addresses of articles, of one unless they are joined."""

    urls: tuple[str, ...]
    at: Position


class Overrides(Struct, frozen=True):
    """`stories:` of the file: the editor's overrides of the grouping."""

    join: tuple[Named, ...] = ()
    split: tuple[Named, ...] = ()
    hide: tuple[Named, ...] = ()
    pin: tuple[Pin, ...] = ()

    def lines(self) -> Iterator[tuple[str, str, Position]]:
        """(key, address, position) of every address: ("hide", "https://…", …)."""
        for key in self.__struct_fields__:
            yield from ((key, url, one.at) for one in getattr(self, key) for url in one.urls)


class Settings(Struct, frozen=True):
    """The whole configuration. `epoch` is a hash of everything that was read: equal epochs mean equal settings."""

    site: Site
    allow_private: tuple[str, ...]
    defaults: Defaults
    publishers: tuple[Publisher, ...]
    sources: tuple[Source, ...]
    sections: tuple[Rules, ...]  # in the editor's order: a tie goes to the first
    topics: tuple[Rules, ...]
    overrides: Overrides
    epoch: str
    # File name → text, for the store; the main file first.
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def main(self) -> str:
        """The name of the main file."""
        return next(iter(self.texts))

    def is_of(self, texts: Mapping[str, str]) -> bool:
        """Whether these are its texts, wherever its files are. (The epoch also changes with environment variables.)"""
        return [*self.texts.values()] == [*texts.values()]

    @property
    def rules(self) -> tuple[Rules, ...]:
        return (*self.sections, *self.topics)

    @property
    def renamed(self) -> dict[StreamName, str]:
        """Former stream → present id of each renamed section and topic: section:defence → defense. Without former ids that another
        section or topic has now."""
        taken = {one.stream for one in self.rules}
        former = {StreamName(one.kind, old): one.id for one in self.rules for old in one.was}
        return {old: id for old, id in former.items() if old not in taken}

    @property
    def fallback(self) -> str:
        """The section of items that no rule places: `world` if there is one, else the last."""
        ids = [section.id for section in self.sections]
        return FALLBACK if FALLBACK in ids else ids[-1]


class StoredConfiguration(NamedTuple):
    """A configuration that is or was in force, as the store keeps it. Values of environment variables are not part of it."""

    epoch: str  # `Settings.epoch` when it was put in force
    texts: Mapping[str, str]  # by file name, the main file first
    applied: int = 0  # when it was put in force, epoch seconds
