"""`feeds.yaml` as values: what the editor wrote, validated, with its line numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aggregator.errors import Problem
from aggregator.model.stream import RulesKind, StreamName

LONGEST_WORD = 200
"""Characters of a word or phrase in a rule."""
FALLBACK = "world"
"""Id of the section of items that no rule places; a file whose last section has no rules may do without it."""
FIRST_INTERVAL = timedelta(minutes=15)
"""`defaults: {every:}` where the file does not say."""


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a configuration file; line and column count from 1."""

    file: str
    line: int
    column: int
    included: bool = False  # then `file` is the path as the main file names it

    def __str__(self) -> str:
        """As readers may see it: without the folders of this machine."""
        return f"{self.file if self.included else self.file.rsplit('/', 1)[-1]}:{self.line}"

    def problem(self, message: str, *, warning: bool = False) -> Problem:
        """An error, or a warning, of what stands here."""
        return Problem(self.file, self.line, self.column, message, warning)


@dataclass(frozen=True, slots=True)
class Site:
    title: str
    url: str | None  # public address without trailing slash; None: http://HOST:PORT
    language: str
    timezone: str  # IANA name, for months and dates on pages
    contact: str | None  # goes into the User-Agent
    reload: str  # "auto" or "manual"
    cors: bool
    republish_full_text: bool


@dataclass(frozen=True, slots=True)
class Defaults:
    every: timedelta  # the first interval of a source; it then adapts
    keep: timedelta  # how long bodies and texts are kept
    retry_after: str = "host"  # whom a Retry-After holds: "host" (all sources of its host) or "source" (that one)


@dataclass(frozen=True, slots=True)
class Publisher:
    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]  # sorted by key


@dataclass(frozen=True, slots=True)
class Source:
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


@dataclass(frozen=True, slots=True)
class Term:
    """One line of `words`, `places`, `not` or `never`: all of `parts` must be found, and none of `unless`.

    A part may end in `*` (any ending). Of several, a part may be alternatives: `truce | ceasefire`. `weight` is 1 unless the
    editor gave one.
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


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    at: Position


@dataclass(frozen=True, slots=True)
class Rules:
    """One section or topic with its rules."""

    kind: RulesKind
    id: str
    title: str
    description: str | None
    places: tuple[Term, ...]
    words: tuple[Term, ...]
    nots: tuple[Term, ...]
    nevers: tuple[Term, ...]
    examples: tuple[Example, ...]
    counterexamples: tuple[Example, ...]
    at: Position
    was: tuple[str, ...] = ()

    @property
    def stream(self) -> StreamName:
        return StreamName(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Pin:
    url: str
    section: str
    until: date | None
    at: Position

    def holds(self, day: date) -> bool:
        return self.until is None or day <= self.until

    def over(self, zone: ZoneInfo) -> int | None:
        """When its last day ends there, in epoch seconds; None: never."""
        if self.until is None or self.until == date.max:
            return None
        following = self.until + timedelta(days=1)
        return int(datetime(following.year, following.month, following.day, tzinfo=zone).timestamp())


@dataclass(frozen=True, slots=True)
class Overrides:
    """`stories:` of the file: the editor's overrides of the grouping. Each list has the positions of its entries beside it."""

    join: tuple[tuple[str, ...], ...] = ()
    join_at: tuple[Position, ...] = ()
    split: tuple[str, ...] = ()
    split_at: tuple[Position, ...] = ()
    hide: tuple[str, ...] = ()
    hide_at: tuple[Position, ...] = ()
    pin: tuple[Pin, ...] = ()

    def lines(self) -> Iterator[tuple[str, str, Position]]:
        """Every address, with its key before it and its position after it."""
        yield from (("split", url, at) for url, at in zip(self.split, self.split_at, strict=True))
        yield from (("hide", url, at) for url, at in zip(self.hide, self.hide_at, strict=True))
        yield from (("pin", pin.url, pin.at) for pin in self.pin)
        yield from (("join", url, at) for urls, at in zip(self.join, self.join_at, strict=True) for url in urls)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `epoch` is the hash of everything that was read: equal epoch, equal settings."""

    site: Site
    allow_private: tuple[str, ...]
    defaults: Defaults
    publishers: tuple[Publisher, ...]
    sources: tuple[Source, ...]
    sections: tuple[Rules, ...]  # in the editor's order: a tie goes to the first
    topics: tuple[Rules, ...]
    overrides: Overrides
    epoch: str
    files: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # file name → text, for the store

    @property
    def renamed(self) -> dict[tuple[str, str], str]:
        """The former ids of sections and topics, by stream, unless one has that id again: (section, defence) → defense."""
        rules = (*self.sections, *self.topics)
        taken = {(one.kind, one.id) for one in rules}
        return {(one.kind, old): one.id for one in rules for old in one.was if (one.kind, old) not in taken}

    @property
    def fallback(self) -> str:
        """The section of items that no rule places: `world` if there is one, else the last."""
        ids = [section.id for section in self.sections]
        return FALLBACK if FALLBACK in ids else ids[-1]


class StoredConfiguration(NamedTuple):
    """A configuration that is or was in force, as the store keeps it; what it takes from the environment is not part of it."""

    epoch: str  # of the settings when it was put in force
    texts: Mapping[str, str]  # by file name, the main file first
