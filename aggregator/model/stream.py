"""What a feed lists: which entries, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, cast

FRESH_SECONDS = 48 * 3600
"""A stream lists everything that entered it within this time, …"""
SHORTEST, LONGEST = 50, 500
"""… but at least and at most this many entries."""

STORING = 1
"""Seconds that a batch may take to be stored. Its stories and items count as changed so much later: a client that asks for changes in
the meantime does not see them, and will ask from that time on."""


RulesKind = Literal["section", "topic"]
StreamKind = Literal["latest", "section", "topic"]
QueryKind = Literal["latest", "section", "topic", "source", "daily", "search"]


class StreamName(NamedTuple):
    """What the store keeps the entries and the version of: a section, a topic, or all stories (LATEST)."""

    kind: StreamKind
    id: str = ""

    def __str__(self) -> str:
        """As the store writes it."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @classmethod
    def read(cls, text: str) -> StreamName:
        kind, _, id = text.partition(":")
        return cls(cast(StreamKind, kind), id)


LATEST = StreamName("latest")


@dataclass(frozen=True, slots=True)
class Filter:
    """The parameters of a search; None and empty values do not filter."""

    words: tuple[str, ...] = ()  # each a word or a phrase that must occur, or several of which one must (`a OR b`)
    without: tuple[str, ...] = ()
    section: str | None = None
    topic: str | None = None
    source: str | None = None
    publisher: str | None = None
    label: str | None = None
    labelled: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # sources and publishers that carry `label`
    lang: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def empty(self) -> bool:
        return self == Filter()

    @property
    def streams(self) -> tuple[StreamName, ...]:
        """The section and the topic that it asks for."""
        section = (StreamName("section", self.section),) if self.section else ()
        return (*section, StreamName("topic", self.topic)) if self.topic else section


@dataclass(frozen=True, slots=True)
class StreamQuery:
    """`id` names which of its kind.

    `window` is the archive of a month: all that was published from the first second to before the second, in order of
    publication, or the `part` of it from one position to before another. Otherwise the order is that of entering, all of
    the last 48 hours, at least 50 and at most 500, or `limit`. `before` continues a list: entries that come after (time,
    number) in that order.
    """

    kind: QueryKind
    id: str | None = None
    view: str = "stories"
    min_publishers: int = 1
    primary: bool = False
    limit: int | None = None
    filter: Filter = Filter()
    window: tuple[int, int] | None = None
    part: tuple[int, int] | None = None
    before: tuple[int, int] | None = None
    changed_since: int | None = None  # epoch seconds; the order is then that of change, oldest first
    sections: tuple[str, ...] = ()  # all there are, the fallback first, which has the items that are in none of them

    @property
    def stream(self) -> StreamName | None:
        """The section or topic whose entries are listed, if it is one."""
        match self.kind:
            case "section" | "topic" as kind:
                return StreamName(kind, self.id or "")
            case _:
                return None

    @property
    def of_reports(self) -> bool:
        """Whether it asks for a source, publisher, label or language, which a story has of its reports."""
        wanted = self.filter
        named = (wanted.source, wanted.publisher, wanted.labelled, wanted.lang)
        return self.kind == "source" or any(one is not None for one in named)

    @property
    def primary_section(self) -> str | None:
        """The section that must be the primary one of what is listed: that of the stream, else that of the search."""
        if not self.primary:
            return None
        return self.id if self.kind == "section" else self.filter.section


class Extent(NamedTuple):
    """What is known of a list besides its entries. `of`: how many it has, those of its other parts included; `left` and `expires`: when
    the passing of time alone last changed what is listed, and when it will do so next (epoch seconds; None: never)."""

    of: int
    left: int | None = None
    expires: int | None = None


class Removed(NamedTuple):
    """A story or item that a list of changes no longer shows. `ids`: its own, and those of stories that were merged into it."""

    ids: tuple[str, ...]
    n: int
    entered: datetime  # when it changed: the time by which lists of changes are ordered
